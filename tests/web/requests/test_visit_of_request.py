"""A planned visit on the pages of its request."""

import datetime as dt

from scheduler.core import clock, tokens
from scheduler.core.db import transaction
from tests.planning.scene import Scene


def test_school_and_desk_see_the_planned_visit_and_no_name_before_it_is_confirmed(app, client):
    scene = Scene()
    with transaction():
        lasts = dt.timedelta(days=30)
        secret = tokens.mint("status", scene.asked.id, lasts=lasts, now=clock.now())

    shown = client.get(f"/status/{secret}?lang=en").text

    assert "Who is coming" in shown
    assert "Their names appear here" in shown
