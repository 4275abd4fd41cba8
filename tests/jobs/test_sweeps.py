import datetime as dt

import pytest
import sqlalchemy as sa

from scheduler.core import clock
from scheduler.core.db import db
from scheduler.jobs.readiness import tell_checklists
from scheduler.jobs.staffing import lapse_offers
from scheduler.jobs.turns import tell_what_is_due
from scheduler.messages.models import OutboxMessage
from scheduler.requests.terms.school_request import RequestState
from scheduler.staffing.service.offers import answer_offer, offer_visit
from scheduler.visits.models.visits import Assignment
from scheduler.visits.service.confirm import confirm_visit
from scheduler.visits.service.plan_and_move import plan_visit
from scheduler.visits.terms.states import AssignmentState
from tests.factories import MONDAY
from tests.factories.people import make_user, presenter_actor
from tests.factories.requests import make_school_request
from tests.visits.scene import Scene

pytestmark = pytest.mark.usefixtures("attached")


def test_the_job_ends_offers_whose_time_is_over_and_twice_is_once(app):
    scene = Scene(planned=False)
    now = MONDAY
    draft = scene.draft(on_day=now.date() + dt.timedelta(days=20))
    scene.visit_id = plan_visit(scene.coordinator, draft, now=now).id
    scene.suggest(scene.educator())
    hour = dt.timedelta(hours=1)
    offer_visit(scene.coordinator, scene.visit_id, until=now - hour, now=now - 2 * hour)

    lapse_offers.call_local()
    lapse_offers.call_local()

    db.session.rollback()
    assert list(db.session.scalars(sa.select(Assignment.state))) == [AssignmentState.LAPSED]


def test_the_job_tells_a_school_of_its_checklist_once(app):
    scene = Scene(planned=False)
    now = MONDAY
    draft = scene.draft(on_day=clock.local_day(now) + dt.timedelta(days=5))
    scene.visit_id = plan_visit(scene.coordinator, draft, now=now).id
    educator = scene.educator()
    scene.suggest(educator)
    offer_visit(scene.coordinator, scene.visit_id, until=now + dt.timedelta(days=1), now=now)
    answer_offer(presenter_actor(educator), scene.visit_id, accepts=True, now=now)
    confirm_visit(scene.coordinator, scene.visit_id, now=now)

    tell_checklists.call_local()
    tell_checklists.call_local()

    db.session.rollback()
    kinds = db.session.scalars(sa.select(OutboxMessage.kind).where(OutboxMessage.kind == "checklist_opens"))
    assert list(kinds) == ["checklist_opens"]


def test_the_job_tells_a_centre_in_the_morning_what_is_due_once(app):
    scene = Scene(planned=False)
    make_user(centre_id=scene.centre_id, password_hash="set")
    late = MONDAY - dt.timedelta(days=9)
    make_school_request(RequestState.NEW, programme=scene.programme, state_since=late)

    tell_what_is_due.call_local()
    tell_what_is_due.call_local()

    db.session.rollback()
    kinds = db.session.scalars(sa.select(OutboxMessage.kind).where(OutboxMessage.kind == "turns_due"))
    assert list(kinds) == ["turns_due"]
