"""What can be true about a count, and when it may be said."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.attendance import rules
from scheduler.attendance.rules import LONGEST_MINUTES, LONGEST_NAME, MOST_BYTES_OF_A_CENTRE, MOST_NAMED_ADULTS
from scheduler.attendance.terms import (
    AttendanceState,
    CountDraft,
    DeliveryOutcome,
    EarlierDelivery,
    FollowUp,
    HeadCounts,
)
from tests.bounds import at_each_bound
from tests.factories import MONDAY

FAIR = HeadCounts(pupils=90, teachers=2)
_PEOPLE = st.integers(0, 400)
_HEADS = st.builds(HeadCounts, pupils=_PEOPLE, parents=_PEOPLE, teachers=_PEOPLE, others=_PEOPLE)


def a_draft(counts: HeadCounts = FAIR, **given: int) -> CountDraft:
    return CountDraft(counts, teacher_present=True, **({"minutes_given": 45} | given))


def test_numbers_that_cannot_be_are_named_somebody_came_and_names_have_letters() -> None:
    both = {"pupils": "count_out_of_range", "teachers": "count_out_of_range"}
    assert problems(HeadCounts(pupils=10**30, teachers=-5), begun=3600) == both
    assert problems(HeadCounts(), begun=3600) == {"pupils": "nobody_counted"}
    assert rules.problem_with_signature({1: FAIR, 2: FAIR}, {1, 2}) is None
    assert rules.problem_with_signature({1: FAIR}, {1, 2}) == "count_missing"
    assert rules.problem_with_names(["Ана", "12"], None) == "no_letter"
    assert rules.problem_with_names([], 0) is None


def test_the_educator_counts_until_the_school_has_answered_and_differences_stand_first() -> None:
    allowed = {state for state in AttendanceState if rules.may_be_counted(state)}
    assert allowed == {AttendanceState.OPEN, AttendanceState.SUBMITTED}
    s = AttendanceState
    assert rules.URGENT_FIRST == (s.COUNTERSIGNED, s.ASSUMED, s.SUBMITTED)


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


def test_a_letter_after_a_visit_goes_for_visits_of_certain_days() -> None:
    first = OCTOBER.replace(day=1)
    assert rules.visit_days_of(FollowUp.REPORT_DUE, OCTOBER) == (dt.date(2026, 10, 29), dt.date(2026, 10, 30))
    assert rules.visit_days_of(FollowUp.REPORT_LATE, OCTOBER) == (first, dt.date(2026, 10, 28))
    assert rules.visit_days_of(FollowUp.FEEDBACK, OCTOBER) == (first, dt.date(2026, 10, 24))


def test_the_code_of_a_tally_follows_from_the_uid_and_the_secret_alone() -> None:
    code, *others = (rules.tally_code(*one) for one in (("uid-1", "secret"), ("uid-2", "secret"), ("uid-1", "another")))
    assert code == rules.tally_code("uid-1", "secret")
    assert len({code, *others}) == 3
    assert (len(code), code.isalnum()) == (16, True)


@pytest.mark.parametrize(
    ("announced", "hall", "most"), [(0, 90, 90), (40, 90, 90), (80, 90, 160), (1500, 90, 2000), (0, 5000, 2000)]
)
def test_a_poster_counts_what_a_hall_takes_or_twice_the_announced(announced: int, hall: int, most: int) -> None:
    assert rules.most_tallied(announced, hall) == most
    assert rules.over_the_tally(most, None) is False  # the room has not been counted


A_DAY, A_SECOND = dt.timedelta(days=1), dt.timedelta(seconds=1)
AROUND = (-1, 0, 1)
SEPTEMBER, OCTOBER = dt.date(2026, 9, 1), dt.date(2026, 10, 31)
YEAR_BEFORE = (dt.date(2025, 9, 1), dt.date(2026, 8, 31))


def problems(counts: HeadCounts = FAIR, begun: int = 1, **given: int) -> dict[str, str]:
    """Of a count made so many seconds after the beginning."""
    return rules.problems_with(a_draft(counts, **given), starts_at=MONDAY - begun * A_SECOND, now=MONDAY)


def signed(people: int) -> str | None:
    return rules.problem_with_signature({1: HeadCounts(pupils=1, others=people)}, {1})


def names(number: int, length: int = 3, adults: int | None = None) -> str | None:
    return rules.problem_with_names(["А" * length] * number, adults)


def far_off(people: int, announced: int = 90, hall: int = 200, teachers: int = 0) -> str | None:
    return rules.far_off(HeadCounts(pupils=people, teachers=teachers), HeadCounts(pupils=announced), hall)


def invited(day: dt.date) -> tuple[dt.date, dt.date] | None:
    return rules.visit_days_of(FollowUp.NEXT_YEAR, day)


def after(turn: int) -> DeliveryOutcome:
    """Of the second try of a sheet whose other try was stored, and left what stands now."""
    earlier = [EarlierDelivery(turn, "90", DeliveryOutcome.STORED, left="now")]
    return rules.outcome_of(2, earlier, shown="before", stands="now", agrees=False)


OUT = "count_out_of_range"


BOUNDS = (
    ("nobody came", lambda n: problems(HeadCounts(1, parents=n)), AROUND, ({"parents": OUT}, {}, {})),
    ("2000 in a room", lambda n: problems(HeadCounts(parents=n)), (1999, 2000, 2001), ({}, {}, {"parents": OUT})),
    ("nobody turned away", lambda n: problems(turned_away=n), AROUND, ({"turned_away": OUT}, {}, {})),
    ("2000 turned away", lambda n: problems(turned_away=n), (1999, 2000, 2001), ({}, {}, {"turned_away": OUT})),
    ("a minute", lambda n: problems(minutes_given=n), (0, 1, 2), ({"minutes_given": "minutes_out_of_range"}, {}, {})),
    ("480 minutes", lambda n: problems(minutes_given=LONGEST_MINUTES + n), AROUND,
     ({}, {}, {"minutes_given": "minutes_out_of_range"})),
    ("it begins", lambda n: problems(begun=n), AROUND, ({"form": "not_begun"}, {}, {})),
    ("nobody signed", signed, AROUND, (OUT, None, None)),
    ("2000 signed", signed, (1999, 2000, 2001), (None, None, OUT)),
    ("200 names", lambda n: names(MOST_NAMED_ADULTS + n), AROUND, (None, None, "too_many_names")),
    ("a name of 100 letters", lambda n: names(1, LONGEST_NAME + n), AROUND, (None, None, "too_long")),
    ("as many names as adults", lambda n: names(n, adults=2), (1, 2, 3), (None, None, "more_names_than_adults")),
    ("seven days of silence", lambda n: rules.is_silence_long_enough(MONDAY, MONDAY + 7 * A_DAY + n * A_SECOND), AROUND,
     (False, True, True)),
    ("half of the announced", far_off, (44, 45, 46), ("far_from_announced", "far_from_announced", None)),
    ("twice the announced", far_off, (179, 180, 181), (None, "far_from_announced", "far_from_announced")),
    ("a full hall", lambda n: far_off(n, hall=90), (89, 90, 91), (None, None, "over_the_hall")),
    ("a hall full of teachers", lambda n: far_off(0, hall=90, teachers=n), (89, 90, 91), (None, None, "over_the_hall")),
    ("invited from September", lambda n: invited(SEPTEMBER + n * A_DAY), AROUND, (None, YEAR_BEFORE, YEAR_BEFORE)),
    ("invited in October", lambda n: invited(OCTOBER + n * A_DAY), AROUND, (YEAR_BEFORE, YEAR_BEFORE, None)),
    ("five at the door", lambda n: rules.over_the_tally(n, FAIR), (6, 7, 8), (False, False, True)),
    ("a tenth at the door", lambda n: rules.over_the_tally(n, HeadCounts(parents=80)), (87, 88, 89),
     (False, False, True)),
    ("six sheets of a presentation", lambda n: rules.problem_with_room(n, 0, 10), (5, 6, 7),
     (None, "sheets_of_talk_full", "sheets_of_talk_full")),
    ("sheets of a centre", lambda n: rules.problem_with_room(0, MOST_BYTES_OF_A_CENTRE - 10, 10 + n), AROUND,
     (None, None, "sheets_of_centre_full")),
    ("an earlier try, the same one, a later one", after, (1, 2, 3),
     (DeliveryOutcome.STORED, DeliveryOutcome.ASIDE, DeliveryOutcome.LATE)),
)  # fmt: skip


@at_each_bound(*BOUNDS)
def test_what_each_rule_answers_at_its_bound(rule, value, answer):
    assert rule(value) == answer
