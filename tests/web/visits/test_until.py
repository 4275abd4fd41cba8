"""By when somebody shall answer is typed, and shown, by the clocks of the centre."""

import datetime as dt
from dataclasses import replace

import pytest

from scheduler import config
from scheduler.web.requests.school.dates import ProposeForm
from scheduler.web.seen_forms import UntilForm

DAY = dt.date(2026, 10, 20)


@pytest.mark.parametrize(("zone", "hour"), [("Europe/Belgrade", 12), ("America/Toronto", 18)])
def test_two_in_the_afternoon_is_that_of_the_centre(app, zone, hour):
    config.use(replace(app.config["SETTINGS"], centre_timezone=zone))
    try:
        with app.test_request_context():
            form = UntilForm()
            form.until_day.data, form.until_time.data = DAY, dt.time(14)
            assert form.until() == dt.datetime(2026, 10, 20, hour, tzinfo=dt.UTC)
    finally:
        config.use(app.config["SETTINGS"])


@pytest.mark.parametrize(("zone", "hour"), [("Europe/Belgrade", 16), ("America/Toronto", 22)])
def test_the_evening_by_which_a_school_chooses_is_that_of_the_centre(app, zone, hour):
    config.use(replace(app.config["SETTINGS"], centre_timezone=zone))
    try:
        with app.test_request_context():
            form = ProposeForm()
            form.held_until.data = DAY
            assert form.until() == dt.datetime(2026, 10, 20, hour, tzinfo=dt.UTC)
    finally:
        config.use(app.config["SETTINGS"])
