"""In which shift the classes of visits are on their day, by what each school told: three queries for a whole board."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from scheduler.board.terms import ShiftsShown
from scheduler.core.db import db
from scheduler.places.models import HostSchoolTime
from scheduler.places.queries import school_time_row
from scheduler.places.rules.school_time import classes_in, shift_on
from scheduler.places.terms.school_time import SchoolClock, SchoolTime, Shift
from scheduler.programmes.terms import Audience
from scheduler.visits.rules.starts import outside_shifts
from scheduler.visits.terms.plans import PresentationPlan
from scheduler.visits.terms.rows import VisitRow

ORDER = list(Shift)


def shifts_shown(visits: Sequence[VisitRow]) -> dict[int, ShiftsShown]:
    """By visit; nothing for schools that have told nothing, and for visits without a class that can be read."""
    found = db.session().scalars(
        select(HostSchoolTime)
        .where(HostSchoolTime.host_id.in_({visit.host_id for visit in visits}))
        .options(selectinload(HostSchoolTime.bells), selectinload(HostSchoolTime.days))
        .order_by(HostSchoolTime.id)
    )
    told = {row.host_id: school_time_row(row).told for row in found}
    shown = {visit.id: _shown(visit, told[visit.host_id]) for visit in visits if visit.host_id in told}
    return {number: one for number, one in shown.items() if one.shifts}


def _shown(visit: VisitRow, told: SchoolTime) -> ShiftsShown:
    pupils = [row for row in visit.presentations if row.audience is Audience.PUPILS]
    named = [name for row in pupils for name in classes_in(row.classes)]
    shifts = {shift for name in named if (shift := shift_on(told, name, visit.on_day))}
    plans = [
        PresentationPlan(row.starts_local, row.minutes, row.audience, row.level, row.classes)
        for row in pupils
        if not row.outside_shift
    ]
    hours = SchoolClock(told, frozenset({visit.on_day}))
    away = bool(outside_shifts(hours, visit.on_day, plans))
    return ShiftsShown(tuple(sorted(shifts, key=ORDER.index)), away)
