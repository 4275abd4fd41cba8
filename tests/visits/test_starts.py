"""When the presentations of a request could begin, and on which day first: by what the school said of its shifts."""

import datetime as dt

import pytest

from scheduler.booking.rules.starts import classes_of_sittings, starts_on_wish, suggested_starts
from scheduler.places.terms.school_time import SchoolClock
from scheduler.programmes.terms import Audience
from scheduler.requests.terms.pages import RequestedPresentationRow
from scheduler.requests.terms.school_request import DayPart, Preference
from scheduler.visits.rules.starts import left_school
from tests.factories.requests import a_wish
from tests.factories.staffing import a_plan
from tests.places.one_school import WEEK, a_clock

MONDAY = dt.date(2026, 10, 5)
HOURS = a_clock(MONDAY)  # odd grades in the morning of this week, the others from 14:00
EVENING = {"audience": Audience.PARENTS, "classes": "", "day_part": DayPart.EVENING}


def written(starts: list[dt.time]) -> list[str]:
    return [f"{start:%H:%M}" for start in starts]


def suggested(*wishes: RequestedPresentationRow, day: dt.date = MONDAY, hours: SchoolClock | None = HOURS) -> list[str]:
    return written(suggested_starts(wishes, day, 45, hours))


@pytest.mark.parametrize(
    ("wishes", "day", "starts"),
    [
        ([{}], MONDAY, ["09:55"]),
        ([{}], MONDAY + WEEK, ["15:55"]),
        ([{"lesson": 5}], MONDAY, ["11:35"]),
        ([{"lesson": 5, "starts_local": dt.time(9)}], MONDAY, ["09:00"]),
        ([{"classes": "8b", "day_part": DayPart.MORNING}], MONDAY, ["15:55"]),  # in the other shift: in its own hours
        ([{"classes": "8b", "day_part": DayPart.MORNING}], MONDAY + WEEK, ["09:55"]),
        ([{"lesson": 9}], MONDAY, ["10:00"]),  # no such lesson: the part of the day decides
        ([{"classes": "the choir", "day_part": DayPart.AFTERNOON}], MONDAY, ["14:00"]),
        ([{}, {"classes": "5a"}, {"classes": "8b"}, EVENING], MONDAY, ["09:55", "10:45", "14:00", "18:00"]),
    ],
)
def test_starts_are_suggested_from_the_lessons_of_the_classes_one_after_the_other(wishes, day, starts):
    assert suggested(*(a_wish(**one) for one in wishes), day=day) == starts


def test_where_the_shifts_are_not_known_the_part_of_the_day_decides():
    wishes = (a_wish(), a_wish(), a_wish(day_part=DayPart.AFTERNOON), a_wish(day_part=DayPart.EVENING))

    assert suggested(*wishes, hours=None) == ["10:00", "11:00", "14:00", "18:00"]


def test_on_a_day_without_school_no_start_is_suggested_and_of_classes_that_never_meet_that_of_the_first():
    saturday = MONDAY + dt.timedelta(days=5)

    assert suggested_starts([a_wish(), a_wish(classes="")], saturday, 45, HOURS) == [None, dt.time(10)]
    assert suggested(a_wish(classes="7b, 8b")) == ["09:55"]
    assert suggested(a_wish(), day=saturday, hours=None) == ["10:00"]


@pytest.mark.parametrize(
    ("liked", "start"),
    [
        (Preference(MONDAY, dt.time(8, 50)), "08:50"),
        (Preference(MONDAY, day_part=DayPart.AFTERNOON), "13:15"),
        (Preference(MONDAY), "09:55"),
        (Preference(MONDAY + WEEK), "15:55"),
    ],
)
def test_on_a_date_that_the_school_likes_the_first_presentation_takes_its_hour_or_its_part(liked, start):
    assert written(starts_on_wish([a_wish(day_part=DayPart.MORNING)], liked, 45, HOURS)) == [start]


@pytest.mark.parametrize(
    ("classes", "pressed", "starts"),
    [
        (["8b", "7b"], dt.time(8), ["14:00", "08:00"]),
        (["7b", "8b"], dt.time(8), ["08:00", "14:00"]),
        (["7b", "8b"], dt.time(14), ["12:25", "14:00"]),
        (["8b", "8a", "7b"], dt.time(8, 50), ["14:00", "14:50", "08:50"]),
    ],
)
def test_a_pressed_hour_is_of_the_classes_that_are_in_the_building_then(classes, pressed, starts):
    wishes = [a_wish(classes=one, day_part=DayPart.MORNING) for one in classes]

    assert written(starts_on_wish(wishes, Preference(MONDAY, pressed), 45, HOURS)) == starts


def test_what_the_first_presentation_asked_for_holds_where_the_liked_date_says_nothing():
    evening, later = a_wish(day_part=DayPart.EVENING), a_wish(starts_local=dt.time(19))

    assert written(starts_on_wish([evening, later], Preference(MONDAY), 45, None)) == ["18:00", "19:00"]
    assert written(starts_on_wish([later, evening], Preference(MONDAY), 45, None)) == ["19:00", "20:00"]


def test_a_day_must_suit_each_list_of_classes_once_and_nobody_who_comes_outside_the_shift():
    asked = [
        a_wish(classes="7b"), a_wish(classes="8b"), a_wish(classes="7b"), a_wish(classes="6a", outside_shift=True),
        a_wish(classes="the choir"), a_wish(**EVENING),
    ]  # fmt: skip

    assert classes_of_sittings(asked, Audience.PUPILS) == ("7b", "8b")


def test_a_class_whose_year_has_ended_is_named_by_the_place_of_its_presentation():
    gone = {None: frozenset({MONDAY}), 8: frozenset[dt.date]()}
    plans = [a_plan(classes="7b"), a_plan(classes="7b, 8a"), a_plan(classes="8a", audience=Audience.PARENTS)]

    assert left_school(gone, MONDAY, plans) == [1]
