"""A day that only a night makes possible: free dates and the planner judge it from the same beds, and alike."""

import datetime as dt
from itertools import product
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduler.booking.terms.free_dates import Seeker
from scheduler.core.clock import moment_of
from scheduler.people.terms import ExceptionRow
from scheduler.places.terms.hosts import Point
from scheduler.planning.rules.judgement import cost_of, violations
from scheduler.planning.solver import engine
from scheduler.planning.terms import NightAway, Plan
from scheduler.proposals.rules.drawing import drawing_of, placement_of
from scheduler.proposals.rules.sleeping import Sleeping, as_slept, nights_that_hold, stand_with_nights
from scheduler.proposals.rules.standing import seats_that_stand
from scheduler.proposals.solver.outcome import PlanWish, draw, nights_in, rows_of
from scheduler.proposals.solver.searching import solve
from scheduler.proposals.terms.plan import AskedVisit, DrawnProblem, Levers, PlannedNight, ProposedSeat, WaitCause
from scheduler.visits.rules.limits import FURTHEST_MINUTES, is_too_long_a_road, too_far
from tests.booking.dice import NEAR
from tests.booking.free_facts import BEOGRAD, DAY, NIS, SUBOTICA, TODAY, VRANJE, WORKING, a_seeker, facts

TEN = dt.time(10)
USUALLY = Levers()


def watch(steps: int, seed: int = 0) -> engine.Watch:
    return engine.Watch(lambda done: done / steps, lambda _what, _figures: None, seed)


def asked_at(number: int, point: Point, day: dt.date, *people, **given) -> AskedVisit:
    wish = facts(*people, point=point, open_days=frozenset({day}), **given)
    return AskedVisit(number, number, wish, 10, (wish.minutes,), ("",))


def drawn(asked: list[AskedVisit], nights: dict[int, int]) -> DrawnProblem:
    return drawing_of(asked, USUALLY, TODAY, moment_of, lambda _number: None, nights)


def two_far_days(*people, **given) -> list[AskedVisit]:
    """A talk in Niš on Monday and one in Vranje on the Tuesday."""
    return [asked_at(1, NIS, NEAR[0], *people, **given), asked_at(2, VRANJE, NEAR[1], *people, **given)]


def somebody(rng: Random) -> Seeker:
    """Who lives nearer or farther, says how far she goes, works on Wednesdays or not, has promised something or not."""
    return a_seeker(
        home=rng.choice((SUBOTICA, BEOGRAD, BEOGRAD, NIS)),
        reach_km=rng.choice((None, None, None, 300)),
        hours=rng.choice((WORKING, WORKING, WORKING, tuple(row for row in WORKING if row.weekday != 2))),
        presentations=rng.choice(({}, {}, {}, {}, {NEAR[2]: 1}, {NEAR[0]: 3}, {NEAR[4]: 11})),
        exceptions=rng.choice(((), (), (ExceptionRow(0, NEAR[0] - DAY, NEAR[0] - DAY, available=True),))),
    )


def some_beds(rng: Random) -> tuple[PlannedNight, ...]:
    """Of the four nights about both days some, each in one of both towns; the two that help are there more often."""
    likely = ((0.08, 1), (0.85, 2), (0.85, 2), (0.05, 2))
    return tuple(
        PlannedNight(1, NEAR[0] + number * DAY, host if rng.random() < 0.9 else 3 - host)
        for number, (chance, host) in enumerate(likely, -1)
        if rng.random() < chance
    )


def as_placed(drawing: DrawnProblem, seats: list[ProposedSeat], nights: tuple[PlannedNight, ...]) -> Plan | None:
    placed = [placement_of(drawing, seat) for seat in seats]
    city_of = {host: city for city, host in drawing.host_at.items()}
    beds = [NightAway("1", (one.after_day - drawing.first_day).days, city_of[one.host_id]) for one in nights]
    return None if None in placed else Plan(tuple(one for one in placed if one), nights=tuple(beds))


def both_ways(seed: int) -> tuple[bool, bool]:
    """Of a random educator, seats and beds: whether the planner may have that plan, and whether free dates offer it."""
    rng = Random(seed)
    asked, most = two_far_days(somebody(rng)), {1: rng.choice((0, 1, 2, 2, 3, 3))}
    drawing, nights = drawn(asked, most), some_beds(rng)
    seats = [ProposedSeat(one.request_id, day, TEN, 1) for one, day in zip(asked, NEAR, strict=False)]
    plan, known = as_placed(drawing, seats, nights), {one.request_id: one for one in asked}
    planner = plan is not None and violations(drawing.problem, plan) == []
    held = nights_that_hold(known, seats, Sleeping(nights, most))
    return planner, held == nights and seats_that_stand(as_slept(known, Sleeping(held)), seats, moment_of) == {1, 2}


@given(st.integers(0, 10**9))
@settings(max_examples=40, deadline=None)
def test_seats_and_beds_are_the_planners_exactly_when_free_dates_offer_them_from_there(seed: int):
    planner, offered = both_ways(seed)

    assert planner is offered


def test_of_random_seats_and_beds_some_may_be_and_some_may_not():
    found = [both_ways(seed)[0] for seed in range(60)]

    assert 5 < sum(found) < 50


def test_from_home_nobody_is_sent_to_vranje_from_belgrade_and_from_a_bed_in_nis_she_is():
    assert too_far(BEOGRAD, VRANJE, None)[0].available == FURTHEST_MINUTES
    assert not too_far(BEOGRAD, VRANJE, None, (NIS, VRANJE))
    assert too_far(BEOGRAD, VRANJE, None, (VRANJE, BEOGRAD))  # after the talk it is as far
    assert too_far(BEOGRAD, VRANJE, 300, (VRANJE,))  # how far she goes is her word, wherever she sleeps
    assert not is_too_long_a_road(SUBOTICA, VRANJE)


@pytest.mark.parametrize(("nights", "placed"), [(0, {1}), (1, {1}), (2, {1, 2}), (3, {1, 2})])
def test_a_day_that_only_a_night_reaches_is_in_a_plan_that_allows_it(nights: int, placed: set[int]):
    """From Belgrade: Niš on Monday, a night there, Vranje on Tuesday, a night there, home on Wednesday."""
    asked = two_far_days(a_seeker(home=BEOGRAD))
    most = {1: nights} if nights else {}
    drawing = drawn(asked, most)

    rows, plan = rows_of(drawing, solve(drawing.problem, watch(4)), PlanWish(asked, USUALLY, nights=most), moment_of)

    assert violations(drawing.problem, plan) == []
    assert {row.request_id for row in rows if row.seat} == placed
    assert [one.after_day for one in nights_in(drawing, plan)] == (NEAR[:2] if nights > 1 else [])
    assert {row.waiting.cause for row in rows if row.waiting} <= {WaitCause.REACH}


def test_nobody_is_sent_further_than_she_said_because_she_sleeps_there():
    asked = two_far_days(a_seeker(home=BEOGRAD, reach_km=300))

    drawing = drawn(asked, {1: 3})

    assert [one.request for one in solve(drawing.problem, watch(2)).placements] == ["1"]


@pytest.mark.parametrize("gone", [1, 2])
def test_a_night_falls_with_the_seat_that_it_was_for(gone: int):
    """Who asks for Vranje alone, to which she would come from Niš, is refused; Niš alone is near enough from home."""
    asked = {one.request_id: one for one in two_far_days(a_seeker(home=BEOGRAD))}
    seats = [ProposedSeat(number, day, TEN, 1) for number, day in ((1, NEAR[0]), (2, NEAR[1]))]
    sleeping = Sleeping((PlannedNight(1, NEAR[0], 1), PlannedNight(1, NEAR[1], 2)), {1: 2})

    together = stand_with_nights(asked, seats, sleeping, moment_of)
    left = [seat for seat in seats if seat.request_id != gone]
    alone = stand_with_nights(asked, left, sleeping, moment_of)
    beside = stand_with_nights(asked, left, sleeping, moment_of, [seat for seat in seats if seat not in left])

    assert together == ({1, 2}, sleeping.nights)
    assert alone[0] == ({1} if gone == 2 else set())
    assert beside[0] == {seat.request_id for seat in left}


def test_a_pinned_seat_that_takes_a_night_keeps_it():
    asked = two_far_days(a_seeker(home=BEOGRAD))
    pinned = {2: ProposedSeat(2, NEAR[1], TEN, 1)}
    wish = PlanWish(asked, USUALLY, pinned=pinned, nights={1: 2})
    drawing = draw(wish, TODAY, moment_of, lambda _number: None)

    _rows, plan = rows_of(drawing, solve(drawing.problem, watch(2)), wish, moment_of)

    assert drawing.problem.locked == {"2"}
    assert [one.request for one in plan.placements if one.request == "2"] == ["2"]
    assert violations(drawing.problem, plan) == []


@pytest.mark.deep
@pytest.mark.parametrize(("seed", "steps"), [*product(range(6), (1, 4))])
def test_a_plan_with_nights_costs_no_more_than_the_plan_without_of_the_same_steps(seed: int, steps: int):
    people = [a_seeker(number, home=home) for number, home in enumerate((SUBOTICA, BEOGRAD, NIS), 1)]
    rng = Random(seed)
    asked = [
        asked_at(number, rng.choice((NIS, VRANJE, BEOGRAD, SUBOTICA)), rng.choice(NEAR), *people)
        for number in range(1, 13)
    ]
    without, with_nights = drawn(asked, {}).problem, drawn(asked, dict.fromkeys((1, 2, 3), rng.randint(1, 3))).problem

    at_home, away = solve(without, watch(steps, seed)), solve(with_nights, watch(steps, seed))

    assert violations(with_nights, away) == violations(without, at_home) == []
    assert cost_of(with_nights, away).total <= cost_of(without, at_home).total
