"""Planning's pure rules: the clock, the road, the crew and the names, without a database."""

import datetime as dt
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.booking.rules.holds import main_audience
from scheduler.core.clock import moment_of
from scheduler.people.terms import PresenterKind
from scheduler.places.rules.hosts import road_minutes
from scheduler.programmes.terms import Audience
from scheduler.visits.rules.arrival import arrival_problems, kilometres
from scheduler.visits.rules.crew import cards_of, crew_problems, is_whole, keeps_back, promise_problems, who_is_shown
from scheduler.visits.rules.timetable import (
    order_of_moves,
    problems_with,
    shifted,
    visit_schedule,
)
from scheduler.visits.terms.plans import CrewMember, CrewRule, Stop, Why
from scheduler.visits.terms.states import AssignmentState
from tests.visits.stops import BELGRADE, DAY, LESKOVAC, NIS, a_plan, a_stop, a_visit, at, spans_at


def a_member(
    kind: PresenterKind = PresenterKind.EDUCATOR,
    state: AssignmentState = AssignmentState.ACCEPTED,
    adult_on: dt.date | None = None,
    names: tuple[str, str] = ("Jelena", "Ristić"),
) -> CrewMember:
    return CrewMember(1, kind, *names, adult_on, state)


A_MINOR = a_member(PresenterKind.INFLUENCER, adult_on=dt.date(2028, 3, 1), names=("Tara", "Ilić"))


# --- when ---


def test_schedule_keeps_the_wall_clock_across_the_end_of_summer_time():
    summer, winter = (
        visit_schedule(a_visit(a_plan(), day=day), "Europe/Belgrade", 15, moment_of)[0]
        for day in (dt.date(2026, 10, 24), dt.date(2026, 10, 26))
    )

    assert (summer.starts_at.hour, winter.starts_at.hour) == (8, 9)
    assert summer.busy_from == summer.starts_at - dt.timedelta(minutes=15)
    assert (summer.ends_at, summer.busy_until) == (at("08:45", dt.date(2026, 10, 24)),) * 2
    [abroad] = visit_schedule(a_visit(a_plan()), "America/Toronto", 15, moment_of)
    assert abroad.starts_at == at("14:00")


def test_schedule_refuses_a_time_that_the_clocks_jump_over():
    night = a_visit(a_plan(dt.time(2, 30)), day=dt.date(2027, 3, 28))

    with pytest.raises(ValueError, match="jump over"):
        visit_schedule(night, "Europe/Belgrade", 15, moment_of)


@pytest.mark.parametrize(
    ("draft", "problems"),
    [
        (a_visit(a_plan()), {}),
        (a_visit(), {"presentations": "missing"}),
        (a_visit(a_plan(), a_plan(minutes=14)), {"presentations-1": "length_out_of_range"}),
    ],
)
def test_a_draft_says_what_is_wrong_with_it(draft, problems):
    assert problems_with(draft, today=DAY) == problems


# --- the road ---


def test_a_drive_longer_than_the_gap_cannot_arrive():
    needed = road_minutes(NIS, LESKOVAC)
    first, second = a_stop(1, "08:00", "09:00"), a_stop(2, "09:30", "10:00", LESKOVAC)

    (problem,) = arrival_problems([second, first])

    assert (problem.earlier, problem.later) == (first, second)
    assert (problem.needed_minutes, problem.available_minutes) == (needed, 30)
    assert problem.late_by_minutes == needed - 30 > 0
    assert not problem.overlaps


def test_a_gap_of_exactly_the_drive_is_enough():
    needed = road_minutes(NIS, LESKOVAC)
    begins = at("09:00") + dt.timedelta(minutes=needed)
    stops = [a_stop(1, "08:00", "09:00"), Stop(2, 2, begins, begins + dt.timedelta(hours=1), LESKOVAC)]

    assert arrival_problems(stops) == []
    late = Stop(2, 2, begins - dt.timedelta(minutes=1), begins + dt.timedelta(hours=1), LESKOVAC)
    assert [problem.late_by_minutes for problem in arrival_problems([stops[0], late])] == [1]


def test_within_one_visit_nobody_drives():
    assert arrival_problems([a_stop(1, "08:00", "09:00"), a_stop(1, "09:00", "10:00")]) == []


def test_an_overlap_is_a_problem_even_in_the_same_town():
    (problem,) = arrival_problems([a_stop(1, "08:00", "10:00"), a_stop(2, "09:00", "11:00")])

    assert problem.overlaps
    assert problem.available_minutes == 0


def test_a_short_stop_does_not_hide_a_long_one_that_still_lasts():
    stops = [a_stop(1, "08:00", "12:00"), a_stop(2, "09:00", "09:30"), a_stop(3, "10:00", "11:00")]

    assert [(problem.earlier, problem.later) for problem in arrival_problems(stops)] == [
        (stops[0], stops[1]),
        (stops[0], stops[2]),
    ]


def test_only_neighbours_are_compared():
    stops = [a_stop(1, "08:00", "09:00"), a_stop(2, "12:00", "13:00", LESKOVAC), a_stop(3, "15:00", "16:00")]

    assert arrival_problems(stops) == []


def test_where_nobody_knows_the_place_no_drive_is_judged():
    assert arrival_problems([a_stop(1, "08:00", "09:00"), a_stop(2, "09:01", "10:00", None)]) == []


@given(st.lists(st.tuples(st.integers(0, 600), st.integers(1, 120)), min_size=1, max_size=6), st.randoms())
def test_the_order_in_which_stops_are_told_does_not_matter(spans, random):
    stops = [
        Stop(n, n, at("06:00") + dt.timedelta(minutes=a), at("06:00") + dt.timedelta(minutes=a + length), NIS)
        for n, (a, length) in enumerate(spans)
    ]
    shuffled = list(stops)
    random.shuffle(shuffled)

    found = arrival_problems(stops)

    assert found == arrival_problems(shuffled)
    overlap = any(
        a.busy_from < b.busy_until and b.busy_from < a.busy_until
        for a in stops
        for b in stops
        if a.visit_id < b.visit_id
    )
    assert any(problem.overlaps for problem in found) == overlap


# --- the crew ---


def test_a_crew_counts_only_who_has_accepted():
    crew = [a_member(), a_member(state=AssignmentState.OFFERED)]

    assert crew_problems(crew, CrewRule(2, 0), DAY) == [Why("educators_missing", 2, 1)]
    assert crew_problems([a_member(), a_member()], CrewRule(2, 0), DAY) == []


def test_a_campaign_wants_its_influencer():
    assert crew_problems([a_member()], CrewRule(1, 1), DAY) == [Why("influencers_missing", 1, 0)]
    assert crew_problems([a_member(), A_MINOR], CrewRule(1, 1), DAY) == []


def test_a_minor_alone_is_named_until_her_birthday():
    rule = CrewRule(0, 1)

    assert crew_problems([A_MINOR], rule, DAY) == [Why("minor_without_adult")]
    assert crew_problems([A_MINOR], rule, dt.date(2028, 3, 1)) == []


def test_a_visit_is_whole_when_every_presentation_is_and_it_has_one():
    whole, short, alone = [a_member(), A_MINOR], [a_member()], [A_MINOR]
    rule = CrewRule(1, 1)

    assert is_whole([whole, whole], rule, DAY)
    assert not is_whole([whole, short], rule, DAY)
    assert not is_whole([alone], CrewRule(0, 1), DAY)
    assert not is_whole([], rule, DAY)


def test_what_keeps_a_visit_back_is_told_with_the_law_first_and_the_school_last():
    law, school = [Why("unvetted")], [Why("teacher_not_promised")]

    told = keeps_back([[a_member()], []], CrewRule(1, 0), DAY, uncleared=law, promise=school)

    assert told == [*law, Why("educators_missing", 1, 0), *school]


@pytest.mark.parametrize(
    ("audiences", "teacher", "contact", "codes"),
    [
        ([Audience.PUPILS], True, "Mira", []),
        ([Audience.PUPILS], False, "", ["teacher_not_promised", "no_safeguarding_contact"]),
        ([Audience.PARENTS, Audience.PUPILS], True, "", ["no_safeguarding_contact"]),
        ([Audience.PARENTS], False, "", []),
    ],
)
def test_pupils_are_met_only_where_the_school_has_promised(audiences, teacher, contact, codes):
    assert [why.code for why in promise_problems(audiences, teacher, contact)] == codes


def test_a_school_reads_adults_in_full_and_minors_by_first_name():
    assert who_is_shown([A_MINOR, a_member()], DAY) == ["Jelena Ristić", "Tara"]
    assert who_is_shown([A_MINOR], dt.date(2028, 2, 29)) == ["Tara"]
    assert who_is_shown([A_MINOR], dt.date(2028, 3, 1)) == ["Tara Ilić"]


def test_a_minor_is_shown_with_an_educator_even_when_a_grown_influencer_comes_first():
    grown = a_member(PresenterKind.INFLUENCER, names=("Luka", "Ristić"))
    cards = cards_of([grown, A_MINOR, a_member()], DAY)

    assert [(card.name, card.adult) for card in cards] == [
        ("Luka Ristić", ""),
        ("Jelena Ristić", ""),
        ("Tara", "Jelena Ristić"),
    ]


# --- distance, notice ---


def test_kilometres_are_one_car_from_the_farthest_home_there_and_back():
    near, far = kilometres([LESKOVAC], NIS), kilometres([LESKOVAC, BELGRADE], NIS)

    assert 0 < near < far == kilometres([BELGRADE], NIS)
    assert kilometres([], NIS) == kilometres([NIS], NIS) == kilometres([NIS], None) == 0


# --- moving ---


@pytest.mark.parametrize(
    ("old", "new", "order"),
    [
        ((60, 120), (90, 150), [1, 0]),
        ((60, 120), (30, 90), [0, 1]),
        ((60, 120), (60, 120), [0, 1]),
        ((60, 120), (120, 60), None),
        ((60, 120, 180), (120, 180, 60), None),
        ((60, 120), (600, 60), [0, 1]),
    ],
)
def test_presentations_move_one_after_the_other_without_running_into_each_other(old, new, order):
    assert order_of_moves(spans_at(*old), spans_at(*new)) == order


@given(st.lists(st.integers(1, 4), min_size=1, max_size=5), st.integers(-600, 600), st.lists(st.integers(0, 3)))
def test_who_keeps_their_order_can_always_move(gaps, shift, stretch):
    old, new, here, there = [], [], 0, shift
    for place, gap in enumerate(gaps):
        old.append(here)
        new.append(there)
        here += gap * 60
        there += 60 + (stretch[place] * 30 if place < len(stretch) else 0)

    assert order_of_moves(spans_at(*old), spans_at(*new)) is not None


BREAKS_AND_LENGTHS = st.lists(st.tuples(st.integers(0, 12), st.integers(3, 18)), min_size=1, max_size=6)  # in fives
CHANGES = [dt.date(2027, 3, 28), dt.date(2027, 10, 31)]


@given(BREAKS_AND_LENGTHS, st.integers(0, 120), st.sampled_from([*CHANGES, DAY]), st.randoms())
def test_a_crew_is_never_busy_twice_in_one_visit_and_sets_up_in_full_before_the_first(sittings, set_up, day, random):
    plans, begins = [], dt.datetime.combine(day, dt.time(7))
    for pause, length in sittings:
        begins += dt.timedelta(minutes=5 * pause)
        plans.append(a_plan(begins.time(), 5 * length))
        begins += dt.timedelta(minutes=5 * length)
    random.shuffle(plans)

    spans = visit_schedule(a_visit(*plans, day=day), "Europe/Belgrade", set_up, moment_of)

    for plan, span in zip(plans, spans, strict=True):
        assert span.starts_at.astimezone(ZoneInfo("Europe/Belgrade")).time() == plan.starts_local
        assert span.ends_at - span.starts_at == dt.timedelta(minutes=plan.minutes)
        assert span.busy_until == span.ends_at
    first, *later = sorted(spans, key=lambda span: span.starts_at)
    assert first.busy_from == first.starts_at - dt.timedelta(minutes=set_up)
    for before, span in pairwise([first, *later]):
        assert span.busy_from == max(before.ends_at, span.starts_at - dt.timedelta(minutes=set_up))


@pytest.mark.parametrize(
    ("first", "moved"),
    [
        (dt.time(8, 30), {1: dt.time(8, 30), 2: dt.time(10, 15)}),
        (dt.time(22, 14), {1: dt.time(22, 14), 2: dt.time(23, 59)}),
        (dt.time(22, 15), None),
        (dt.time(0, 0), {1: dt.time(0, 0), 2: dt.time(1, 45)}),
    ],
)
def test_starts_move_together_and_none_leaves_the_day(first, moved):
    assert shifted({1: dt.time(9, 0), 2: dt.time(10, 45)}, first) == moved


@pytest.mark.parametrize(
    ("audiences", "main"),
    [
        ((Audience.PARENTS, Audience.PUPILS), Audience.PUPILS),
        ((Audience.OTHERS, Audience.TEACHERS), Audience.TEACHERS),
        ((), Audience.PUPILS),
    ],
)
def test_a_crew_is_looked_for_pupils_before_the_others(audiences, main):
    assert main_audience(audiences) is main
