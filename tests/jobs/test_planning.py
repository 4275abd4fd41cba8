import datetime as dt

import sqlalchemy as sa

from scheduler.core import clock
from scheduler.core.db import db
from scheduler.jobs.planning import lapse_offers
from scheduler.jobs.queue import attach
from scheduler.planning import service
from scheduler.planning.models import Assignment
from scheduler.planning.terms import AssignmentState
from tests.planning.scene import Scene


def test_the_job_ends_offers_whose_time_is_over_and_twice_is_once(app):
    scene = Scene(planned=False)
    now = clock.now()
    draft = scene.draft(on_day=now.date() + dt.timedelta(days=20))
    scene.visit_id = service.plan_visit(scene.coordinator, draft, now=now).id
    scene.suggest(scene.educator())
    hour = dt.timedelta(hours=1)
    service.offer_visit(scene.coordinator, scene.visit_id, until=now - hour, now=now - 2 * hour)

    attach(app)  # another test may have made the other database's application since

    lapse_offers.call_local()
    lapse_offers.call_local()

    db.session.rollback()
    assert list(db.session.scalars(sa.select(Assignment.state))) == [AssignmentState.LAPSED]
