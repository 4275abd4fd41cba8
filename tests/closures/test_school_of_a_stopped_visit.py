"""A closure stopped the visit: its school proposes days or calls it off, by its own page."""

import datetime as dt
import re

import pytest

from scheduler.closures.service.replan import replan_visit
from scheduler.core import tokens
from scheduler.core.db import transaction
from scheduler.policy import school_contact
from scheduler.readiness.queries.findings import open_wish_of
from scheduler.readiness.service.wishes import ask_for_date
from scheduler.readiness.terms import WishDraft
from scheduler.requests.terms.school_request import RequestState
from scheduler.turns.queries.desk import desk_of
from scheduler.turns.terms import Matter
from scheduler.visits.terms.states import CancelledBy, VisitState
from tests.closures.incidents import stop
from tests.factories import MONDAY
from tests.factories.safeguarding import an_educator_on_working_days
from tests.factories.staffing import a_plan
from tests.factories.visits import VISIT_DAY
from tests.visits.scene import Scene, mails, request_state, visit_of

DAY = VISIT_DAY + dt.timedelta(days=7)


@pytest.fixture
def scene(app):
    scene = Scene()
    an_educator_on_working_days(centre_id=scene.centre_id)
    stop(scene)
    return scene


def propose(scene, now=MONDAY):
    ask_for_date(school_contact(scene.asked.id, scene.host.id), scene.visit_id, WishDraft(DAY, ""), now=now)


def page_of(scene) -> str:
    with transaction():
        return "/status/" + tokens.mint("status", scene.asked.id, lasts=dt.timedelta(days=90), now=MONDAY)


def test_it_proposes_days_also_after_the_day_and_the_coordinators_read_them(session, scene):
    propose(scene, now=dt.datetime.combine(VISIT_DAY, dt.time(15), tzinfo=dt.UTC))

    assert open_wish_of(scene.visit_id).first_choice == DAY
    [row] = desk_of(scene.coordinator, MONDAY).rows
    assert (row.matter, row.wished_day) == (Matter.DAY_NAMED, DAY)
    assert visit_of(session, scene).state is VisitState.DISRUPTED


def test_planned_anew_its_wish_is_met(session, scene):
    propose(scene)
    replan_visit(scene.coordinator, scene.visit_id, DAY, (a_plan(),), now=MONDAY)

    assert open_wish_of(scene.visit_id) is None


def test_its_page_offers_both_and_the_days_are_taken(client, scene):
    page = page_of(scene)
    shown = client.get(f"{page}?lang=en").text
    for path, words in (("/date", "Propose days"), ("/cancel", "Cancel the visit")):
        assert f"{page}{path}" in shown
        assert words in client.get(f"{page}{path}?lang=en").text

    offered = re.findall(r'name="first_choice" value="([^"]+)"', client.get(f"{page}/date").text)
    assert offered
    assert all(dt.date.fromisoformat(day) > VISIT_DAY for day in offered)
    assert client.post(f"{page}/date", data={"first_choice": VISIT_DAY.isoformat()}).status_code == 422
    assert client.post(f"{page}/date", data={"first_choice": DAY.isoformat()}).status_code == 302
    assert open_wish_of(scene.visit_id).first_choice == DAY
    assert "You have proposed days." in client.get(f"{page}?lang=en").text


def test_it_calls_the_visit_off_by_its_page(session, client, scene):
    page = page_of(scene)
    assert "48 hours" not in client.get(f"{page}/cancel?lang=en").text

    assert client.post(f"{page}/cancel", data={"reason": "Not this year"}).status_code == 200

    visit = visit_of(session, scene)
    assert (visit.state, visit.cancelled_by) == (VisitState.CANCELLED, CancelledBy.SCHOOL)
    assert request_state(session, scene) is RequestState.CANCELLED_BY_SCHOOL
    assert len(mails(session, "visit_cancelled")) == 1
