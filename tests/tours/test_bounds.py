"""Bounds of a tour: its days without Sundays, its cities, its crew, the hours of a shift and of setting out."""

import datetime as dt

from scheduler.booking.rules.days_that_suit import HORIZON_DAYS
from scheduler.core.clock import moment_of
from scheduler.core.errors import GroundReason
from scheduler.people.terms import Hours
from scheduler.places.terms.hosts import MunicipalityRow, SchoolCalendar
from scheduler.planning.terms import MOST_TOUR_CITIES, Tour, TourStop
from scheduler.proposals.terms.plan import ProposalReason
from scheduler.tours.rules import found_tour, open_days, problem_of, problems_with_tour
from scheduler.tours.terms import CrewMode, ShiftTimes, TourAsk, TourDraft, TourReason, TourTown
from tests.booking.free_facts import NIS, TODAY, a_seeker, facts
from tests.bounds import at_each_bound
from tests.visits.plan_facts import so_far

DAY = dt.timedelta(days=1)
SATURDAY = dt.date(2026, 10, 17)
AROUND = (-1, 0, 1)
EARLY, NOON = dt.time(8), dt.time(12)
TOWN = MunicipalityRow(1, "Ниш", "Niš", "Ниш", "Niš", 1, "", "", "", SchoolCalendar.REPUBLIC, "", NIS)
FREE = facts(a_seeker(hours=tuple(Hours(weekday, dt.time(6), dt.time(20)) for weekday in range(5))))


def a_draft(days: int = 1, cities: int = 1, first_day: dt.date = TODAY, **given: object) -> TourDraft:
    """Of so many days and cities."""
    fair = {"people": (1, 2), "mode": CrewMode.ROTATING}
    return TourDraft(first_day, first_day + (days - 1) * DAY, tuple(range(cities)), 1, **(fair | given))


def problems(*given: object, **also: object) -> dict[str, str]:
    return problems_with_tour(a_draft(*given, **also), TODAY, 2)


def is_a_morning(time: dt.time) -> bool:
    """Whether three quarters of an hour that begin then are a morning's."""
    [hers] = open_days(TourTown(TOWN, frozenset({TODAY}), FREE, None), moment_of)[TODAY].values()
    return time in hers.morning


def days_for_two(people: int) -> int:
    """On how many days a city can have a crew of two, when so many could go on one."""
    opened = {TODAY: {who: ShiftTimes((EARLY,)) for who in range(1, people + 1)}}
    ask = TourAsk(a_draft(people=()), NIS, [TourTown(TOWN, frozenset({TODAY}), FREE, None)], 2)
    return len(problem_of(ask, [opened])[0].cities[0].days)


def begins(minutes: int) -> dt.time | None:
    """When a crew begins that could at eight or at noon, from so many minutes away."""
    start = so_far(minutes)
    ask = TourAsk(a_draft(people=(1,)), start, [TourTown(TOWN, frozenset({TODAY}), FREE, None)], 1)
    opened = [{TODAY: {1: ShiftTimes((EARLY, NOON))}}]
    problem, crew = problem_of(ask, opened)
    tour = Tour((TourStop(0, TODAY.toordinal(), from_home=True),))
    return found_tour(ask, opened, problem, crew, tour).stops[0].morning_local


BOUNDS = (
    ("a day", lambda n: problems(n), (0, 1, 2), ({"last_day": GroundReason.DAYS_NOT_IN_ORDER}, {}, {})),
    ("over before today", lambda n: problems(8, first_day=TODAY + (n - 7) * DAY), AROUND,
     ({"last_day": GroundReason.IN_THE_PAST}, {}, {})),
    ("the days that are known", lambda n: problems(HORIZON_DAYS + n), AROUND,
     ({}, {}, {"last_day": ProposalReason.TOO_FAR_AHEAD})),
    ("a city a day, none on Sunday", lambda n: problems(3, n, SATURDAY), (1, 2, 3),
     ({}, {}, {"last_day": TourReason.MORE_CITIES_THAN_DAYS})),
    ("forty cities", lambda n: problems(60, MOST_TOUR_CITIES + n), AROUND,
     ({}, {}, {"cities": TourReason.TOO_MANY_CITIES})),
    ("a city", lambda n: problems(2, n), (0, 1, 2), ({"cities": TourReason.NO_CITY}, {}, {})),
    ("a fixed crew of two", lambda n: problems(people=tuple(range(n)), mode=CrewMode.FIXED), (1, 2, 3),
     ({"people": TourReason.CREW_NOT_WHOLE}, {}, {})),
    ("a presentation", lambda n: problems(mornings=n), (0, 1, 2), ({"mornings": TourReason.NOTHING_GIVEN}, {}, {})),
    ("four presentations a day", lambda n: problems(mornings=2, afternoons=n), (1, 2, 3),
     ({}, {}, {"afternoons": TourReason.TOO_MUCH_FOR_A_DAY})),
    ("a morning begins", is_a_morning, (dt.time(7, 45), dt.time(8), dt.time(8, 15)), (False, True, True)),
    ("a morning ends", is_a_morning, (dt.time(12, 15), dt.time(12, 30), dt.time(12, 45)), (True, True, False)),
    ("two of a crew", days_for_two, (1, 2, 3), (0, 1, 1)),
    ("sets out at six", begins, (104, 105, 106), (EARLY, EARLY, NOON)),
)  # fmt: skip


@at_each_bound(*BOUNDS)
def test_what_each_rule_answers_at_its_bound(rule, value, answer):
    assert rule(value) == answer
