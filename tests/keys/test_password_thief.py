"""Somebody knows a password of staff, and nothing else: what she tries, and how far she gets (TRUST S37)."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from scheduler import config
from scheduler.core import tokens
from scheduler.core.db import db
from scheduler.credentials import passwords
from scheduler.keys.models import CodeApp, Passkey
from scheduler.keys.queries import key_ring
from scheduler.people.models import User
from scheduler.policy import Role
from tests.factories import MONDAY
from tests.factories.keys import SECRET, a_browser, code_at, make_app, make_recovery_code
from tests.factories.people import make_user
from tests.keys.told import mails_to

PASSWORD = "mesečina nad Drvengradom"


@pytest.fixture
def owner(app: Flask) -> Iterator[User]:
    """An administrator, where a second step is asked."""
    config.use(replace(app.config["SETTINGS"], second_factor="required"))
    yield make_user(Role.ADMINISTRATOR, email="boss@centre.example", password_hash=passwords.hash_password(PASSWORD))
    config.use(app.config["SETTINGS"])


@pytest.fixture
def thief(app: Flask, owner: User) -> FlaskClient:
    """Has typed the right password."""
    client = app.test_client()
    client.post("/sign-in", data={"email": owner.email, "password": PASSWORD})
    return client


def keys() -> int:
    db.session.rollback()
    return sum(db.session.scalar(select(func.count()).select_from(kind)) or 0 for kind in (CodeApp, Passkey))


def test_she_makes_no_key_for_an_account_that_has_none(thief, owner):
    other = a_browser(make_user(Role.COORDINATOR), mailbox_at=MONDAY)
    foreign = tokens.mint("mailbox", other.user_id, lasts=dt.timedelta(hours=1), now=MONDAY)
    db.session.commit()

    thief.post("/second-step/app", data={"code": "123456"})
    thief.post("/second-step/passkeys", data={"name": "Mine", "answer": "{}"})
    assert thief.post(f"/second-step/mailbox/{foreign}").status_code == 404
    thief.post("/second-step/app", data={"code": "123456"})

    assert keys() == 0


def test_she_adds_no_key_beside_the_owners(thief, owner):
    make_app(owner)
    for path in ("/second-step/app", "/second-step/passkeys"):
        assert thief.get(path).location == "/second-step"
        assert thief.post(path, data={"code": "123456", "name": "Mine", "answer": "{}"}).location == "/second-step"
    assert keys() == 1


@pytest.mark.parametrize(
    "path",
    ["/account/app/remove", "/account/recovery-codes", "/account/sign-ins/end-others", "/account/sign-ins/1/end"],
)
def test_she_takes_nothing_away(thief, owner, path):
    make_app(owner)
    make_recovery_code(owner)
    assert thief.post(path, data={"password_again": PASSWORD}).location.startswith("/second-step")
    assert (key_ring(owner.id).count, key_ring(owner.id).recovery_codes) == (1, 1)


def test_she_resets_nobody_and_not_the_owner(thief, owner):
    make_app(owner)
    answer = thief.post(f"/people/users/{owner.id}/second-step/reset", data={"password_again": PASSWORD})
    assert answer.location.startswith("/second-step")
    assert keys() == 1


def test_a_code_seen_over_the_shoulder_is_used_up(app, thief, owner):
    make_app(owner)
    code = code_at(SECRET, MONDAY)
    hers = app.test_client()
    hers.post("/sign-in", data={"email": owner.email, "password": PASSWORD})
    assert hers.post("/second-step", data={"code": code}).location == "/desk"

    assert thief.post("/second-step", data={"code": code}).status_code == 422
    assert thief.get("/desk").location.startswith("/second-step")


def test_her_guesses_warn_the_owner_and_do_not_shut_her_out(app, thief, owner):
    make_app(owner)
    make_recovery_code(owner)
    answers = [thief.post("/second-step", data={"code": f"{number:06}"}).status_code for number in range(8)]
    assert answers == [422] * 5 + [429] * 3
    assert mails_to(owner.email) == ["codes_guessed"]

    hers = app.test_client()
    hers.post("/sign-in", data={"email": owner.email, "password": PASSWORD})
    assert hers.post("/second-step", data={"code": "ABCD-EFGH-JKMN-PQRS"}).location == "/desk"


def test_she_can_have_five_links_and_one_warning_mailed_to_the_owner_and_no_more(thief, owner):
    make_app(owner)
    for _number in range(9):
        thief.post("/second-step/mailbox")
        thief.post("/second-step", data={"code": "000000"})
    assert sorted(mails_to(owner.email)) == ["codes_guessed", *["second_step_link"] * 5]
