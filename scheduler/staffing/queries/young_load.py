"""What minors have promised in a week and in a month, and where it is more than the limits allow."""

import datetime as dt
from calendar import monthrange
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, select

from scheduler.config import settings
from scheduler.core import clock
from scheduler.core.db import db
from scheduler.core.errors import Conflict
from scheduler.people.models import Presenter, User
from scheduler.people.rules import is_minor
from scheduler.safeguarding.queries import takes_nothing_new
from scheduler.staffing.rules.young_load import too_much_for_a_minor
from scheduler.staffing.terms.young_load import YoungLimits, YoungVisit
from scheduler.visits.models.visits import Assignment, Presentation
from scheduler.visits.queries.agenda import stops_and_load, time_taken, weeks_around
from scheduler.visits.rules.limits import week_of_day
from scheduler.visits.service.locked_visit import OpenVisit
from scheduler.visits.terms.plans import Stop, TakenTime, Why
from scheduler.visits.terms.reasons import WhyNot
from scheduler.visits.terms.states import PROMISED, TO_COME


def limits() -> YoungLimits:
    """What this installation allows."""
    most = settings().minor_most
    return YoungLimits(most("week_visits"), most("week_hours"), most("month_visits"), most("month_hours"))


@dataclass(frozen=True)
class Promises:
    """What presenters have promised around a visit."""

    stops: Mapping[int, Sequence[Stop]]  # within a day of the visit
    load: Mapping[int, Mapping[dt.date, int]]  # presentations by local day, in the weeks of the days
    taken: Sequence[TakenTime]  # all of it, in the weeks and months of the days


def promises_of_months(
    presenter_ids: Collection[int],
    around: Sequence[Stop],
    days: Collection[dt.date],
    *,
    except_visit: int,
    now: dt.datetime,
) -> Promises:
    """`stops_and_load` of whole months, so that what is too much for a minor is read of the same rows: one query."""
    weeks, months = weeks_around(around, days), months_and_weeks(days)
    span = min(weeks[0], months[0]), max(weeks[1], months[1])
    taken = time_taken(presenter_ids, span, now=now, except_visit=except_visit)
    return Promises(*stops_and_load(taken, around, days), taken)


def months_and_weeks(days: Collection[dt.date]) -> tuple[dt.date, dt.date]:
    """The first and the last day of the weeks and the months of some days."""
    first = min(min(week_of_day(day), day.replace(day=1)) for day in days)
    last = max(max(week_of_day(day) + dt.timedelta(days=6), _last_of_month(day)) for day in days)
    return first, last


def _last_of_month(day: dt.date) -> dt.date:
    return day.replace(day=monthrange(day.year, day.month)[1])


def too_much_for(
    minutes: Mapping[int, Sequence[int]], days: Collection[dt.date], *, visit_id: int
) -> dict[dt.date, dict[int, list[Why]]]:
    """What speaks against a visit on each of these days, of minors who have presentations of so many minutes in it.

    One question, also for none: a page asks as often whoever stands on it.
    """
    promised = _promised(
        Assignment.presenter_id.in_(minutes),
        Assignment.on_day.between(*months_and_weeks(days)),
        Presentation.visit_id != visit_id,
    )
    return _too_much(promised, minutes, days, visit_id)


def too_much_beside(
    taken: Iterable[TakenTime],
    adult_on: Mapping[int, dt.date | None],
    minutes: Mapping[int, Sequence[int]],
    days: Collection[dt.date],
    *,
    visit_id: int,
) -> dict[dt.date, dict[int, list[Why]]]:
    """The same of what was read already: all that they have promised beside this visit in the weeks and months of
    these days (`promises_of_months`).
    """
    promised: dict[int, list[YoungVisit]] = defaultdict(list)
    for one in taken:
        if one.stop.visit_id > 0 and is_minor(adult_on[one.presenter_id], one.on_day):  # a date that is held is none
            promised[one.presenter_id].append(YoungVisit(one.stop.visit_id, one.on_day, one.minutes))
    return _too_much(promised, minutes, days, visit_id)


def _too_much(
    promised: Mapping[int, Sequence[YoungVisit]],
    minutes: Mapping[int, Sequence[int]],
    days: Collection[dt.date],
    visit_id: int,
) -> dict[dt.date, dict[int, list[Why]]]:
    return {
        day: {
            who: too_much_for_a_minor(
                [*promised.get(who, []), *(YoungVisit(visit_id, day, one) for one in own)], day, limits()
            )
            for who, own in minutes.items()
        }
        for day in days
    }


def who_stays_behind(visit_id: int, day: dt.date) -> dict[int, tuple[str, Why]]:
    """Of a visit's crew who leaves it when it moves to that day: first name, and the first reason.

    Minors to whom it would be too much there, and who takes nothing new: she is not asked again.
    """
    rows = db.session().execute(
        select(
            Assignment.presenter_id, User.given_spelled, Presenter.adult_on, Presentation.minutes, takes_nothing_new()
        )
        .join(Presentation, Presentation.id == Assignment.presentation_id)
        .join(Presenter, Presenter.id == Assignment.presenter_id)
        .join(User, User.id == Presenter.user_id)
        .where(
            Presentation.visit_id == visit_id,
            Assignment.state.in_(TO_COME),
            (Presenter.adult_on > day) | takes_nothing_new(),
        )
        .order_by(User.given_name, Assignment.presenter_id)
    )
    minutes: dict[int, list[int]] = defaultdict(list)
    names: dict[int, str] = {}
    stopped: dict[int, list[Why]] = {}
    for who, name, adult_on, one, nothing_new in rows:
        names[who] = name
        if nothing_new:
            stopped[who] = [Why(WhyNot.TAKES_NOTHING_NEW)]
        elif is_minor(adult_on, day):
            minutes[who].append(one)
    full = too_much_for(minutes, [day], visit_id=visit_id)[day] if minutes else {}
    return {who: (names[who], reasons[0]) for who, reasons in (stopped | full).items() if reasons}


def refuse_too_much(opened: OpenVisit, seats: Collection[Assignment]) -> None:
    """Raises: Conflict("young_week_full", "young_month_full") where these seats are more than a minor is given."""
    here: dict[int, list[int]] = defaultdict(list)
    for seat in opened.assignments:
        if opened.minor(seat) and any(one.presenter_id == seat.presenter_id for one in seats):
            here[seat.presenter_id].append(opened.presentation(seat.presentation_id).minutes)
    if not here:
        return
    day = opened.visit.on_day
    found = too_much_for(here, [day], visit_id=opened.visit.id)[day]
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
