"""What can be true about a count, and when it may be said."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.attendance import rules
from scheduler.attendance.terms import AttendanceState, CountDraft, FollowUp, HeadCounts
from tests.factories import MONDAY

STARTED = MONDAY - dt.timedelta(hours=1)


FAIR = HeadCounts(pupils=90, teachers=2)
_PEOPLE = st.integers(0, 400)
_HEADS = st.builds(HeadCounts, pupils=_PEOPLE, parents=_PEOPLE, teachers=_PEOPLE, others=_PEOPLE)


def a_draft(counts: HeadCounts = FAIR, **given: int) -> CountDraft:
    return CountDraft(counts, teacher_present=True, **({"minutes_given": 45} | given))


def test_a_fair_count_has_no_problem() -> None:
    assert rules.problems_with(a_draft(), starts_at=STARTED, now=MONDAY) == {}


@pytest.mark.parametrize(
    ("counts", "problem"),
    [
        (HeadCounts(pupils=10**30, teachers=-5), {"pupils": "count_out_of_range", "teachers": "count_out_of_range"}),
        (HeadCounts(), {"pupils": "nobody_counted"}),
    ],
)
def test_a_number_that_cannot_be_is_named(counts: HeadCounts, problem: dict[str, str]) -> None:
    assert rules.problems_with(a_draft(counts), starts_at=STARTED, now=MONDAY) == problem


def test_the_educator_may_say_other_numbers_until_the_school_has_answered() -> None:
    allowed = {state for state in AttendanceState if rules.may_be_counted(state)}
    assert allowed == {AttendanceState.OPEN, AttendanceState.SUBMITTED}


@given(_HEADS, _HEADS, st.integers(1, 1000))
def test_a_count_is_far_off_by_its_own_size_and_never_by_who_is_counted(came, expected, hall) -> None:
    why = rules.far_off(came, expected, hall)
    listeners = max(came.teachers, came.pupils + came.parents + came.others)

    if listeners > hall:
        assert why == "over_the_hall"
    elif expected.total and not expected.total / 2 < came.total < expected.total * 2:
        assert why == "far_from_announced"
    else:
        assert why is None
    assert rules.far_off(expected, expected, 6000) is None
    assert rules.problem_with_far(came, expected, hall, came.total) is None
    assert rules.problem_with_far(came, expected, hall, came.total + 1) == why


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        ({1: FAIR, 2: FAIR}, None),
        ({1: FAIR}, "count_missing"),
    ],
)
def test_a_school_says_a_possible_number_for_every_presentation(
    said: dict[int, HeadCounts], problem: str | None
) -> None:
    assert rules.problem_with_signature(said, {1, 2}) == problem


@pytest.mark.parametrize(
    ("names", "adults", "problem"),
    [
        (["Ана"], None, None),
        (["Ана", "12"], None, "no_letter"),
        ([], 0, None),
    ],
)
def test_no_more_adults_are_named_than_were_there(names: list[str], adults: int | None, problem: str | None) -> None:
    assert rules.problem_with_names(names, adults) == problem


def test_a_difference_is_more_urgent_than_silence_and_silence_than_a_fresh_count() -> None:
    s = AttendanceState
    assert rules.URGENT_FIRST == (s.COUNTERSIGNED, s.ASSUMED, s.SUBMITTED)


@pytest.mark.parametrize(
    ("kind", "today", "first", "last"),
    [
        (FollowUp.REPORT_DUE, dt.date(2026, 10, 31), dt.date(2026, 10, 1), dt.date(2026, 10, 30)),
        (FollowUp.FEEDBACK, dt.date(2026, 10, 31), dt.date(2026, 10, 1), dt.date(2026, 10, 24)),
        (FollowUp.NEXT_YEAR, dt.date(2026, 9, 1), dt.date(2025, 9, 1), dt.date(2026, 8, 31)),
        (FollowUp.NEXT_YEAR, dt.date(2026, 10, 31), dt.date(2025, 9, 1), dt.date(2026, 8, 31)),
    ],
)
def test_a_letter_after_a_visit_goes_for_visits_of_certain_days(
    kind: FollowUp, today: dt.date, first: dt.date, last: dt.date
) -> None:
    assert rules.visit_days_of(kind, today) == (first, last)


def test_the_code_of_a_tally_follows_from_the_uid_and_the_secret_alone() -> None:
    code = rules.tally_code("uid-1", "secret")

    assert code == rules.tally_code("uid-1", "secret")
    assert len({code, rules.tally_code("uid-2", "secret"), rules.tally_code("uid-1", "another")}) == 3
    assert len(code) == 16
    assert code.isalnum()


def test_adults_count_themselves_from_an_hour_before_to_two_hours_after() -> None:
    opens, closes = rules.tally_hours(MONDAY, MONDAY + dt.timedelta(hours=1))

    assert (opens, closes) == (MONDAY - dt.timedelta(hours=1), MONDAY + dt.timedelta(hours=3))


@pytest.mark.parametrize(
    ("announced", "hall", "most"), [(0, 90, 90), (40, 90, 90), (80, 90, 160), (1500, 90, 2000), (0, 5000, 2000)]
)
def test_a_poster_counts_what_a_hall_takes_or_twice_the_announced(announced: int, hall: int, most: int) -> None:
    assert rules.most_tallied(announced, hall) == most
