"""When a cohort ends, how far it is, which part comes next, and what the public may read."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.cohorts import rules
from scheduler.cohorts.terms import (
    CohortDraft,
    CohortPartRow,
    CohortReason,
    CohortRow,
    CohortSkill,
    CohortState,
    PartState,
    ProposedPart,
)
from scheduler.core.errors import GroundReason
from scheduler.programmes.terms import SchoolLevel
from scheduler.requests.terms.school_request import RequestState
from tests.bounds import at_each_bound

TODAY = dt.date(2026, 5, 4)
DAY = dt.timedelta(days=1)


def a_part(skill, state=PartState.HELD, day=dt.date(2026, 4, 1)):
    return CohortPartRow(skill, "R-2026-0001", RequestState.REPORTED, state, day=day)


def a_cohort(*parts, **given):
    fair = {
        **{"id": 1, "code": "D-2026-0001", "centre_id": 1, "programme_id": 1, "host_id": 1},
        **dict.fromkeys(("host_sr_cyrl", "host_sr_latn", "place_sr_cyrl", "place_sr_latn"), ""),
        **{"city_sr_cyrl": "", "city_sr_latn": "", "school_level": SchoolLevel.PRIMARY, "grade": 7, "size": 12},
        **{"level": 0, "began_on": dt.date(2026, 3, 2), "ends_on": dt.date(2026, 8, 31), "version": 1},
    }
    return CohortRow(**(fair | given), parts=parts)


@pytest.mark.parametrize(
    ("day", "last"),
    [
        (dt.date(2026, 8, 31), dt.date(2026, 8, 31)),
        (dt.date(2026, 9, 1), dt.date(2027, 8, 31)),
        (dt.date(2027, 1, 1), dt.date(2027, 8, 31)),
    ],
)
def test_a_school_year_ends_with_august(day, last):
    assert rules.end_of_school_year(day) == last


def test_a_school_year_is_called_by_both_years_and_who_teaches_no_grade_has_no_cohort():
    assert a_cohort(ends_on=dt.date(2030, 8, 31)).school_year == "2029/30"
    assert grade(1, SchoolLevel.NONE) == NO_GRADE


def grade(number: int, level: SchoolLevel = SchoolLevel.PRIMARY) -> dict[str, str]:
    return rules.problems_with(CohortDraft(12, level, number))


def size(pupils: int) -> dict[str, str]:
    return rules.problems_with(CohortDraft(pupils, SchoolLevel.PRIMARY, 7))


def noted(level: int) -> int | None:
    """Of a cohort with that level and parts in two skills."""
    return rules.level_to_note(a_cohort(a_part(CohortSkill.RECOGNISE), a_part(CohortSkill.HELP), level=level))


AROUND = (-1, 0, 1)
OUT, NO_GRADE = {"size": GroundReason.COUNT_OUT_OF_RANGE}, {"grade": CohortReason.GRADE_OF_NO_SCHOOL}
BOUNDS = (
    ("five pupils", size, (4, 5, 6), (OUT, {}, {})),
    ("sixty pupils", size, (59, 60, 61), ({}, {}, OUT)),
    ("the first grade", grade, (0, 1, 2), (NO_GRADE, {}, {})),
    ("the last grade of a primary school", grade, (7, 8, 9), ({}, {}, NO_GRADE)),
    ("the last grade of a secondary school", lambda n: grade(n, SchoolLevel.SECONDARY), (3, 4, 5), ({}, {}, NO_GRADE)),
    ("its last day: the state", lambda n: rules.state_of(a_cohort(ends_on=TODAY + n * DAY), TODAY), AROUND,
     (CohortState.RUN_OUT, CohortState.NEW, CohortState.NEW)),
    ("its last day: new parts", lambda n: rules.lives(a_cohort(ends_on=TODAY + n * DAY), TODAY), AROUND,
     (False, True, True)),
    ("the level that is noted", noted, (1, 2, 3), (2, None, None)),
)  # fmt: skip


@at_each_bound(*BOUNDS)
def test_what_each_rule_answers_at_its_bound(rule, value, answer):
    assert rule(value) == answer


@pytest.mark.parametrize(
    ("row", "state"),
    [
        (a_cohort(), CohortState.NEW),
        (a_cohort(level=1), CohortState.IN_TRAINING),
        (a_cohort(level=3, ends_on=dt.date(2025, 8, 31)), CohortState.TRAINED),
        (a_cohort(level=1, gave_up_on=TODAY), CohortState.GIVEN_UP),
    ],
)
def test_how_far_a_cohort_is_follows_from_its_level_and_the_day(row, state):
    assert rules.state_of(row, TODAY) is state


def test_parts_levels_and_the_next_part_four_weeks_after_the_last():
    assert rules.state_of_part(RequestState.CLOSED, held=True) is PartState.HELD
    assert rules.state_of_part(RequestState.CANCELLED_BY_SCHOOL, held=False) is PartState.CALLED_OFF
    assert rules.state_of_part(RequestState.CONFIRMED, held=False) is PartState.ON_ITS_WAY
    twice = a_cohort(a_part(CohortSkill.RECOGNISE), a_part(CohortSkill.RECOGNISE))
    off = a_part(CohortSkill.HELP, PartState.CALLED_OFF)
    assert rules.level_to_note(twice) == 1
    assert rules.earned_level([*twice.parts, off, a_part(CohortSkill.REPORT)]) == 2
    assert rules.level_to_note(a_cohort(a_part(CohortSkill.HELP), level=1)) is None

    begun = a_cohort(a_part(CohortSkill.RECOGNISE))
    assert rules.proposed_part(begun, TODAY) == ProposedPart(CohortSkill.HELP, dt.date(2026, 4, 29))
    assert rules.proposed_part(a_cohort(), TODAY) == ProposedPart(CohortSkill.RECOGNISE, dt.date(2026, 3, 2))
    row = a_cohort(a_part(CohortSkill.RECOGNISE), a_part(CohortSkill.HELP, PartState.CALLED_OFF))
    assert rules.proposed_part(row, TODAY).skill is CohortSkill.HELP


@pytest.mark.parametrize(
    "row",
    [
        a_cohort(a_part(CohortSkill.RECOGNISE), a_part(CohortSkill.HELP, PartState.ON_ITS_WAY)),
        a_cohort(*(a_part(skill) for skill in CohortSkill)),
        a_cohort(gave_up_on=TODAY),
        a_cohort(ends_on=dt.date(2026, 5, 3)),
    ],
)
def test_no_part_is_proposed_while_one_is_on_its_way_or_once_it_is_over(row):
    assert rules.proposed_part(row, TODAY) is None


def test_detectives_of_a_district_are_told_where_they_are_five_or_more():
    assert rules.public_detectives({"RS-01": 12, "RS-06": 30}) == {"": 42, "RS-01": 12, "RS-06": 30}
    assert rules.public_detectives({"RS-01": 12, "RS-02": 3, "RS-06": 30}) == {
        "": 45, "RS-01": None, "RS-02": None, "RS-06": 30,
    }  # fmt: skip


@given(st.dictionaries(st.sampled_from(["RS-01", "RS-02", "RS-03", "RS-04"]), st.integers(5, 60), min_size=1))
def test_trust_s44_what_a_cohort_adds_to_a_district_is_never_small(before):
    """Two readings of the page differ by whole cohorts: none has fewer than five."""
    for iso in before:
        after = {**before, iso: before[iso] + 5}
        first, second = rules.public_detectives(before), rules.public_detectives(after)
        assert None not in first.values()
        assert second[""] - first[""] >= 5
