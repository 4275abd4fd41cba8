"""In which shift the classes of visits are on their day, by what each school told: one query for a whole board."""

from collections.abc import Sequence

from scheduler.board.terms import ShiftsShown
from scheduler.places.queries import school_times_of
from scheduler.places.rules.school_time import classes_in, shift_on
from scheduler.places.terms.school_time import SchoolClock, SchoolTime, Shift
from scheduler.programmes.terms import Audience
from scheduler.visits.rules.starts import outside_shifts
from scheduler.visits.terms.plans import PresentationPlan
from scheduler.visits.terms.rows import VisitRow

ORDER = list(Shift)


def shifts_shown(visits: Sequence[VisitRow]) -> dict[int, ShiftsShown]:
    """By visit; nothing for schools that have told nothing, and for visits without a class that can be read."""
    rows = school_times_of({visit.host_id for visit in visits})
    told = {host_id: row.told for host_id, row in rows.items()}
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
