"""Why a request stands where it does on the waiting list."""

import calendar
import datetime as dt
from functools import lru_cache

from scheduler.core.text import fold
from scheduler.requests.terms.school_request import RequestState
from scheduler.waitlist.terms import Part, Points, WaitingFacts, Weights

DAYS_OF_A_MONTH = 30


def still_waits(state: RequestState, since: dt.datetime, offered_at: dt.datetime) -> bool:
    """Whether a request is as the offer of a date left it; else it was answered otherwise, and the offer is void."""
    return state is RequestState.PROPOSED and since <= offered_at


def is_rural(place: str, towns: tuple[str, ...]) -> bool:
    """Whether a host lies outside of its towns: the seat of its municipality, and the city that this belongs to.

    A host without a municipality (abroad, or typed by hand) is not.
    """
    return bool(towns) and fold(place) not in {fold(town) for town in towns}


def years_since(day: dt.date, today: dt.date) -> int:
    """Whole years; a visit on 29 February is a year ago on 1 March."""
    return max(0, today.year - day.year - ((today.month, today.day) < (day.month, day.day)))


def days_of_years(most_years: int, today: dt.date) -> list[dt.date]:
    """The last day of which `years_since` says one year, two years, up to so many: the latest first."""
    return [_same_day(today.year - years, today) for years in range(1, most_years + 1)]


def _same_day(year: int, day: dt.date) -> dt.date:
    leap = day.month == 2 and day.day == 29 and not calendar.isleap(year)
    return dt.date(year, day.month, 28 if leap else day.day)


def moments_of_months(oldest: dt.datetime, now: dt.datetime) -> list[dt.datetime]:
    """The last moment at which who waits since then has waited a month, two, up to those of the oldest."""
    months = max(0, (now - oldest).days) // DAYS_OF_A_MONTH
    return [now - dt.timedelta(days=DAYS_OF_A_MONTH * month) for month in range(1, months + 1)]


def rank_parts(facts: WaitingFacts, weights: Weights, now: dt.datetime, today: dt.date) -> tuple[Points, ...]:
    """Why a request stands where it does on the waiting list, part by part; parts without points are left out."""
    years = None if facts.last_visit is None else years_since(facts.last_visit, today)
    months = max(0, (now - facts.waits_since).days) // DAYS_OF_A_MONTH
    return _parts(years, months, facts.rural, facts.special_needs, facts.put_first, weights)


@lru_cache(maxsize=4096)  # thousands wait, for some hundred reasons
def _parts(
    years: int | None, months: int, rural: bool, special_needs: bool, put_first: bool, weights: Weights
) -> tuple[Points, ...]:
    unvisited = Part.NEVER_VISITED if years is None else Part.NOT_VISITED
    gone = weights.most_years if years is None else years
    parts = (
        Points(unvisited, weights.per_year * min(gone, weights.most_years), gone),
        Points(Part.RURAL, weights.rural if rural else 0),
        Points(Part.SPECIAL_NEEDS, weights.special_needs if special_needs else 0),
        Points(Part.WAITS, weights.per_month * months, months),
    )
    first = (Points(Part.PUT_FIRST, 0),) if put_first else ()
    return first + tuple(part for part in parts if part.points)


def rank_key(facts: WaitingFacts, parts: tuple[Points, ...], request_id: int) -> tuple[bool, int, dt.datetime, int]:
    """By this the waiting list is sorted: put first, then the most points, then who waits longest."""
    return (not facts.put_first, -sum(part.points for part in parts), facts.waits_since, request_id)
