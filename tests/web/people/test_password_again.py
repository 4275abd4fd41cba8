"""Exports, roles and restores ask for the password again, keep what was typed and go on where one was (TRUST S34)."""

import datetime as dt
import json
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from scheduler import config
from scheduler.core import passwords
from scheduler.core.audit import AuditEntry
from scheduler.core.db import db
from scheduler.jobs.long_work import do_long_work
from scheduler.people.models import User, UserRole
from scheduler.people.rules import PASSWORD_HOLDS_FOR
from scheduler.policy import Role
from tests.factories import MONDAY
from tests.factories.people import make_user
from tests.factories.places import make_municipality
from tests.laws.page_reader import seen_on
from tests.web.browser import sign_in_as

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


def roles_of(user: User) -> set[Role]:
    db.session.rollback()
    return set(db.session.scalars(select(UserRole.role).where(UserRole.user_id == user.id)))


def again(browser: FlaskClient, page: str, password: str = PASSWORD):
    """Fill in the password on the page that asks, and send all that the page holds."""
    form = next(form for form in seen_on("", page)[0] if "password_again" in form.names)
    fields = [(name, text) for name, text in form.fields if name != "password_again"]
    data: dict[str, list[str]] = {"password_again": [password]}
    for name, text in fields:
        data.setdefault(name, []).append(text)
    return browser.post(form.action, data=data)


def test_a_change_of_roles_asks_first_and_goes_on_with_what_was_ticked(browser, boss):
    other = make_user(Role.COORDINATOR, centre_id=boss.centre_id)
    wish = {"roles": ["safeguarding", "coordinator"]}
    asked = browser.post(f"/people/users/{other.id}/roles?lang=en", data=wish)
    assert (asked.status_code, ASKED in asked.text) == (422, True)
    assert roles_of(other) == {Role.COORDINATOR}

    done = again(browser, asked.text)

    assert done.location == "/people/users"
    assert roles_of(other) == {Role.COORDINATOR, Role.SAFEGUARDING}


def test_a_wrong_password_keeps_what_was_ticked_asks_again_and_is_in_the_audit(browser, boss):
    other = make_user(Role.COORDINATOR, centre_id=boss.centre_id)
    asked = browser.post(f"/people/users/{other.id}/roles?lang=en", data={"roles": ["safeguarding"]})

    wrong = again(browser, asked.text, "not mine at all")

    assert (wrong.status_code, "this one does not match" in wrong.text) == (422, True)
    assert "not mine at all" not in wrong.text
    assert roles_of(other) == {Role.COORDINATOR}
    denied = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "denied")).all()
    assert [(one.actor, "wrong password" in one.details) for one in denied] == [(f"user:{boss.id}", True)]
    assert again(browser, wrong.text).status_code == 302
    assert roles_of(other) == {Role.SAFEGUARDING}


def test_guesses_are_counted_as_those_to_sign_in(browser, boss):
    other = make_user(Role.COORDINATOR, centre_id=boss.centre_id)
    page = browser.post(f"/people/users/{other.id}/roles?lang=en", data={"roles": ["safeguarding"]}).text

    assert [again(browser, page, "wrong").status_code for _ in range(6)] == [422] * 5 + [429]
    assert roles_of(other) == {Role.COORDINATOR}


def test_it_holds_for_ten_minutes_and_no_second_longer(browser, boss, the_clock):
    assert dt.timedelta(minutes=10) == PASSWORD_HOLDS_FOR
    other = make_user(Role.COORDINATOR, centre_id=boss.centre_id)
    page = f"/people/users/{other.id}/roles?lang=en"
    again(browser, browser.post(page, data={"roles": ["safeguarding"]}).text)

    the_clock.stands_at(MONDAY + PASSWORD_HOLDS_FOR - SECOND)
    assert browser.post(page, data={"roles": ["coordinator"]}).status_code == 302
    the_clock.stands_at(MONDAY + PASSWORD_HOLDS_FOR)
    assert browser.post(page, data={"roles": ["coordinator"]}).status_code == 422


def test_a_clock_that_is_set_back_lets_nobody_in(browser, boss, the_clock):
    again(browser, browser.post("/settings/export?lang=en").text)
    the_clock.stands_at(MONDAY - 2 * SECOND)

    assert browser.post("/settings/export?lang=en").status_code == 422


def test_the_export_of_everything_asks_first(browser):
    asked = browser.post("/settings/export?lang=en")
    assert (asked.status_code, ASKED in asked.text) == (422, True)

    assert again(browser, asked.text).mimetype == "application/zip"


def test_an_invitation_asks_first_and_keeps_the_address(browser):
    data = {"email": "nova@centre.example", "given_name": "Нова", "roles": ["coordinator"]}
    asked = browser.post("/people/users/new?lang=en", data=data)
    assert (asked.status_code, ASKED in asked.text) == (422, True)

    assert again(browser, asked.text).location == "/people/users"
    db.session.rollback()
    assert db.session.scalar(select(User.given_name).where(User.email == "nova@centre.example")) == "Нова"


def test_lifting_a_suspension_asks_first_and_suspending_never_does(browser, boss):
    other = make_user(Role.COORDINATOR, centre_id=boss.centre_id)
    assert browser.post(f"/people/users/{other.id}/suspend", data={"from": "users"}).status_code == 302

    asked = browser.post(f"/people/users/{other.id}/restore?lang=en", data={"from": "users"})
    assert (asked.status_code, ASKED in asked.text) == (422, True)
    assert again(browser, asked.text).location == "/people/users"


def test_a_file_of_people_gives_roles_and_asks_before_it_is_stored(browser):
    make_municipality()
    body = '--edge\r\nContent-Disposition: form-data; name="file"; filename="p.csv"\r\n\r\nime;prezime;e-mail;uloga\n'
    body += "Ана;Анић;ana@centre.example;koordinator\r\n--edge--\r\n"
    sent_as = "multipart/form-data; boundary=edge"
    checked = browser.post("/imports?of=people&lang=en", data=body.encode(), content_type=sent_as).location
    do_long_work.call_local()

    asked = browser.post(f"/imports/{checked.rpartition('/')[2]}/apply?lang=en")

    assert (asked.status_code, ASKED in asked.text) == (422, True)
    assert again(browser, asked.text).status_code == 302


def test_who_may_not_do_it_at_all_is_not_asked(app: Flask):
    coordinator = make_user(Role.COORDINATOR)
    browser = sign_in_as(app.test_client(), coordinator.id, password_typed=False)

    assert browser.post("/settings/export?lang=en").status_code == 403


def test_what_was_typed_is_carried_as_text(browser):
    data = {"email": '"><script>alert(1)</script>', "roles": ["coordinator"]}

    asked = browser.post("/people/users/new?lang=en", data=data)

    assert "<script>alert(1)" not in asked.text


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
