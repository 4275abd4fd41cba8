"""The page of one person's data: looked up by an administrator, taken out, erased, each behind the password."""

import io
import json
import zipfile

import pytest

from scheduler.core.db import db
from scheduler.people.models import User
from scheduler.policy import Role
from scheduler.requests.models import SchoolRequest
from scheduler.requests.terms.school_request import RequestState
from tests.factories.people import make_user
from tests.factories.programmes import make_programme
from tests.factories.requests import make_school_request
from tests.web.browser import browser_of, sign_in_as


@pytest.fixture
def boss(app) -> User:
    return make_user(Role.ADMINISTRATOR)


def a_request_of(boss: User, state: RequestState = RequestState.CLOSED) -> SchoolRequest:
    return make_school_request(state, programme=make_programme(centre_id=boss.centre_id))


def sent(app, boss, path: str = "", email: str = "ana@school.example"):
    return browser_of(app, boss).post(f"/settings/person{path}?lang=en", data={"email": email})


def test_it_is_said_what_goes_and_what_stays_and_nothing_is_done(app, boss):
    row = a_request_of(boss)

    page = sent(app, boss)

    assert page.status_code == 200
    assert "Asked for a visit" in page.text
    assert "Erase this person" in page.text
    assert db.session.get(SchoolRequest, row.id).contact_name == "Ana Petrović"


def test_what_hinders_is_said_with_what_to_do_and_no_button_is_there(app, boss):
    row = a_request_of(boss, RequestState.NEW)

    page = sent(app, boss)

    assert row.number in page.text
    assert "Finish or cancel these requests first" in page.text
    assert "Erase this person" not in page.text
    assert sent(app, boss, "/erase").status_code == 409
    assert db.session.get(SchoolRequest, row.id).contact_name == "Ana Petrović"


def test_who_is_erased_is_gone(app, boss):
    row = a_request_of(boss)

    answer = sent(app, boss, "/erase")

    assert answer.status_code == 302
    assert db.session.get(SchoolRequest, row.id).contact_name == ""


def test_the_file_leaves_with_her_data(app, boss):
    a_request_of(boss)

    answer = sent(app, boss, "/export")

    assert (answer.status_code, answer.mimetype) == (200, "application/zip")
    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        assert json.loads(archive.read("data.json"))["school_request"][0]["contact_name"] == "Ana Petrović"
        assert "Ana Petrović" in archive.read("index.html").decode()


@pytest.mark.parametrize("path", ["/export", "/erase"])
def test_the_password_is_asked_again(app, boss, path):
    row = a_request_of(boss)
    browser = sign_in_as(app.test_client(), boss.id, password_typed=False)

    answer = browser.post(f"/settings/person{path}?lang=en", data={"email": "ana@school.example"})

    assert answer.status_code == 422
    assert "Your password, once more" in answer.text
    assert db.session.get(SchoolRequest, row.id).contact_name == "Ana Petrović"


@pytest.mark.parametrize("path", ["", "/export", "/erase"])
def test_an_unknown_address_and_one_of_another_centre_look_alike(app, boss, path):
    make_school_request(RequestState.CLOSED)  # of another centre

    strange, unknown = sent(app, boss, path), sent(app, boss, path, "nobody@school.example")

    assert (strange.status_code, unknown.status_code) == (422, 422)
    assert "your centre knows nobody by it" in strange.text


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.SAFEGUARDING, Role.EDUCATOR])
def test_nobody_else_may(app, role):
    browser = browser_of(app, make_user(role))

    assert [browser.get("/settings/person").status_code] == [403]
    assert [browser.post(f"/settings/person{path}").status_code for path in ("", "/export", "/erase")] == [403] * 3
