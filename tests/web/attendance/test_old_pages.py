"""A lock from a page that was opened before somebody said other numbers."""

import datetime as dt
import re

import pytest
from sqlalchemy import select

from scheduler.attendance.models import Attendance, HeadCount
from scheduler.attendance.service.counting import assume_silent, countersign
from scheduler.attendance.service.locking import correct_counts
from scheduler.attendance.terms import AttendanceState, HeadCounts
from scheduler.core.db import db
from scheduler.policy import Role
from tests.factories.counting import LEAVING, a_counted_visit
from tests.factories.people import make_user
from tests.web.browser import sign_in_as


@pytest.fixture(autouse=True)
def after_the_talk(the_clock):
    the_clock.stands_at(LEAVING)


def words_of(answer):
    return " ".join(re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True)).split())


def desk_of(client, begun):
    return sign_in_as(client, make_user(Role.COORDINATOR, centre_id=begun.visit.centre_id).id)


def said():
    db.session.rollback()
    return db.session.scalars(select(HeadCount)).all()


def state():
    db.session.rollback()
    return db.session.scalar(select(Attendance.state))


def lock_by(source: str, mark: str = "countersigned-1") -> dict[str, str]:
    """What the page sends that showed the first presentation in that state."""
    return {"presentations-0-ordinal": "1", "presentations-0-mark": mark, "presentations-0-source": source}


def test_a_lock_from_an_old_page_sees_what_the_school_has_said_since(client, session):
    begun = a_counted_visit()
    assume_silent(now=LEAVING + dt.timedelta(days=7))
    desk, path = desk_of(client, begun), f"/attendance/{begun.visit.number}"
    old = lock_by("educator", "assumed-1")
    assert f'value="{old["presentations-0-mark"]}"' in desk.get(path).text

    countersign(begun.school, begun.visit.id, {begun.first: HeadCounts(70)}, now=LEAVING + dt.timedelta(days=8))
    refused = desk.post(f"{path}/lock?lang=en", data=old)

    assert refused.status_code == 422
    assert state() is AttendanceState.COUNTERSIGNED
    page = words_of(refused)
    assert "they have changed since you opened this page" in page
    assert "70" in page, "the page shows what the school says"
    assert desk.post(f"{path}/lock", data=lock_by("school")).status_code == 302
    assert {row.people for row in said() if row.counts} == {70, 0}


def test_a_lock_from_an_old_page_undoes_no_correction(client, session):
    begun = a_counted_visit()
    countersign(begun.school, begun.visit.id, {begun.first: HeadCounts(1)}, now=LEAVING)
    desk, path = desk_of(client, begun), f"/attendance/{begun.visit.number}"
    desk.post(f"{path}/lock", data=lock_by("educator"))
    correct_counts(begun.coordinator, begun.first, HeadCounts(80), "the list says 80", now=LEAVING)

    refused = desk.post(f"{path}/lock?lang=en", data=lock_by("school"))

    assert refused.status_code == 422
    assert "something has changed in the meantime" in words_of(refused)
    assert {row.people for row in said() if row.counts} == {80, 0}
