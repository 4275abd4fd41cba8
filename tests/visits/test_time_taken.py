"""Whose time is taken: one answer for planning and for booking."""

import datetime as dt

import pytest

from scheduler.core.db import transaction
from scheduler.places.terms.hosts import Point
from scheduler.visits.models.visits import Visit
from scheduler.visits.queries.agenda import promised_stops, stops_and_load, time_taken
from tests.factories import MONDAY
from tests.factories.staffing import a_plan
from tests.factories.visits import VISIT_DAY
from tests.visits.scene import Scene

DAY = dt.timedelta(days=1)


@pytest.mark.both_databases
def test_what_is_promised_is_taken_on_its_day_and_not_for_its_own_visit(session):
    scene = Scene(a_plan(dt.time(10)), a_plan(dt.time(12)))
    ana = scene.educator()
    scene.accepted_by(ana)

    taken = time_taken([ana.id], (VISIT_DAY, VISIT_DAY), now=MONDAY)

    assert {(one.presenter_id, one.on_day, one.stop.visit_id) for one in taken} == {(ana.id, VISIT_DAY, scene.visit_id)}
    assert len(taken) == 2
    assert taken[0].stop.busy_until <= taken[1].stop.busy_from
    assert time_taken([ana.id], (VISIT_DAY, VISIT_DAY), now=MONDAY, except_visit=scene.visit_id) == ()
    assert time_taken([ana.id], (VISIT_DAY + DAY, VISIT_DAY + DAY), now=MONDAY) == ()
    stops = [one.stop for one in taken]
    assert stops_and_load(taken, stops, [VISIT_DAY]) == ({ana.id: stops}, {ana.id: {VISIT_DAY: 2}})
    assert promised_stops([ana.id], stops, except_visit=0, now=MONDAY) == {ana.id: stops}


@pytest.mark.both_databases
def test_who_goes_online_has_no_way_to_go(session):
    scene = Scene(a_plan())
    ana = scene.educator()
    scene.accepted_by(ana)
    [there] = time_taken([ana.id], (VISIT_DAY, VISIT_DAY), now=MONDAY)
    with transaction():
        session.get_one(Visit, scene.visit_id).online_link = "https://example.org/room"
    [online] = time_taken([ana.id], (VISIT_DAY, VISIT_DAY), now=MONDAY)

    assert isinstance(there.stop.point, Point)
    assert online.stop.point is None
