"""Checks as people record them; a consent is withdrawn after one question, and it is the coordinators' turn."""

import datetime as dt

import pytest
from sqlalchemy import select

from scheduler.core.db import db
from scheduler.messages.models import OutboxMessage
from scheduler.policy import Role
from scheduler.safeguarding.models import GuardianConsent, Vetting
from scheduler.safeguarding.terms import WithdrawnBy
from scheduler.visits.models.visits import Visit
from scheduler.visits.terms.states import VisitState
from tests.factories import MONDAY
from tests.factories.people import make_presenter, make_user
from tests.factories.safeguarding import a_cleared_educator, make_vetting
from tests.visits.scene import Scene
from tests.web.browser import browser_of
from tests.web.reading import rows_of

TODAY, DAY = MONDAY.date(), dt.timedelta(days=1)
CHECK = {"result": "cleared", "checked_on": TODAY - DAY, "valid_until": TODAY + 365 * DAY}


def test_the_list_puts_first_what_waits(officer, programme):
    fine = a_cleared_educator(given_name="Ana", centre_id=programme.centre_id)
    ending = make_presenter(given_name="Zora", centre_id=programme.centre_id)
    make_vetting(ending.id, valid_until=TODAY + 18 * DAY)
    make_presenter(given_name="Tuđa")

    page = officer.get("/safeguarding?lang=en").text

    assert page.index(f"/safeguarding/{ending.id}") < page.index(f"/safeguarding/{fine.id}")
    assert "Ends in 18 days" in page
    assert ("Tuđa" in page, "not needed" in page) == (False, False)


def test_a_check_is_recorded(officer, programme):
    page = f"/safeguarding/{make_presenter(centre_id=programme.centre_id).id}"
    assert officer.get(f"{page}/vetting").status_code == 200

    assert officer.post(f"{page}/vetting", data=CHECK).location == page

    assert rows_of(Vetting.valid_until) == [TODAY + 365 * DAY]
    assert "field__error" not in officer.get(page).text


@pytest.mark.parametrize(
    "wrong",
    [
        {"result": ""},
        {"checked_on": TODAY + DAY},
        {"valid_until": TODAY - 2 * DAY},
        {"valid_until": "soon"},
        {"valid_until": TODAY + 9999 * DAY},
    ],
)
def test_a_wrong_check_is_told_and_nothing_is_stored(officer, programme, wrong):
    presenter = make_presenter(centre_id=programme.centre_id)

    answer = officer.post(f"/safeguarding/{presenter.id}/vetting", data=CHECK | wrong)

    assert answer.status_code == 422
    assert "field__error" in answer.text
    assert rows_of(Vetting) == []


def test_a_presenter_reads_own_proofs_and_records_none(app):
    presenter = a_cleared_educator()
    browser = browser_of(app, presenter)

    page = browser.get(f"/safeguarding/{presenter.id}")

    assert page.status_code == 200
    assert "vetting" not in page.text
    assert browser.get(f"/safeguarding/{a_cleared_educator().id}").status_code == 404
    assert browser.get(f"/safeguarding/{presenter.id}/vetting").status_code == 403


def test_presenters_of_another_centre_do_not_exist(officer):
    presenter = make_presenter()

    for tail in ("", "/vetting", "/consent"):
        assert officer.get(f"/safeguarding/{presenter.id}{tail}").status_code == 404


# --- withdrawing a consent ---


@pytest.fixture
def scene(app):
    """A minor goes along, whom the programme does not ask for: without them the crew is whole."""
    scene = Scene(educators=1, influencers=0)
    scene.who = scene.minor()
    scene.confirmed_by(scene.educator(), scene.who)
    [consent_id] = rows_of(GuardianConsent.id)
    scene.withdrawal = f"/safeguarding/consents/{consent_id}/withdraw"
    return scene


def test_a_minor_reads_what_follows_before_pressing(app, scene):
    browser = browser_of(app, scene.who)
    assert f'href="{scene.withdrawal}"' in browser.get("/account").text

    asked = browser.get(f"{scene.withdrawal}?lang=en").text

    assert "Withdraw the consent?" in asked
    assert "is in the crew of 1 visit to come" in asked
    assert rows_of(GuardianConsent.withdrawn_at) == [None], "looking does nothing"
    assert browser.post(scene.withdrawal).location == "/account"
    [row] = rows_of(GuardianConsent)
    assert (row.withdrawn_at, row.withdrawn_by) == (MONDAY, WithdrawnBy.MINOR)
    assert scene.withdrawal not in browser.get("/account").text


def test_the_school_knew_the_name_so_its_visit_falls_back_also_with_a_whole_crew(app, scene):
    make_user(Role.COORDINATOR, email="desk@ncc.example", centre_id=scene.centre_id, password_hash="set")
    browser_of(app, scene.who).post(scene.withdrawal)

    db.session.rollback()
    assert db.session.get_one(Visit, scene.visit_id).state is VisitState.OFFERED
    told = db.session.scalars(select(OutboxMessage.address).where(OutboxMessage.kind == "crew_not_cleared")).all()
    assert "desk@ncc.example" in told


def test_nobody_else_reads_the_question(app, scene):
    assert browser_of(app, scene.educator()).get(scene.withdrawal).status_code in (403, 404)
    assert browser_of(app, make_user(centre_id=scene.centre_id)).get(scene.withdrawal).status_code == 200
    stranger = browser_of(app, make_user())  # of another centre
    for address in (scene.withdrawal, "/safeguarding/consents/999999/withdraw"):
        assert stranger.get(address).status_code == 404
