"""What the database itself refuses of counts, whatever the code path."""

import pytest
from sqlalchemy import insert, update
from sqlalchemy.exc import IntegrityError

from scheduler.attendance.models import Attendance, HeadCount, NamedAdult
from scheduler.attendance.terms import AttendanceState, CountSource
from scheduler.core.db import transaction
from scheduler.programmes.terms import Audience
from tests.factories.counting import LEAVING, a_counted_visit
from tests.visits.defences import refusal_of

pytestmark = pytest.mark.postgres_decides


def run(statement):
    with transaction() as session:
        session.execute(statement)


@pytest.mark.parametrize(
    ("given", "refusal"),
    [
        ({"counts": True}, ""),
        ({"people": -1}, "people_fit_a_hall"),
        ({"people": 2001}, "people_fit_a_hall"),
        ({"source": CountSource.EDUCATOR}, ""),
        ({"presentation_id": 10**6}, ""),
    ],
)
def test_a_count_that_cannot_be_is_refused(session, given, refusal):
    row = {"audience": Audience.PUPILS, "source": CountSource.SCHOOL, "version": 1, "people": 5, "counts": False}
    fair = row | {"presentation_id": a_counted_visit().first, "entered_at": LEAVING}

    assert refusal in refusal_of(lambda: run(insert(HeadCount).values(**(fair | given))))


@pytest.mark.parametrize(
    ("values", "refusal"),
    [
        ({"state": AttendanceState.LOCKED}, "locked_at_some_time"),
        ({"minutes_given": 481}, "minutes_of_a_day"),
        ({"turned_away": -1}, "turned_away_not_negative"),
    ],
)
def test_an_attendance_that_cannot_be_is_refused(session, values, refusal):
    of_it = Attendance.presentation_id == a_counted_visit().first

    assert refusal in refusal_of(lambda: run(update(Attendance).where(of_it).values(**values)))


def test_one_name_stands_once_in_a_visits_list(session):
    begun = a_counted_visit()
    row = {"visit_id": begun.visit.id, "name": "Ана", "name_key": "ana", "entered_at": LEAVING}

    with pytest.raises(IntegrityError), transaction() as inside:
        inside.execute(insert(NamedAdult).values(**row))
        inside.execute(insert(NamedAdult).values(**(row | {"name": "Ana"})))
