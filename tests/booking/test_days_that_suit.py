"""Days for a school: none that is offered breaks a rule, whatever school, span, crew and visit are asked for."""

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduler.booking.rules.days_that_suit import minutes_of_all, refusals
from scheduler.booking.rules.free_dates import against, free_dates
from scheduler.booking.rules.slots import MOST_OF_DAY, best_day, times_to_press, wish_for
from scheduler.booking.terms.free_dates import Bounds, FreeDay, KeptSitting, Lack
from scheduler.core.clock import moment_of
from scheduler.places.rules.presence import is_away
from scheduler.places.terms.school_time import Bells, Rotation, SchoolTime, Shift
from scheduler.requests.terms.school_request import Blackout, DayPart, Preference
from scheduler.visits.rules.limits import too_far
from scheduler.visits.rules.timetable import wall_end
from tests.booking.free_facts import DAY, NIS, SUBOTICA, TODAY, WORKING, a_seeker, facts

TEN = dt.time(10)
BELLS = {(Shift.MORNING, False): Bells(dt.time(8), lessons=6), (Shift.AFTERNOON, False): Bells(dt.time(14), lessons=6)}
AHEAD = st.integers(-3, 130).map(lambda number: TODAY + number * DAY)


@st.composite
def spans(draw) -> tuple[dt.date, dt.date]:
    first, second = draw(AHEAD), draw(AHEAD)
    return min(first, second), max(first, second)


BOUNDS = st.builds(
    lambda span, cannot, after: Bounds(*(span or (None, None)), tuple(Blackout(*one) for one in cannot), after),
    st.none() | spans(),
    st.lists(spans(), max_size=2),
    st.none() | AHEAD,
)
KEPT = st.lists(
    st.builds(KeptSitting, st.sampled_from([dt.time(8), TEN, dt.time(14)]), st.just(45), st.sampled_from(["", "7-2"])),
    max_size=2,
    unique_by=lambda one: one.starts_local,
).map(lambda some: tuple(sorted(some, key=lambda one: one.starts_local)))


@settings(max_examples=120, deadline=None)
@given(
    bounds=BOUNDS, kept=KEPT, notice=st.integers(0, 40), shut=st.lists(AHEAD, max_size=9), told=st.booleans(),
    homes=st.lists(st.sampled_from([NIS, SUBOTICA]), max_size=2), reach=st.none() | st.integers(0, 500),
)  # fmt: skip
def test_no_day_that_is_offered_breaks_a_rule(bounds, kept, notice, shut, told, homes, reach):
    people = [a_seeker(number, home=home, reach_km=reach) for number, home in enumerate(homes, 1)]
    told_time = (
        SchoolTime(BELLS, rotation=Rotation.WEEK, first_grades=frozenset({7}), anchor_day=TODAY) if told else None
    )
    wish = facts(
        *people, bounds=bounds, kept=kept, notice_days=notice, shut_days=frozenset(shut), told=told_time,
        minutes=minutes_of_all(kept, 1, 45),
    )  # fmt: skip

    for one in free_dates(wish, moment_of).free:
        assert one.day >= TODAY + notice * DAY
        assert (bounds.first_day or one.day) <= one.day <= (bounds.last_day or one.day)
        assert bounds.after is None or one.day > bounds.after
        assert not any(span.holds(one.day) for span in bounds.cannot)
        assert one.day in wish.open_days - wish.shut_days
        assert not kept or one.starts == (kept[0].starts_local,)
        assert not told or not any(is_away(told_time, k.classes, one.day, k.starts_local, k.minutes) for k in kept)
        assert any(not too_far(person.home, NIS, reach) for person in people)
        for start in one.starts:
            assert any(
                row.weekday == one.day.weekday() and row.from_local <= start
                and wall_end(start, wish.minutes) <= row.until_local for row in WORKING
            )  # fmt: skip
        if kept:
            assert against(wish, one.day, moment_of) == []


@settings(max_examples=80, deadline=None)
@given(bounds=BOUNDS, kept=KEPT.filter(bool), day=AHEAD, notice=st.integers(0, 40))
def test_what_speaks_against_a_typed_day_is_told_exactly_where_it_is_not_offered(bounds, kept, day, notice):
    wish = facts(a_seeker(), bounds=bounds, kept=kept, notice_days=notice, minutes=minutes_of_all(kept, 1, 45))
    offered = {one.day for one in free_dates(wish, moment_of).free}

    assert (against(wish, day, moment_of) == []) == (day in offered)


def test_every_rule_that_is_broken_is_told_at_once():
    saturday = TODAY + 5 * DAY
    bounds = Bounds(TODAY + 20 * DAY, TODAY + 30 * DAY, (Blackout(saturday, saturday),), after=TODAY + 9 * DAY)
    wish = facts(a_seeker(home=SUBOTICA), bounds=bounds, notice_days=14, kept=(KeptSitting(TEN, 45),))

    assert [one.lack for one in against(wish, saturday, moment_of)] == [
        Lack.BEFORE, Lack.OUTSIDE, Lack.SCHOOL_CANNOT, Lack.TOO_SOON, Lack.NO_LESSONS, Lack.REACH,
    ]  # fmt: skip


@pytest.mark.parametrize("day", [TODAY - DAY, TODAY + 120 * DAY, TODAY + 4000 * DAY])
def test_of_a_day_that_nobody_knows_of_only_that_is_said(day):
    assert refusals(facts(bounds=Bounds(after=TODAY)), day) == [Lack.BEYOND]


def test_a_visit_of_several_presentations_needs_its_crew_from_the_first_to_the_last():
    kept = (KeptSitting(dt.time(14), 45), KeptSitting(dt.time(15, 30), 45))  # to 16:15; they leave at four

    assert minutes_of_all(kept, 1, 45) == 135
    assert minutes_of_all((), 3, 45) == 165
    assert free_dates(facts(a_seeker(), kept=kept, minutes=135), moment_of).free == ()
    assert free_dates(facts(a_seeker(), kept=kept[:1], minutes=45), moment_of).free


def test_a_few_times_of_a_day_are_shown_with_the_wished_one_among_them():
    quarters = [dt.time(*divmod(minute, 60)) for minute in range(480, 1080, 15)]

    shown = times_to_press(quarters, Preference(TODAY, dt.time(9, 15), DayPart.MORNING))
    assert len(shown) == MOST_OF_DAY
    assert dt.time(9, 15) in shown
    assert all(time < dt.time(12) for time in shown)
    assert times_to_press(quarters[:2], Preference(TODAY, TEN)) == tuple(quarters[:2])
    assert times_to_press([TEN], Preference(TODAY, None, DayPart.EVENING)) == (TEN,)


def test_the_day_that_is_liked_most_comes_first_and_keeps_its_rank():
    liked = [Preference(TODAY + 9 * DAY, day_part=DayPart.AFTERNOON), Preference(TODAY + 3 * DAY, TEN)]
    free = [FreeDay(TODAY + number * DAY, (TEN,)) for number in (1, 3)]
    usual = Preference(TODAY, dt.time(9), DayPart.MORNING)

    evening = Preference(TODAY, day_part=DayPart.EVENING)
    assert best_day(free, liked, usual) == free[1]
    assert best_day(free, [], usual) == free[0]
    assert best_day([FreeDay(TODAY, (TEN,)), FreeDay(TODAY + DAY, (dt.time(18),))], [], evening).day == TODAY + DAY
    assert best_day([], liked, usual) is None
    assert wish_for(TODAY + 3 * DAY, liked, usual) == (2, Preference(TODAY + 3 * DAY, TEN, DayPart.MORNING))
    assert wish_for(TODAY + DAY, liked, usual) == (0, usual)
