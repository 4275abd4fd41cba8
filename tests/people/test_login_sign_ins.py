"""Whom the centre's own login names: the address counts once, then what is hers there for good; on both databases."""

import json
from dataclasses import replace

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import DBAPIError

from scheduler import config
from scheduler.core.audit import AuditEntry
from scheduler.core.db import db
from scheduler.core.errors import NotFound
from scheduler.core.form_keys import AlreadySent
from scheduler.core.oidc import LoginProof
from scheduler.own_login import OwnLogin
from scheduler.people import queries
from scheduler.people.models import LoginIdentity, User
from scheduler.people.service.login_sign_ins import (
    LINKED,
    OTHER_IDENTITY,
    forget_login_on_the_host,
    sign_in_by_login,
    use_up_state,
)
from scheduler.people.terms import BadSignIn
from scheduler.privacy.service.blanking import erase_accounts
from tests.factories import MONDAY
from tests.factories.people import make_user
from tests.keys.told import actions, mails_to

pytestmark = pytest.mark.both_databases
ISSUER, ADDRESS = "https://login.example/centre", "marija@centre.example"


@pytest.fixture
def user(app):
    config.use(replace(app.config["SETTINGS"], own_login=OwnLogin(ISSUER, "raspored", "of one", "Налог")))
    yield make_user(email=ADDRESS, password_hash="of a password that nobody types")
    config.use(app.config["SETTINGS"])


def through_login(subject: str = "7", email: str | None = ADDRESS, issuer: str = ISSUER) -> int:
    token = sign_in_by_login(LoginProof(issuer, subject, email, False), now=MONDAY)
    seen = queries.signed_in_user(token, now=MONDAY)
    assert seen is not None
    return seen.user_id


def test_who_comes_first_is_linked_by_her_address_and_told(user):
    assert through_login() == user.id

    assert mails_to(ADDRESS) == [LINKED]
    assert actions() == ["own login linked", "signed in"]
    assert through_login() == user.id
    assert mails_to(ADDRESS) == [LINKED]  # once


def test_her_address_there_may_become_that_of_somebody_else_who_does_not_get_her_account(user):
    other = make_user(email="boss@centre.example", password_hash="of another")
    through_login()

    assert through_login(email="boss@centre.example") == user.id
    assert through_login(email=None) == user.id
    assert through_login("8", "boss@centre.example") == other.id

    through_login()

    with pytest.raises(BadSignIn):
        through_login("8")

    line = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "own login refused")).one()
    assert (line.thing_id, json.loads(line.details)) == (user.id, {"why": OTHER_IDENTITY})
    assert through_login() == user.id


def test_another_issuer_is_another_name(user):
    through_login()

    assert through_login("7", ADDRESS, "https://new.example") == user.id
    with pytest.raises(BadSignIn):
        through_login("7", None, "https://third.example")


@pytest.mark.parametrize("email", [None, "", "nobody@centre.example"])
def test_who_is_not_linked_and_has_no_address_of_ours_is_nobody(user, email):
    with pytest.raises(BadSignIn):
        through_login(email=email)

    assert db.session.scalars(select(LoginIdentity)).all() == []


@pytest.mark.parametrize("ended", ["suspended_at", "erased_at", "password_hash"])
def test_who_may_not_sign_in_is_not_linked_and_a_link_lets_nobody_in(user, ended):
    db.session.execute(
        update(User).where(User.id == user.id).values({ended: None if ended == "password_hash" else MONDAY})
    )
    db.session.commit()
    with pytest.raises(BadSignIn):
        through_login()
    assert db.session.scalars(select(LoginIdentity)).all() == []

    db.session.add(LoginIdentity(user_id=user.id, issuer=ISSUER, subject="7", linked_at=MONDAY, last_used_at=MONDAY))
    db.session.commit()
    with pytest.raises(BadSignIn):
        through_login()


def test_the_host_unlinks_and_the_next_way_links_anew(user):
    token = sign_in_by_login(LoginProof(ISSUER, "7", ADDRESS, False), now=MONDAY)

    assert forget_login_on_the_host(" Marija@Centre.example", now=MONDAY) == 1

    assert queries.signed_in_user(token, now=MONDAY) is None
    assert actions()[-1] == "own login forgotten"
    assert through_login("8") == user.id
    with pytest.raises(NotFound):
        forget_login_on_the_host("nobody@centre.example", now=MONDAY)


def test_a_link_goes_with_its_person(user):
    through_login()

    erase_accounts(db.session(), [user.id], MONDAY)
    db.session.commit()

    assert db.session.scalars(select(LoginIdentity)).all() == []


@pytest.mark.parametrize("given", [{"subject": "8"}, {"issuer": "https://elsewhere.example"}])
def test_the_database_lets_no_link_become_that_of_somebody_else(user, given):
    through_login()

    with pytest.raises(DBAPIError, match="login_identity_stays"):
        db.session.execute(update(LoginIdentity).values(given))
    db.session.rollback()


def test_a_state_is_answered_once(app):
    use_up_state("of one browser", now=MONDAY)
    use_up_state("of another", now=MONDAY)

    with pytest.raises(AlreadySent):
        use_up_state("of one browser", now=MONDAY)
