"""A centre with its coordinator, a school and a visit: what tests of acts on visits begin with."""

import datetime as dt
from collections.abc import Collection
from typing import Any

import sqlalchemy as sa

from scheduler.acts import change
from scheduler.attendance.service.outcome import mark_delivered
from scheduler.core.audit import AuditEntry
from scheduler.core.db import transaction
from scheduler.messages.models import OutboxMessage
from scheduler.people.models import Presenter
from scheduler.places.models import Host
from scheduler.policy import Actor
from scheduler.requests.models import SchoolRequest
from scheduler.requests.terms.school_request import RequestState
from scheduler.staffing.service.crew import suggest_presenter
from scheduler.staffing.service.offers import answer_offer, offer_visit
from scheduler.visits.models.visits import Assignment, Presentation, Visit
from scheduler.visits.service.confirm import confirm_visit
from scheduler.visits.service.locked_visit import open_visit
from scheduler.visits.service.plan_and_move import plan_visit
from scheduler.visits.terms.plans import PresentationPlan, VisitDraft
from scheduler.visits.terms.states import AssignmentState
from tests.factories import MONDAY
from tests.factories.people import an_actor, make_centre, presenter_actor
from tests.factories.places import make_host, make_municipality
from tests.factories.programmes import make_programme
from tests.factories.requests import make_school_request
from tests.factories.safeguarding import a_cleared_educator, a_cleared_minor
from tests.factories.staffing import THE_DAY, UNTIL, a_plan, a_planned_visit, staffing
from tests.factories.visits import VISIT_DAY

__all__ = ("THE_DAY", "UNTIL", "a_plan")  # a scene's own words, beside what stands here


class Scene:
    """A centre with a coordinator, an agreed school request, and the visit planned for it.

    Verbs play the services, with letters and calendar texts: `plan`, `suggest`, `offer`, `accept`, `confirm`. States
    are written in one step: `suggested_to`, `offered_to`, `accepted_by`, `confirmed_by`.
    """

    def __init__(self, *plans: PresentationPlan, planned: bool = True, **programme: Any) -> None:
        with transaction():
            self.centre_id = make_centre().id
            self.coordinator = an_actor(centre_id=self.centre_id)
            self.programme = make_programme(centre_id=self.centre_id, **programme)
            self.host = make_host()
            self.asked = make_school_request(RequestState.AGREED, programme=self.programme, host_id=self.host.id)
            self.plans = plans or (a_plan(),)
            self.visit_id = self.planned() if planned else 0

    def planned(self, on_day: dt.date = VISIT_DAY) -> int:
        return a_planned_visit(*self.plans, asked=self.asked, by=self.coordinator, on_day=on_day).id

    def draft(self, **given: Any) -> VisitDraft:
        fair = {
            "programme_id": self.programme.id, "host_id": self.host.id, "on_day": VISIT_DAY,
            "presentations": self.plans, "school_request_id": self.asked.id,
        }  # fmt: skip
        return VisitDraft(**(fair | given))

    def plan(self, **given: Any) -> int:
        return plan_visit(self.coordinator, self.draft(**given), now=MONDAY).id

    def educator(self, **given: Any) -> Presenter:
        return a_cleared_educator(centre_id=self.centre_id, **given)

    def minor(self, **given: Any) -> Presenter:
        return a_cleared_minor(centre_id=self.centre_id, given_name="Tara", family_name="Ilić", **given)

    def suggest(self, *people: Presenter) -> None:
        for person in people:
            suggest_presenter(self.coordinator, self.visit_id, person.id, now=MONDAY)

    def offer(self, *people: Presenter) -> None:
        self.suggest(*people)
        offer_visit(self.coordinator, self.visit_id, until=UNTIL, now=MONDAY)

    def accept(self, *people: Presenter) -> None:
        self.offer(*people)
        for person in people:
            answer_offer(presenter_actor(person), self.visit_id, accepts=True, now=MONDAY)

    def confirm(self, *people: Presenter) -> None:
        self.accept(*people)
        confirm_visit(self.coordinator, self.visit_id, now=MONDAY)

    def suggested_to(self, *people: Presenter) -> None:
        with staffing(self.visit_id, self.coordinator) as going:
            going.suggest(people)

    def offered_to(self, *people: Presenter, until: dt.datetime = UNTIL) -> None:
        with staffing(self.visit_id, self.coordinator) as going:
            going.suggest(people)
            going.offer(until)

    def accepted_by(self, *people: Presenter) -> None:
        with staffing(self.visit_id, self.coordinator) as going:
            going.suggest(people)
            going.offer()
            going.accept(people)

    def confirmed_by(self, *people: Presenter) -> None:
        with staffing(self.visit_id, self.coordinator) as going:
            going.suggest(people)
            going.offer()
            going.accept(people)
            going.confirm()


def delivered(actor: Actor, visit_id: int, *, now: dt.datetime, absent: Collection[int] = ()) -> None:
    """The visit was held, as the last count of its heads says."""
    with change(actor, now) as act:
        mark_delivered(act, open_visit(act, visit_id), absent=absent)


def visit_of(session, scene: Scene) -> Visit:
    session.rollback()
    return session.get_one(Visit, scene.visit_id, populate_existing=True)


def request_state(session, scene: Scene) -> RequestState:
    session.rollback()
    return session.scalar(sa.select(SchoolRequest.state).where(SchoolRequest.id == scene.asked.id))


def states(session, scene: Scene) -> dict[int, list[AssignmentState]]:
    """Each presenter's assignments in the visit, oldest first."""
    session.rollback()
    rows = session.execute(
        sa.select(Assignment.presenter_id, Assignment.state)
        .join(Presentation, Presentation.id == Assignment.presentation_id)
        .where(Presentation.visit_id == scene.visit_id)
        .order_by(Assignment.id)
    ).all()
    return {person: [state for who, state in rows if who == person] for person in {who for who, _ in rows}}


def mails(session, kind: str) -> list[OutboxMessage]:
    session.rollback()
    return list(session.scalars(sa.select(OutboxMessage).where(OutboxMessage.kind == kind).order_by(OutboxMessage.id)))


def presentations(session, scene: Scene) -> list[Presentation]:
    session.rollback()
    query = sa.select(Presentation).where(Presentation.visit_id == scene.visit_id).order_by(Presentation.ordinal)
    return list(session.scalars(query, execution_options={"populate_existing": True}))


def audit_of(session, thing: str) -> list[str]:
    session.rollback()
    return list(session.scalars(sa.select(AuditEntry.action).where(AuditEntry.thing == thing).order_by(AuditEntry.id)))


def another_visit(
    scene: Scene, *plans: PresentationPlan, host: Host | None = None, on_day: dt.date = VISIT_DAY
) -> Scene:
    """A visit of the same centre at another school."""
    other = Scene(*plans, planned=False)
    other.centre_id, other.programme, other.coordinator = scene.centre_id, scene.programme, scene.coordinator
    other.host = host or other.host
    other.asked = make_school_request(RequestState.AGREED, programme=scene.programme, host_id=other.host.id)
    other.visit_id = other.planned(on_day)
    return other


def far_away_scene(scene: Scene, starts: dt.time) -> Scene:
    """A visit of the same centre in Belgrade, on the same day."""
    belgrade = make_municipality("Београд", lat=44.80, lon=20.46)
    return another_visit(scene, a_plan(starts), host=make_host("Змај", municipality_id=belgrade.id))


def with_a_minor() -> tuple[Scene, Presenter, Presenter]:
    """A visit that wants an educator and an influencer; a vetted adult, and a minor whose guardian has consented."""
    scene = Scene(educators=1, influencers=1)
    return scene, scene.educator(), scene.minor()
