"""Exports, roles and restores ask for the password again, keep what was typed and go on where one was (TRUST S34)."""

import datetime as dt
import json
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.datastructures import MultiDict

from scheduler import config
from scheduler.core import passwords
from scheduler.core.audit import AuditEntry
from scheduler.people.models import User, UserRole
from scheduler.people.rules import PASSWORD_HOLDS_FOR
from scheduler.policy import Role
from tests.factories import MONDAY
from tests.factories.people import make_user
from tests.factories.places import make_municipality
from tests.laws.nasty import seen_on
from tests.web.admin.uploading import uploaded
from tests.web.browser import sign_in_as
from tests.web.reading import rows_of

PASSWORD = "mesečina nad Drvengradom"
ASKED = "Your password, once more"
SECOND = dt.timedelta(seconds=1)


@pytest.fixture
def boss(app: Flask) -> User:
    return make_user(Role.ADMINISTRATOR, password_hash=passwords.hash_password(PASSWORD))


@pytest.fixture
def browser(app: Flask, boss: User) -> FlaskClient:
    """Signed in, and the password not typed again yet."""
    return sign_in_as(app.test_client(), boss.id, password_typed=False)


@pytest.fixture
def other(boss: User) -> User:
    """A coordinator of the same centre."""
    return make_user(Role.COORDINATOR, centre_id=boss.centre_id)


def roles_of(user: User) -> set[Role]:
    return {row.role for row in rows_of(UserRole) if row.user_id == user.id}


def asks(answer) -> str:
    """The page that asks for the password."""
    assert (answer.status_code, ASKED in answer.text) == (422, True)
    return answer.text


def again(browser: FlaskClient, page: str, password: str = PASSWORD):
    """Fill in the password on the page that asks, and send all that the page holds."""
    form = next(form for form in seen_on("", page)[0] if "password_again" in form.names)
    fields = [(name, text) for name, text in form.fields if name != "password_again"]
    return browser.post(form.action, data=MultiDict([*fields, ("password_again", password)]))


def test_a_change_of_roles_asks_first_and_goes_on_with_what_was_ticked(browser, other):
    wish = {"roles": ["safeguarding", "coordinator"]}
    page = asks(browser.post(f"/people/users/{other.id}/roles?lang=en", data=wish))
    assert roles_of(other) == {Role.COORDINATOR}

    done = again(browser, page)

    assert done.location == "/people/users"
    assert roles_of(other) == {Role.COORDINATOR, Role.SAFEGUARDING}


def test_a_wrong_password_keeps_what_was_ticked_asks_again_and_is_in_the_audit(browser, boss, other):
    page = asks(browser.post(f"/people/users/{other.id}/roles?lang=en", data={"roles": ["safeguarding"]}))

    wrong = again(browser, page, "not mine at all")

    assert (wrong.status_code, "this one does not match" in wrong.text) == (422, True)
    assert "not mine at all" not in wrong.text
    assert roles_of(other) == {Role.COORDINATOR}
    [denied] = [row for row in rows_of(AuditEntry) if row.action == "denied"]
    assert (denied.actor, "wrong password" in denied.details) == (f"user:{boss.id}", True)
    assert again(browser, wrong.text).status_code == 302
    assert roles_of(other) == {Role.SAFEGUARDING}


def test_guesses_are_counted_as_those_to_sign_in(browser, other):
    page = browser.post(f"/people/users/{other.id}/roles?lang=en", data={"roles": ["safeguarding"]}).text

    assert [again(browser, page, "wrong").status_code for _ in range(6)] == [422] * 5 + [429]
    assert roles_of(other) == {Role.COORDINATOR}


def test_it_holds_for_ten_minutes_and_no_second_longer(browser, other, the_clock):
    assert dt.timedelta(minutes=10) == PASSWORD_HOLDS_FOR
    page = f"/people/users/{other.id}/roles?lang=en"
    again(browser, browser.post(page, data={"roles": ["safeguarding"]}).text)

    for later, status in ((PASSWORD_HOLDS_FOR - SECOND, 302), (PASSWORD_HOLDS_FOR, 422), (-2 * SECOND, 422)):
        the_clock.stands_at(MONDAY + later)  # a clock that is set back lets nobody in
        assert browser.post(page, data={"roles": ["coordinator"]}).status_code == status


def test_the_export_of_everything_asks_first(browser):
    page = asks(browser.post("/settings/export?lang=en"))

    assert again(browser, page).mimetype == "application/zip"


def test_an_invitation_asks_first_and_keeps_the_address(browser):
    data = {"email": "nova@centre.example", "given_name": "Нова", "roles": ["coordinator"]}
    page = asks(browser.post("/people/users/new?lang=en", data=data))

    assert again(browser, page).location == "/people/users"
    assert [(row.email, row.given_name) for row in rows_of(User)][-1] == ("nova@centre.example", "Нова")


def test_lifting_a_suspension_asks_first_and_suspending_never_does(browser, other):
    assert browser.post(f"/people/users/{other.id}/suspend", data={"from": "users"}).status_code == 302

    page = asks(browser.post(f"/people/users/{other.id}/restore?lang=en", data={"from": "users"}))
    assert again(browser, page).location == "/people/users"


def test_a_file_of_people_gives_roles_and_asks_before_it_is_stored(browser):
    make_municipality()
    people = "ime;prezime;e-mail;uloga\nАна;Анић;ana@centre.example;koordinator\n"
    checked = uploaded(browser, people.encode(), "people")

    page = asks(browser.post(f"/imports/{checked}/apply?lang=en"))

    assert again(browser, page).status_code == 302


def test_who_may_not_do_it_at_all_is_not_asked(client: FlaskClient):
    assert sign_in_as(client, make_user().id, password_typed=False).post("/settings/export").status_code == 403


def test_what_was_typed_is_carried_as_text(browser):
    data = {"email": '"><script>alert(1)</script>', "roles": ["coordinator"]}

    assert "<script>alert(1)" not in asks(browser.post("/people/users/new?lang=en", data=data))


def test_the_demo_says_the_password_that_nobody_was_told(app: Flask, browser, boss):
    path = app.config["SETTINGS"].instance / "demo_sign_ins.json"
    path.write_text(json.dumps([{"role": "administrator", "email": boss.email, "password": PASSWORD}]))
    try:
        assert PASSWORD in browser.post("/settings/export?lang=en").text
        config.use(replace(app.config["SETTINGS"], mode="production"))
        assert PASSWORD not in browser.post("/settings/export?lang=en").text
    finally:
        config.use(app.config["SETTINGS"])
        path.unlink()
