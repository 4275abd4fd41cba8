"""Names that a school types for certificates stand beside its numbers: either button keeps them."""

import datetime as dt

import pytest
from sqlalchemy import select

from scheduler.attendance.models import Attendance
from scheduler.attendance.terms import AttendanceState
from scheduler.core import tokens
from scheduler.core.db import db, transaction
from tests.factories.counting import FAIR, LEAVING, a_counted_visit

SIGNED = {f"presentations-0-{name}": str(getattr(FAIR, name)) for name in ("pupils", "parents", "teachers", "others")}


@pytest.fixture(autouse=True)
def after_the_talk(the_clock):
    the_clock.stands_at(LEAVING)


def secret_of(begun):
    with transaction():
        return tokens.mint("status", begun.request.id, lasts=dt.timedelta(days=9), now=LEAVING)


def state():
    db.session.rollback()
    return db.session.scalar(select(Attendance.state))


def test_names_that_were_typed_survive_the_other_button(client, session):
    begun = a_counted_visit()
    path = f"/status/{secret_of(begun)}/attendance"

    refused = client.post(path, data=SIGNED | {"presentations-0-pupils": "x", "names": "Ана Илић"})
    client.post(path, data=SIGNED | {"names": "Ана Илић"})

    assert refused.status_code == 422
    assert "Ана Илић" in refused.text
    assert "Ана Илић" in client.get(path).text
    assert state() is AttendanceState.LOCKED
