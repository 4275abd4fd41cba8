"""Visits, presentations, assignments, written straight into the tables (services have their own rules).

`new_…` makes a row that is not stored yet, for who stores thousands at once; `make_…` stores it.
"""

import datetime as dt
from typing import Any

from scheduler.core import clock
from scheduler.core.db import transaction
from scheduler.programmes.models import Programme
from scheduler.programmes.terms import Audience, SchoolLevel
from scheduler.visits.models.visits import Assignment, Presentation, Visit
from scheduler.visits.terms.states import AssignmentState, PresentationState, VisitState
from tests.factories import MONDAY, a_number, stored
from tests.factories.places import make_host
from tests.factories.programmes import make_programme

VISIT_DAY = dt.date(2026, 10, 6)


def new_visit(programme: Programme, host_id: int, state: VisitState = VisitState.PLANNED, **given: Any) -> Visit:
    fair: dict[str, Any] = {
        "number": f"P-2026-{a_number():04d}", "centre_id": programme.centre_id, "programme_id": programme.id,
        "host_id": host_id, "on_day": VISIT_DAY, "zone": clock.BELGRADE, "state": state, "state_since": MONDAY,
    }  # fmt: skip
    return Visit(**(fair | given))


def make_visit(state: VisitState = VisitState.PLANNED, **given: Any) -> Visit:
    """A visit without presentations. `programme`, `host_id`, `school_request_id`, `on_day` as needed."""
    with transaction():
        programme = given.pop("programme", None) or make_programme()
        host_id = given.pop("host_id") if "host_id" in given else make_host().id
        return stored(new_visit(programme, host_id, state, **given))


def new_presentation(
    visit: Visit,
    starts_local: dt.time = dt.time(10, 0),
    state: PresentationState = PresentationState.PLANNED,
    **given: Any,
) -> Presentation:
    minutes: int = given.pop("minutes", 45)
    starts_at = clock.moment_of(visit.on_day, starts_local, visit.zone)
    ends_at = starts_at + dt.timedelta(minutes=minutes)
    fair: dict[str, Any] = {
        "visit_id": visit.id, "ordinal": a_number(), "uid": f"test{a_number()}@raspored.example", "edited_at": MONDAY,
        "on_day": visit.on_day, "starts_local": starts_local, "minutes": minutes, "zone": visit.zone,
        "starts_at": starts_at, "ends_at": ends_at, "busy_from": starts_at - dt.timedelta(minutes=15),
        "busy_until": ends_at, "audience": Audience.PUPILS, "level": SchoolLevel.PRIMARY, "classes": "7b, 7c",
        "expected_pupils": 90, "expected_teachers": 2, "state": state, "state_since": MONDAY,
    }  # fmt: skip
    return Presentation(**(fair | given))


def make_presentation(
    visit: Visit,
    starts_local: dt.time = dt.time(10, 0),
    state: PresentationState = PresentationState.PLANNED,
    **given: Any,
) -> Presentation:
    """45 minutes for 90 pupils on the visit's day, 15 minutes of set-up before."""
    return stored(new_presentation(visit, starts_local, state, **given))


def new_assignment(
    presentation: Presentation, presenter_id: int, state: AssignmentState = AssignmentState.ACCEPTED, **given: Any
) -> Assignment:
    fair: dict[str, Any] = {
        "presentation_id": presentation.id, "presenter_id": presenter_id, "on_day": presentation.on_day,
        "busy_from": presentation.busy_from, "busy_until": presentation.busy_until, "state": state,
        "state_since": presentation.busy_until if state is AssignmentState.PRESENT else MONDAY,
        "offered_until": MONDAY + dt.timedelta(days=3),
    }  # fmt: skip
    return Assignment(**(fair | given))


def make_assignment(
    presentation: Presentation, presenter_id: int, state: AssignmentState = AssignmentState.ACCEPTED, **given: Any
) -> Assignment:
    """One presenter at one presentation; the presenter must be cleared (see factories/safeguarding)."""
    return stored(new_assignment(presentation, presenter_id, state, **given))
