"""What goes on by itself: silence becomes a yes, and locked attendance becomes certificates."""

import datetime as dt

import pytest
from sqlalchemy import func, select

from scheduler.attendance.models import Attendance
from scheduler.attendance.terms import AttendanceState
from scheduler.certificates.models import Certificate
from scheduler.core.db import db
from scheduler.jobs import attendance, certificates
from tests.factories.counting import LEAVING, a_counted_visit, a_locked_visit

pytestmark = pytest.mark.usefixtures("attached")


def how_many():
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(Certificate))


def test_certificates_are_issued_for_locked_attendance_once(session, the_clock):
    the_clock.stands_at(LEAVING)
    a_locked_visit(names=("Ана", "Мира"))
    a_counted_visit()

    certificates.issue_for_locked_attendance.call_local()
    certificates.issue_for_locked_attendance.call_local()

    assert how_many() == 3


def test_a_bug_with_one_visit_keeps_no_other_ones_certificates(session, monkeypatch, the_clock):
    the_clock.stands_at(LEAVING)
    first, _second = a_locked_visit(), a_locked_visit()
    facts_of = certificates.papers.visit_facts

    def facts_with_a_bug(visit_ids):
        if first.visit.id in visit_ids:
            raise RuntimeError("a bug")
        return facts_of(visit_ids)

    monkeypatch.setattr(certificates.papers, "visit_facts", facts_with_a_bug)

    certificates.issue_for_locked_attendance.call_local()

    assert how_many() == 1


def test_silence_is_noticed_after_seven_days(session, the_clock):
    a_counted_visit()

    for days, state in [(6, AttendanceState.SUBMITTED), (7, AttendanceState.ASSUMED)]:
        the_clock.stands_at(LEAVING + dt.timedelta(days=days))
        attendance.assume_silent.call_local()
        db.session.rollback()
        assert db.session.scalar(select(Attendance.state)) is state
