"""What is allowed and seldom meant is asked about."""

import datetime as dt

import pytest

from scheduler.programmes.terms import SchoolLevel
from scheduler.requests.rules.doubts import doubts_about
from scheduler.requests.terms.doubts import TypedSlip
from scheduler.requests.terms.school_request import RequestFacts
from tests.bounds import at_each_bound
from tests.factories.requests import a_draft, a_presentation
from tests.requests.drafts import a_programme

SATURDAY = dt.date(2026, 10, 17)
DAY = dt.timedelta(days=1)


def doubts(draft, level=SchoolLevel.NONE, levels=frozenset({SchoolLevel.PRIMARY}), school_days=()):
    return doubts_about(draft, RequestFacts(a_programme(level=level), levels), school_days)


def test_a_fair_draft_is_asked_nothing():
    assert doubts(a_draft()) == {}


@pytest.mark.parametrize(
    ("first", "last", "asked"),
    [
        (SATURDAY, SATURDAY + DAY, True),
        (SATURDAY, SATURDAY, True),
        (SATURDAY + DAY, SATURDAY + DAY, True),
        (SATURDAY - DAY, SATURDAY, False),
        (SATURDAY + DAY, SATURDAY + 2 * DAY, False),
        (SATURDAY, SATURDAY + 8 * DAY, False),
        (SATURDAY + DAY, SATURDAY, False),
    ],
)
def test_days_that_are_a_weekend_and_nothing_else_are_asked_about(first, last, asked):
    assert doubts(a_draft(first_day=first, last_day=last)) == ({"first_day": TypedSlip.WEEKEND} if asked else {})


@pytest.mark.parametrize(
    ("level", "levels", "asked"),
    [
        (SchoolLevel.SECONDARY, {SchoolLevel.PRIMARY}, True),
        (SchoolLevel.PRIMARY, {SchoolLevel.SECONDARY}, True),
        (SchoolLevel.SECONDARY, {SchoolLevel.PRIMARY, SchoolLevel.SECONDARY}, False),
        (SchoolLevel.SECONDARY, set(), False),
        (SchoolLevel.NONE, {SchoolLevel.PRIMARY}, False),
    ],
)
def test_a_programme_for_another_level_is_asked_about(level, levels, asked):
    found = doubts(a_draft(), level=level, levels=frozenset(levels))

    assert found == ({"programme": TypedSlip.OTHER_LEVEL} if asked else {})


@pytest.mark.parametrize(
    ("classes", "asked"),
    [("VII-1 🐸", True), ("🙂", True), ("VII №2", False), ("7+8, VIII/3", False), ("седмо „ц“", False)],
)
def test_a_picture_among_the_letters_of_a_class_is_asked_about(classes, asked):
    draft = a_draft(presentations=(a_presentation(), a_presentation(classes=classes)))

    assert doubts(draft) == ({"presentations-1-classes": TypedSlip.CLASS_WITH_PICTURE} if asked else {})


def weekend(day: dt.date) -> bool:
    """A weekend, while the school works on some day."""
    draft = a_draft(first_day=SATURDAY, last_day=SATURDAY + DAY)
    return doubts(draft, school_days=[day]) == {"first_day": TypedSlip.WEEKEND}


BOUNDS = (
    ("lessons on its Saturday", lambda n: weekend(SATURDAY + n * DAY), (-1, 0, 1), (True, False, False)),
    ("lessons on its Sunday", lambda n: weekend(SATURDAY + DAY + n * DAY), (-1, 0, 1), (False, False, True)),
)


@at_each_bound(*BOUNDS)
def test_what_each_rule_answers_at_its_bound(rule, value, answer):
    assert rule(value) == answer
