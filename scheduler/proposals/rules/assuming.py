"""What free dates would know if something were otherwise: somebody away, one person more, one language more; pure.

Nothing of it is stored: the same rules are asked of other facts.
"""

import datetime as dt
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace

from scheduler.booking.rules.days_that_suit import EARLIEST, HORIZON_DAYS, LATEST_END
from scheduler.booking.terms.free_dates import FreeFacts, Seeker
from scheduler.people.terms import ExceptionRow, Hours
from scheduler.proposals.terms.plan import MOST_NIGHTS_AWAY, Assumed, Mending, ProposedSeat, Supposition
from scheduler.visits.rules.limits import week_of_day

DAY = dt.timedelta(days=1)


def copy_of(presenter_id: int) -> int:
    """What somebody is called who is like a presenter, and is nobody: no presenter has a number below one."""
    return -presenter_id


def copies_in(seat: ProposedSeat | None) -> list[int]:
    """Of whom a seat has a copy."""
    return [-who for who in seat.crew if who < 0] if seat else []


def with_copies(seat: ProposedSeat, copies: Collection[int]) -> ProposedSeat:
    """The seat as it was before only real people could be stored."""
    youth = seat.influencer_id
    return replace(
        seat,
        educator_id=copy_of(seat.educator_id) if seat.educator_id in copies else seat.educator_id,
        influencer_id=copy_of(youth) if youth is not None and youth in copies else youth,
    )


def away_facts(facts: FreeFacts, mends: Mending) -> FreeFacts:
    """The same when the trouble's presenter is away on its days; an absence wins over whatever her calendar says."""
    if mends.presenter_id is None or mends.away_from is None:
        return facts
    away = ExceptionRow(0, mends.away_from, mends.away_until or dt.date.max, available=False)
    return _with(facts, mends.presenter_id, lambda one: replace(one, exceptions=(*one.exceptions, away)))


def assumed_facts(facts: FreeFacts, supposes: Supposition, taught: tuple[Seeker, ...] = ()) -> FreeFacts:
    """The same when that were so. `taught`: she, as another language knows her."""
    who = supposes.presenter_id or 0
    match supposes.assumed:
        case Assumed.PERSON:
            like = tuple(_free(one) for one in facts.people if one.presenter_id == who)
            return replace(facts, people=(*facts.people, *like))
        case Assumed.REACH:
            return _with(facts, who, lambda one: replace(one, reach_km=None))
        case Assumed.WEEKDAY:
            more = Hours(supposes.weekday or 0, EARLIEST, LATEST_END)
            return _with(facts, who, lambda one: replace(one, hours=_with_hours(one, more)))
        case Assumed.LANGUAGE:
            others = tuple(one for one in facts.people if one.presenter_id != who or not taught)
            speaks = tuple(replace(one, languages=(facts.language,)) for one in taught)
            return replace(facts, people=(*others, *speaks))
        case Assumed.ONE_MORE:
            return replace(facts, people=tuple(_less_busy(one, facts.today) for one in facts.people))
        case Assumed.NIGHT:
            return facts  # free dates know no nights: the roads of the plan change


def assumed_nights(nights: Mapping[int, int], supposes: Supposition) -> Mapping[int, int]:
    """How many nights in a row people may stay away, with one more of her; who asks has looked that she is an adult."""
    who = supposes.presenter_id
    if supposes.assumed is not Assumed.NIGHT or who is None:
        return nights
    return {**nights, who: min(nights.get(who, 0) + 1, MOST_NIGHTS_AWAY)}


def _with(facts: FreeFacts, who: int, change: Callable[[Seeker], Seeker]) -> FreeFacts:
    return replace(facts, people=tuple(change(one) if one.presenter_id == who else one for one in facts.people))


def _free(one: Seeker) -> Seeker:
    """Somebody of the same home, skills, hours and papers who has promised nothing yet."""
    return replace(one, presenter_id=copy_of(one.presenter_id), promised=(), presentations={}, young=())


def _with_hours(one: Seeker, more: Hours) -> tuple[Hours, ...]:
    """Her hours with one more day; who cannot teach there has none at all, and gets none."""
    if not one.topics or not one.languages:
        return one.hours
    return tuple(sorted([*(row for row in one.hours if row.weekday != more.weekday), more], key=_by_time))


def _by_time(row: Hours) -> tuple[int, dt.time]:
    return row.weekday, row.from_local


def _less_busy(one: Seeker, today: dt.date) -> Seeker:
    """As if she had one presentation less in each week: it is left out on the Sunday, when nobody goes."""
    sundays = [week_of_day(today) + (6 + 7 * week) * DAY for week in range(HORIZON_DAYS // 7 + 2)]
    fewer = {day: one.presentations.get(day, 0) - 1 for day in sundays}
    return replace(one, presentations={**one.presentations, **fewer})
