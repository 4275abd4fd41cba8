import datetime as dt

from sqlalchemy import func, select

from scheduler.core.db import transaction
from scheduler.jobs.places import keep_days_current as nightly
from scheduler.places.models import Holiday
from scheduler.places.service.hosts import load_reference_data
from scheduler.places.service.reference_days import keep_days_current
from tests.factories import MONDAY


def test_the_night_adds_no_day_that_somebody_removed(session, the_clock):
    load_reference_data(MONDAY)
    with transaction() as writing:
        writing.scalar(select(Holiday).where(Holiday.day == dt.date(2027, 1, 27))).removed_at = MONDAY

    the_clock.stands_at(MONDAY.replace(year=MONDAY.year + 1))
    nightly.call_local()

    days = session.execute(select(Holiday.day, Holiday.removed_at)).all()
    assert len({day for day, _removed in days}) == len(days)
    assert [day for day, removed in days if removed] == [dt.date(2027, 1, 27)]
    assert max(days)[0].year == MONDAY.year + 3


def test_each_new_year_brings_the_holidays_of_another_one_unless_nothing_was_set_up(session):
    assert keep_days_current(MONDAY) == 0
    assert session.scalar(select(func.count()).select_from(Holiday)) == 0

    load_reference_data(MONDAY)
    assert keep_days_current(MONDAY) == 0

    for years in range(1, 6):
        assert keep_days_current(MONDAY.replace(year=MONDAY.year + years)) > 10

    assert session.scalar(select(func.max(Holiday.day))).year == MONDAY.year + 7
