"""Who has waited long is visited sooner, and a lesson late in the day is marked."""

import datetime as dt
from dataclasses import replace

import pytest

from scheduler.booking.terms.free_dates import Bounds
from scheduler.core.clock import moment_of
from scheduler.people.terms import Hours
from scheduler.planning.solver.engine import Watch, never, solve
from scheduler.programmes.terms import Audience
from scheduler.proposals.rules.drawing import drawing_of, seat_of
from scheduler.proposals.rules.lateness import days_soon_enough, remarks_on
from scheduler.proposals.terms.plan import AskedVisit, ProposedSeat, Remark
from tests.booking.dice import TWO_SHIFTS
from tests.booking.free_facts import DAY, TODAY, a_seeker, facts

ONE_A_WEEK = a_seeker(hours=(Hours(0, dt.time(10), dt.time(11, 15)),))
THREE_MONDAYS = facts(ONE_A_WEEK, bounds=Bounds(first_day=TODAY + 7 * DAY, last_day=TODAY + 21 * DAY))


def asked(request_id: int = 1, wish=THREE_MONDAYS, **given: object) -> AskedVisit:
    return AskedVisit(request_id, request_id, wish, 10, (wish.minutes,), ("",), **given)


@pytest.mark.parametrize(("waits_days", "last"), [(1, 29), (10, 20), (23, 7), (24, 6), (400, 6)])
def test_the_longer_somebody_waits_the_sooner_are_the_days_that_suit_down_to_a_week(waits_days: int, last: int):
    possible = [TODAY + number * DAY for number in range(31)]

    assert days_soon_enough(possible, waits_days) == frozenset(possible[: last + 1])


def test_who_could_go_on_no_day_has_none_that_suits():
    assert days_soon_enough([], 30) == frozenset()


@pytest.mark.parametrize("long", [1, 2])
def test_of_two_schools_that_ask_for_the_same_days_the_one_that_waits_longer_is_visited_first(long: int):
    both = [asked(one, waits_days=60 if one == long else 1) for one in (1, 2)]
    drawing = drawing_of(both, TODAY, moment_of, lambda _number: None)

    plan = solve(drawing.problem, Watch(lambda steps: steps / 2, lambda _what, _figures: None), never)

    days = {seat.request_id: seat.on_day for seat in (seat_of(drawing, one) for one in plan.placements)}
    assert days[long] == TODAY + 7 * DAY
    assert days[3 - long] > days[long]


def test_days_that_a_school_named_count_before_its_wait():
    named = frozenset({TODAY + 21 * DAY})
    drawing = drawing_of([asked(liked=named, waits_days=60)], TODAY, moment_of, lambda _number: None)

    assert drawing.problem.requests[0].preferred_days == {21}


SHIFTS_KNOWN = replace(THREE_MONDAYS, told=TWO_SHIFTS)


@pytest.mark.parametrize(
    ("wish", "hour", "remarks"),
    [
        (THREE_MONDAYS, dt.time(12, 15), []),
        (THREE_MONDAYS, dt.time(12, 30), [Remark.SHIFTS_UNKNOWN]),
        (SHIFTS_KNOWN, dt.time(12, 30), []),
        (SHIFTS_KNOWN, dt.time(17, 15), []),
        (SHIFTS_KNOWN, dt.time(17, 20), [Remark.ENDS_LATE]),
        (replace(SHIFTS_KNOWN, minutes=100), dt.time(16, 30), [Remark.ENDS_LATE]),
        (replace(SHIFTS_KNOWN, at=dt.time(18)), dt.time(18), []),  # the school's own hour
        (replace(THREE_MONDAYS, audience=Audience.PARENTS), dt.time(18), []),
    ],
)
def test_a_lesson_that_ends_late_or_may_find_no_pupils_is_marked(wish, hour: dt.time, remarks: list[Remark]):
    assert remarks_on(asked(wish=wish), ProposedSeat(1, TODAY, hour, 1), suits=True) == remarks


def test_of_an_hour_that_the_school_named_nothing_is_said():
    named = asked(wish=SHIFTS_KNOWN, hours={TODAY: dt.time(18)})

    assert remarks_on(named, ProposedSeat(1, TODAY, dt.time(18), 1), suits=True) == []
    assert remarks_on(named, ProposedSeat(1, TODAY + DAY, dt.time(18), 1), suits=True) == [Remark.ENDS_LATE]


def test_a_day_that_does_not_suit_says_whether_the_school_named_others_or_has_waited():
    seat = ProposedSeat(1, TODAY, dt.time(10), 1)

    assert remarks_on(asked(liked=frozenset({TODAY + DAY})), seat, suits=False) == [Remark.OFF_DAY]
    assert remarks_on(asked(waits_days=60), seat, suits=False) == [Remark.AFTER_LONG_WAIT]
