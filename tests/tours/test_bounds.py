"""Bounds of a tour: its days without Sundays, its cities, its crew, the hours of a shift and of setting out."""

import datetime as dt
from dataclasses import replace

import pytest

from scheduler.booking.rules.days_that_suit import HORIZON_DAYS
from scheduler.core.clock import moment_of
from scheduler.core.errors import GroundReason
from scheduler.people.terms import Hours
from scheduler.places.terms.hosts import MunicipalityRow, SchoolCalendar
from scheduler.planning.terms import MOST_TOUR_CITIES, Tour, TourStop
from scheduler.proposals.terms.plan import ProposalReason
from scheduler.tours.rules import found_tour, open_days, problem_of, problems_with_tour
from scheduler.tours.terms import CrewMode, FoundStop, LeftOut, ShiftTimes, TourAsk, TourDraft, TourReason, TourTown
from tests.booking.free_facts import TODAY, a_seeker, facts
from tests.bounds import at_each_bound
from tests.visits.stops import NIS, so_far

DAY = dt.timedelta(days=1)
SUNDAY = dt.date(2026, 10, 18)
AROUND = (-1, 0, 1)
EARLY, NOON, HALF_PAST_ONE, TWO = dt.time(8), dt.time(12), dt.time(13, 30), dt.time(14)
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


def is_an_afternoon(time: dt.time) -> bool:
    [hers] = open_days(TourTown(TOWN, frozenset({TODAY}), None, FREE), moment_of)[TODAY].values()
    return time in hers.afternoon


def days_for_two(people: int) -> int:
    """On how many days a city can have a crew of two, when so many could go on one."""
    opened = {TODAY: {who: ShiftTimes((EARLY,)) for who in range(1, people + 1)}}
    ask = TourAsk(a_draft(people=()), NIS, [TourTown(TOWN, frozenset({TODAY}), FREE, None)], 2)
    return len(problem_of(ask, [opened])[0].cities[0].days)


def visited(hours: ShiftTimes, minutes: int) -> FoundStop:
    """The stop of one educator who could begin at these hours, so many minutes away."""
    opened = [{TODAY: {1: hours}}]
    town = TourTown(TOWN, frozenset({TODAY}), FREE if hours.morning else None, FREE if hours.afternoon else None)
    ask = TourAsk(a_draft(people=(1,)), so_far(minutes), [town], 1)
    problem, crew = problem_of(ask, opened)
    tour = Tour((TourStop(0, TODAY.toordinal(), from_home=True),))
    return found_tour(ask, opened, problem, crew, tour).stops[0]


def begins(minutes: int) -> dt.time | None:
    return visited(ShiftTimes((EARLY, NOON)), minutes).morning_local


def begins_after_noon(minutes: int) -> tuple[dt.time | None, dt.time | None]:
    stop = visited(ShiftTimes((), (HALF_PAST_ONE, TWO)), minutes)
    return stop.morning_local, stop.afternoon_local


BOUNDS = (
    ("a day", lambda n: problems(n), (0, 1, 2), ({"last_day": GroundReason.DAYS_NOT_IN_ORDER}, {}, {})),
    ("over before today", lambda n: problems(8, first_day=TODAY + (n - 7) * DAY), AROUND,
     ({"last_day": GroundReason.IN_THE_PAST}, {}, {})),
    ("the days that are known", lambda n: problems(HORIZON_DAYS + n), AROUND,
     ({}, {}, {"last_day": ProposalReason.TOO_FAR_AHEAD})),
    ("a city a day, none on Sunday", lambda n: problems(3, n, SUNDAY), (1, 2, 3),
     ({}, {}, {"last_day": TourReason.MORE_CITIES_THAN_DAYS})),
    ("forty cities", lambda n: problems(60, MOST_TOUR_CITIES + n), AROUND,
     ({}, {}, {"cities": TourReason.TOO_MANY_CITIES})),
    ("a city", lambda n: problems(2, n), (0, 1, 2), ({"cities": TourReason.NO_CITY}, {}, {})),
    ("a fixed crew of two", lambda n: problems(people=tuple(range(n)), mode=CrewMode.FIXED), (1, 2, 3),
     ({"people": TourReason.CREW_NOT_WHOLE}, {}, {})),
    ("a presentation", lambda n: problems(mornings=n), (0, 1, 2), ({"mornings": TourReason.NOTHING_GIVEN}, {}, {})),
    ("four presentations a day", lambda n: problems(mornings=2, afternoons=n), (1, 2, 3),
     ({}, {}, {"afternoons": TourReason.TOO_MUCH_FOR_A_DAY})),
    ("an afternoon begins", is_an_afternoon, (dt.time(13, 15), dt.time(13, 30), dt.time(13, 45)), (False, True, True)),
    ("a morning ends", is_a_morning, (dt.time(12, 15), dt.time(12, 30), dt.time(12, 45)), (True, True, False)),
    ("two of a crew", days_for_two, (1, 2, 3), (0, 1, 1)),
    ("sets out at six", begins, (104, 105, 106), (EARLY, EARLY, NOON)),
    ("sets out at six for an afternoon", begins_after_noon, (434, 435, 436),
     ((None, HALF_PAST_ONE), (None, HALF_PAST_ONE), (None, TWO))),
)  # fmt: skip


@at_each_bound(*BOUNDS)
def test_what_each_rule_answers_at_its_bound(rule, value, answer):
    assert rule(value) == answer


BOTH = TourTown(TOWN, frozenset({TODAY}), FREE, FREE)


@pytest.mark.parametrize(("since", "until", "is_open"), [(6, 20, True), (6, 13, False), (14, 20, False), (9, 16, True)])
def test_a_day_is_open_to_who_can_give_both_shifts(since: int, until: int, is_open: bool):
    free = facts(a_seeker(hours=(Hours(TODAY.weekday(), dt.time(since), dt.time(until)),)))
    assert (TODAY in open_days(replace(BOTH, morning=free, afternoon=free), moment_of)) is is_open


@pytest.mark.parametrize(("hers", "days"), [
    (ShiftTimes((EARLY, NOON), (TWO,)), 1),
    (ShiftTimes((NOON,), (TWO,)), 1),
    (ShiftTimes((EARLY,), (TWO,)), 0),
    (ShiftTimes((NOON,), (HALF_PAST_ONE,)), 0),
])  # fmt: skip
def test_a_fixed_crew_goes_where_an_hour_of_each_shift_suits_all_of_it(hers: ShiftTimes, days: int):
    ask = TourAsk(a_draft(mode=CrewMode.FIXED), NIS, [BOTH], 2)
    problem, _crew = problem_of(ask, [{TODAY: {1: ShiftTimes((NOON,), (TWO,)), 2: hers}}])
    assert len(problem.cities[0].days) == days


@pytest.mark.parametrize(("school_days", "people", "why"), [
    ({TODAY}, {1: ShiftTimes((EARLY,), (TWO,))}, LeftOut.NO_DAY_LEFT),
    ({TODAY}, {}, LeftOut.NOBODY_CAN),
    ((), {}, LeftOut.NO_SCHOOL_DAY),
])  # fmt: skip
def test_a_city_that_is_left_out_says_why(school_days, people, why: LeftOut):
    ask = TourAsk(a_draft(people=()), NIS, [replace(BOTH, school_days=frozenset(school_days))], 1)
    opened = [{TODAY: people} if people else {}]
    problem, crew = problem_of(ask, opened)
    assert found_tour(ask, opened, problem, crew, Tour(())).stops == (FoundStop(TOWN.id, left_out=why),)
