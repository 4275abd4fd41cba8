"""Which days figures are of, what they were mostly about, and papers that come back as they were kept."""

import datetime as dt
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.helpline.terms import AgeBand
from scheduler.profiles.rules import (
    age_of_grade,
    as_kept,
    from_kept,
    is_whole_year,
    joined_days,
    mostly,
    school_years_ended,
    seen_of,
    statement,
    text_of,
)
from scheduler.profiles.terms import NumberOrigin, ProfilePaper, ProfileSection, RowsBehind, StatementPart
from scheduler.programmes.terms import SchoolLevel
from scheduler.reports.rules.attendance import year_of
from scheduler.reports.terms.counting import Chart, KeyFigure, Period, Series
from tests.bounds import at_each_bound

DAY = dt.timedelta(days=1)
JANUARY = Period(dt.date(2024, 1, 1), dt.date(2024, 1, 31))
FEBRUARY = Period(dt.date(2024, 2, 1), dt.date(2024, 2, 29))
APRIL = Period(dt.date(2024, 4, 1), dt.date(2024, 4, 26))
JANUARY_2023, AUGUST_ENDS, YEAR_ENDS = dt.date(2023, 1, 1), dt.date(2023, 8, 31), dt.date(2023, 12, 31)


def test_days_and_school_years_are_told_by_their_ends_and_only_calendar_years_are_public():
    assert joined_days([APRIL, FEBRUARY, JANUARY]) == (Period(JANUARY.first, FEBRUARY.last), APRIL)
    assert (joined_days([]), school_years_ended(year_of(2023))) == ((), [2023])
    assert school_years_ended(Period(dt.date(2022, 9, 1), dt.date(2024, 8, 31))) == [2023, 2024]
    assert is_whole_year(year_of(2023))
    assert not is_whole_year(Period(dt.date(2024, 1, 1), dt.date(2024, 4, 26)))


@given(st.lists(st.tuples(st.integers(0, 200), st.integers(0, 20)), max_size=12))
def test_joined_days_are_the_same_days_in_spans_that_do_not_touch(pairs):
    periods = [Period(JANUARY.first + begin * DAY, JANUARY.first + (begin + more) * DAY) for begin, more in pairs]
    spans = joined_days(periods)

    def days(of):
        return {one.first + n * DAY for one in of for n in range((one.last - one.first).days + 1)}

    assert days(spans) == days(periods)
    assert all(later.first > earlier.last + DAY for earlier, later in itertools.pairwise(spans))


@pytest.mark.parametrize(("split", "named"), [
    ({"privacy": 9, "sextortion": 24, "grooming": 19, "cyberbullying": 12}, ["sextortion", "grooming"]),
    ({"a": 3, "b": 3, "c": 3, "d": 3}, ["a", "b", "c"]), ({"a": 1}, ["a"]), ({"a": 0}, []), ({}, []),
])  # fmt: skip
def test_what_it_was_mostly_about_are_the_largest_and_those_nearly_as_large(split, named):
    assert [code for code, _number in mostly(split)] == named


BOUNDS = (
    ("a day between two periods", lambda n: len(joined_days([JANUARY, Period(JANUARY.last + n * DAY, APRIL.last)])),
     (0, 1, 2), (1, 1, 2)),
    ("two thirds of the largest topic", lambda n: [code for code, _number in mostly({"a": 30, "b": n})], (19, 20, 21),
     (["a"], ["a", "b"], ["a", "b"])),
    ("from the last day of a school year", lambda n: school_years_ended(Period(AUGUST_ENDS + n * DAY, YEAR_ENDS)),
     (-1, 0, 1), ([2023], [2023], [])),
    ("to the last day of a school year", lambda n: school_years_ended(Period(JANUARY_2023, AUGUST_ENDS + n * DAY)),
     (-1, 0, 1), ([], [2023], [2023])),
    ("the fourth grade", lambda n: age_of_grade(SchoolLevel.PRIMARY, n), (3, 4, 5),
     (AgeBand.FROM_7, AgeBand.FROM_7, AgeBand.FROM_11)),
    ("the first grade of a secondary school", lambda level: age_of_grade(level, 1),
     (SchoolLevel.PRIMARY, SchoolLevel.SECONDARY, SchoolLevel.SECONDARY),
     (AgeBand.FROM_7, AgeBand.FROM_15, AgeBand.FROM_15)),
)  # fmt: skip


@at_each_bound(*BOUNDS)
def test_what_each_rule_answers_at_its_bound(rule, value, answer):
    assert rule(value) == answer


def test_a_sentence_keeps_its_signs_and_opens_its_numbers():
    origin = NumberOrigin(RowsBehind.VISITS, (("first", "2023-01-01"),))
    said = statement("100%% of %(num)s: %(name)s.", num=StatementPart("7", origin), name="%(num)s")
    assert text_of(said) == "100% of 7: %(num)s."
    assert [part.origin for part in said if part.origin] == [origin]


PARTS = st.builds(
    StatementPart,
    st.text(min_size=1),
    st.none() | st.builds(NumberOrigin, st.sampled_from(RowsBehind), st.tuples(st.tuples(st.text(), st.text()))),
)
CHARTS = st.builds(
    Chart, st.text(), st.tuples(st.text()), st.tuples(st.builds(Series, st.text(), st.tuples(st.integers())))
)
SECTIONS = st.builds(
    ProfileSection,
    st.text(),
    st.lists(st.lists(PARTS, max_size=3).map(tuple), max_size=3).map(tuple),
    st.none() | CHARTS,
)
PAPERS = st.builds(
    ProfilePaper,
    *(st.text() for _ in range(4)),
    figures=st.lists(st.builds(KeyFigure, st.none() | st.integers(), st.text()), max_size=4).map(tuple),
    sections=st.lists(SECTIONS, max_size=3).map(tuple),
    for_public=st.booleans(),
)


@pytest.mark.slow
@given(st.dictionaries(st.text(), PAPERS, max_size=3))
def test_a_paper_comes_back_as_it_was_kept(papers):
    assert from_kept(as_kept(papers)) == papers
    assert seen_of(from_kept(as_kept(papers))) == seen_of(papers)
