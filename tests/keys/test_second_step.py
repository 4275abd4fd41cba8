"""The second step: codes once, limited by account; keys of the owner only; a reset by a second person (TRUST S37).

Keys that are lost are reset by a second person or on the host; sign-ins are listed and ended by their owner.
"""

import datetime as dt
from dataclasses import replace
from functools import partial

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from scheduler import config
from scheduler.core import tokens
from scheduler.core.db import db, transaction
from scheduler.core.errors import Conflict, Gone, NotAllowed, NotFound, OutOfReach, Rejected, TooMany
from scheduler.keys import queries
from scheduler.keys.models import CodeApp, RecoveryCode
from scheduler.keys.service import keeping, passing, resetting, sign_ins
from scheduler.keys.terms import KeyReason
from scheduler.people import queries as people_queries
from scheduler.people.models import SignIn, User
from scheduler.policy import Role
from tests.at_once import all_at_once
from tests.factories import MONDAY
from tests.factories.keys import (
    RECOVERY,
    SECRET,
    a_browser,
    code_at,
    make_passkey,
    make_recovery_code,
    make_sign_in,
    seen_browser,
)
from tests.factories.people import make_presenter, make_user
from tests.keys.told import actions, first_key, mails_to
from tests.refusals import conflict

pytestmark = [pytest.mark.both_databases, pytest.mark.usefixtures("required")]

NETWORK, ELSEWHERE = "192.0.2.0/24", "198.51.100.0/24"
HALF_MINUTE, MINUTE = dt.timedelta(seconds=30), dt.timedelta(minutes=1)
CODE = code_at(SECRET, MONDAY)


def wrong(browser, *, now=MONDAY, code="000000", network=NETWORK):
    with pytest.raises(Rejected) as refusal:
        passing.pass_code(browser, code, network=network, now=now)
    return refusal.value.problems


def test_a_password_alone_is_nobody_and_a_code_makes_the_sign_in_whole_under_a_new_token(user):
    token = make_sign_in(user)
    assert people_queries.signed_in_user(token, MONDAY) is None

    after = passing.pass_code(seen_browser(token), f" {CODE[:3]} {CODE[3:]} ", network=NETWORK, now=MONDAY)

    assert people_queries.signed_in_user(after, MONDAY).user_id == user.id
    assert people_queries.signed_in_user(token, MONDAY) is None
    assert queries.browser_of(token, MONDAY) is None
    assert actions() == ["second step passed"]


@pytest.mark.parametrize("drift", [-30, 0, 30])
def test_a_clock_that_differs_by_half_a_minute_is_no_fault(user, drift):
    code = code_at(SECRET, MONDAY + dt.timedelta(seconds=drift))
    assert passing.pass_code(a_browser(user), code, network=NETWORK, now=MONDAY)


def test_a_code_is_good_once_and_none_before_it_is_good_after_it(user):
    passing.pass_code(a_browser(user), CODE, network=NETWORK, now=MONDAY)
    assert wrong(a_browser(user), code=CODE) == {"code": KeyReason.WRONG_CODE}
    earlier = code_at(SECRET, MONDAY - HALF_MINUTE)
    assert wrong(a_browser(user), code=earlier) == {"code": KeyReason.WRONG_CODE}
    later = code_at(SECRET, MONDAY + HALF_MINUTE)
    assert passing.pass_code(a_browser(user), later, network=NETWORK, now=MONDAY + HALF_MINUTE)


def test_of_many_who_send_one_code_at_once_one_gets_in(app, user):
    browsers = [a_browser(user) for _number in range(4)]
    act = partial(passing.pass_code, typed=CODE, network=NETWORK, now=MONDAY)
    refusals = all_at_once(app, [partial(act, browser) for browser in browsers])
    assert [type(one) for one in refusals].count(type(None)) == 1
    assert [type(one) for one in refusals].count(Rejected) == 3


def test_the_database_takes_no_counter_back_and_no_recovery_code_twice(user):
    passing.pass_code(a_browser(user), CODE, network=NETWORK, now=MONDAY)
    row = make_recovery_code(user)
    passing.pass_code(a_browser(user), RECOVERY, network=NETWORK, now=MONDAY)

    for statement in ("UPDATE code_app SET last_counter = 1", "UPDATE recovery_code SET used_at = NULL"):
        with pytest.raises(IntegrityError, match="code_is_good_once"), transaction() as session:
            session.execute(text(statement))
    assert db.session.get_one(RecoveryCode, row.id).used_at == MONDAY


def test_trust_s37_codes_are_limited_for_the_account_from_wherever_they_come(user):
    for number in range(20):
        wrong(a_browser(user), network=f"192.0.{number}.0/24")
    with pytest.raises(TooMany):
        passing.pass_code(a_browser(user), CODE, network=ELSEWHERE, now=MONDAY)
    assert mails_to(user.email) == ["codes_guessed"]
    assert actions() == ["codes guessed"]


def test_trust_r27_codes_tried_by_a_clock_that_was_ahead_shut_nobody_out(user):
    ahead = MONDAY + dt.timedelta(days=2)
    for number in range(20):
        wrong(a_browser(user, now=ahead), now=ahead, network=f"192.0.{number}.0/24")

    assert passing.pass_code(a_browser(user), CODE, network=ELSEWHERE, now=MONDAY)


def test_trust_s07_forty_wrong_codes_from_unknown_browsers_count_twenty_and_leave_her_known_browser_open(user):
    taken = 0
    for number in range(40):
        try:
            passing.pass_code(a_browser(user), "000000", network=f"192.0.{number}.0/24", now=MONDAY)
        except Rejected:
            taken += 1
        except TooMany:
            continue

    assert taken == 20
    assert passing.pass_code(a_browser(user), CODE, network="192.0.0.0/24", now=MONDAY, known="hers")


def test_trust_s37_wrong_codes_in_a_row_shut_out_the_network_they_come_from_and_no_other(user):
    for _number in range(5):
        wrong(a_browser(user))
    with pytest.raises(TooMany):
        passing.pass_code(a_browser(user), CODE, network=NETWORK, now=MONDAY)
    assert passing.pass_code(a_browser(user), CODE, network=ELSEWHERE, now=MONDAY)


def test_trust_s37_a_browser_in_which_she_passed_before_has_tries_of_its_own_and_no_more_than_others(user):
    for number in range(20):
        wrong(a_browser(user), network=f"192.0.{number}.0/24")

    assert passing.pass_code(a_browser(user), CODE, network=NETWORK, now=MONDAY, known="hers")
    for number in range(20):
        with pytest.raises(Rejected):
            passing.pass_code(a_browser(user), "000000", network=f"192.0.{number}.0/24", now=MONDAY, known="hers")
    with pytest.raises(TooMany):
        passing.pass_code(a_browser(user), CODE, network=ELSEWHERE, now=MONDAY, known="hers")


def test_a_day_of_guessing_is_twenty_tries(user):
    tries = 0
    for quarter in range(24 * 4 + 1):
        now = MONDAY + quarter * dt.timedelta(minutes=14, seconds=50)
        for _press in range(6):
            try:
                passing.pass_code(a_browser(user, now=now), "000000", network=NETWORK, now=now)
            except TooMany:
                break
            except Rejected:
                tries += 1

    assert tries == 20


def test_the_owner_gets_in_while_others_guess_by_a_recovery_code_or_by_the_link_in_her_mail(user):
    make_recovery_code(user)
    for _number in range(5):
        wrong(a_browser(user))
    assert passing.pass_code(a_browser(user), RECOVERY.lower(), network=NETWORK, now=MONDAY)
    browser = a_browser(user)
    passing.ask_mailbox(browser, now=MONDAY)
    assert mails_to(user.email)[-1] == "second_step_link"
    link = tokens.mint("mailbox", user.id, lasts=MINUTE, now=MONDAY)
    db.session.commit()
    passing.prove_mailbox(browser, link, now=MONDAY)

    assert passing.pass_code(seen_browser(browser.token), CODE, network=NETWORK, now=MONDAY)
    with pytest.raises(Gone):
        passing.prove_mailbox(a_browser(user), link, now=MONDAY)


def test_a_link_in_a_mail_proves_nobody_elses_mailbox(user):
    other = make_user(Role.ADMINISTRATOR, centre_id=user.centre_id)
    link = tokens.mint("mailbox", other.id, lasts=MINUTE, now=MONDAY)
    db.session.commit()
    with pytest.raises(NotFound):
        passing.prove_mailbox(a_browser(user), link, now=MONDAY)


def test_five_links_a_day_are_mailed(user):
    for _number in range(5):
        passing.ask_mailbox(a_browser(user), now=MONDAY)
    with pytest.raises(TooMany):
        passing.ask_mailbox(a_browser(user), now=MONDAY)


def test_a_recovery_code_opens_once_for_its_owner_only_who_is_told(user):
    make_recovery_code(make_user(Role.ADMINISTRATOR))
    assert wrong(a_browser(user), code=RECOVERY) == {"code": KeyReason.WRONG_CODE}
    make_recovery_code(user)
    assert passing.pass_code(a_browser(user), RECOVERY, network=NETWORK, now=MONDAY)
    assert wrong(a_browser(user), code=RECOVERY) == {"code": KeyReason.WRONG_CODE}
    assert mails_to(user.email) == ["recovery_code_used"]


def test_a_sign_in_waits_for_half_an_hour(user):
    token = make_sign_in(user)
    assert queries.browser_of(token, MONDAY + dt.timedelta(minutes=29))
    assert queries.browser_of(token, MONDAY + dt.timedelta(minutes=30)) is None


def test_who_is_suspended_meanwhile_passes_no_step(user):
    browser = a_browser(user)
    with transaction() as session:
        session.get_one(SignIn, browser.sign_in_id).ended_at = MONDAY
    with pytest.raises(Gone):
        passing.pass_code(browser, CODE, network=NETWORK, now=MONDAY)


def test_a_presenter_is_not_asked_until_she_becomes_staff(app):
    presenter = make_presenter()
    token = make_sign_in(db.session.get_one(User, presenter.user_id))
    assert people_queries.signed_in_user(token, MONDAY)
    with transaction() as session:
        session.get_one(User, presenter.user_id).roles[0].role = Role.COORDINATOR
    assert people_queries.signed_in_user(token, MONDAY) is None


def test_the_secret_is_not_readable_in_the_database_and_not_under_another_key(user, app):
    stored = db.session.scalars(select(CodeApp.secret)).one()
    assert SECRET not in stored
    config.use(replace(config.settings(), secret_key="another key, as after a restore without the old one"))
    assert wrong(a_browser(user), code=CODE) == {"code": KeyReason.WRONG_CODE}


# --- keys are changed by their owner only ---


def test_the_first_key_needs_a_mailbox_that_has_answered(app):
    user = make_user(email="ana@centre.example")

    with conflict(KeyReason.MAILBOX_NOT_PROVEN):
        first_key(user)

    changed = first_key(user, mailbox_at=MONDAY)
    assert people_queries.signed_in_user(changed.token, MONDAY)
    assert len(set(changed.codes)) == 10
    assert mails_to(user.email) == ["key_added"]
    assert actions() == ["key added", "second step passed"]


def test_who_has_a_key_adds_no_other_before_the_second_step(user):
    with pytest.raises(NotAllowed):
        first_key(user, mailbox_at=MONDAY)


def test_a_presenter_keeps_no_keys(app):
    presenter = make_presenter()
    with pytest.raises(NotAllowed):
        first_key(db.session.get_one(User, presenter.user_id), mailbox_at=MONDAY)


def test_a_wrong_first_code_adds_nothing(app):
    browser = a_browser(make_user(), mailbox_at=MONDAY)
    with pytest.raises(Rejected):
        keeping.add_app(browser, "000000", now=MONDAY)
    assert queries.key_ring(browser.user_id).count == 0


def test_the_first_code_of_an_app_is_used_up(app):
    user = make_user()
    browser = a_browser(user, mailbox_at=MONDAY)
    code = code_at(keeping.secret_for(browser), MONDAY)
    keeping.add_app(browser, code, now=MONDAY)
    assert wrong(a_browser(user), code=code) == {"code": KeyReason.WRONG_CODE}


def test_each_printed_code_opens_once(app):
    user = make_user()
    codes = first_key(user, mailbox_at=MONDAY).codes
    for code in codes[:2]:
        assert passing.pass_code(a_browser(user), code, network=NETWORK, now=MONDAY)
    assert queries.key_ring(user.id).recovery_codes == 8
    assert not db.session.scalars(select(RecoveryCode).where(RecoveryCode.code_hash.in_(codes))).all()


def test_a_change_of_keys_ends_the_other_browsers_and_renews_the_own_token(user):
    other = make_sign_in(user, factor_at=MONDAY)
    browser = a_browser(user, factor_at=MONDAY)

    changed = keeping.renew_recovery_codes(browser, now=MONDAY)

    assert [people_queries.signed_in_user(one, MONDAY) for one in (other, browser.token)] == [None, None]
    assert people_queries.signed_in_user(changed.token, MONDAY)
    assert mails_to(user.email) == ["recovery_codes_renewed"]
    with pytest.raises(Gone):
        keeping.renew_recovery_codes(browser, now=MONDAY)


def test_new_recovery_codes_take_the_place_of_those_before(user):
    make_recovery_code(user)
    keeping.renew_recovery_codes(a_browser(user, factor_at=MONDAY), now=MONDAY)
    assert wrong(a_browser(user), code=RECOVERY)
    assert queries.key_ring(user.id).recovery_codes == 10


def test_the_last_key_stays_and_one_of_two_may_go(user):
    with conflict(KeyReason.LAST_KEY):
        keeping.remove_app(a_browser(user, factor_at=MONDAY), now=MONDAY)

    passkey = make_passkey(user)
    changed = keeping.remove_app(a_browser(user, factor_at=MONDAY), now=MONDAY)
    assert mails_to(user.email) == ["key_removed"]
    with conflict(KeyReason.LAST_KEY):
        keeping.remove_passkey(seen_browser(changed.token), passkey.id, now=MONDAY)


def test_nobody_takes_a_passkey_of_somebody_else(user):
    foreign = make_passkey(make_user(Role.ADMINISTRATOR, centre_id=user.centre_id))
    with pytest.raises(NotFound):
        keeping.remove_passkey(a_browser(user, factor_at=MONDAY), foreign.id, now=MONDAY)


def test_trust_s37_a_second_person_resets_and_the_owner_is_told(user):
    make_passkey(user)
    make_recovery_code(user)
    token = make_sign_in(user, factor_at=MONDAY)
    boss = make_user(Role.ADMINISTRATOR, centre_id=user.centre_id)

    for _pressed_twice in range(2):
        resetting.reset_keys(boss.actor(), user.id, now=MONDAY)

    assert queries.key_ring(user.id).count == queries.key_ring(user.id).recovery_codes == 0
    assert people_queries.signed_in_user(token, MONDAY) is None
    assert mails_to(user.email) == ["keys_reset"]
    assert actions() == ["keys reset"] * 2
    with pytest.raises(Conflict):
        first_key(user)


def test_nobody_resets_her_own_and_no_coordinator_anybodys(user):
    boss = make_user(Role.ADMINISTRATOR, centre_id=user.centre_id)

    with conflict(KeyReason.OWN_KEYS):
        resetting.reset_keys(boss.actor(), boss.id, now=MONDAY)
    with pytest.raises(NotAllowed):
        resetting.reset_keys(user.actor(), boss.id, now=MONDAY)
    with pytest.raises(OutOfReach):
        resetting.reset_keys(make_user(Role.ADMINISTRATOR).actor(), user.id, now=MONDAY)


def test_on_the_host_all_staff_of_the_centre_are_told(user):
    boss = make_user(Role.ADMINISTRATOR, centre_id=user.centre_id, password_hash="x")
    foreign = make_user(Role.ADMINISTRATOR, password_hash="x")

    path = resetting.reset_on_the_host(" Marija@Centre.example ", now=MONDAY)

    assert [mails_to(one.email) for one in (user, boss, foreign)] == [["keys_reset_on_the_host"]] * 2 + [[]]
    assert queries.key_ring(user.id).count == 0
    browser = a_browser(user)
    passing.prove_mailbox(browser, path.rsplit("/", 1)[-1], now=MONDAY)
    assert seen_browser(browser.token).mailbox_proven


def test_the_host_knows_nobody_but_staff(app):
    presenter = make_presenter(email="jelena@centre.example")
    for email in ("nobody@centre.example", "jelena@centre.example"):
        with pytest.raises(NotFound):
            resetting.reset_on_the_host(email, now=MONDAY)
    assert presenter


def test_the_staff_is_listed_with_what_each_has(user):
    make_passkey(user)
    boss = make_user(Role.SAFEGUARDING, centre_id=user.centre_id, password_hash="x", family_name="Aaa")
    rows = queries.holders_of(user.centre_id)
    found = [(row.user_id, row.has_app, row.passkeys, row.recovery_codes) for row in rows]
    assert found == [(boss.id, False, 0, 0), (user.id, True, 1, 0)]

    make_sign_in(user)
    browser = a_browser(user, factor_at=MONDAY)
    assert [row.waits for row in queries.sign_ins_of(user.id, browser.token, MONDAY)] == [False, True]


# --- the browsers somebody is signed in with ---


def test_her_sign_ins_are_listed_and_ended_one_by_one_or_all_others(user):
    first, second = (make_sign_in(user, factor_at=MONDAY, device=name) for name in ("Firefox, Windows", ""))
    browser = a_browser(user, factor_at=MONDAY)
    rows = queries.sign_ins_of(user.id, browser.token, MONDAY)
    assert [(row.device, row.own) for row in rows] == [("Firefox", True), ("", False), ("Firefox, Windows", False)]

    sign_ins.end_sign_in(browser, rows[2].id, now=MONDAY)
    assert people_queries.signed_in_user(first, MONDAY) is None
    assert people_queries.signed_in_user(second, MONDAY)
    assert sign_ins.end_other_sign_ins(browser, now=MONDAY) == 1
    assert people_queries.signed_in_user(second, MONDAY) is None
    assert people_queries.signed_in_user(browser.token, MONDAY)
    assert actions() == ["sign-in ended", "other sign-ins ended"]


def test_nobody_ends_a_sign_in_of_somebody_else(user):
    foreign = a_browser(make_user(centre_id=user.centre_id), factor_at=MONDAY)
    with pytest.raises(NotFound):
        sign_ins.end_sign_in(a_browser(user, factor_at=MONDAY), foreign.sign_in_id, now=MONDAY)
