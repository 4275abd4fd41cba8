"""A school books by its lessons: an hour at which the class is away is refused with the nearest right ones."""

import datetime as dt

import pytest
from sqlalchemy import select

from scheduler.core.db import db
from scheduler.places.service.school_time import tell_school_time
from scheduler.places.terms.school_time import Bells, Grouping, Rotation, SchoolTime, Shift
from scheduler.policy import SYSTEM
from scheduler.requests.models import RequestedPresentation, SchoolRequest
from scheduler.requests.terms.school_request import DayPart
from tests.factories import MONDAY as NOW
from tests.web.requests.answered import answer_all, answers, text_of
from tools.bench.visitor import day

pytestmark = pytest.mark.usefixtures("hands")

MONDAY = NOW.date() + dt.timedelta(weeks=5)
ONE_DAY = {"first_day": day(MONDAY), "last_day": day(MONDAY)}
WEEKS = {"first_day": day(MONDAY), "last_day": day(MONDAY + dt.timedelta(days=13))}


def tell(host, **given) -> None:
    """7th grades in the morning in the week of MONDAY, the others in the afternoon."""
    fair = {
        "bells": {(Shift.MORNING, False): Bells(dt.time(8)), (Shift.AFTERNOON, False): Bells(dt.time(14))},
        "grouping": Grouping.GRADES,
        "rotation": Rotation.WEEK,
        "first_grades": frozenset({7}),
        "anchor_day": MONDAY,
    }
    tell_school_time(SYSTEM, host.id, SchoolTime(**(fair | given)), version=0, now=NOW)


def come_to_who(client, programme, host, when):
    client.set_cookie("language", "en")
    client.post("/book", data={"host_id": host.id})
    for page, more in (("what", {}), ("when", when)):
        assert client.post(f"/book/{page}", data=answers(programme)[page] | more).status_code == 302


def who(client, programme, **typed):
    named = {f"presentations-0-{name}": value for name, value in typed.items()}
    return client.post("/book/who", data=answers(programme)["who"] | named, follow_redirects=True)


def test_the_lesson_is_asked_only_where_the_bells_are_known(client, programme, host):
    come_to_who(client, programme, host, ONE_DAY)
    assert 'name="presentations-0-lesson"' not in client.get("/book/who").text

    tell(host)

    assert 'name="presentations-0-lesson"' in client.get("/book/who").text


def test_a_time_in_the_other_shift_is_refused_with_the_nearest_right_ones(client, programme, host):
    tell(host)
    come_to_who(client, programme, host, ONE_DAY)

    refused = who(client, programme, starts_local="15:00")

    assert refused.status_code == 422
    shown = text_of(refused)
    assert "Choose a time at which the class is in the building" in shown
    assert "7-1, 7-2 is not in the building then (morning shift)" in shown
    assert "Nearest right times:" in shown
    assert 'value="15:00"' in refused.text
    assert client.get("/book/check").location.endswith("/book/who")


def test_the_same_time_is_right_when_one_of_the_asked_days_suits_it(client, programme, host):
    tell(host)
    come_to_who(client, programme, host, WEEKS)

    assert who(client, programme, starts_local="15:00").request.path == "/book/where"


def test_the_school_may_say_that_the_class_comes_for_it(client, programme, host):
    tell(host, rotation=Rotation.NONE)
    come_to_who(client, programme, host, WEEKS)

    refused = who(client, programme, starts_local="15:00")
    assert 'name="presentations-0-outside_shift"' in refused.text
    assert who(client, programme, starts_local="15:00", outside_shift="y").request.path == "/book/where"


def test_a_lesson_that_the_shift_does_not_have_is_refused(client, programme, host):
    tell(host)
    come_to_who(client, programme, host, ONE_DAY)

    assert "has no lesson of that number" in text_of(who(client, programme, lesson="9"))
    assert who(client, programme, lesson="3").request.path == "/book/where"


def test_lesson_and_hour_are_stored_read_again_and_shown_before_the_sending(client, programme, host):
    tell(host)
    answer_all(client, programme, host, when=ONE_DAY, who={"presentations-0-lesson": "3"})
    assert "lesson 3" in text_of(client.get("/book/check?lang=en"))
    client.post("/book/check", data={"form_key": "one"})

    row = db.session.scalars(select(RequestedPresentation)).one()
    assert (row.lesson, row.starts_local, row.outside_shift) == (3, None, False)


def test_the_rules_refuse_it_also_when_the_shifts_are_told_before_the_last_press(client, programme, host):
    answer_all(client, programme, host, when=ONE_DAY, who={"presentations-0-starts_local": "15:00"})
    tell(host)

    sent = client.post("/book/check?lang=en", data={"form_key": "one"})

    assert sent.status_code == 422
    assert "Choose a time at which the class is in the building" in text_of(sent)
    assert db.session.scalars(select(SchoolRequest)).all() == []


def test_morning_afternoon_and_a_parents_evening_are_asked_for_in_one_request(client, programme, host):
    second = {
        "presentations-1-audience": "pupils",
        "presentations-1-level": "primary",
        "presentations-1-classes": "VI-1",
        "presentations-1-pupils": "25",
        "presentations-1-day_part": "afternoon",
    }
    third = {
        "presentations-2-audience": "parents",
        "presentations-2-parents": "40",
        "presentations-2-starts_local": "18:00",
    }
    tell(host)
    answer_all(client, programme, host, when=ONE_DAY, who=second | third)
    client.post("/book/check", data={"form_key": "one"})

    rows = db.session.scalars(select(RequestedPresentation).order_by(RequestedPresentation.ordinal)).all()
    assert [row.day_part for row in rows] == [DayPart.MORNING, DayPart.AFTERNOON, DayPart.MORNING]
    assert rows[2].starts_local == dt.time(18)
