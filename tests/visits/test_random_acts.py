"""Whatever people do with a visit, in any order: what is stored agrees, and calendars can follow it."""

import datetime as dt
from dataclasses import dataclass, field
from itertools import pairwise

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from scheduler.core.audit import AuditEntry
from scheduler.core.db import transaction
from scheduler.core.errors import SchedulerError
from scheduler.people.models import Presenter
from scheduler.places.models import Host
from scheduler.policy import school_contact
from scheduler.staffing.queries.invariants import violations
from scheduler.staffing.service.crew import suggest_presenter, withdraw_presenter
from scheduler.staffing.service.move import move_visit
from scheduler.staffing.service.offers import answer_offer, lapse_offers, offer_visit
from scheduler.visits.models.visits import Assignment, CalendarEntry, Presentation, Visit
from scheduler.visits.service.cancel import cancel_visit
from scheduler.visits.service.confirm import confirm_visit, mark_ready
from scheduler.visits.terms.plans import NewTimes
from scheduler.visits.terms.states import (
    ASSIGNMENT_MACHINE,
    PRESENTATION_MACHINE,
    VISIT_MACHINE,
    CancelledBy,
    PresentationState,
    VisitState,
)
from tests.factories import MONDAY
from tests.factories.people import presenter_actor
from tests.factories.staffing import a_plan
from tests.factories.visits import VISIT_DAY
from tests.standing_clock import StandingClock
from tests.visits.scene import Scene, delivered

OVER = VISIT_DAY + dt.timedelta(days=40)
SLOW = settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
MACHINES = {"visit": VISIT_MACHINE, "presentation": PRESENTATION_MACHINE, "assignment": ASSIGNMENT_MACHINE}


@dataclass
class World:
    """One visit of two presentations, two adults and a minor; each act comes an hour after the one before."""

    scene: Scene
    people: list[Presenter]
    now: dt.datetime = MONDAY
    seen: dict[tuple[int, int], dict[str, str]] = field(default_factory=dict)
    uids: dict[int, str] = field(default_factory=dict)
    sequences: dict[int, int] = field(default_factory=dict)

    @classmethod
    def fresh(cls) -> "World":
        scene = Scene(a_plan(), a_plan(dt.time(11)), planned=False)
        scene.visit_id = scene.plan()
        return cls(scene, [scene.educator(), scene.educator(), scene.minor()])

    def act(self, name: str, number: int) -> None:
        self.now += dt.timedelta(hours=1)
        try:
            getattr(self, name)(number)
        except SchedulerError:
            return

    def suggest(self, number: int) -> None:
        suggest_presenter(self.scene.coordinator, self.scene.visit_id, self.people[number % 3].id, now=self.now)

    def offer(self, number: int) -> None:
        until = self.now + dt.timedelta(hours=number + 1)
        offer_visit(self.scene.coordinator, self.scene.visit_id, until=until, now=self.now)

    def accept(self, number: int) -> None:
        answer_offer(presenter_actor(self.people[number % 3]), self.scene.visit_id, accepts=True, now=self.now)

    def decline(self, number: int) -> None:
        actor = presenter_actor(self.people[number % 3])
        answer_offer(actor, self.scene.visit_id, accepts=False, reason="ill", now=self.now)

    def lapse(self, _: int) -> None:
        lapse_offers(now=self.now)

    def withdraw(self, number: int) -> None:
        person = self.people[number % 3]
        withdraw_presenter(self.scene.coordinator, self.scene.visit_id, person.id, reason="ill", now=self.now)

    def confirm(self, _: int) -> None:
        confirm_visit(self.scene.coordinator, self.scene.visit_id, now=self.now)

    def ready(self, _: int) -> None:
        mark_ready(self.scene.coordinator, self.scene.visit_id, now=self.now)

    def move(self, number: int) -> None:
        wish = NewTimes(VISIT_DAY + dt.timedelta(days=number), {}, self.now + dt.timedelta(days=2))
        move_visit(self.scene.coordinator, self.scene.visit_id, wish, now=self.now)

    def rename_host(self, number: int) -> None:
        with transaction() as session:
            session.get_one(Host, self.scene.host.id).address_sr_cyrl = f"Нова {number}"

    def cancel(self, _: int) -> None:
        school = school_contact(self.scene.asked.id, self.scene.host.id)
        cancel_visit(school, self.scene.visit_id, reason="exam", now=self.now)

    def deliver(self, _: int) -> None:
        after = dt.datetime.combine(OVER, dt.time(12), tzinfo=dt.UTC)
        delivered(self.scene.coordinator, self.scene.visit_id, now=after)


ACTS = (
    *("suggest", "offer", "accept", "confirm") * 2,
    *("decline", "lapse", "withdraw", "ready", "move", "rename_host", "cancel", "deliver"),
)
STAFFED = [("suggest", 0), ("suggest", 2), ("offer", 4), ("accept", 0), ("accept", 2), ("confirm", 0)]
HELD = [*STAFFED, ("rename_host", 3), ("ready", 0), ("deliver", 0)]
MOVED = [*STAFFED, ("move", 2), ("rename_host", 1), ("suggest", 1), ("accept", 0), ("lapse", 0), ("offer", 4)]
EMPTIED = [*STAFFED, ("withdraw", 0), ("rename_host", 1), ("offer", 0), ("lapse", 0), ("cancel", 0), ("cancel", 0)]
WALKS = st.lists(st.tuples(st.sampled_from(ACTS), st.integers(0, 4)), min_size=4, max_size=14)


def presentations_of(session: Session, world: World) -> list[Presentation]:
    session.rollback()
    wanted = sa.select(Presentation).where(Presentation.visit_id == world.scene.visit_id)
    return list(session.scalars(wanted.order_by(Presentation.id), execution_options={"populate_existing": True}))


def check_calendars(session: Session, world: World) -> None:
    """Rules 1 and 2 of the feed: one UID for ever, a SEQUENCE that never falls, and one text under each."""
    for row in presentations_of(session, world):
        assert world.uids.setdefault(row.id, row.uid) == row.uid
        assert row.sequence >= world.sequences.get(row.id, 0)
        world.sequences[row.id] = row.sequence
        entries = session.scalars(sa.select(CalendarEntry).where(CalendarEntry.presentation_id == row.id)).all()
        texts = {f"{entry.status} {entry.language}": entry.text for entry in entries}
        assert (len(texts), world.seen.setdefault((row.id, row.sequence), texts)) == (9, texts)


def check_states(session: Session, world: World) -> None:
    """A visit, its presentations and who called it off say the same."""
    session.rollback()
    visit = session.get_one(Visit, world.scene.visit_id, populate_existing=True)
    states = {row.state for row in presentations_of(session, world)}
    wanted = {
        VisitState.CONFIRMED: {PresentationState.CONFIRMED},
        VisitState.READY: {PresentationState.CONFIRMED},
        VisitState.DELIVERED: {PresentationState.DELIVERED},
        VisitState.CANCELLED: {PresentationState.CANCELLED},
    }
    assert states == wanted.get(visit.state, {PresentationState.PLANNED})
    assert visit.cancelled_by is (CancelledBy.SCHOOL if visit.state is VisitState.CANCELLED else None)
    assert violations() == []


def check_audit(session: Session, world: World) -> None:
    """Each thing went from state to state as its machine allows, with one audit row for each step."""
    session.rollback()
    ids = [row.id for row in presentations_of(session, world)]
    seats = session.scalars(sa.select(Assignment).where(Assignment.presentation_id.in_(ids))).all()
    things = [("visit", world.scene.visit_id, session.get_one(Visit, world.scene.visit_id).state)]
    things += [("presentation", row.id, row.state) for row in presentations_of(session, world)]
    things += [("assignment", row.id, row.state) for row in seats]
    for thing, thing_id, state in things:
        walked = session.scalars(
            sa.select(AuditEntry.action)
            .where(AuditEntry.thing == thing, AuditEntry.thing_id == thing_id)
            .order_by(AuditEntry.id)
        ).all()
        kind = type(state)
        steps = [kind(word) for action in walked if (word := action.removeprefix(f"{thing} ")) in {*kind}]
        assert steps[-1] is state
        assert steps[0] in MACHINES[thing].starts
        assert all(MACHINES[thing].may(before, after) for before, after in pairwise(steps))


@pytest.mark.deep
@SLOW
@example(walk=HELD)
@example(walk=MOVED)
@example(walk=EMPTIED)
@given(walk=WALKS)
def test_whatever_is_done_what_is_stored_agrees(
    session: Session, the_clock: StandingClock, walk: list[tuple[str, int]]
) -> None:
    the_clock.stands_at(MONDAY + dt.timedelta(days=30))  # held visits are over for who looks
    world = World.fresh()
    for name, number in walk:
        world.act(name, number)
        check_calendars(session, world)
        check_states(session, world)
    check_audit(session, world)
