"""A number far from what was announced asks whoever typed it, and keeps it."""

import datetime as dt

import pytest
from sqlalchemy import select

from scheduler.attendance.models import Attendance, HeadCount
from scheduler.attendance.terms import AttendanceState
from scheduler.core import tokens
from scheduler.core.db import db, transaction
from tests.factories.counting import FAIR, LEAVING, a_begun_visit, a_counted_visit
from tests.web.browser import sign_in_as

TYPED = {"pupils": "9", "parents": "0", "teachers": "0", "others": "0", "minutes_given": "45"}
SIGNED = {f"presentations-0-{name}": str(people) for name, people in vars(FAIR).items()}


@pytest.fixture(autouse=True)
def after_the_talk(the_clock):
    the_clock.stands_at(LEAVING)


def said():
    db.session.rollback()
    return db.session.scalars(select(HeadCount)).all()


def state():
    db.session.rollback()
    return db.session.scalar(select(Attendance.state))


def test_a_far_number_is_asked_about_what_was_typed_is_kept_and_a_tick_hands_it_in(client, session):
    begun = a_begun_visit()
    phone, path = sign_in_as(client, begun.educator.user_id), f"/visits/{begun.visit.number}/count/1?lang=en"

    asked = phone.post(path, data=TYPED)
    other = phone.post(path, data=TYPED | {"pupils": "8", "asked_of": "9", "sure": "y"})

    assert (asked.status_code, other.status_code, said()) == (422, 422, [])
    assert "half of what was announced or less" in asked.text
    assert "announced 92 · typed 9" in asked.text
    assert phone.post(path, data=TYPED | {"asked_of": "9", "sure": "y"}).status_code == 302
    assert state() is AttendanceState.SUBMITTED


def test_the_school_that_types_a_far_number_is_asked_beside_it(client, session):
    begun = a_counted_visit()
    with transaction():
        secret = tokens.mint("status", begun.request.id, lasts=dt.timedelta(days=9), now=LEAVING)
    path, typed = f"/status/{secret}/attendance?lang=en", SIGNED | {"presentations-0-pupils": "500"}

    asked = client.post(path, data=typed)
    assert asked.status_code == 422
    assert "announced 92 · typed 502" in asked.text
    assert state() is AttendanceState.SUBMITTED
    sure = typed | {"presentations-0-asked_of": "502", "presentations-0-sure": "y"}
    assert client.post(path, data=sure).status_code == 302
    assert state() is AttendanceState.COUNTERSIGNED
