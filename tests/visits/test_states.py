"""States that tests are handed in one step are those that the services leave: row for row, on both databases."""

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from scheduler.cli.invariants import violations
from scheduler.core.audit import AuditEntry
from scheduler.core.db import db, transaction
from scheduler.people.models import Presenter
from scheduler.requests.terms.school_request import RequestState
from scheduler.visits.models.visits import Assignment, CalendarEntry, Presentation, Visit
from scheduler.visits.service.confirm import mark_ready
from scheduler.visits.terms.states import AssignmentState, PresentationState, VisitState
from tests.factories import MONDAY, staffing
from tests.factories.people import presenter_actor
from tests.factories.places import make_municipality
from tests.factories.safeguarding import note_proofs
from tests.factories.staffing import THE_DAY, a_plan
from tests.factories.visits import VISIT_DAY
from tests.side_by_side import rows_of, sizes
from tests.visits.scene import Scene, delivered

pytestmark = [pytest.mark.postgres_decides, pytest.mark.usefixtures("app")]

# Written by services alone: letters, and the texts of calendars, which `with_entries` writes for who asks.
LEFT_OUT = {"outbox_message", "calendar_entry"}

PLANS = (a_plan(room="сала", classes="7b"), a_plan(a_plan().starts_local.replace(hour=11), minutes=60))


class Staged(Scene):
    """Two presentations, an adult from far away and a minor from here."""

    def __init__(self, *, written: bool) -> None:
        super().__init__(*PLANS, planned=False, influencers=1)
        self.visit_id = self.planned() if written else self.plan()
        self.crew = (self.educator(home_id=make_municipality("Београд", lat=44.80, lon=20.46).id), self.minor())

    def ready(self) -> None:
        self.confirm(*self.crew)
        mark_ready(self.coordinator, self.visit_id, now=MONDAY)

    def hold(self) -> None:
        self.ready()
        delivered(self.coordinator, self.visit_id, now=THE_DAY)

    def offer_to_one_more(self) -> None:
        self.accept(*self.crew)
        self.offer(self.educator())

    def written(self, *steps: str) -> None:
        self.confirmed_by(*self.crew)
        for step in steps:
            with staffing.staffing(self.visit_id, self.coordinator, now=THE_DAY if step == "hold" else MONDAY) as going:
                getattr(going, step)()

    def written_for_one_more(self) -> None:
        self.accepted_by(*self.crew)
        self.offered_to(self.educator())


STATES: dict[str, tuple[Callable[[Staged], None], Callable[[Staged], None]]] = {
    "planned": (lambda scene: None, lambda scene: None),
    "suggested": (lambda scene: scene.suggest(*scene.crew), lambda scene: scene.suggested_to(*scene.crew)),
    "offered": (lambda scene: scene.offer(*scene.crew), lambda scene: scene.offered_to(*scene.crew)),
    "accepted": (lambda scene: scene.accept(*scene.crew), lambda scene: scene.accepted_by(*scene.crew)),
    "one more is asked": (Staged.offer_to_one_more, Staged.written_for_one_more),
    "confirmed": (lambda scene: scene.confirm(*scene.crew), lambda scene: scene.confirmed_by(*scene.crew)),
    "ready": (Staged.ready, lambda scene: scene.written("ready")),
    "held": (Staged.hold, lambda scene: scene.written("ready", "hold")),
}


def texts_of(visit_id: int) -> list[tuple[Any, ...]]:
    db.session.rollback()
    visit = db.session().get_one(Visit, visit_id)
    rows = db.session.execute(
        sa.select(Presentation, CalendarEntry)
        .join(CalendarEntry, CalendarEntry.presentation_id == Presentation.id)
        .where(Presentation.visit_id == visit_id)
        .order_by(Presentation.ordinal, CalendarEntry.status, CalendarEntry.language)
    )
    return [
        (one.ordinal, entry.status, entry.language, unfolded(entry).replace(one.uid, "UID").replace(visit.number, "P"))
        for one, entry in rows
    ]


def unfolded(entry: CalendarEntry) -> str:
    return entry.text.replace("\r\n ", "")


@pytest.mark.parametrize("state", STATES)
def test_a_written_state_is_the_played_one_in_every_column_table_and_calendar_text(state, the_clock):
    play, write = STATES[state]
    empty = sizes()
    played = Staged(written=False)
    play(played)
    after = sizes()
    written = Staged(written=True)
    write(written)
    end = sizes()

    assert rows_of(written.visit_id) == rows_of(played.visit_id)
    grown = {table: after[table] - empty[table] for table in empty}
    grown |= dict.fromkeys(LEFT_OUT, 0) | {"running_number": 0}  # one row counts for both
    assert {table: end[table] - after[table] for table in empty} == grown

    staffing.with_entries(written.visit_id)
    assert len(texts_of(played.visit_id)) == 18  # two presentations, three statuses, three languages
    assert texts_of(written.visit_id) == texts_of(played.visit_id)
    assert rows_of(written.visit_id) == rows_of(played.visit_id)  # writing the texts was no edit
    the_clock.stands_at(THE_DAY)
    note_proofs()
    assert violations() == []


@pytest.mark.parametrize(("make", "visit", "sitting", "request_state", "seat"), [
    (staffing.a_planned_visit, VisitState.PLANNED, PresentationState.PLANNED, RequestState.STAFFING, None),
    (staffing.an_offered_visit, VisitState.OFFERED, PresentationState.PLANNED, RequestState.STAFFING,
     AssignmentState.OFFERED),
    (staffing.an_accepted_visit, VisitState.OFFERED, PresentationState.PLANNED, RequestState.STAFFING,
     AssignmentState.ACCEPTED),
    (staffing.a_confirmed_visit, VisitState.CONFIRMED, PresentationState.CONFIRMED, RequestState.CONFIRMED,
     AssignmentState.ACCEPTED),
    (staffing.a_ready_visit, VisitState.READY, PresentationState.CONFIRMED, RequestState.READY,
     AssignmentState.ACCEPTED),
    (staffing.a_held_visit, VisitState.DELIVERED, PresentationState.DELIVERED, RequestState.DELIVERED,
     AssignmentState.PRESENT),
])  # fmt: skip
def test_each_factory_needs_nothing_and_leaves_nothing_to_complain_about(
    the_clock, make, visit, sitting, request_state, seat
):
    the_clock.stands_at(THE_DAY)
    rows = rows_of(make().id)
    assert (rows["visit"]["state"], rows["request"]["state"]) == (visit, request_state)
    assert [one["state"] for one in rows["presentations"]] == [sitting]
    assert [[one["state"] for _, one in crew] for crew in rows["crews"]] == [[seat] if seat else []]
    assert all(rows["same programme, school, centre"])
    note_proofs()
    assert violations() == []


def test_a_factory_takes_the_crew_the_hours_and_the_day_it_is_given(session):
    with transaction():
        scene = Scene(planned=False)
        adult, minor = scene.educator(), scene.minor()
    day = VISIT_DAY.replace(day=8)
    made = staffing.a_confirmed_visit(adult, minor, by=scene.coordinator, asked=scene.asked, plans=PLANS, on_day=day)
    rows = rows_of(made.id)
    assert [one["starts_local"].hour for one in rows["presentations"]] == [10, 11]
    assert {one["on_day"] for one in rows["presentations"]} == {day}
    assert [[who for who, _ in crew] for crew in rows["crews"]] == [[0, 1], [0, 1]]
    assert rows["history"][0][:3] == ("visit planned", "visit", 0)
    who = session.scalars(sa.select(Presenter.id).join(Assignment).distinct().order_by(Presenter.id)).all()
    assert who == [adult.id, minor.id]
    labels = session.scalars(sa.select(AuditEntry.actor).distinct()).all()
    assert set(labels) == {scene.coordinator.label, presenter_actor(adult).label, presenter_actor(minor).label}
