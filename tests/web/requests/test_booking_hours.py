"""A school books by its lessons: an hour at which the class is away is refused with the nearest right ones."""

import datetime as dt

import pytest

from scheduler.places.terms.school_time import Rotation
from scheduler.requests.models import RequestedPresentation
from scheduler.requests.terms.school_request import DayPart
from tests.factories import MONDAY as NOW
from tests.factories.school_time import tell_shifts
from tests.web.reading import rows_of, text_of
from tests.web.requests.booking import sent
from tools.bench.visitor import day

MONDAY = NOW.date() + dt.timedelta(weeks=5)
ONE_DAY = {"first_day": day(MONDAY), "last_day": day(MONDAY)}
WEEKS = {"first_day": day(MONDAY), "last_day": day(MONDAY + dt.timedelta(days=13))}
AWAY = "Choose a time at which the class is in the building"


def tell(host, **given) -> None:
    """7th grades in the morning in the week of MONDAY, the others in the afternoon."""
    fair = {"rotation": Rotation.WEEK, "first_grades": frozenset({7}), "anchor_day": MONDAY}
    tell_shifts(host.id, **(fair | given))


def who(booking, **typed: str):
    """The page of the classes after an answer, and where it led."""
    named = {f"presentations-0-{name}": value for name, value in typed.items()}
    went = booking.post("who", booking.usual["who"] | named)
    return booking.get("who"), went


@pytest.fixture
def one_day(booking):
    """As far as the question who comes, on a single day."""
    booking.begin().answer("when", when=ONE_DAY)
    return booking


@pytest.fixture
def weeks(booking):
    """The same, within two weeks."""
    booking.begin().answer("when", when=WEEKS)
    return booking


def test_the_lesson_is_asked_only_where_the_bells_are_known(one_day, host):
    assert 'name="presentations-0-lesson"' not in one_day.get("who").text

    tell(host)

    assert 'name="presentations-0-lesson"' in one_day.get("who").text


def test_a_time_in_the_other_shift_is_refused_with_the_nearest_right_ones(one_day, host):
    tell(host)

    refused, _went = who(one_day, starts_local="15:00")

    assert refused.status_code == 422
    for words in (AWAY, "7-1, 7-2 is not in the building then (morning shift)", "Nearest right times:"):
        assert words in text_of(refused)
    assert 'value="15:00"' in refused.text
    assert one_day.get("check").location == "/book/who"


def test_the_same_time_is_right_when_one_of_the_asked_days_suits_it(weeks, host):
    tell(host)

    assert who(weeks, starts_local="15:00")[1] == "/book/where"


def test_the_school_may_say_that_the_class_comes_for_it(weeks, host):
    tell(host, rotation=Rotation.NONE)

    refused, _went = who(weeks, starts_local="15:00")
    assert 'name="presentations-0-outside_shift"' in refused.text
    assert who(weeks, starts_local="15:00", outside_shift="y")[1] == "/book/where"


def test_a_lesson_that_the_shift_does_not_have_is_refused(one_day, host):
    tell(host)

    assert "has no lesson of that number" in text_of(who(one_day, lesson="9")[0])
    assert who(one_day, lesson="3")[1] == "/book/where"


def test_lesson_and_hour_are_stored_read_again_and_shown_before_the_sending(booking, host):
    tell(host)
    booking.answer_all(when=ONE_DAY, who={"presentations-0-lesson": "3"})
    assert "lesson 3" in booking.read("check")
    booking.send()

    assert [(row.lesson, row.starts_local, row.outside_shift) for row in rows_of(RequestedPresentation)] == [
        (3, None, False)
    ]


def test_the_rules_refuse_it_also_when_the_shifts_are_told_before_the_last_press(booking, host):
    booking.answer_all(when=ONE_DAY, who={"presentations-0-starts_local": "15:00"})
    tell(host)

    refused = booking.send()

    assert (refused.status_code, AWAY in text_of(refused), sent()) == (422, True, [])


def test_morning_afternoon_and_a_parents_evening_are_asked_for_in_one_request(booking, host):
    pupils = {"audience": "pupils", "level": "primary", "classes": "VI-1", "pupils": "25", "day_part": "afternoon"}
    parents = {"audience": "parents", "parents": "40", "starts_local": "18:00"}
    more = {f"presentations-{n}-{name}": value for n in (1, 2) for name, value in (pupils, parents)[n - 1].items()}
    tell(host)
    booking.answer_all(when=ONE_DAY, who=more)
    booking.send()

    rows = rows_of(RequestedPresentation)
    assert [row.day_part for row in rows] == [DayPart.MORNING, DayPart.AFTERNOON, DayPart.MORNING]
    assert rows[2].starts_local == dt.time(18)
