"""The words about a visit to copy, and the note of who was told."""

import pytest

from scheduler.core.audit import AuditEntry
from scheduler.core.db import db
from scheduler.people.models import User
from scheduler.policy import Role
from scheduler.readiness.models import ToldNote
from tests.factories.people import make_user
from tests.visits.scene import Scene, visit_of
from tests.web.browser import browser_of


@pytest.fixture
def scene(app):
    return Scene()


@pytest.fixture
def desk(app, scene):
    return browser_of(app, db.session.get_one(User, scene.coordinator.user_id))


def path_of(session, scene, page="/text") -> str:
    return f"/visits/{visit_of(session, scene).number}{page}"


def test_before_anything_is_offered_there_is_nothing_to_tell(session, desk, scene):
    assert "There is nothing to tell yet" in desk.get(path_of(session, scene) + "?lang=en").text
    assert desk.post(path_of(session, scene)).status_code == 404


@pytest.mark.parametrize(
    ("script", "words"),
    [("sr_Cyrl", "Посета је потврђена"), ("sr_Latn", "Poseta je potvrđena"), ("en", "is confirmed")],
)
def test_a_confirmation_is_copied_in_the_script_of_whoever_is_told(session, desk, scene, script, words):
    scene.confirmed_by(scene.educator())

    page = desk.get(f"{path_of(session, scene)}?script={script}").text

    text = page.partition("<textarea")[2].partition("</textarea>")[0]
    assert words in text
    assert "19833" in text
    assert "/status/" not in text
    assert "{link}" not in text


def test_a_minor_is_told_by_mail_only(session, desk, scene):
    adult, minor = scene.educator(), scene.minor()
    scene.offered_to(adult, minor)
    path = path_of(session, scene)

    page = desk.get(path).text
    assert f'value="{adult.id}"' in page
    assert f'value="{minor.id}"' not in page
    assert desk.post(path, data={"whom": str(minor.id), "how": "viber"}).status_code == 422
    assert desk.post(path, data={"whom": "school", "how": "viber"}).status_code == 422
    assert db.session.query(ToldNote).count() == 0


def test_who_was_told_stands_on_the_page_of_the_visit(session, desk, scene):
    adult = scene.educator(given_name="Јелена", family_name="Ристић")
    scene.offered_to(adult)

    answer = desk.post(path_of(session, scene), data={"whom": str(adult.id), "how": "viber"})

    assert answer.location == path_of(session, scene, "")
    page = desk.get(path_of(session, scene, "?lang=en")).text
    assert "The offer: Jelena Ristić, on Viber" in page
    entry = db.session.query(AuditEntry).filter_by(action="visit told").one()
    assert "Ристић" not in entry.details


@pytest.mark.parametrize("role", [Role.EDUCATOR, Role.INFLUENCER, Role.SAFEGUARDING])
def test_other_roles_are_refused(app, session, scene, role):
    browser = browser_of(app, make_user(role, centre_id=scene.centre_id))

    assert browser.get(path_of(session, scene)).status_code == 403


def test_a_visit_of_another_centre_looks_like_none(app, session, scene):
    stranger = browser_of(app, make_user())

    assert stranger.get(path_of(session, scene)).status_code == 404
