"""Planner, free dates and a cell of a region's table say the same of a seat, for random people, promises and shifts."""

import datetime as dt
from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduler.booking.rules.free_dates import able_at, by_name, free_dates, who_could
from scheduler.booking.terms.free_dates import Bounds, FreeFacts, Lack
from scheduler.core.clock import moment_of
from scheduler.people.terms import Hours
from scheduler.planning.rules.judgement import violations
from scheduler.planning.solver.engine import Watch, solve
from scheduler.planning.terms import Plan
from scheduler.proposals.rules.drawing import all_are_there, drawing_of, placement_of, seat_of, sent_by_planner
from scheduler.proposals.rules.fitting import Fitting
from scheduler.proposals.rules.standing import Stands, may_stand, seats_that_stand, with_promised
from scheduler.proposals.terms.plan import AskedVisit, DrawnProblem, ProposedSeat, WaitCause
from scheduler.visits.terms.plans import CrewRule, Stop
from tests.booking.dice import NEAR, TWO_SHIFTS, Dice, a_stop
from tests.booking.free_facts import EDUCATOR, INFLUENCER, NIS, PIROT, TODAY, VRANJE, a_seeker, facts

SEEDS = st.integers(0, 10**9)
QUARTERS = [dt.time(hour, minute) for hour in range(7, 21) for minute in (0, 15, 30, 45, 50, 55)]


def asked_of(wish: FreeFacts, request_id: int = 1, **given: object) -> AskedVisit:
    return AskedVisit(request_id, request_id, wish, 10, (wish.minutes,), ("",), **given)


def drawn(*asked: AskedVisit) -> DrawnProblem:
    return drawing_of(asked, TODAY, moment_of, lambda _number: None)


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


def test_random_wishes_and_cards_fit_somewhere_and_not_everywhere():
    found = [bool(drawn(asked_of(Dice(seed).wish())).hopeless) for seed in range(60)]
    assert 10 < sum(found) < 55
    found = []
    for seed in range(60):
        asked = asked_of(Dice(seed).wish())
        if sent_by_planner(asked):
            table = fitting(asked)
            found += [table.answer(one.presenter_id, day).fits for one in asked.facts.people for day in DAYS]
    assert 0.1 < sum(found) / len(found) < 0.9


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
        assert (len(seats), len(seats_that_stand(known, seats, moment_of))) == (placed, placed)


def test_two_talks_leave_the_road_between_them():
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


DAYS = NEAR[:3]


def fitting(*chosen: AskedVisit, placed: tuple[Stands, ...] = ()) -> Fitting:
    return Fitting(chosen, placed, DAYS, moment_of)


def stands(asked: AskedVisit, who: int, day: dt.date) -> bool:
    """Whether any hour and any crew with her may be, tried one by one."""
    people = [one.presenter_id for one in asked.facts.people]
    beside = people if asked.facts.rule.influencers else [None]
    crews = [pair for pair in product(people, beside) if who in pair]
    return any(
        may_stand(asked, ProposedSeat(asked.request_id, day, time, *pair), [], moment_of)
        for time, pair in product(QUARTERS, crews)
    )


@pytest.mark.deep
@given(SEEDS)
@settings(max_examples=40, deadline=None)
def test_a_cell_fits_exactly_when_some_seat_of_hers_may_stand(seed: int):
    asked = asked_of(Dice(seed).wish())
    if not sent_by_planner(asked):
        return
    table = fitting(asked)
    for one, day in product(asked.facts.people, DAYS):
        answer = table.answer(one.presenter_id, day)
        assert answer.fits is stands(asked, one.presenter_id, day), (one.presenter_id, day, answer)
        assert all(one.presenter_id in seat.crew and seat.on_day == day for seat in answer.seats)
        assert all(may_stand(asked, seat, [], moment_of) for seat in answer.seats)
        assert answer.fits or answer.lack or one.kind is INFLUENCER  # it says why, or nobody of hers is asked for


@given(SEEDS)
@settings(max_examples=30, deadline=None)
def test_everybodys_own_calendar_has_the_hours_that_the_planner_may_use(seed: int):
    wish = Dice(seed).wish()
    if not sent_by_planner(asked_of(wish)):
        return
    could = who_could(wish, moment_of)
    own = by_name(wish, DAYS, moment_of)
    found = {who: {day: one.starts for day, one in hers.items() if one.starts} for who, hers in own.items()}
    expected = {who: {day: times for day, times in hers.items() if day in DAYS} for who, hers in could.items()}
    assert {who: hers for who, hers in found.items() if hers} == {who: hers for who, hers in expected.items() if hers}


@given(SEEDS)
@settings(max_examples=25, deadline=None)
def test_what_is_put_by_hand_one_after_the_other_stands_together(seed: int):
    """Cell after cell, also several cards into one: the service that offers them asks the same in the same order."""
    dice = Dice(seed)
    rule = dice.random.choice([CrewRule(1, 0), CrewRule(1, 1)])
    people = tuple(dice.seeker(number) for number in range(1, 5))
    places = (NIS, PIROT, VRANJE, NIS, PIROT)
    cards = [
        asked_of(facts(*people, minutes=minutes, rule=rule, point=point), number)
        for number, (minutes, point) in enumerate(zip((30, 45, 90, 45, 30), places, strict=True), 1)
    ]
    known = {one.request_id: one for one in cards}
    seats: list[ProposedSeat] = []
    for group in (cards[:1], cards[1:3], cards[3:4], cards[4:]):
        who, day = dice.random.choice(people).presenter_id, dice.random.choice(DAYS)
        placed = tuple((known[seat.request_id], seat) for seat in seats)
        seats += Fitting(group, placed, DAYS, moment_of).answer(who, day).seats
    assert seats_that_stand(known, seats, moment_of, in_order=True) == {seat.request_id for seat in seats}


TOKYO = "Asia/Tokyo"  # nine hours ahead of UTC


def tokyo(hour: int, minute: int = 0) -> dt.datetime:
    return moment_of(TODAY, dt.time(hour, minute), TOKYO)


def test_a_proposed_seat_takes_its_hours_by_the_clock_of_its_host():
    wish = facts(a_seeker(), zone=TOKYO)
    [person] = with_promised(wish, [(asked_of(wish), ProposedSeat(1, TODAY, dt.time(10), 1))], moment_of).people
    assert (person.promised[0].busy_from, person.promised[0].busy_until) == (tokyo(9, 45), tokyo(10, 45))


@pytest.mark.parametrize(("hour", "from_home"), [(5, False), (14, True)])
def test_the_drive_is_from_the_stop_before_by_the_clock_of_the_host(hour: int, from_home: bool):
    busy = a_seeker(promised=(Stop(9, 9, tokyo(hour), tokyo(hour, 30), NIS),))
    assert fitting(asked_of(facts(busy, zone=TOKYO))).answer(1, TODAY).from_home is from_home


def test_a_cell_says_what_keeps_her_away_who_is_lacking_and_the_hour_named():
    papers, far = a_seeker(1, vetted=()), a_seeker(2, reach_km=5)
    silent, deaf = a_seeker(3, topics=()), a_seeker(4, languages=())
    away = a_seeker(5, promised=(a_stop(9, TODAY, dt.time(7, 15), minutes=900),))
    wish = facts(papers, far, silent, deaf, away, a_seeker(6, INFLUENCER), a_seeker(7), point=PIROT)
    lacks = [fitting(asked_of(wish)).answer(who, TODAY).lack for who in range(1, 8)]
    assert lacks == [Lack.TIME, Lack.REACH, Lack.TOPIC, Lack.LANGUAGE, Lack.TAKEN, None, None]
    assert not fitting(asked_of(wish)).answer(6, TODAY).fits
    assert fitting(asked_of(wish)).answer(7, TODAY).fits

    wish = facts(a_seeker(1), a_seeker(2, INFLUENCER, vetted=()), rule=CrewRule(1, 1))
    answers = [fitting(asked_of(wish)).answer(who, TODAY) for who in (1, 2)]
    assert [(one.lack, one.beside) for one in answers] == [(Lack.TIME, INFLUENCER), (Lack.TIME, None)]
    busy = replace(a_seeker(1), promised=(a_stop(9, TODAY, dt.time(7, 15), minutes=900),))
    beside = fitting(asked_of(facts(busy, a_seeker(2, INFLUENCER), rule=CrewRule(1, 1)))).answer(2, TODAY)
    assert beside.beside is EDUCATOR

    wish = facts(a_seeker(hours=(Hours(TODAY.weekday(), dt.time(8), dt.time(9)),)))  # time for one of two cards
    assert fitting(asked_of(wish)).answer(1, TODAY).fits
    assert fitting(asked_of(wish), asked_of(wish, 2)).answer(1, TODAY).lack is Lack.TAKEN

    named = asked_of(facts(a_seeker()), hours={TODAY: dt.time(11)})
    assert [fitting(one).answer(1, TODAY).seats[0].starts_local for one in (named, asked_of(named.facts))] == [
        dt.time(11),
        dt.time(8),
    ]


LESSONS = [dt.time(*at) for at in ((8, 0), (8, 50), (9, 55), (10, 45), (11, 35), (12, 25), (13, 15))]


@pytest.mark.parametrize(("classes", "told", "starts"), [
    (("VII-2", "VII-3"), TWO_SHIFTS, LESSONS[:5]),  # both are there until 14:00
    (("VII-2", ""), TWO_SHIFTS, LESSONS),
    (("VII-2", "VI-1"), TWO_SHIFTS, LESSONS[-1:]),  # the sixth grade comes at 14:00
    (("VI-1", "VII-2"), TWO_SHIFTS, []),
    (("VI-1", "VII-2"), None, [time for time in QUARTERS if time.minute % 15 == 0][4:30]),  # from 8:00 to 14:15
])  # fmt: skip
def test_of_several_presentations_each_finds_its_class_in_a_plan_and_in_a_cell(classes, told, starts):
    wish = facts(a_seeker(), told=told, minutes=105, sitting_minutes=45, classes=classes, open_days=frozenset({TODAY}))
    asked = AskedVisit(1, 1, wish, 10, (45, 45), classes)
    drawing, cell = drawn(asked), fitting(asked).answer(1, TODAY)

    times = sorted({*QUARTERS, *LESSONS})
    assert [time for time in times if planner_may(drawing, ProposedSeat(1, TODAY, time, 1))] == starts
    assert [seat.starts_local for seat in cell.seats] == starts[:1]
    assert cell.lack is (None if starts else Lack.NOT_IN_THE_BUILDING)
    assert [all_are_there(asked, TODAY, time) for time in LESSONS] == [
        told is None or time in starts for time in LESSONS
    ]


def test_the_road_begins_where_she_is_and_a_placed_card_takes_her_time():
    free, there = a_seeker(1), a_seeker(2, promised=(a_stop(9, TODAY, dt.time(8), point=VRANJE),))
    wish = facts(free, there, point=VRANJE)
    answers = [fitting(asked_of(wish)).answer(who, TODAY) for who in (1, 2)]
    assert [one.from_home for one in answers] == [True, False]
    assert answers[0].km > 80
    assert answers[1].km == 0
    here, far = asked_of(facts(a_seeker()), 1), asked_of(facts(a_seeker(), point=VRANJE), 2)
    first = ProposedSeat(1, TODAY, dt.time(8, 15), 1)
    alone = fitting(far).answer(1, TODAY).seats[0]
    beside = fitting(far, placed=((here, first),)).answer(1, TODAY).seats[0]
    assert alone.starts_local < dt.time(9)
    assert beside.starts_local > dt.time(10)
    stop = Stop(9, 9, moment_of(TODAY, dt.time(8)), moment_of(TODAY, dt.time(9)), None)
    assert fitting(asked_of(facts(a_seeker(1, promised=(stop,)), point=None))).answer(1, TODAY).km is None
