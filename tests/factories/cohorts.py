"""Requests for trainings in any state, with what was held of them, and cohorts."""

import datetime as dt
from typing import Any

from scheduler.cohorts.models import Cohort, CohortPart
from scheduler.cohorts.terms import CohortSkill
from scheduler.core.db import transaction
from scheduler.programmes.models import Programme
from scheduler.programmes.terms import ProgrammeKind, SchoolLevel
from scheduler.requests.models import SchoolRequest
from scheduler.requests.terms.school_request import RequestState
from scheduler.visits.terms.states import PresentationState, VisitState
from tests.factories import a_number
from tests.factories.programmes import make_programme
from tests.factories.requests import make_school_request
from tests.factories.visits import make_presentation, make_visit


def make_training(centre_id: int, **given: Any) -> Programme:
    """A programme of the kind cohort training."""
    return make_programme(centre_id=centre_id, kind=ProgrammeKind.COHORT_TRAINING, group_size=60, **given)


def held_request(programme: Programme, host_id: int, day: dt.date = dt.date(2026, 6, 1)) -> SchoolRequest:
    """A request whose one presentation was held."""
    asked = make_school_request(RequestState.REPORTED, programme=programme, host_id=host_id)
    hold(asked, programme, day)
    return asked


def hold(asked: SchoolRequest, programme: Programme, day: dt.date = dt.date(2026, 6, 1)) -> None:
    """The visit of a request as it is when it was held."""
    visit = make_visit(
        VisitState.DELIVERED, programme=programme, host_id=asked.host_id, school_request_id=asked.id, on_day=day
    )
    make_presentation(visit, state=PresentationState.DELIVERED)


def make_cohort(programme: Programme, host_id: int, *parts: tuple[CohortSkill, SchoolRequest], **given: Any) -> Cohort:
    """Twelve pupils of the seventh grade since March 2026, with these parts; `level` is noted once they stand."""
    with transaction() as session:
        fair: dict[str, Any] = {
            "code": f"D-2026-{a_number():04d}", "centre_id": programme.centre_id, "programme_id": programme.id,
            "host_id": host_id, "school_level": SchoolLevel.PRIMARY, "grade": 7, "size": 12,
            "began_on": dt.date(2026, 3, 2), "ends_on": dt.date(2026, 8, 31),
        }  # fmt: skip
        level = given.pop("level", 0)
        row = Cohort(**(fair | given))
        session.add(row)
        session.flush()
        session.add_all(CohortPart(cohort_id=row.id, school_request_id=one.id, skill=skill) for skill, one in parts)
        session.flush()
        row.level = level
        session.flush()
    return row
