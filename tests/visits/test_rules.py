"""Planning's pure rules: the clock, the road, the crew and the names, without a database."""

import datetime as dt
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.booking.rules.free_dates import full_days
from scheduler.booking.rules.holds import main_audience
from scheduler.booking.rules.starts import classes_of_sittings, starts_on_wish, suggested_starts
from scheduler.core.clock import moment_of
from scheduler.people.terms import PresenterKind
from scheduler.places.rules.hosts import road_km, road_minutes
from scheduler.places.terms.hosts import Point
from scheduler.places.terms.school_time import SchoolClock
from scheduler.programmes.terms import Audience
from scheduler.requests.terms.pages import RequestedPresentationRow
from scheduler.requests.terms.school_request import DayPart, Preference
from scheduler.visits.rules import limits
from scheduler.visits.rules.arrival import arrival_problems, kilometres
from scheduler.visits.rules.cancelling import is_late_cancel, notice_hours
from scheduler.visits.rules.crew import cards_of, crew_problems, is_whole, keeps_back, promise_problems, who_is_shown
from scheduler.visits.rules.limits import FURTHEST_MINUTES, is_too_long_a_road, load_on, too_far, too_much
from scheduler.visits.rules.starts import left_school
from scheduler.visits.rules.timetable import (
    order_of_moves,
    overlapping,
    problems_with,
    shifted,
    span_of,
    visit_schedule,
)
from scheduler.visits.terms.plans import CrewMember, CrewRule, Stop, Why
from scheduler.visits.terms.reasons import WhyNot
from scheduler.visits.terms.states import AssignmentState
from tests.booking.free_facts import SUBOTICA, TODAY, a_seeker
from tests.bounds import at_each_bound
from tests.factories.requests import a_wish
from tests.factories.staffing import a_plan as a_fair_plan
from tests.places.one_school import WEEK, a_clock
from tests.visits.stops import BELGRADE, DAY, LESKOVAC, NIS, a_plan, a_stop, a_visit, at, so_far, spans_at


def a_member(
    kind: PresenterKind = PresenterKind.EDUCATOR,
    state: AssignmentState = AssignmentState.ACCEPTED,
    adult_on: dt.date | None = None,
    names: tuple[str, str] = ("Jelena", "Ristić"),
) -> CrewMember:
    return CrewMember(1, kind, *names, adult_on, state)


A_MINOR = a_member(PresenterKind.INFLUENCER, adult_on=dt.date(2028, 3, 1), names=("Tara", "Ilić"))


# --- when ---
def test_schedule_keeps_the_wall_clock_and_refuses_what_the_clocks_jump_over():
    summer, winter = (
        visit_schedule(a_visit(a_plan(), day=day), "Europe/Belgrade", 15, moment_of)[0]
        for day in (dt.date(2026, 10, 24), dt.date(2026, 10, 26))
    )
    assert (summer.starts_at.hour, winter.starts_at.hour) == (8, 9)
    assert summer.busy_from == summer.starts_at - dt.timedelta(minutes=15)
    assert (summer.ends_at, summer.busy_until) == (at("08:45", dt.date(2026, 10, 24)),) * 2
    [abroad] = visit_schedule(a_visit(a_plan()), "America/Toronto", 15, moment_of)
    assert abroad.starts_at == at("14:00")
    night = a_visit(a_plan(dt.time(2, 30)), day=dt.date(2027, 3, 28))
    with pytest.raises(ValueError, match="jump over"):
        visit_schedule(night, "Europe/Belgrade", 15, moment_of)


@pytest.mark.parametrize(("draft", "problems"), [
    (a_visit(a_plan()), {}),
    (a_visit(), {"presentations": "missing"}),
    (a_visit(a_plan(), a_plan(minutes=14)), {"presentations-1": "length_out_of_range"}),
])  # fmt: skip
def test_a_draft_says_what_is_wrong_with_it(draft, problems):
    assert problems_with(draft, today=DAY) == problems


# --- the road ---
def test_a_drive_longer_than_the_gap_or_an_overlap_cannot_arrive():
    needed = road_minutes(NIS, LESKOVAC)
    first, second = a_stop(1, "08:00", "09:00"), a_stop(2, "09:30", "10:00", LESKOVAC)
    (problem,) = arrival_problems([second, first])
    assert (problem.earlier, problem.later) == (first, second)
    assert (problem.needed_minutes, problem.available_minutes) == (needed, 30)
    assert problem.late_by_minutes == needed - 30 > 0
    assert not problem.overlaps
    begins = at("09:00") + dt.timedelta(minutes=needed)
    stops = [a_stop(1, "08:00", "09:00"), Stop(2, 2, begins, begins + dt.timedelta(hours=1), LESKOVAC)]
    assert arrival_problems(stops) == []
    late = Stop(2, 2, begins - dt.timedelta(minutes=1), begins + dt.timedelta(hours=1), LESKOVAC)
    assert [problem.late_by_minutes for problem in arrival_problems([stops[0], late])] == [1]
    (overlap,) = arrival_problems([a_stop(1, "08:00", "10:00"), a_stop(2, "09:00", "11:00")])
    assert overlap.overlaps
    assert overlap.available_minutes == 0


@pytest.mark.parametrize(
    ("stops", "late"),
    [
        ([a_stop(1, "08:00", "09:00"), a_stop(1, "09:00", "10:00", LESKOVAC)], []),
        ([a_stop(1, "08:00", "09:00"), a_stop(2, "09:01", "10:00", None)], []),
        ([a_stop(1, "08:00", "09:00"), a_stop(2, "12:00", "13:00", LESKOVAC), a_stop(3, "15:00", "16:00")], []),
        ([a_stop(1, "08:00", "12:00"), a_stop(2, "09:00", "09:30"), a_stop(3, "10:00", "11:00")], [(1, 2), (1, 3)]),
    ],
    ids=["within one visit", "a place that nobody knows", "neighbours alone", "a long one that a short one hides"],
)
def test_which_stops_come_too_late(stops, late):
    assert [(one.earlier.visit_id, one.later.visit_id) for one in arrival_problems(stops)] == late


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
@pytest.mark.parametrize(("crew", "rule", "day", "problems"), [
    ([a_member(), a_member(state=AssignmentState.OFFERED)], (2, 0), DAY, [Why("educators_missing", 2, 1)]),
    ([a_member(), a_member()], (2, 0), DAY, []),
    ([a_member()], (1, 1), DAY, [Why("influencers_missing", 1, 0)]),
    ([a_member(), A_MINOR], (1, 1), DAY, []),
    ([A_MINOR], (0, 1), dt.date(2028, 2, 29), [Why("minor_without_adult")]),
    ([A_MINOR], (0, 1), dt.date(2028, 3, 1), []),  # her birthday
])  # fmt: skip
def test_a_crew_is_of_who_has_accepted_and_no_minor_is_alone(crew, rule, day, problems):
    assert crew_problems(crew, CrewRule(*rule), day) == problems


def test_a_visit_is_whole_with_its_crew_and_what_keeps_it_back_is_told_law_first():
    whole, short, alone = [a_member(), A_MINOR], [a_member()], [A_MINOR]
    rule = CrewRule(1, 1)
    assert is_whole([whole, whole], rule, DAY)
    assert not is_whole([whole, short], rule, DAY)
    assert not is_whole([alone], CrewRule(0, 1), DAY)
    assert not is_whole([], rule, DAY)
    law, school = [Why("unvetted")], [Why("teacher_not_promised")]
    told = keeps_back([[a_member()], []], CrewRule(1, 0), DAY, uncleared=law, promise=school)
    assert told == [*law, Why("educators_missing", 1, 0), *school]


@pytest.mark.parametrize(("audiences", "teacher", "contact", "codes"), [
    ([Audience.PUPILS], True, "Mira", []),
    ([Audience.PUPILS], False, "", ["teacher_not_promised", "no_safeguarding_contact"]),
    ([Audience.PARENTS, Audience.PUPILS], True, "", ["no_safeguarding_contact"]),
    ([Audience.PARENTS], False, "", []),
])  # fmt: skip
def test_pupils_are_met_only_where_the_school_has_promised(audiences, teacher, contact, codes):
    assert [why.code for why in promise_problems(audiences, teacher, contact)] == codes


def test_a_school_reads_minors_by_first_name_beside_an_educator():
    assert who_is_shown([A_MINOR, a_member()], DAY) == ["Jelena Ristić", "Tara"]
    assert who_is_shown([A_MINOR], dt.date(2028, 2, 29)) == ["Tara"]
    assert who_is_shown([A_MINOR], dt.date(2028, 3, 1)) == ["Tara Ilić"]
    cards = cards_of([a_member(PresenterKind.INFLUENCER, names=("Luka", "Ristić")), A_MINOR, a_member()], DAY)
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
@pytest.mark.parametrize(("old", "new", "order"), [
    ((60, 120), (90, 150), [1, 0]), ((60, 120), (30, 90), [0, 1]), ((60, 120), (60, 120), [0, 1]),
    ((60, 120), (120, 60), None), ((60, 120, 180), (120, 180, 60), None), ((60, 120), (600, 60), [0, 1]),
])  # fmt: skip
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
        assert (span.ends_at - span.starts_at, span.busy_until) == (dt.timedelta(minutes=plan.minutes), span.ends_at)
    first, *later = sorted(spans, key=lambda span: span.starts_at)
    assert first.busy_from == first.starts_at - dt.timedelta(minutes=set_up)
    for before, span in pairwise([first, *later]):
        assert span.busy_from == max(before.ends_at, span.starts_at - dt.timedelta(minutes=set_up))


@pytest.mark.parametrize(("first", "moved"), [
    (dt.time(8, 30), {1: dt.time(8, 30), 2: dt.time(10, 15)}),
    (dt.time(22, 14), {1: dt.time(22, 14), 2: dt.time(23, 59)}),
    (dt.time(22, 15), None),
    (dt.time(0, 0), {1: dt.time(0, 0), 2: dt.time(1, 45)}),
])  # fmt: skip
def test_starts_move_together_and_none_leaves_the_day(first, moved):
    assert shifted({1: dt.time(9, 0), 2: dt.time(10, 45)}, first) == moved


@pytest.mark.parametrize(("audiences", "main"), [
    ((Audience.PARENTS, Audience.PUPILS), Audience.PUPILS),
    ((Audience.OTHERS, Audience.TEACHERS), Audience.TEACHERS),
    ((), Audience.PUPILS),
])  # fmt: skip
def test_a_crew_is_looked_for_pupils_before_the_others(audiences, main):
    assert main_audience(audiences) is main


# --- bounds, and how far and how much for all who ask ---
A_DAY, A_MINUTE, A_SECOND = dt.timedelta(days=1), dt.timedelta(minutes=1), dt.timedelta(seconds=1)
REACH_KM = round(road_km(NIS, LESKOVAC))
AROUND = (-1, 0, 1)
OUT_OF_RANGE = {"presentations-0": "length_out_of_range"}


def ways(place: Point, reach_km: int | None = None) -> list[str]:
    return [why.code for why in too_far(NIS, place, reach_km)]


def later(seconds: int) -> list[tuple[int, int]]:
    """Visits of which one begins so many seconds after the end of the other, in the same place."""
    begins = at("09:00") + seconds * A_SECOND
    stops = [a_stop(1, "08:00", "09:00"), Stop(2, 20, begins, begins + 30 * A_MINUTE, NIS)]
    return [(one.earlier.visit_id, one.later.visit_id) for one in arrival_problems(stops)]


def longest_of_two(minutes: int) -> list[tuple[int, int]]:
    """A short visit in Niš within one in Leskovac that ends so many minutes after it; another in Niš follows."""
    leskovac = Stop(1, 10, at("08:00"), at("09:30") + minutes * A_MINUTE, LESKOVAC)
    stops = [leskovac, a_stop(2, "09:00", "09:30"), a_stop(3, "09:30", "10:00")]
    return [(one.earlier.visit_id, one.later.visit_id) for one in arrival_problems(stops)]


def spans_of_two(minutes: int) -> list[int]:
    return overlapping([span_of(at("10:00"), 45, 0), span_of(at("10:45") + minutes * A_MINUTE, 45, 0)])


BOUNDS = (
    ("48 hours of notice", lambda n: is_late_cancel(at("10:00") + 2 * A_DAY + n * A_SECOND, at("10:00")), AROUND,
     (True, False, False)),
    ("an hour of notice", lambda n: notice_hours(at("10:00"), at("09:00") - n * A_SECOND), AROUND, (0, 1, 1)),
    ("no notice", lambda n: notice_hours(at("10:00") + n * dt.timedelta(hours=1), at("10:00")), AROUND, (0, 0, 1)),
    ("today", lambda n: problems_with(a_visit(a_plan(), day=DAY + n * A_DAY), DAY), AROUND,
     ({"on_day": "in_the_past"}, {}, {})),
    ("15 minutes", lambda n: problems_with(a_visit(a_plan(minutes=n)), DAY), (14, 15, 16), (OUT_OF_RANGE, {}, {})),
    ("480 minutes", lambda n: problems_with(a_visit(a_plan(minutes=n)), DAY), (479, 480, 481), ({}, {}, OUT_OF_RANGE)),
    ("no pupils", lambda n: problems_with(a_visit(a_plan(expected_pupils=n)), DAY), AROUND,
     ({"presentations-0": "negative"}, {}, {})),
    ("her reach", lambda n: ways(LESKOVAC, REACH_KM + n), AROUND, ([WhyNot.BEYOND_REACH], [], [])),
    ("240 minutes by road", lambda n: ways(so_far(n)), (239, 240, 241), ([], [], [WhyNot.TOO_FAR])),
    ("480 minutes by road without a talk", lambda n: is_too_long_a_road(NIS, so_far(n)), (479, 480, 481),
     (False, False, True)),
    ("one visit ends as the other begins", later, AROUND, ([(1, 2)], [], [])),
    ("two visits end at once", longest_of_two, AROUND, ([(1, 2)], [(1, 2), (1, 3)], [(1, 2), (1, 3)])),
    ("one presentation ends as the other begins", spans_of_two, AROUND, ([1], [], [])),
    ("moved to just after another", lambda n: order_of_moves(spans_at(60, 120), spans_at(180 + n, 300)), AROUND,
     ([1, 0], [0, 1], [0, 1])),
    ("moved to just before another", lambda n: order_of_moves(spans_at(120, 60), spans_at(n, 300)), AROUND,
     ([0, 1], [0, 1], [1, 0])),
)  # fmt: skip


@at_each_bound(*BOUNDS)
def test_what_each_rule_answers_at_its_bound(rule, value, answer):
    assert rule(value) == answer


DAYS = [TODAY + number * A_DAY for number in range(28)]


@pytest.mark.parametrize(("of_day", "of_week", "more", "found"), [
    (3, 11, 1, []), (4, 4, 1, [Why("enough_of_day", 5, 4)]), (3, 3, 2, [Why("enough_of_day", 5, 4)]),
    (0, 12, 1, [Why("enough_of_week", 13, 12)]), (0, 9, 4, [Why("enough_of_week", 13, 12)]),
    (4, 12, 1, [Why("enough_of_day", 5, 4)]),  # one reason is enough, the nearer one
])  # fmt: skip
def test_four_a_day_and_twelve_a_week_are_the_most(of_day: int, of_week: int, more: int, found: list[Why]):
    assert too_much(of_day, of_week, more) == found


def test_a_week_goes_from_monday_to_sunday_and_nobody_further_than_four_hours():
    [too_far] = limits.too_far(NIS, SUBOTICA, None)
    assert (too_far.code, too_far.available) == ("too_far", 240)
    assert too_far.needed > 240
    assert limits.too_far(NIS, NIS, None) == []
    assert limits.too_far(NIS, None, None) == []  # a host without a point: people know the way
    sunday, monday = TODAY - A_DAY, TODAY
    told = {sunday: 1, monday: 2, TODAY + 6 * A_DAY: 4, TODAY + 7 * A_DAY: 8}
    assert (load_on(told, TODAY + 3 * A_DAY), load_on(told, sunday)) == ((0, 6), (1, 1))


@given(st.dictionaries(st.sampled_from(DAYS), st.integers(1, 6)))
def test_the_full_days_of_free_dates_are_those_on_which_a_candidate_is_warned_of(presentations: dict[dt.date, int]):
    seeker = a_seeker(presentations=presentations)
    warned = [day for day in DAYS if too_much(*load_on(presentations, day))]
    assert full_days(seeker, DAYS) == warned


@given(st.floats(42.2, 46.2), st.floats(18.8, 23.0))
def test_who_is_out_of_reach_of_free_dates_is_a_candidate_with_a_warning(lat: float, lon: float):
    home = Point(lat, lon)
    assert bool(limits.too_far(home, NIS, None)) == (road_minutes(home, NIS) > FURTHEST_MINUTES)


A_MONDAY = dt.date(2026, 10, 5)
HOURS = a_clock(A_MONDAY)  # odd grades in the morning of this week, the others from 14:00
EVENING = {"audience": Audience.PARENTS, "classes": "", "day_part": DayPart.EVENING}


def written(starts: list[dt.time]) -> list[str]:
    return [f"{start:%H:%M}" for start in starts]


def suggested(
    *wishes: RequestedPresentationRow, day: dt.date = A_MONDAY, hours: SchoolClock | None = HOURS
) -> list[str]:
    return written(suggested_starts(wishes, day, 45, hours))


@pytest.mark.parametrize(("wishes", "day", "starts"), [
    ([{}], A_MONDAY, ["09:55"]),
    ([{}], A_MONDAY + WEEK, ["15:55"]),
    ([{"lesson": 5}], A_MONDAY, ["11:35"]),
    ([{"lesson": 5, "starts_local": dt.time(9)}], A_MONDAY, ["09:00"]),
    ([{"classes": "8b", "day_part": DayPart.MORNING}], A_MONDAY, ["15:55"]),  # in the other shift: in its own hours
    ([{"classes": "8b", "day_part": DayPart.MORNING}], A_MONDAY + WEEK, ["09:55"]),
    ([{"lesson": 9}], A_MONDAY, ["10:00"]),  # no such lesson: the part of the day decides
    ([{"classes": "the choir", "day_part": DayPart.AFTERNOON}], A_MONDAY, ["14:00"]),
    ([{}, {"classes": "5a"}, {"classes": "8b"}, EVENING], A_MONDAY, ["09:55", "10:45", "14:00", "18:00"]),
])  # fmt: skip
def test_starts_are_suggested_from_the_lessons_of_the_classes_one_after_the_other(wishes, day, starts):
    assert suggested(*(a_wish(**one) for one in wishes), day=day) == starts


def test_without_shifts_or_school_the_part_of_the_day_or_nothing_is_suggested():
    wishes = (a_wish(), a_wish(), a_wish(day_part=DayPart.AFTERNOON), a_wish(day_part=DayPart.EVENING))
    assert suggested(*wishes, hours=None) == ["10:00", "11:00", "14:00", "18:00"]
    saturday = A_MONDAY + dt.timedelta(days=5)
    assert suggested_starts([a_wish(), a_wish(classes="")], saturday, 45, HOURS) == [None, dt.time(10)]
    assert suggested(a_wish(classes="7b, 8b")) == ["09:55"]
    assert suggested(a_wish(), day=saturday, hours=None) == ["10:00"]
    late_one, later = a_wish(day_part=DayPart.EVENING), a_wish(starts_local=dt.time(19))
    assert written(starts_on_wish([late_one, later], Preference(A_MONDAY), 45, None)) == ["18:00", "19:00"]
    assert written(starts_on_wish([later, late_one], Preference(A_MONDAY), 45, None)) == ["19:00", "20:00"]


@pytest.mark.parametrize(("liked", "start"), [
    (Preference(A_MONDAY, dt.time(8, 50)), "08:50"),
    (Preference(A_MONDAY, day_part=DayPart.AFTERNOON), "13:15"),
    (Preference(A_MONDAY), "09:55"),
    (Preference(A_MONDAY + WEEK), "15:55"),
])  # fmt: skip
def test_on_a_date_that_the_school_likes_the_first_presentation_takes_its_hour_or_its_part(liked, start):
    assert written(starts_on_wish([a_wish(day_part=DayPart.MORNING)], liked, 45, HOURS)) == [start]


@pytest.mark.parametrize(("classes", "pressed", "starts"), [
    (["8b", "7b"], dt.time(8), ["14:00", "08:00"]),
    (["7b", "8b"], dt.time(8), ["08:00", "14:00"]),
    (["7b", "8b"], dt.time(14), ["12:25", "14:00"]),
    (["8b", "8a", "7b"], dt.time(8, 50), ["14:00", "14:50", "08:50"]),
])  # fmt: skip
def test_a_pressed_hour_is_of_the_classes_that_are_in_the_building_then(classes, pressed, starts):
    wishes = [a_wish(classes=one, day_part=DayPart.MORNING) for one in classes]
    assert written(starts_on_wish(wishes, Preference(A_MONDAY, pressed), 45, HOURS)) == starts


def test_a_day_must_suit_each_list_once_and_a_class_that_left_is_named():
    asked = [
        a_wish(classes="7b"), a_wish(classes="8b"), a_wish(classes="7b"), a_wish(classes="6a", outside_shift=True),
        a_wish(classes="the choir"), a_wish(**EVENING),
    ]  # fmt: skip
    assert classes_of_sittings(asked, Audience.PUPILS) == ("7b", "8b")
    gone = {None: frozenset({A_MONDAY}), 8: frozenset[dt.date]()}
    plans = [
        a_fair_plan(classes="7b"),
        a_fair_plan(classes="7b, 8a"),
        a_fair_plan(classes="8a", audience=Audience.PARENTS),
    ]
    assert left_school(gone, A_MONDAY, plans) == [1]
