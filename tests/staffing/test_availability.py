"""Hours and days that differ in one question say what the two questions say."""

import datetime as dt

import pytest

from scheduler.core.db import transaction
from scheduler.people.models import AvailabilityException, AvailableHours
from scheduler.people.queries import exceptions_of, hours_of
from scheduler.staffing.queries.availability import availability_of
from tests.factories import MONDAY
from tests.factories.people import make_presenter

TODAY, DAY = MONDAY.date(), dt.timedelta(days=1)


@pytest.mark.both_databases
@pytest.mark.usefixtures("session")
def test_hours_and_exceptions_are_those_of_each_table():
    ana, bojan, vera = (make_presenter() for _ in range(3))
    with transaction() as writing:
        for weekday, hour in ((3, 12), (0, 9), (0, 14)):
            hours = {"from_local": dt.time(hour), "until_local": dt.time(hour + 2, 30)}
            writing.add(AvailableHours(presenter_id=ana.id, weekday=weekday, **hours))
        for who, begins, days, available in ((ana, 4, 1, True), (ana, 0, 2, False), (bojan, -9, 3, False)):
            span = {"first_day": TODAY + begins * DAY, "last_day": TODAY + (begins + days) * DAY}
            writing.add(AvailabilityException(presenter_id=who.id, available=available, **span))
    ids, last = [ana.id, bojan.id, vera.id], TODAY + 7 * DAY

    assert availability_of(ids, TODAY, last) == (hours_of(ids), exceptions_of(ids, TODAY, last))
    assert availability_of([], TODAY, last) == ({}, {})
