"""The second step, and the password that is asked for once more (TRUST S34, S37)."""

import datetime as dt
import json
import re
from dataclasses import replace
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.datastructures import MultiDict

from scheduler import config
from scheduler.core.audit import AuditEntry
from scheduler.core.db import transaction
from scheduler.credentials import passwords
from scheduler.messages.models import OutboxMessage
from scheduler.people.models import SignIn, User, UserRole
from scheduler.people.rules import PASSWORD_HOLDS_FOR
from scheduler.policy import Role
from tests.factories import MONDAY
from tests.factories.keys import RECOVERY, SECRET, code_at, make_app, make_passkey, make_recovery_code
from tests.factories.people import make_presenter, make_user
from tests.factories.places import make_municipality
from tests.laws.page_reader import seen_on
from tests.laws.routes import pages
from tests.web.admin.uploading import uploaded
from tests.web.browser import browser_of, sign_in_as, staff_of
from tests.web.reading import a_link, main_of, rows_of

PASSWORD = "mesečina nad Drvengradom"
FIREFOX = {"User-Agent": "Firefox/145 Linux"}
CODE = code_at(SECRET, MONDAY)
RECOVERY_CODE = re.compile(r"<code>((?:\w{4}-){3}\w{4})</code>")


@pytest.fixture
def boss(app: Flask, required: None) -> User:
    return make_user(Role.ADMINISTRATOR, email="boss@centre.example", password_hash=passwords.hash_password(PASSWORD))


@pytest.fixture
def half_in(client: FlaskClient, boss: User) -> FlaskClient:
    """A browser in which the password was typed, of somebody whose app shows codes."""
    make_app(boss)
    typed_password(client)
    return client


def typed_password(client: FlaskClient, where: str = "/sign-in?lang=en", email: str = "boss@centre.example"):
    answer = client.post(where, data={"email": email, "password": PASSWORD}, headers=FIREFOX)
    assert answer.status_code == 302
    return answer.location


def test_after_the_password_comes_the_code_and_then_the_page_that_was_asked_for(client, boss):
    make_app(boss)
    asked = client.get("/people/users")
    location = typed_password(client, asked.location)
    assert location.startswith("/second-step?next=")

    page = client.get(location)
    assert "boss@centre.example" in page.text
    assert "no-store" in page.headers["Cache-Control"]
    wrong = client.post(location, data={"code": "000000"})
    assert wrong.status_code == 422
    right = client.post(location, data={"code": CODE})

    assert right.location == "/people/users"
    assert client.get("/people/users").status_code == 200
    assert rows_of(SignIn.device) == ["Firefox, Linux"]


def test_trust_s37_a_password_alone_opens_no_page_of_staff_by_any_way(app, half_in):
    stranger = app.test_client()
    for endpoint, method, address in pages(app, "GET", "POST"):
        if method == "POST" and endpoint == "people.sign_out":
            continue
        hers, nobodys = (one.open(address, method=method) for one in (half_in, stranger))
        if endpoint.startswith("people.") and "/second-step" in address:
            continue
        assert hers.status_code == nobodys.status_code, (method, address)


def test_the_token_of_before_the_step_opens_nothing_after_it(app, half_in):
    with half_in.session_transaction() as cookies:
        before = cookies["_user_id"]
    half_in.post("/second-step", data={"code": CODE})

    thief = app.test_client()
    with thief.session_transaction() as cookies:
        cookies["_user_id"] = before
    assert thief.get("/people/users").location.startswith("/sign-in")
    assert thief.get("/second-step").location.startswith("/sign-in")


def wrong_code(browser: FlaskClient, network: int) -> int:
    """The status of the answer."""
    place = {"REMOTE_ADDR": f"192.0.{network}.1"}
    return browser.post("/second-step", data={"code": "000000"}, environ_overrides=place).status_code


def test_trust_s37_guesses_elsewhere_leave_her_own_browser_its_codes(app, half_in, boss):
    """And the mark that it bears is nothing for a colleague's account."""
    make_recovery_code(boss)
    assert half_in.post("/second-step", data={"code": RECOVERY}).status_code == 302
    colleague = make_user(
        Role.COORDINATOR, email="jana@centre.example", password_hash=passwords.hash_password(PASSWORD)
    )
    make_app(colleague)
    half_in.post("/sign-out")
    thief = app.test_client()
    typed_password(thief)
    assert [wrong_code(thief, number // 4) for number in range(21)] == [422] * 20 + [429]

    typed_password(half_in)
    assert wrong_code(half_in, 7) == 422
    assert half_in.post("/second-step", data={"code": CODE}).status_code == 302

    half_in.post("/sign-out")
    for number in range(20):
        typed_password(thief, email="jana@centre.example")
        wrong_code(thief, 10 + number // 4)
    typed_password(half_in, email="jana@centre.example")
    assert wrong_code(half_in, 20) == 429


def test_too_many_codes_are_told_with_the_ways_that_stay(half_in):
    for _number in range(5):
        half_in.post("/second-step", data={"code": "000000"})

    answer = half_in.post("/second-step?lang=en", data={"code": CODE})

    assert answer.status_code == 429
    assert "a recovery code or a mailed link works now" in unescape(answer.text)
    assert 'href="/second-step"' in main_of(answer)
    assert answer.headers["Retry-After"] == "900"


def test_without_a_key_the_mailbox_answers_first_and_then_she_makes_one(app, client, boss):
    assert typed_password(client) == "/second-step"
    assert client.get("/second-step").location == "/second-step/begin"
    assert client.get("/second-step/app").location == "/second-step/begin"
    assert client.post("/second-step/app", data={"code": CODE}).location == "/second-step/begin"
    begin = client.get("/second-step/begin?lang=en")
    assert "Mail me the link" in begin.text
    assert client.post("/second-step/mailbox").location == "/second-step/mailbox"
    assert client.get("/second-step/mailbox").status_code == 200
    link = f"/second-step/mailbox/{a_link(boss.id, 'mailbox')}"
    for _scanner in range(3):
        assert app.test_client().get(link).location.startswith("/sign-in?next=")
        assert client.get(link).status_code == 200
    client.post(link)

    assert "With an app on my phone" in client.get("/second-step/begin").text
    page = client.get("/second-step/app")
    secret = re.search(r"<code>([A-Z2-7 ]+)</code>", page.text)[1].replace(" ", "")
    assert client.post("/second-step/app", data={"code": "000000"}).status_code == 422
    codes = client.post("/second-step/app", data={"code": code_at(secret, MONDAY)})

    assert len(set(RECOVERY_CODE.findall(codes.text))) == 10
    assert client.get("/people/users").status_code == 200
    again = client.post("/second-step/app", data={"code": code_at(secret, MONDAY)})
    assert again.status_code == 409


def test_who_comes_by_an_invitation_opens_no_second_mail(app, client, required):
    user = make_user(Role.ADMINISTRATOR, email="new@centre.example")
    typed = {"given_name": "Ana", "family_name": "Ilić", "password": PASSWORD}
    client.post(f"/invitation/{a_link(user.id, 'invitation')}", data=typed)
    typed_password(client, email="new@centre.example")

    assert "With a passkey" in client.get("/second-step/begin?lang=en").text


def test_a_passkey_is_asked_with_the_keys_that_she_has(client, boss):
    make_passkey(boss, credential_id="abcd")
    typed_password(client)
    page = client.get("/second-step?lang=en")

    assert "&#34;id&#34;: &#34;abcd&#34;" in page.text
    unsigned = '{"id": "abcd", "rawId": "abcd", "type": "public-key", "response": {}}'
    for answer in ("", "{", "[]", '{"id": "abcd"}', unsigned):
        assert client.post("/second-step/passkey", data={"answer": answer}).status_code == 422, answer


def test_a_presenter_signs_in_as_ever(client, required):
    presenter, hashed = make_presenter(email="jelena@centre.example"), passwords.hash_password(PASSWORD)
    with transaction() as session:
        session.get_one(User, presenter.user_id).password_hash = hashed

    typed_password(client, email="jelena@centre.example")

    assert client.get("/account").status_code == 200
    page = client.get("/account/access?lang=en")
    assert "Where you are signed in" in page.text
    assert "Second step" not in page.text
    assert client.get("/second-step/app").status_code == 403


def test_in_a_demo_nobody_is_asked_and_may_try_it(client):
    sign_in_as(client, make_user().id)

    assert "This demo does not ask for it" in client.get("/account/access?lang=en").text
    assert client.get("/second-step/app").status_code == 200
    assert client.get("/second-step").location == "/desk"


def test_her_account_lists_keys_and_browsers_and_ends_them(app, client, boss):
    make_app(boss)
    make_recovery_code(boss)
    other = app.test_client()
    for one, code in ((other, RECOVERY), (client, CODE)):
        typed_password(one)
        assert one.post("/second-step", data={"code": code}).status_code == 302
    page = client.get("/account/access?lang=en")
    assert ("this browser" in page.text, page.text.count("Firefox, Linux")) == (True, 3)

    client.post("/account/sign-ins/end-others")
    assert other.get("/people/users").location.startswith("/sign-in")
    assert client.get("/people/users").status_code == 200


def test_a_change_of_keys_asks_the_password_again(half_in):
    half_in.post("/second-step", data={"code": CODE})

    asked = half_in.post("/account/recovery-codes?lang=en")
    assert (asked.status_code, "Your password, once more" in asked.text) == (422, True)
    shown = half_in.post("/account/recovery-codes", data={"password_again": PASSWORD})
    assert len(set(RECOVERY_CODE.findall(shown.text))) == 10
    assert half_in.get("/people/users").status_code == 200


def test_a_second_person_resets_and_a_coordinator_finds_no_page(app, client, boss):
    lost = make_user(Role.COORDINATOR, centre_id=boss.centre_id, password_hash="x", family_name="Zorić")
    make_app(lost)
    config.use(app.config["SETTINGS"])
    browser = staff_of(app, boss, Role.SAFEGUARDING)
    assert browser.get("/people/second-steps?lang=en").text.count("Reset the second step") == 1

    assert browser.post(f"/people/users/{lost.id}/second-step/reset").location == "/people/second-steps"

    assert "none yet" in browser.get("/people/second-steps?lang=en").text
    assert [row.kind for row in rows_of(OutboxMessage) if row.address == lost.email] == ["keys_reset"]
    assert browser_of(app, lost).get("/people/second-steps").status_code == 403


def test_signing_out_ends_a_sign_in_that_waits(half_in):
    half_in.post("/sign-out")

    assert half_in.get("/second-step").location.startswith("/sign-in")
    assert rows_of(SignIn.ended_at) == [MONDAY]


# --- exports, roles and restores ask for the password again and go on where one was ---


ASKED = "Your password, once more"
SECOND = dt.timedelta(seconds=1)


@pytest.fixture
def administrator(app: Flask) -> User:
    return make_user(Role.ADMINISTRATOR, password_hash=passwords.hash_password(PASSWORD))


@pytest.fixture
def browser(app: Flask, administrator: User) -> FlaskClient:
    """Signed in, and the password not typed again yet."""
    return sign_in_as(app.test_client(), administrator.id, password_typed=False)


@pytest.fixture
def other(administrator: User) -> User:
    """A coordinator of the same centre."""
    return make_user(Role.COORDINATOR, centre_id=administrator.centre_id)


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


def test_a_wrong_password_keeps_what_was_ticked_asks_again_and_is_in_the_audit(browser, administrator, other):
    page = asks(browser.post(f"/people/users/{other.id}/roles?lang=en", data={"roles": ["safeguarding"]}))

    wrong = again(browser, page, "not mine at all")

    assert (wrong.status_code, "this one does not match" in wrong.text) == (422, True)
    assert "not mine at all" not in wrong.text
    assert roles_of(other) == {Role.COORDINATOR}
    [denied] = [row for row in rows_of(AuditEntry) if row.action == "denied"]
    assert (denied.actor, "wrong password" in denied.details) == (f"user:{administrator.id}", True)
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
    data = {"email": "nova@centre.example", "given_name": "Нова", "roles": ["coordinator"], "language": "en"}
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


def test_the_demo_says_the_password_that_nobody_was_told(app: Flask, browser, administrator):
    path = app.config["SETTINGS"].instance / "demo_sign_ins.json"
    path.write_text(json.dumps([{"role": "administrator", "email": administrator.email, "password": PASSWORD}]))
    try:
        assert PASSWORD in browser.post("/settings/export?lang=en").text
        config.use(replace(app.config["SETTINGS"], mode="production"))
        assert PASSWORD not in browser.post("/settings/export?lang=en").text
    finally:
        config.use(app.config["SETTINGS"])
        path.unlink()
