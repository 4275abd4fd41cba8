"""The page of one person's data: looked up by an administrator, taken out, erased, each behind the password."""

import io
import json
import zipfile

import pytest

from scheduler.people.models import User
from scheduler.policy import Role
from scheduler.requests.models import SchoolRequest
from scheduler.requests.terms.school_request import RequestState
from tests.factories.people import make_user
from tests.factories.programmes import make_programme
from tests.factories.requests import make_school_request
from tests.web.browser import browser_of, sign_in_as

ANA = "ana@school.example"


@pytest.fixture
def boss(app) -> User:
    return make_user(Role.ADMINISTRATOR)


@pytest.fixture
def browser(app, boss):
    return browser_of(app, boss)


@pytest.fixture
def row(boss) -> SchoolRequest:
    """What Ana asked for, long over."""
    return make_school_request(RequestState.CLOSED, programme=make_programme(centre_id=boss.centre_id))


def sent(browser, path: str = "", email: str = ANA):
    return browser.post(f"/settings/person{path}?lang=en", data={"email": email})


def test_what_goes_and_stays_is_said_before_the_file_leaves_and_the_person_is_erased(browser, row):
    page = sent(browser)

    assert page.status_code == 200
    for words in ("Asked for a visit", "Erase this person"):
        assert words in page.text
    assert row.contact_name == "Ana Petrović"

    answer = sent(browser, "/export")

    assert answer.mimetype == "application/zip"
    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        assert json.loads(archive.read("data.json"))["school_request"][0]["contact_name"] == "Ana Petrović"
        assert "Ana Petrović" in archive.read("index.html").decode()

    assert sent(browser, "/erase").status_code == 302
    assert row.contact_name == ""


def test_what_hinders_is_said_with_what_to_do_and_no_button_is_there(browser, boss):
    row = make_school_request(programme=make_programme(centre_id=boss.centre_id))

    page = sent(browser).text

    for words in (row.number, "Finish or cancel these requests first"):
        assert words in page
    assert "Erase this person" not in page
    assert sent(browser, "/erase").status_code == 409
    assert row.contact_name == "Ana Petrović"


@pytest.mark.parametrize("path", ["/export", "/erase"])
def test_the_password_is_asked_again(client, boss, row, path):
    answer = sent(sign_in_as(client, boss.id, password_typed=False), path)
    assert (answer.status_code, "Your password, once more" in answer.text) == (422, True)
    assert row.contact_name == "Ana Petrović"


@pytest.mark.parametrize("path", ["", "/export", "/erase"])
def test_an_unknown_address_and_one_of_another_centre_look_alike(browser, path):
    make_school_request(RequestState.CLOSED)  # of another centre
    strange, unknown = sent(browser, path), sent(browser, path, "nobody@school.example")
    assert (strange.status_code, unknown.status_code) == (422, 422)
    assert "your centre knows nobody by it" in strange.text


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.SAFEGUARDING, Role.EDUCATOR])
def test_nobody_else_may(app, role):
    browser = browser_of(app, make_user(role))
    assert [browser.get("/settings/person").status_code] == [403]
    assert [browser.post(f"/settings/person{path}").status_code for path in ("", "/export", "/erase")] == [403] * 3
