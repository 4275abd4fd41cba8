"""What minors have promised in a week and in a month, and where it is more than the limits allow."""

import calendar
import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping

from sqlalchemy import ColumnElement, select

from scheduler.config import settings
from scheduler.core import clock
from scheduler.core.db import db
from scheduler.core.errors import Conflict
from scheduler.people.models import Presenter
from scheduler.people.rules import is_minor
from scheduler.staffing.rules.young_load import too_much_for_a_minor
from scheduler.staffing.terms.young_load import YoungLimits, YoungVisit
from scheduler.visits.models.visits import Assignment, Presentation
from scheduler.visits.rules.limits import week_of_day
from scheduler.visits.service.locked_visit import OpenVisit
from scheduler.visits.terms.plans import Why
from scheduler.visits.terms.states import PROMISED


def limits() -> YoungLimits:
    """What this installation allows."""
    most = settings().minor_most
    return YoungLimits(most("week_visits"), most("week_hours"), most("month_visits"), most("month_hours"))


def too_much_for(
    minor_ids: Collection[int], day: dt.date, here: Mapping[int, Iterable[YoungVisit]], *, except_visit: int
) -> dict[int, list[Why]]:
    """Of these minors, what speaks against a visit on that day, in which each has these presentations.

    One question, also for none: a page asks as often whoever stands on it.
    """
    first = min(week_of_day(day), day.replace(day=1))
    ends = day.replace(day=calendar.monthrange(day.year, day.month)[1])
    last = max(week_of_day(day) + dt.timedelta(days=6), ends)
    promised = _promised(Assignment.presenter_id.in_(minor_ids), Assignment.on_day.between(first, last))
    return {
        who: too_much_for_a_minor(
            [*(one for one in promised.get(who, []) if one.visit_id != except_visit), *here.get(who, [])], day, limits()
        )
        for who in minor_ids
    }


def refuse_too_much(opened: OpenVisit, seats: Collection[Assignment]) -> None:
    """Raises: Conflict("young_week_full", "young_month_full") where these seats are more than a minor is given."""
    here: dict[int, list[YoungVisit]] = defaultdict(list)
    for seat in opened.assignments:
        if opened.minor(seat) and any(one.presenter_id == seat.presenter_id for one in seats):
            minutes = opened.presentation(seat.presentation_id).minutes
            here[seat.presenter_id].append(YoungVisit(opened.visit.id, opened.visit.on_day, minutes))
    if not here:
        return
    found = too_much_for(here.keys(), opened.visit.on_day, here, except_visit=opened.visit.id)
    for why in (why for reasons in found.values() for why in reasons):
        raise Conflict(why.code)


def violations() -> list[str]:
    """Minors who have promised more for a week or a month to come than they are given."""
    found = []
    for who, visits in _promised(Assignment.on_day >= clock.local_day(clock.now())).items():
        days = {day for one in visits for day in (week_of_day(one.on_day), one.on_day.replace(day=1))}
        full = {(why.code, day) for day in days for why in too_much_for_a_minor(visits, day, limits())}
        found += [f"presenter {who}: {code.value} from {day:%Y-%m-%d} on" for code, day in sorted(full)]
    return sorted(found)


def _promised(*which: ColumnElement[bool]) -> dict[int, list[YoungVisit]]:
    """What minors are asked to or have accepted, by presenter."""
    seat = Assignment.presenter_id, Presenter.adult_on, Assignment.on_day
    rows = db.session().execute(
        select(*seat, Presentation.visit_id, Presentation.minutes)
        .join(Presenter, Presenter.id == Assignment.presenter_id)
        .join(Presentation, Presentation.id == Assignment.presentation_id)
        .where(Presenter.adult_on > Assignment.on_day, Assignment.state.in_(PROMISED), *which)
        .order_by(Assignment.presenter_id, Assignment.id)
    )
    found: dict[int, list[YoungVisit]] = defaultdict(list)
    for who, adult_on, day, visit_id, minutes in rows:
        if is_minor(adult_on, day):
            found[who].append(YoungVisit(visit_id, day, minutes))
    return found
