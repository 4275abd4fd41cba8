"""By when somebody shall answer is typed, and shown, by the clocks of the centre."""

import datetime as dt
from dataclasses import replace

import pytest

from scheduler import config
from scheduler.web.requests.school.dates import ProposeForm
from scheduler.web.seen_forms import UntilForm

AN_HOUR = {"until_day": dt.date(2026, 10, 20), "until_time": dt.time(14)}
AN_EVENING = {"held_until": dt.date(2026, 10, 20)}
BELGRADE, TORONTO = "Europe/Belgrade", "America/Toronto"


@pytest.mark.parametrize(
    ("form", "typed", "zone", "hour"),
    [
        (UntilForm, AN_HOUR, BELGRADE, 12),
        (UntilForm, AN_HOUR, TORONTO, 18),
        (ProposeForm, AN_EVENING, BELGRADE, 16),
        (ProposeForm, AN_EVENING, TORONTO, 22),
    ],
)
def test_the_hour_by_which_somebody_answers_is_that_of_the_centre(app, form, typed, zone, hour):
    config.use(replace(app.config["SETTINGS"], centre_timezone=zone))
    try:
        with app.test_request_context():
            filled = form()
            for name, value in typed.items():
                filled[name].data = value
            assert filled.until() == dt.datetime(2026, 10, 20, hour, tzinfo=dt.UTC)
    finally:
        config.use(app.config["SETTINGS"])
