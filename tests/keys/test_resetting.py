"""Keys that are lost are reset by a second person or on the host; sign-ins are listed and ended by their owner."""

import pytest

from scheduler.core.errors import Conflict, NotAllowed, NotFound, OutOfReach
from scheduler.keys import queries
from scheduler.keys.service import passing, resetting, sign_ins
from scheduler.keys.terms import KeyReason
from scheduler.people import queries as people_queries
from scheduler.policy import Role
from tests.factories import MONDAY
from tests.factories.keys import a_browser, make_passkey, make_recovery_code, make_sign_in, seen_browser
from tests.factories.people import make_presenter, make_user
from tests.keys.told import actions, first_key, mails_to

pytestmark = [pytest.mark.both_databases, pytest.mark.usefixtures("required")]


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

    with pytest.raises(Conflict) as refusal:
        resetting.reset_keys(boss.actor(), boss.id, now=MONDAY)
    assert refusal.value.reason is KeyReason.OWN_KEYS
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


def test_a_browser_with_nothing_but_the_password_is_listed_as_such(user):
    make_sign_in(user)
    browser = a_browser(user, factor_at=MONDAY)

    assert [row.waits for row in queries.sign_ins_of(user.id, browser.token, MONDAY)] == [False, True]


def test_nobody_ends_a_sign_in_of_somebody_else(user):
    foreign = a_browser(make_user(centre_id=user.centre_id), factor_at=MONDAY)

    with pytest.raises(NotFound):
        sign_ins.end_sign_in(a_browser(user, factor_at=MONDAY), foreign.sign_in_id, now=MONDAY)
