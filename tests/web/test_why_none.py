"""The sentence that says why nothing is free: whom it names, and until which day."""

import datetime as dt

import pytest

from scheduler.booking.terms.free_dates import FreeDates, FreeDay, Lack
from scheduler.people.terms import PresenterKind, TeachingLanguage
from scheduler.web.free_dates import why_none

FIRST = dt.date(2027, 5, 10)  # a Monday
EDUCATOR, INFLUENCER = PresenterKind.EDUCATOR, PresenterKind.INFLUENCER
SERBIAN, HUNGARIAN = TeachingLanguage.SERBIAN, TeachingLanguage.HUNGARIAN
FREE = (dt.time(8),)


@pytest.fixture(autouse=True)
def english(app):
    with app.test_request_context("/?lang=en"):
        app.preprocess_request()
        yield


def days(*lacks: tuple[Lack, PresenterKind | None, int] | None) -> FreeDates:
    """One day after the other; None is a free one."""
    return FreeDates(
        tuple(
            FreeDay(FIRST + dt.timedelta(days=number), FREE)
            if lack is None
            else FreeDay(FIRST + dt.timedelta(days=number), (), *lack)
            for number, lack in enumerate(lacks)
        )
    )


TAKEN, TIME = (Lack.TAKEN, EDUCATOR, 1), (Lack.TIME, EDUCATOR, 1)
NO_LESSONS = (Lack.NO_LESSONS, None, 1)


BEFORE_TUESDAY = " before this day: Tuesday, 11 May 2027"
BEFORE_WEDNESDAY = " before this day: Wednesday, 12 May 2027"
UNTIL_MONDAY = " We looked ahead until this day: Monday, 10 May 2027"
UNTIL_TUESDAY = " We looked ahead until this day: Tuesday, 11 May 2027"


@pytest.mark.parametrize(
    ("answer", "language", "said"),
    [
        (days(TAKEN, TIME, None), SERBIAN, "No educator can come to you" + BEFORE_WEDNESDAY),
        (
            days(TAKEN, NO_LESSONS, None),
            HUNGARIAN,
            "No educator who teaches in Hungarian can come to you" + BEFORE_WEDNESDAY,
        ),
        (days((Lack.TAKEN, INFLUENCER, 1), None), SERBIAN, "No young presenter can come along" + BEFORE_TUESDAY),
        (
            days((Lack.TIME, INFLUENCER, 1), None),
            HUNGARIAN,
            "No young presenter who speaks in Hungarian can come along" + BEFORE_TUESDAY,
        ),
        # of two educators one may well be free, and on one day it is this one, on the other that one
        (days((Lack.TIME, EDUCATOR, 2), None), HUNGARIAN, "Too few presenters can come to you" + BEFORE_TUESDAY),
        (
            days(TAKEN, (Lack.TIME, INFLUENCER, 1), None),
            SERBIAN,
            "Too few presenters can come to you" + BEFORE_WEDNESDAY,
        ),
        (
            days((Lack.LANGUAGE, EDUCATOR, 1), NO_LESSONS),
            SERBIAN,
            "No educator who teaches in Serbian can come to you." + UNTIL_TUESDAY,
        ),
        (days((Lack.TOPIC, EDUCATOR, 1)), HUNGARIAN, "No educator of the centre speaks about this yet." + UNTIL_MONDAY),
        (
            days((Lack.REACH, EDUCATOR, 1)),
            SERBIAN,
            "No educator lives near enough to come and be home on the same day." + UNTIL_MONDAY,
        ),
        (days((Lack.REACH, EDUCATOR, 2)), SERBIAN, "Too few presenters can come to you." + UNTIL_MONDAY),
        (days(NO_LESSONS, None), SERBIAN, ""),
        (days(None, TAKEN), HUNGARIAN, ""),
        (days(NO_LESSONS), SERBIAN, "The school has no lessons on these days."),
    ],
)
def test_the_reason_names_whom_and_until_when(answer: FreeDates, language: TeachingLanguage, said: str):
    assert why_none(answer, language) == said


def test_in_serbian_the_sentence_ends_with_its_day(app):
    with app.test_request_context("/?lang=sr_Cyrl"):
        app.preprocess_request()

        said = why_none(days(TAKEN, None), HUNGARIAN)

    assert said == "Ниједан едукатор који предаје на мађарском не може да дође пре овог дана: уторак, 11. мај 2027."
