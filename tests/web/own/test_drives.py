"""The pages of a presenter's drives, and the box on the coordinator's page of a visit."""

import datetime as dt
import re
from dataclasses import replace

import pytest

from scheduler import config
from tests.visits.scene import Scene, delivered, visit_of
from tests.web.browser import browser_of
from tests.web.places.readers import coordinator

EVENING = dt.datetime(2026, 10, 6, 19, 0, tzinfo=dt.UTC)


@pytest.fixture
def rate(app):
    """Forty dinars for a kilometre."""
    before = config.settings()
    config.use(replace(before, kilometre_rate=40.0))
    yield
    config.use(before)


@pytest.mark.usefixtures("rate")
def test_a_driver_writes_what_she_drove_and_the_coordinator_reads_both(app, session, the_clock):
    scene = Scene()
    educator = scene.educator()
    scene.confirm(educator)
    delivered(scene.coordinator, scene.visit_id, now=EVENING)
    the_clock.stands_at(EVENING)
    hers, number = browser_of(app, educator), visit_of(session, scene).number

    assert f"/drives/{number}" in hers.get("/drives?lang=en").text
    refused = hers.post(f"/drives/{number}?lang=en", data={"kilometres": "120", "minutes": "", "reason": ""})
    assert refused.status_code == 422
    assert 'value="120"' in refused.text
    typed = {"kilometres": "120", "minutes": "150", "reason": "Обилазак"}
    answer = hers.post(f"/drives/{number}", data=typed)

    assert answer.location.startswith("/drives")
    listed = re.sub(r"\s+", " ", hers.get("/drives?lang=en").text)
    assert "120 km · 150 min" in listed
    assert "4,800" in listed
    page = re.sub(r"\s+", " ", coordinator(app, scene).get(f"/visits/{number}?lang=en").text)
    assert "Driven: 120 km · 150 min." in page
    assert "Обилазак" in page
    assert "Costs: 4,800 dinars." in page


def test_without_a_rate_nobody_reads_costs(app, session, the_clock):
    scene = Scene()
    educator = scene.educator()
    scene.confirm(educator)
    delivered(scene.coordinator, scene.visit_id, now=EVENING)
    the_clock.stands_at(EVENING)

    assert "inars" not in browser_of(app, educator).get("/drives?lang=en").text
    assert browser_of(app, educator).get("/drives/P-2026-9999").status_code == 404
