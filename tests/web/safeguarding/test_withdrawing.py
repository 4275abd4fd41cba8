"""Withdrawing a consent asks once and says what follows; then it is done, and it is the coordinators' turn."""

import pytest
from sqlalchemy import select

from scheduler.core.db import db
from scheduler.messages.models import OutboxMessage
from scheduler.policy import Role
from scheduler.safeguarding.models import GuardianConsent
from scheduler.visits.models.visits import Visit
from scheduler.visits.terms.states import VisitState
from tests.factories.people import make_user
from tests.visits.scene import Scene
from tests.web.browser import browser_of


@pytest.fixture
def scene(app):
    """A minor goes along, whom the programme does not ask for: without her the crew is whole."""
    scene = Scene(educators=1, influencers=0)
    scene.who = scene.minor()
    scene.confirmed_by(scene.educator(), scene.who)
    return scene


def consent_of(scene) -> GuardianConsent:
    db.session.rollback()
    return db.session.scalars(select(GuardianConsent).where(GuardianConsent.presenter_id == scene.who.id)).one()


def test_a_minor_reads_what_follows_before_she_presses(app, scene):
    me = browser_of(app, scene.who)
    address = f"/safeguarding/consents/{consent_of(scene).id}/withdraw"
    assert f'href="{address}"' in me.get("/account").text
    asked = me.get(address + "?lang=en").text

    assert "Withdraw the consent?" in asked
    assert "stands in 1 visit to come" in asked
    assert consent_of(scene).withdrawn_at is None, "looking does nothing"
    assert me.post(address).location == "/account"
    assert consent_of(scene).withdrawn_at is not None


def test_the_school_knew_her_name_so_its_visit_falls_back_also_with_a_whole_crew(app, scene):
    make_user(Role.COORDINATOR, email="desk@ncc.example", centre_id=scene.centre_id, password_hash="set")
    browser_of(app, scene.who).post(f"/safeguarding/consents/{consent_of(scene).id}/withdraw")

    db.session.rollback()
    assert db.session.get_one(Visit, scene.visit_id).state is VisitState.OFFERED
    told = db.session.scalars(select(OutboxMessage.address).where(OutboxMessage.kind == "crew_not_cleared")).all()
    assert "desk@ncc.example" in told


def test_nobody_else_reads_the_question(app, scene):
    address = f"/safeguarding/consents/{consent_of(scene).id}/withdraw"

    assert browser_of(app, scene.educator()).get(address).status_code in (403, 404)
    assert browser_of(app, make_user(Role.COORDINATOR)).get(address).status_code == 404  # of another centre
    assert browser_of(app, make_user(Role.COORDINATOR, centre_id=scene.centre_id)).get(address).status_code == 200
    assert browser_of(app, make_user(Role.COORDINATOR)).get("/safeguarding/consents/999999/withdraw").status_code == 404
