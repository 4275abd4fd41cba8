"""The words about a visit to copy, and the note of who was told."""

import pytest

from scheduler.core.audit import AuditEntry
from scheduler.policy import Role
from scheduler.readiness.models import ToldNote
from tests.factories.people import make_user
from tests.visits.scene import Scene
from tests.web.browser import browser_of, staff_of
from tests.web.reading import rows_of
from tests.web.visits.pages import body, number_of_visit


@pytest.fixture
def scene(app):
    return Scene()


@pytest.fixture
def path(scene) -> str:
    return f"/visits/{number_of_visit(scene)}/text"


def test_before_anything_is_offered_there_is_nothing_to_tell(desk, path):
    assert "There is nothing to tell yet" in body(desk.get(path))
    assert desk.post(path).status_code == 404


@pytest.mark.parametrize(
    ("script", "words"),
    [("sr_Cyrl", "Посета је потврђена"), ("sr_Latn", "Poseta je potvrđena"), ("en", "is confirmed")],
)
def test_a_confirmation_is_copied_in_the_script_of_whoever_is_told(desk, scene, path, script, words):
    scene.confirmed_by(scene.educator())

    page = body(desk.get(f"{path}?script={script}"))

    text = page.partition("<textarea")[2].partition("</textarea>")[0]
    assert [part in text for part in (words, "19833", "/status/", "{link}")] == [True, True, False, False]


def test_a_minor_is_told_by_mail_only(desk, scene, path):
    adult, minor = scene.educator(), scene.minor()
    scene.offered_to(adult, minor)

    page = body(desk.get(path))

    assert [f'value="{person.id}"' in page for person in (adult, minor)] == [True, False]
    for whom in (str(minor.id), "school"):
        assert desk.post(path, data={"whom": whom, "how": "viber"}).status_code == 422
    assert rows_of(ToldNote) == []


def test_who_was_told_stands_on_the_page_of_the_visit(desk, scene, path):
    adult = scene.educator(given_name="Јелена", family_name="Ристић")
    scene.offered_to(adult)

    answer = desk.post(path, data={"whom": str(adult.id), "how": "viber"})

    assert answer.location == path.removesuffix("/text")
    assert "The offer: Jelena Ristić, on Viber" in body(desk.get(answer.location))
    [entry] = [row for row in rows_of(AuditEntry) if row.action == "visit told"]
    assert "Ристић" not in entry.details


@pytest.mark.parametrize("role", [Role.EDUCATOR, Role.INFLUENCER, Role.SAFEGUARDING])
def test_other_roles_and_other_centres_are_refused(app, scene, path, role):
    assert staff_of(app, scene, role).get(path).status_code == 403
    assert browser_of(app, make_user()).get(path).status_code == 404
