"""Visits that have begun, with a request, a crew and presentations to count; and ones that are counted and locked."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from scheduler import policy
from scheduler.attendance import service
from scheduler.attendance.terms import CountDraft, Counts, CountSource
from scheduler.people.models import Presenter
from scheduler.planning.models import Presentation, Visit
from scheduler.planning.terms import PresentationState, VisitState
from scheduler.policy import Actor
from scheduler.requests.models import SchoolRequest
from scheduler.requests.terms import RequestState
from tests.factories.people import an_actor, presenter_actor
from tests.factories.planning import VISIT_DAY, make_assignment, make_presentation, make_visit
from tests.factories.programmes import make_programme
from tests.factories.requests import make_school_request
from tests.factories.safeguarding import a_cleared_educator

LEAVING = dt.datetime(2026, 10, 6, 12, 0, tzinfo=dt.UTC)  # 14:00 in Belgrade on VISIT_DAY: the talks are over
FAIR = Counts(pupils=88, teachers=2)


@dataclass
class Begun:
    """A visit on its day, everybody who has to do with it, and its presentations in order."""

    visit: Visit
    request: SchoolRequest
    educator: Presenter
    presentations: list[Presentation]

    @property
    def teacher(self) -> Actor:
        """The educator, signed in."""
        return presenter_actor(self.educator)

    @property
    def school(self) -> Actor:
        """Whoever holds the school's secret link."""
        return policy.school_contact(self.request.id, self.request.host_id)

    @property
    def coordinator(self) -> Actor:
        return an_actor(centre_id=self.visit.centre_id)

    @property
    def first(self) -> int:
        return self.presentations[0].id


def a_begun_visit(talks: int = 1, **given: Any) -> Begun:
    """A confirmed visit with its request and one accepted educator; `contact_email` and `host_id` as needed."""
    programme = given.pop("programme", None) or make_programme()
    request = make_school_request(RequestState.CONFIRMED, programme=programme, **given)
    visit = make_visit(
        VisitState.CONFIRMED, programme=programme, host_id=request.host_id, school_request_id=request.id,
        on_day=VISIT_DAY,
    )  # fmt: skip
    educator = a_cleared_educator(centre_id=programme.centre_id)
    presentations = [
        make_presentation(visit, dt.time(9 + turn), PresentationState.CONFIRMED, ordinal=turn + 1)
        for turn in range(talks)
    ]
    for presentation in presentations:
        make_assignment(presentation, educator.id)
    return Begun(visit, request, educator, presentations)


def a_count(counts: Counts = FAIR, **given: Any) -> CountDraft:
    """A count that every rule accepts once the talk has begun."""
    fair: dict[str, Any] = {"teacher_present": True, "minutes_given": 45}
    return CountDraft(counts, **(fair | given))


def a_counted_visit(talks: int = 1, counts: Counts = FAIR, **given: Any) -> Begun:
    """A visit whose educator has said the numbers of every presentation."""
    begun = a_begun_visit(talks, **given)
    for presentation in begun.presentations:
        service.submit_counts(begun.teacher, presentation.id, a_count(counts), now=LEAVING)
    return begun


def a_locked_visit(talks: int = 1, counts: Counts = FAIR, names: tuple[str, ...] = (), **given: Any) -> Begun:
    """A visit that both have counted alike; its school has named these adults."""
    begun = a_counted_visit(talks, counts, **given)
    said = {presentation.id: counts for presentation in begun.presentations}
    service.countersign(begun.school, begun.visit.id, said, now=LEAVING)
    if names:
        service.name_adults(begun.school, begun.visit.id, names, now=LEAVING)
    return begun


def lock_as_educator(begun: Begun, *, now: dt.datetime = LEAVING) -> None:
    """The coordinator decides for the educator's numbers in every presentation."""
    for presentation in begun.presentations:
        service.lock_attendance(begun.coordinator, presentation.id, CountSource.EDUCATOR, now=now)
