"""Web Detectives of the demo, one in each state: new, in training, due, trained, run out, given up."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from scheduler.cohorts.models import Cohort, CohortPart
from scheduler.cohorts.rules import end_of_school_year
from scheduler.cohorts.terms import CohortSkill
from scheduler.core.clock import local_day
from scheduler.core.numbers import next_number
from scheduler.demo.present import SCENES
from scheduler.demo.rows import Ids, added, note
from scheduler.demo.year import DETECTIVES
from scheduler.programmes.terms import SchoolLevel
from scheduler.visits.models.visits import Visit

BEGAN = dt.timedelta(days=60)


@dataclass(frozen=True)
class CohortPlan:
    """One group: the scenes that are its parts, by their days, and how many of them were held."""

    days: tuple[int, ...]
    grade: int
    size: int
    held: int = 0
    given_up: bool = False
    years_ago: int = 0


PLANS = (
    CohortPlan((-23, -18, -12), 7, 40, held=3),
    CohortPlan((-22,), 6, 38, held=1),  # its next part is due
    CohortPlan((-19, 4), 8, 42, held=1),
    CohortPlan((11,), 5, 36),
    CohortPlan((-15,), 7, 34, held=1, given_up=True),
    CohortPlan((-21,), 8, 41, held=1, years_ago=1),
)


def write_cohorts(session: Session, visits: Sequence[int], ids: Ids) -> None:
    """Cohorts of the association's trainings; `visits` are those of the scenes, in their order."""
    there = {one.day: visit for one, visit in zip(SCENES, visits, strict=True) if one.shape is DETECTIVES}
    wanted = select(Visit.id, Visit.school_request_id, Visit.host_id).where(Visit.id.in_(there.values()))
    of_visit = {row.id: (row.school_request_id, row.host_id) for row in session.execute(wanted)}
    asked = {day: of_visit[visit] for day, visit in there.items()}
    made = added(session, Cohort, [_row(plan, asked, ids) for plan in PLANS])
    for cohort_id, plan in zip(made, PLANS, strict=True):
        parts = [
            {"cohort_id": cohort_id, "school_request_id": asked[day][0], "skill": skill}
            for day, skill in zip(plan.days, CohortSkill, strict=False)
        ]
        session.execute(insert(CohortPart), parts)
        session.execute(update(Cohort).where(Cohort.id == cohort_id).values(level=plan.held))
    note(session, "cohort", made, "cohort begun", ids.now - BEGAN)


def _row(plan: CohortPlan, asked: Mapping[int, tuple[int, int]], ids: Ids) -> dict[str, object]:
    today = local_day(ids.now)
    began = today - BEGAN - dt.timedelta(days=365 * plan.years_ago)
    ends = end_of_school_year(today)
    return {
        "code": next_number("D", began),
        "centre_id": ids.centres[DETECTIVES.centre],
        "programme_id": ids.programmes[DETECTIVES.programme],
        "host_id": asked[plan.days[0]][1],
        "school_level": SchoolLevel.PRIMARY,
        "grade": plan.grade,
        "size": plan.size,
        "level": 0,
        "began_on": began,
        "ends_on": ends.replace(year=ends.year - plan.years_ago),
        "gave_up_on": today - dt.timedelta(days=3) if plan.given_up else None,
        "version": 1,
    }
