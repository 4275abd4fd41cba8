"""Whom of a crew a school and another presenter read, what the law says against one, and who cannot arrive."""

import datetime as dt
from dataclasses import replace
from types import SimpleNamespace

import pytest

from scheduler.people.terms import PresenterKind
from scheduler.visits.rules.arrival import arrival_problems, clash_of
from scheduler.visits.rules.cancelling import notice_hours
from scheduler.visits.rules.crew import cards_of, companions, crew_problems, uncleared
from scheduler.visits.rules.limits import too_far
from scheduler.visits.rules.timetable import problems_with, shifted
from scheduler.visits.terms.plans import CrewMember, CrewRule, UnderLaw, Why
from scheduler.visits.terms.reasons import WhyNot
from scheduler.visits.terms.rows import Companion, CrewRow, PresenterCard
from scheduler.visits.terms.states import AssignmentState
from tests.visits.stops import BELGRADE, DAY, LESKOVAC, NIS, a_plan, a_stop, a_visit, at, so_far

EDUCATOR, INFLUENCER = PresenterKind.EDUCATOR, PresenterKind.INFLUENCER
ACCEPTED, OFFERED, SUGGESTED = AssignmentState.ACCEPTED, AssignmentState.OFFERED, AssignmentState.SUGGESTED
TOMORROW = DAY + dt.timedelta(days=1)
NAMES = {1: ("Ana", "Petrović"), 2: ("Bojan", "Ilić"), 3: ("Ceca", "Matić"), 4: ("Dunja", "Lazić")}


def member(number, kind=EDUCATOR, adult_on=None):
    return CrewMember(number, kind, *NAMES[number], adult_on, ACCEPTED)


def crew_row(number, states, adult_on=None):
    minor = adult_on is not None
    kind = INFLUENCER if minor else EDUCATOR
    return CrewRow(number, kind, *NAMES[number], minor, adult_on, states, None, "")


def test_the_cards_of_a_school_name_adults_in_full_and_each_minor_with_the_educator():
    crew = [member(3, INFLUENCER), member(4, INFLUENCER, TOMORROW), member(1), member(2, INFLUENCER, DAY)]

    assert cards_of(crew, DAY, photographed={4, 3}) == [
        PresenterCard("Ceca Matić", INFLUENCER, minor=False, presenter_id=3),
        PresenterCard("Ana Petrović", EDUCATOR, minor=False, presenter_id=1),
        PresenterCard("Bojan Ilić", INFLUENCER, minor=False, presenter_id=2),
        PresenterCard("Dunja", INFLUENCER, minor=True, adult="Ana Petrović", photo=True),
    ]
    assert cards_of(crew[1:2], DAY) == [PresenterCard("Dunja", INFLUENCER, minor=True, adult="", photo=False)]


ROW = SimpleNamespace(
    on_day=DAY,
    crew=[
        crew_row(4, {10: ACCEPTED, 11: OFFERED}, TOMORROW),
        crew_row(1, {10: ACCEPTED}),
        crew_row(2, {11: SUGGESTED, 12: ACCEPTED, 13: OFFERED}),
        crew_row(3, {12: ACCEPTED}, TOMORROW),
    ],
)
ANA, BOJAN = (
    Companion("Ana Petrović", False, False, ACCEPTED, True),
    Companion("Bojan Ilić", False, False, OFFERED, True),
)
DUNJA, CECA = Companion("Dunja", True, False, OFFERED), Companion("Ceca", True, False, ACCEPTED)


@pytest.mark.parametrize(
    ("reader", "photographed", "shown"),
    [
        (None, {3}, [DUNJA, ANA, BOJAN, replace(CECA, photo=True)]),
        (1, {3, 4}, [replace(DUNJA, photo=True), replace(ANA, me=True), BOJAN, replace(CECA, name="")]),
        (2, {4}, [ANA, replace(BOJAN, me=True), CECA, replace(DUNJA, name="")]),
        (4, {3}, [replace(DUNJA, me=True), ANA, BOJAN, replace(CECA, name="")]),
        (9, {3, 4}, [ANA, BOJAN, replace(DUNJA, name=""), replace(CECA, name="")]),
    ],
    ids=["staff", "with Dunja", "with Ceca", "a minor herself", "somebody outside"],
)
def test_a_minor_is_named_to_who_has_accepted_the_same_presentation(reader, photographed, shown):
    assert list(companions(ROW, reader, DAY, photographed)) == shown


def test_who_is_not_named_stands_last_and_the_least_firm_first():
    assert [one.state for one in companions(ROW, 9, DAY) if not one.name] == [OFFERED, ACCEPTED]


def test_who_was_a_minor_on_either_day_is_shown_as_one():
    grown = SimpleNamespace(on_day=TOMORROW, crew=ROW.crew[:1])

    assert [one.name for day in (DAY, TOMORROW) for one in companions(grown, None, day)] == ["Dunja", "Dunja Lazić"]


@pytest.mark.parametrize(
    ("adult_on", "vetted", "agreed", "away", "suspended", "codes"),
    [
        (None, True, False, True, False, []),
        (DAY, True, False, True, False, []),
        (TOMORROW, True, False, True, False, [WhyNot.NO_CONSENT]),
        (TOMORROW, True, True, True, False, [WhyNot.NO_TRAVEL]),
        (TOMORROW, True, True, False, False, []),
        (None, False, True, False, True, [WhyNot.UNVETTED, WhyNot.SUSPENDED]),
    ],
)
def test_what_the_law_says_against_a_presenter(adult_on, vetted, agreed, away, suspended, codes):
    standing = UnderLaw(adult_on, None, suspended)

    assert uncleared(standing, DAY, vetted=vetted, agreed=agreed, away=away) == [Why(code) for code in codes]


def test_a_missing_influencer_is_counted():
    problems = crew_problems([member(1), member(2, INFLUENCER)], CrewRule(1, 2), DAY)

    assert problems == [Why(WhyNot.INFLUENCERS_MISSING, 2, 1)]


def test_the_stop_that_ends_last_keeps_from_arriving_first():
    long, short, next_one = a_stop(1, "08:00", "11:00"), a_stop(2, "09:00", "09:30"), a_stop(3, "10:30", "11:30")

    found = arrival_problems([long, short, next_one])

    assert [(one.earlier.visit_id, one.later.visit_id, one.available_minutes) for one in found] == [
        (1, 2, 0),
        (1, 3, 0),
    ]


def test_minutes_between_two_stops_are_whole_and_seconds_too_few_are_too_few():
    first, drive = a_stop(1, "08:00", "09:00"), 30
    later = a_stop(2, "09:30", "10:15", so_far(drive))

    assert arrival_problems([first, later]) == []
    assert arrival_problems([replace(first, busy_until=first.busy_until + dt.timedelta(seconds=1)), later])


@pytest.mark.parametrize("own_first", [True, False])
def test_a_clash_names_the_district_of_what_was_promised(own_first):
    stops = a_stop(1, "08:00", "09:00"), a_stop(2, "09:10", "10:00", LESKOVAC)
    promised, here = (1, 0) if own_first else (0, 1)
    elsewhere = replace(stops[promised], district_id=7)

    found = clash_of([stops[here]], [elsewhere])

    assert [(one.code, one.available, one.district_id) for one in found] == [(WhyNot.CANNOT_ARRIVE, 10, 7)]


def test_a_place_beyond_reach_is_told_with_its_kilometres_and_a_host_without_a_point_is_near():
    assert too_far(NIS, None, 0) == []
    [found] = too_far(NIS, BELGRADE, 100)
    assert (found.code, found.available, found.needed > 100) == (WhyNot.BEYOND_REACH, 100, True)


def test_notice_is_of_whole_hours():
    assert [notice_hours(at("12:00"), at("09:01")), notice_hours(at("12:00"), at("13:00"))] == [2, 0]
    assert notice_hours(at("12:00"), at("12:30")) == 0


def test_starts_move_by_hours_and_minutes_and_into_the_same_of_two_hours():
    assert shifted({1: dt.time(9, 20), 2: dt.time(10, 5)}, dt.time(8, 50)) == {1: dt.time(8, 50), 2: dt.time(9, 35)}
    assert {start.fold for start in (shifted({1: dt.time(9)}, dt.time(2, 30, fold=1)) or {}).values()} == {1}


@pytest.mark.parametrize("who", ["pupils", "parents", "teachers"])
def test_nobody_expects_fewer_than_none(who):
    assert list(problems_with(a_visit(a_plan(**{f"expected_{who}": -1})), DAY)) == ["presentations-0"]
    assert problems_with(a_visit(a_plan(**{f"expected_{who}": 0})), DAY) == {}
