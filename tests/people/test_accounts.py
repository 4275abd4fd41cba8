"""Accounts: passwords, sign-ins and their ends, new passwords, and whom the centre's own login names."""

import datetime as dt
import json
import threading
from dataclasses import replace

import pytest
from argon2 import PasswordHasher
from sqlalchemy import select, update
from sqlalchemy.exc import DBAPIError

from scheduler import config
from scheduler.core import tokens
from scheduler.core.audit import AuditEntry
from scheduler.core.db import db, transaction
from scheduler.core.errors import Gone, NotFound, Rejected, TooMany
from scheduler.core.form_keys import AlreadySent
from scheduler.credentials import passwords
from scheduler.credentials.oidc import LoginProof
from scheduler.messages.models import OutboxMessage
from scheduler.own_login import OwnLogin
from scheduler.people import queries
from scheduler.people.models import LoginIdentity, SignIn, SignInAttempt, User
from scheduler.people.service import accounts
from scheduler.people.service.accounts import ask_reset, note_seen, reset_password, set_language, sign_out
from scheduler.people.service.invitations import restore_user, suspend_user
from scheduler.people.service.login_sign_ins import (
    LINKED,
    OTHER_IDENTITY,
    forget_login_on_the_host,
    sign_in_by_login,
    use_up_state,
)
from scheduler.people.terms import BadSignIn
from scheduler.policy import Role
from scheduler.privacy.service.blanking import erase_accounts
from tests.conftest import HASHERS_OF_THE_PRODUCT
from tests.factories import MONDAY
from tests.factories.people import make_presenter, make_user
from tests.keys.told import actions, mails_to
from tests.refusals import rejection

PASSWORD = "zeleni voz ide"
HOME, ELSEWHERE = "192.0.2.0/24", "198.51.100.0/24"
MINUTE = dt.timedelta(minutes=1)


@pytest.fixture(scope="module")
def password_hash() -> str:
    return passwords._hasher.hash(PASSWORD)


@pytest.fixture
def user(app, password_hash) -> User:
    return make_user(email="marija@centre.example", password_hash=password_hash)


def sign_in(email="marija@centre.example", password=PASSWORD, network=HOME, now=MONDAY) -> str:
    return accounts.sign_in(email, password, network=network, now=now)


def user_of(token: str, now=MONDAY):
    db.session.rollback()
    return queries.signed_in_user(token, now)


@pytest.mark.both_databases
def test_the_right_password_opens_a_sign_in_whose_token_is_stored_only_as_a_hash(user):
    token = sign_in(email=" Marija@Centre.Example ")
    seen = user_of(token)
    assert (seen.user_id, seen.full_name, seen.actor.roles) == (user.id, "Marija Kostić", {Role.COORDINATOR})
    row = db.session.scalars(select(SignIn)).one()
    assert row.token_hash == tokens.token_hash(token) != token
    assert row.expires_at == MONDAY + dt.timedelta(hours=12)
    assert db.session.scalars(select(SignInAttempt)).all() == []


@pytest.mark.parametrize("email", ["marija@centre.example", "nobody@centre.example"])
def test_trust_s08_a_wrong_password_and_an_unknown_address_are_refused_alike(user, email):
    with pytest.raises(BadSignIn) as refusal:
        sign_in(email, "pogresna lozinka")
    assert str(refusal.value) == "sign-in"
    assert len(db.session.scalars(select(SignInAttempt)).all()) == 1


def test_trust_s08_an_unknown_address_costs_the_same_hashing(user, monkeypatch):
    checked = []
    monkeypatch.setattr(passwords, "_hasher", counted := PasswordHasher(1, 8, 1))
    monkeypatch.setattr(PasswordHasher, "verify", lambda self, stored, given: checked.append(self is counted))
    with pytest.raises(BadSignIn):
        sign_in("nobody@centre.example")
    assert checked == [True]


def test_who_was_only_invited_or_is_suspended_cannot_sign_in_and_gets_no_link(app, password_hash):
    make_user(email="invited@centre.example", password_hash=None)
    make_user(email="gone@centre.example", password_hash=password_hash, suspended_at=MONDAY)
    for email in ("invited@centre.example", "gone@centre.example"):
        with pytest.raises(BadSignIn):
            sign_in(email)
    ask("invited@centre.example")
    ask("gone@centre.example")
    assert [row.kind for row in outbox()] == ["no_account", "no_account"]


@pytest.mark.both_databases
def test_trust_s07_five_tries_a_minute_for_an_account_from_one_network(user):
    for _ in range(5):
        with pytest.raises(BadSignIn):
            sign_in(password="pogresna lozinka")
    with pytest.raises(TooMany):
        sign_in()
    assert user_of(sign_in(network=ELSEWHERE)), "the owner gets in from her own network"
    assert user_of(sign_in(now=MONDAY + MINUTE), MONDAY + MINUTE)


@pytest.mark.both_databases
def test_trust_r27_tries_by_a_clock_that_was_ahead_shut_nobody_out(user):
    for _ in range(5):
        with pytest.raises(BadSignIn):
            sign_in(password="pogresna lozinka", now=MONDAY + dt.timedelta(days=1))

    assert user_of(sign_in())


def test_trust_s07_twenty_tries_a_minute_from_one_network_whatever_the_account(user):
    for number in range(20):
        with pytest.raises(BadSignIn):
            sign_in(f"user{number}@centre.example", "pogresna lozinka")
    with pytest.raises(TooMany):
        sign_in()


@pytest.mark.both_databases
def test_trust_s07_a_burst_of_tries_at_once_is_no_way_round(app, user, monkeypatch):
    monkeypatch.setattr(passwords, "fits", lambda stored, password: False)
    outcomes = []

    def guess():
        with app.app_context():
            try:
                sign_in(password="pogresna lozinka")
            except (BadSignIn, TooMany) as refusal:
                outcomes.append(type(refusal))
            db.session.remove()

    threads = [threading.Thread(target=guess) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert sorted(kind.__name__ for kind in outcomes) == ["BadSignIn"] * 5 + ["TooMany"] * 7


def test_a_success_frees_the_tries_of_its_own_account_and_signing_out_ends_this_browser_only(user):
    for email in ("marija@centre.example", "nobody@centre.example"):
        with pytest.raises(BadSignIn):
            sign_in(email, "pogresna lozinka")
    sign_in()
    assert len(db.session.scalars(select(SignInAttempt)).all()) == 1
    here, there = sign_in(), sign_in()
    sign_out(here, now=MONDAY)
    sign_out("unknown", now=MONDAY)
    assert user_of(here) is None
    assert user_of(there) is not None


def test_old_hashes_are_made_anew_at_the_next_sign_in_and_none_inside_a_transaction(app, monkeypatch):
    with transaction(), pytest.raises(RuntimeError):
        passwords.hash_password(PASSWORD)
    monkeypatch.setattr(passwords, "_hasher", HASHERS_OF_THE_PRODUCT[0])
    user = make_user(email="old@centre.example", password_hash=PasswordHasher(1, 8 * 1024, 1).hash(PASSWORD))
    sign_in("old@centre.example")
    db.session.expire_all()
    stored = db.session.get(User, user.id).password_hash
    assert not passwords.needs_new_hash(stored)
    assert "m=19456,t=2,p=1" in stored


@pytest.mark.parametrize(("minutes", "lives"), [(59, True), (60, False)])
def test_trust_s06_an_unused_sign_in_of_staff_ends_within_the_hour(user, minutes, lives):
    token = sign_in()
    assert (user_of(token, MONDAY + minutes * MINUTE) is not None) is lives


def test_trust_s06_a_sign_in_of_staff_ends_after_twelve_hours_however_busy(user):
    token = sign_in()
    for quarter in range(1, 48):
        note_seen(token, now=MONDAY + quarter * 15 * MINUTE)
    assert user_of(token, MONDAY + 719 * MINUTE) is not None
    assert user_of(token, MONDAY + 720 * MINUTE) is None


def test_trust_s06_suspension_ends_every_browser_at_once_and_restoring_asks_to_sign_in_anew(user):
    administrator = make_user(Role.ADMINISTRATOR, centre_id=user.centre_id).actor()
    token = sign_in()
    suspend_user(administrator, user.id, now=MONDAY)
    assert user_of(token) is None
    restore_user(administrator, user.id, now=MONDAY)
    assert user_of(token) is None
    assert user_of(sign_in()) is not None


def test_a_presenter_is_known_as_one_and_losing_a_role_counts_at_the_next_request(user, app, password_hash):
    token = sign_in()
    with transaction() as session:
        session.get(User, user.id).roles = []
    assert user_of(token).actor.roles == frozenset()
    presenter = make_presenter(email="jelena@centre.example")
    with transaction() as session:
        session.get(User, presenter.user_id).password_hash = password_hash
    assert user_of(sign_in("jelena@centre.example")).actor.presenter_id == presenter.id


def ask(email="marija@centre.example", network=HOME, now=MONDAY) -> None:
    ask_reset(email, network=network, language="en", now=now)


def outbox() -> list[OutboxMessage]:
    return list(db.session.scalars(select(OutboxMessage).order_by(OutboxMessage.id)))


def test_trust_s08_a_mail_about_a_new_password_goes_to_every_address_and_only_an_account_gets_a_link(user):
    ask()
    ask("nobody@centre.example")
    assert [(row.kind, row.link_purpose) for row in outbox()] == [("password_reset", "reset"), ("no_account", None)]


def test_trust_s13_three_mails_a_day_for_an_address_twenty_for_a_network(user):
    for _ in range(5):
        ask()
    assert len(outbox()) == 3
    for number in range(15):
        ask(f"user{number}@centre.example")
    with pytest.raises(TooMany):
        ask("one.more@centre.example")
    ask("one.more@centre.example", network=ELSEWHERE)
    ask(now=MONDAY + dt.timedelta(days=1))
    assert [row.address for row in outbox()].count("marija@centre.example") == 4


def a_reset_link(user: User, now=MONDAY) -> str:
    with transaction():
        return tokens.mint("reset", user.id, lasts=dt.timedelta(minutes=60), now=now)


@pytest.mark.both_databases
def test_trust_s09_a_new_password_ends_every_sign_in_and_every_link_and_signs_nobody_in(user):
    token, link, other = sign_in(), a_reset_link(user), a_reset_link(user)

    reset_password(link, "nova duga lozinka", now=MONDAY)

    assert user_of(token) is None
    assert len(db.session.scalars(select(SignIn).where(SignIn.ended_at.is_(None))).all()) == 0
    for used in (link, other):
        with pytest.raises(Gone):
            reset_password(used, "jos jedna lozinka", now=MONDAY)
    assert user_of(sign_in(password="nova duga lozinka"))
    with pytest.raises(BadSignIn):
        sign_in()
    assert [row.kind for row in outbox()] == ["password_changed"]
    actions = [row.action for row in db.session.scalars(select(AuditEntry).order_by(AuditEntry.id))]
    assert actions.count("password changed") == 1


def test_trust_s09_the_link_lasts_sixty_minutes_and_opens_nothing_else(user):
    link = a_reset_link(user)
    assert queries.invited_by(link, purpose="reset", now=MONDAY + 59 * MINUTE).user_id == user.id
    with pytest.raises(Gone):
        queries.invited_by(link, purpose="reset", now=MONDAY + 60 * MINUTE)
    with pytest.raises(NotFound):
        queries.invited_by(link, purpose="invitation", now=MONDAY)


def test_a_user_chooses_her_language_and_a_poor_password_leaves_the_link_alive(user, app):
    set_language(user.actor(), "sr_Latn", now=MONDAY)
    with pytest.raises(Rejected):
        set_language(user.actor(), "de", now=MONDAY)
    db.session.expire_all()
    assert db.session.get(User, user.id).language == "sr_Latn"

    link = a_reset_link(user)
    with rejection(password="password_common"):
        reset_password(link, "lozinka123", now=MONDAY)
    reset_password(link, "nova duga lozinka", now=MONDAY)
    with rejection(email="not_an_email"):
        ask("marija")


ISSUER, ADDRESS = "https://login.example/centre", "marija@centre.example"


@pytest.fixture
def linked_user(app):
    config.use(replace(app.config["SETTINGS"], own_login=OwnLogin(ISSUER, "raspored", "of one", "Налог")))
    yield make_user(email=ADDRESS, password_hash="of a password that nobody types")
    config.use(app.config["SETTINGS"])


def through_login(subject: str = "7", email: str | None = ADDRESS, issuer: str = ISSUER) -> int:
    token = sign_in_by_login(LoginProof(issuer, subject, email, False), now=MONDAY)
    seen = queries.signed_in_user(token, now=MONDAY)
    assert seen is not None
    return seen.user_id


@pytest.mark.both_databases
def test_who_comes_first_is_linked_by_her_address_and_told(linked_user):
    assert through_login() == linked_user.id
    assert mails_to(ADDRESS) == [LINKED]
    assert actions() == ["own login linked", "signed in"]
    assert through_login() == linked_user.id
    assert mails_to(ADDRESS) == [LINKED]  # once


@pytest.mark.both_databases
def test_from_then_on_her_address_there_may_change_and_become_that_of_somebody_else(linked_user):
    other = make_user(email="boss@centre.example", password_hash="of another")
    through_login()
    assert through_login(email="boss@centre.example") == linked_user.id
    assert through_login(email=None) == linked_user.id
    assert through_login("8", "boss@centre.example") == other.id


@pytest.mark.both_databases
def test_who_gets_her_address_at_the_login_later_does_not_get_her_account(linked_user):
    through_login()
    with pytest.raises(BadSignIn):
        through_login("8")
    line = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "own login refused")).one()
    assert (line.thing_id, json.loads(line.details)) == (linked_user.id, {"why": OTHER_IDENTITY})
    assert through_login() == linked_user.id


@pytest.mark.both_databases
def test_a_link_goes_with_its_person_and_another_issuer_is_another_name(linked_user):
    through_login()
    assert through_login("7", ADDRESS, "https://new.example") == linked_user.id
    with pytest.raises(BadSignIn):
        through_login("7", None, "https://third.example")
    erase_accounts(db.session(), [linked_user.id], MONDAY)
    db.session.commit()
    assert db.session.scalars(select(LoginIdentity)).all() == []


@pytest.mark.both_databases
@pytest.mark.parametrize("email", [None, "", "nobody@centre.example"])
def test_who_is_not_linked_and_has_no_address_of_ours_is_nobody(linked_user, email):
    with pytest.raises(BadSignIn):
        through_login(email=email)
    assert db.session.scalars(select(LoginIdentity)).all() == []


@pytest.mark.both_databases
@pytest.mark.parametrize("ended", ["suspended_at", "erased_at", "password_hash"])
def test_who_may_not_sign_in_is_not_linked_and_a_link_lets_nobody_in(linked_user, ended):
    db.session.execute(
        update(User).where(User.id == linked_user.id).values({ended: None if ended == "password_hash" else MONDAY})
    )
    db.session.commit()
    with pytest.raises(BadSignIn):
        through_login()
    assert db.session.scalars(select(LoginIdentity)).all() == []

    db.session.add(
        LoginIdentity(user_id=linked_user.id, issuer=ISSUER, subject="7", linked_at=MONDAY, last_used_at=MONDAY)
    )
    db.session.commit()
    with pytest.raises(BadSignIn):
        through_login()


@pytest.mark.both_databases
def test_the_host_unlinks_and_the_next_way_links_anew(linked_user):
    token = sign_in_by_login(LoginProof(ISSUER, "7", ADDRESS, False), now=MONDAY)
    assert forget_login_on_the_host(" Marija@Centre.example", now=MONDAY) == 1
    assert queries.signed_in_user(token, now=MONDAY) is None
    assert actions()[-1] == "own login forgotten"
    assert through_login("8") == linked_user.id
    with pytest.raises(NotFound):
        forget_login_on_the_host("nobody@centre.example", now=MONDAY)


@pytest.mark.both_databases
@pytest.mark.parametrize("given", [{"subject": "8"}, {"issuer": "https://elsewhere.example"}])
def test_the_database_lets_no_link_become_that_of_somebody_else(linked_user, given):
    through_login()
    with pytest.raises(DBAPIError, match="login_identity_stays"):
        db.session.execute(update(LoginIdentity).values(given))
    db.session.rollback()


@pytest.mark.both_databases
def test_a_state_is_answered_once(app):
    use_up_state("of one browser", now=MONDAY)
    use_up_state("of another", now=MONDAY)
    with pytest.raises(AlreadySent):
        use_up_state("of one browser", now=MONDAY)
