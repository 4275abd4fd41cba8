"""What the database itself refuses of counts, whatever the code path."""

import pytest
from sqlalchemy import insert, update
from sqlalchemy.exc import IntegrityError

from scheduler.attendance.models import Attendance, HeadCount, NamedAdult
from scheduler.attendance.terms import AttendanceState, CountSource
from scheduler.core.db import transaction
from scheduler.core.refusals import refused_by
from scheduler.programmes.terms import Audience
from tests.factories.counting import LEAVING, a_counted_visit

pytestmark = pytest.mark.postgres_decides


def a_row(begun, **given):
    fair = {"presentation_id": begun.first, "audience": Audience.PUPILS, "source": CountSource.SCHOOL, "version": 1}
    return fair | {"people": 5, "counts": False, "entered_at": LEAVING} | given


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
    begun = a_counted_visit()

    with pytest.raises(IntegrityError) as error, transaction() as inside:
        inside.execute(insert(HeadCount).values(**a_row(begun, **given)))

    assert refusal in refused_by(error.value)


@pytest.mark.parametrize(
    ("values", "refusal"),
    [
        ({"state": AttendanceState.LOCKED}, "locked_at_some_time"),
        ({"minutes_given": 481}, "minutes_of_a_day"),
        ({"turned_away": -1}, "turned_away_not_negative"),
    ],
)
def test_an_attendance_that_cannot_be_is_refused(session, values, refusal):
    begun = a_counted_visit()

    with pytest.raises(IntegrityError) as error, transaction() as inside:
        inside.execute(update(Attendance).where(Attendance.presentation_id == begun.first).values(**values))

    assert refusal in refused_by(error.value)


def test_one_name_stands_once_in_a_visits_list(session):
    begun = a_counted_visit()
    row = {"visit_id": begun.visit.id, "name": "Ана", "name_key": "ana", "entered_at": LEAVING}

    with pytest.raises(IntegrityError), transaction() as inside:
        inside.execute(insert(NamedAdult).values(**row))
        inside.execute(insert(NamedAdult).values(**(row | {"name": "Ana"})))
