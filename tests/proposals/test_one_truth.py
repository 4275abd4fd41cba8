"""The planner may use a way exactly when free dates offer it: over random people, promises, papers and shifts."""

import datetime as dt
from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduler.booking.rules.free_dates import able_at, free_dates
from scheduler.booking.terms.free_dates import Bounds, FreeFacts
from scheduler.core.clock import moment_of
from scheduler.planning.rules.judgement import violations
from scheduler.planning.solver.engine import Watch, solve
from scheduler.planning.terms import Plan
from scheduler.proposals.rules.drawing import drawing_of, placement_of, seat_of
from scheduler.proposals.rules.standing import may_stand, seats_that_stand
from scheduler.proposals.terms.plan import AskedVisit, DrawnProblem, Levers, ProposedSeat, WaitCause
from scheduler.visits.terms.plans import CrewRule
from tests.booking.dice import NEAR, Dice
from tests.booking.free_facts import EDUCATOR, INFLUENCER, TODAY, a_seeker, facts

SEEDS = st.integers(0, 10**9)
QUARTERS = [dt.time(hour, minute) for hour in range(7, 21) for minute in (0, 15, 30, 45, 50, 55)]


def asked_of(wish: FreeFacts, request_id: int = 1, **given: object) -> AskedVisit:
    return AskedVisit(request_id, request_id, wish, 10, (wish.minutes,), ("",), **given)


USUALLY = Levers()


def drawn(*asked: AskedVisit, levers: Levers = USUALLY) -> DrawnProblem:
    return drawing_of(asked, levers, TODAY, moment_of, lambda _number: None)


def planner_may(drawing: DrawnProblem, seat: ProposedSeat) -> bool:
    placement = placement_of(drawing, seat)
    return placement is not None and not violations(drawing.problem, Plan((placement,)))


def offered(wish: FreeFacts, day: dt.date, time: dt.time) -> dict[int, set[int]]:
    """Whom free dates name for that hour, by kind; nobody where they do not offer it."""
    starts = next(one.starts for one in free_dates(wish, moment_of).days if one.day == day)
    able = able_at(wish, day, time, moment_of, by_the_bell=True) if time in starts else []
    return {number: set(people) for number, (_needed, people) in enumerate(able)}


@pytest.mark.deep
@given(SEEDS)
@settings(max_examples=25, deadline=None)
def test_a_way_is_the_planners_exactly_when_free_dates_offer_it(seed: int):
    wish = Dice(seed).wish()
    drawing, alone = drawn(asked_of(wish)), wish.rule.influencers == 0
    people = [one.presenter_id for one in wish.people]
    if wish.rule not in (CrewRule(1, 0), CrewRule(1, 1)):
        assert drawing.hopeless[1].cause is WaitCause.LARGE_CREW
        return
    by_hour = {(day, time): offered(wish, day, time) for day in NEAR[:3] for time in QUARTERS}

    for (day, time), named in by_hour.items():
        for educator, youth in product(people, [None] if alone else people):
            seat = ProposedSeat(1, day, time, educator, youth)
            fair = educator in named.get(0, ()) and (youth is None or youth in named.get(1, ()))
            assert planner_may(drawing, seat) is fair, seat
            assert not fair or may_stand(asked_of(wish), seat, [], moment_of)


@given(SEEDS)
@settings(max_examples=15, deadline=None)
def test_what_the_planner_places_together_may_stand_together(seed: int):
    """Promised one after the other, each seat of a plan is still offered by free dates."""
    dice = Dice(seed)
    people = tuple(dice.seeker(number) for number in range(1, 4))
    wishes = [facts(*people, minutes=minutes, rule=CrewRule(1, 0)) for minutes in (30, 45, 90)]
    asked = [asked_of(wish, number) for number, wish in enumerate(wishes, 1)]
    drawing = drawn(*asked)

    plan = solve(drawing.problem, Watch(lambda steps: steps / 1, lambda _what, _figures: None))

    seats = [seat_of(drawing, one) for one in plan.placements]
    stand = seats_that_stand({one.request_id: one for one in asked}, seats, moment_of)
    busy = any(one.presentations for one in people)
    assert violations(drawing.problem, plan) == []
    assert stand <= {seat.request_id for seat in seats}
    assert busy or stand == {seat.request_id for seat in seats}


def test_the_random_wishes_have_ways_and_hours_without():
    found = [bool(drawn(asked_of(Dice(seed).wish())).hopeless) for seed in range(60)]

    assert 10 < sum(found) < 55


def test_a_visit_of_two_presentations_counts_for_two():
    """Four a day: two visits of two, and not three; with two promised already only one more."""
    wish = facts(a_seeker(), minutes=105, bounds=Bounds(TODAY, TODAY))
    asked = [AskedVisit(n, n, wish, 10, (45, 45), ("", "")) for n in (1, 2, 3)]
    for busy, placed in ((0, 2), (2, 1)):
        person = a_seeker(presentations={TODAY: busy})
        drawing = drawn(*(replace(one, facts=replace(wish, people=(person,))) for one in asked))

        plan = solve(drawing.problem, Watch(lambda steps: steps / 1, lambda _what, _figures: None))

        seats = [seat_of(drawing, one) for one in plan.placements]
        known = {one.request_id: replace(one, facts=replace(wish, people=(person,))) for one in asked}
        assert len(seats) == placed
        assert len(seats_that_stand(known, seats, moment_of)) == placed


def test_two_talks_of_one_educator_leave_her_the_road_between_them():
    """Niš at ten and Pirot at eleven: each may be, both together may not."""
    here, there = facts(a_seeker()), facts(a_seeker(), point=Dice(0).wish().point)
    seats = [ProposedSeat(1, TODAY, dt.time(10), 1), ProposedSeat(2, TODAY, dt.time(10, 30), 1)]

    assert seats_that_stand({1: asked_of(here), 2: asked_of(there, 2)}, seats, moment_of) == {1}


def test_why_nobody_could_be_sent_is_said_as_free_dates_say_it():
    alone = facts(a_seeker(kind=INFLUENCER))
    papers = facts(a_seeker(vetted=()))

    assert [drawn(asked_of(wish)).hopeless[1].cause for wish in (alone, papers)] == [WaitCause.TOPIC, WaitCause.TIME]
    assert drawn(asked_of(alone)).hopeless[1].kind is EDUCATOR
    assert drawn(asked_of(facts(a_seeker(), open_days=frozenset()))).hopeless[1].cause is WaitCause.NO_DAY


def test_levers_turn_what_a_plan_pulls_at():
    one = asked_of(facts(a_seeker()))

    little, much = (drawn(one, levers=Levers(*[strength] * 4)).problem.weights for strength in (0, 2))

    assert (little.unplaced, little.km, little.load_sq, little.change_date) == (100, 0, 0, 0)
    assert (much.unplaced, much.km, much.load_sq, much.change_date) == (5000, 4, 12, 3000)
