"""A day that only a night makes possible: free dates and the planner judge it from the same beds, and alike."""

import datetime as dt
import random
from collections import Counter, defaultdict
from dataclasses import replace
from itertools import count, product
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduler.booking.terms.free_dates import Seeker
from scheduler.core.clock import moment_of
from scheduler.people.rules import is_minor
from scheduler.people.terms import ExceptionRow
from scheduler.places.terms.hosts import Point
from scheduler.planning.rules.judgement import cost_of, violations
from scheduler.planning.solver import engine
from scheduler.planning.solver.engine import Watch
from scheduler.planning.terms import NightAway, Plan
from scheduler.proposals.rules.drawing import drawing_of, placement_of
from scheduler.proposals.rules.sleeping import Sleeping, as_slept, nights_that_hold, stand_with_nights
from scheduler.proposals.rules.standing import seats_that_stand
from scheduler.proposals.solver.outcome import PlanWish, draw, nights_in, rows_of, sums_of
from scheduler.proposals.solver.riding import rides_in
from scheduler.proposals.solver.searching import solve
from scheduler.proposals.terms.plan import AskedVisit, DrawnProblem, PlannedNight, ProposedSeat, WaitCause
from scheduler.staffing.terms.driving import ProvenDays, RideFacts
from scheduler.visits.rules.limits import FURTHEST_MINUTES, is_too_long_a_road, too_far
from scheduler.visits.terms.plans import CrewRule, UnderLaw
from tests.booking.dice import NEAR, Dice
from tests.booking.free_facts import (
    ALWAYS,
    BEOGRAD,
    DAY,
    INFLUENCER,
    NIS,
    SUBOTICA,
    TODAY,
    VRANJE,
    WORKING,
    a_seeker,
    facts,
)

TEN = dt.time(10)


def watch(steps: int, seed: int = 0) -> engine.Watch:
    return engine.Watch(lambda done: done / steps, lambda _what, _figures: None, seed)


def asked_at(number: int, point: Point, day: dt.date, *people, **given) -> AskedVisit:
    wish = facts(*people, point=point, open_days=frozenset({day}), **given)
    return AskedVisit(number, number, wish, 10, (wish.minutes,), ("",))


def drawing_by_night(asked: list[AskedVisit], nights: dict[int, int]) -> DrawnProblem:
    return drawing_of(asked, TODAY, moment_of, lambda _number: None, nights)


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
    drawing, nights = drawing_by_night(asked, most), some_beds(rng)
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
    drawing = drawing_by_night(asked, most)
    rows, plan = rows_of(drawing, solve(drawing.problem, watch(4)), PlanWish(asked, nights=most), moment_of)
    assert (violations(drawing.problem, plan), {row.request_id for row in rows if row.seat}) == ([], placed)
    assert [one.after_day for one in nights_in(drawing, plan)] == (NEAR[:2] if nights > 1 else [])
    assert {row.waiting.cause for row in rows if row.waiting} <= {WaitCause.REACH}


def test_nobody_is_sent_further_than_she_said_because_she_sleeps_there():
    drawing = drawing_by_night(two_far_days(a_seeker(home=BEOGRAD, reach_km=300)), {1: 3})
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


def test_a_night_of_nobody_does_not_hold_and_one_nowhere_is_no_bed():
    asked = {one.request_id: one for one in two_far_days(a_seeker(home=BEOGRAD))}
    seats, night = [ProposedSeat(1, NEAR[0], TEN, 1)], PlannedNight(1, NEAR[0], 1)
    assert nights_that_hold(asked, seats, Sleeping((night, replace(night, presenter_id=9)), {1: 1, 9: 1})) == (night,)
    assert as_slept(asked, Sleeping((replace(night, host_id=9),))) == asked


def test_a_pinned_seat_that_takes_a_night_keeps_it():
    asked = two_far_days(a_seeker(home=BEOGRAD))
    wish = PlanWish(asked, pinned={2: ProposedSeat(2, NEAR[1], TEN, 1)}, nights={1: 2})
    drawing = draw(wish, TODAY, moment_of, lambda _number: None)
    _rows, plan = rows_of(drawing, solve(drawing.problem, watch(2)), wish, moment_of)
    assert (drawing.problem.locked, [one.request for one in plan.placements if one.request == "2"]) == ({"2"}, ["2"])
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
    without, with_nights = (
        drawing_by_night(asked, {}).problem,
        drawing_by_night(asked, dict.fromkeys((1, 2, 3), rng.randint(1, 3))).problem,
    )
    at_home, away = solve(without, watch(steps, seed)), solve(with_nights, watch(steps, seed))
    assert violations(with_nights, away) == violations(without, at_home) == []
    assert cost_of(with_nights, away).total <= cost_of(without, at_home).total


FOR_EVER = (ProvenDays(dt.date(2020, 1, 1), dt.date(2030, 12, 31)),)
YOUNG = UnderLaw(dt.date(2028, 3, 1), None, suspended=False)


def drawn(asked: list[AskedVisit], nights: dict[int, int] | None = None) -> tuple[DrawnProblem, Plan]:
    drawing = drawing_of(asked, TODAY, moment_of, lambda _number: None, nights or {})
    looks = count()
    plan = solve(drawing.problem, Watch(lambda _steps: next(looks) / 6, lambda _what, _figures: None))
    _rows, plan = rows_of(drawing, plan, PlanWish(asked, nights=nights or {}), moment_of)
    return drawing, plan


def asked_on(*days: dt.date, **given) -> list[AskedVisit]:
    """A talk in Belgrade by an educator and a minor of Niš, on each of these days."""
    people = given.pop("people", (a_seeker(), a_seeker(2, INFLUENCER, law=YOUNG, agreed=ALWAYS)))
    wish = facts(*people, point=BEOGRAD, rule=CrewRule(1, 1), **given)
    return [
        AskedVisit(number, number, replace(wish, open_days=frozenset({day})), 10, (45,), ("",))
        for number, day in enumerate(days, 1)
    ]


def some_days(dice: random.Random) -> tuple[ProvenDays, ...]:
    first = TODAY + dice.randrange(-3, 8) * DAY
    return tuple(ProvenDays(first, first + dice.randrange(9) * DAY) for _ in range(dice.randrange(3)))


@pytest.mark.slow
@given(st.integers(0, 10**9))
@settings(max_examples=20, deadline=None)
def test_nobody_rides_without_both_facts_on_that_day_and_no_minor_is_away_at_night(seed: int):
    dice, by = Dice(seed), random.Random(seed)
    people = tuple(dice.seeker(number) for number in range(1, 7))
    wish = facts(*people, point=BEOGRAD, open_days=frozenset(NEAR), minutes=90, rule=CrewRule(1, 1))
    asked = [AskedVisit(number, number, wish, 10, (45,), ("",)) for number in range(1, 6)]
    everybody = [one.presenter_id for one in people]
    known = RideFacts({who: some_days(by) for who in everybody}, {who: some_days(by) for who in everybody})

    drawing, plan = drawn(asked, dict.fromkeys(everybody, 1))
    rides = rides_in(drawing, plan, known)

    crews = {(one.educator, one.influencer, drawing.first_day + one.day * DAY): one.request for one in plan.placements}
    slept = {
        (one.presenter_id, day) for one in nights_in(drawing, plan) for day in (one.after_day, one.after_day + DAY)
    }
    for one in rides:
        assert known.may_ride(one.driver_id, one.presenter_id, one.on_day)
        assert (str(one.driver_id), str(one.presenter_id), one.on_day) in crews
        assert one.km_saved > 0
        assert not {(one.driver_id, one.on_day), (one.presenter_id, one.on_day)} & slept
    assert max(Counter((one.presenter_id, one.on_day) for one in rides).values(), default=1) == 1


def test_each_fact_of_a_ride_is_asked_of_the_day_and_a_whole_road_is_saved():
    drawing, plan = drawn(asked_on(TODAY + DAY))
    (ride,) = rides_in(drawing, plan, RideFacts({1: FOR_EVER}, {2: FOR_EVER}))
    assert (ride.presenter_id, ride.driver_id, ride.on_day) == (2, 1, TODAY + DAY)
    assert ride.km_saved > 300
    drawing, plan = drawn(asked_on(TODAY + DAY, TODAY + 2 * DAY))
    assert len(plan.placements) == 2
    first = (ProvenDays(TODAY, TODAY + DAY),)

    def days(drives, rides) -> list[dt.date]:
        return [one.on_day for one in rides_in(drawing, plan, RideFacts(drives, rides))]

    assert days({1: FOR_EVER}, {2: FOR_EVER}) == [TODAY + DAY, TODAY + 2 * DAY]
    assert (days({1: first}, {2: FOR_EVER}), days({1: FOR_EVER}, {2: first})) == ([TODAY + DAY], [TODAY + DAY])
    assert (days({1: FOR_EVER}, {}), days({}, {2: FOR_EVER}), days({2: FOR_EVER}, {1: FOR_EVER})) == ([], [], [])


def test_nobody_is_fetched_far_from_the_road_and_nobody_waits_for_another_visit():
    both = {1: FOR_EVER}, {2: FOR_EVER}
    young = a_seeker(2, INFLUENCER, law=YOUNG, agreed=ALWAYS, home=BEOGRAD)
    far, plan = drawn(asked_on(TODAY + DAY, people=(a_seeker(home=NIS), young)))
    away_from_her = rides_in(far, plan, RideFacts(*both))
    promised = a_seeker(presentations={TODAY + DAY: 1})
    busy, plan_of_busy = drawn(asked_on(TODAY + DAY, people=(promised, replace(young, home=NIS))))
    assert (len(plan_of_busy.placements), rides_in(busy, plan_of_busy, RideFacts(*both))) == (1, ())
    assert away_from_her == ()


def talks_far_away(dice: Dice) -> list[AskedVisit]:
    """Talks in Belgrade, far from Niš, that random people could give."""
    people = tuple(dice.seeker(number) for number in range(1, 6))
    wish = facts(*people, point=BEOGRAD, open_days=frozenset(NEAR), minutes=90)
    return [
        AskedVisit(number, number, replace(wish, rule=CrewRule(1, number % 2)), 10, (45,), ("",))
        for number in range(1, 6)
    ]


@pytest.mark.slow
@given(st.integers(0, 10**9), st.integers(0, 3))
@settings(max_examples=20, deadline=None)
def test_no_minor_is_away_for_a_night_even_where_somebody_says_she_would(seed: int, most: int):
    asked = talks_far_away(Dice(seed))
    everybody = {one.presenter_id: one for one in asked[0].facts.people}
    drawing, plan = drawn(asked, dict.fromkeys(everybody, most))
    told = {int(one.id): one.nights_max for one in drawing.problem.people}
    slept = defaultdict(set)
    for night in nights_in(drawing, plan):
        slept[night.presenter_id].add(night.after_day)
    for who, one in everybody.items():
        assert told[who] == (0 if is_minor(one.law.adult_on, TODAY) else most)
    assert not any(is_minor(everybody[who].law.adult_on, TODAY) for who in slept)
    for days in slept.values():
        assert not any(all(day + n * DAY in days for n in range(most + 1)) for day in days)
    assert violations(drawing.problem, plan) == []
    assert sums_of(drawing.problem, plan).km_saved >= 0


def two_days(*people, **given) -> list[AskedVisit]:
    """A talk in Belgrade on Monday and one on Tuesday."""
    return [
        AskedVisit(
            number,
            number,
            replace(facts(*people, point=BEOGRAD, **given), open_days=frozenset({TODAY + number * DAY})),
            10,
            (45,),
            ("",),
        )
        for number in (1, 2)
    ]


def test_a_night_saves_one_road_of_who_said_so_between_days_of_work():
    drawing, plan = drawn(two_days(a_seeker()), {1: 1})
    (night,) = nights_in(drawing, plan)
    sums = sums_of(drawing.problem, plan)
    assert (night.presenter_id, night.after_day, night.host_id) == (1, TODAY + DAY, 1)
    assert sums.km_saved == sums.km > 300
    drawing, plan = drawn(two_days(a_seeker()), {})
    assert (nights_in(drawing, plan), sums_of(drawing.problem, plan).km_saved) == ([], 0)
    assert not any(one.unavailable for one in drawing.problem.people)
    far = [
        replace(one, facts=replace(one.facts, open_days=frozenset({TODAY + n * DAY})))
        for one, n in zip(
            two_days(a_seeker(hours=tuple(row for row in a_seeker().hours if row.weekday != 3))), (2, 4), strict=True
        )
    ]
    drawing, plan = drawn(far, {1: 3})
    assert [one.after_day for one in nights_in(drawing, plan)] == []


def test_who_grows_up_within_the_plan_sleeps_at_home_until_the_day_that_she_is_of_age():
    """She is an adult on the second day of it: nobody counts on that."""
    young = a_seeker(2, INFLUENCER, law=UnderLaw(TODAY + DAY, None, False), agreed=a_seeker().vetted)
    drawing, plan = drawn(two_days(a_seeker(), young, rule=CrewRule(1, 1)), {1: 3, 2: 3})
    assert {one.presenter_id for one in nights_in(drawing, plan)} == {1}
    assert {one.id: one.nights_max for one in drawing.problem.people} == {"1": 3, "2": 0}
