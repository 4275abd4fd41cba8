"""Signing in and out, invitations and new passwords, and where one is led afterwards."""

import datetime as dt
import json
import re
from dataclasses import replace

import pytest

from scheduler import config
from scheduler.core.db import transaction
from scheduler.credentials import passwords
from scheduler.messages.models import OutboxMessage
from scheduler.people import queries
from scheduler.people.models import SignIn, User
from scheduler.people.service.invitations import invitation_path
from scheduler.policy import SYSTEM, Role
from scheduler.web.ways_back import is_safe
from tests.factories import MONDAY
from tests.factories.people import make_presenter, make_user
from tests.web.browser import browser_of
from tests.web.reading import a_link, rows_of

PASSWORD = "zeleni voz ide"


@pytest.fixture
def user(app) -> User:
    return make_user(email="marija@centre.example", password_hash=passwords.hash_password(PASSWORD))


def sign_in(client, email="marija@centre.example", password=PASSWORD, target="/sign-in"):
    return client.post(target, data={"email": email, "password": password})


def test_signing_in_leads_to_a_page_that_knows_who_looks(client, user):
    assert sign_in(client).status_code == 302

    assert "Marija Kostić" in client.get("/account").text


@pytest.mark.parametrize(
    ("language", "centre"),
    [
        ("sr_Cyrl", "Национални контакт центар"),
        ("sr_Latn", "Nacionalni kontakt centar"),
        ("en", "National Contact Centre"),
    ],
)
@pytest.mark.parametrize("path", ["/desk", "/account"])
def test_a_centre_is_called_in_the_language_of_the_page(app, path, language, centre):
    page = browser_of(app, make_user()).get(f"{path}?lang={language}").text

    assert centre in page.split("<main", 1)[path == "/account"]


def test_the_right_password_leads_to_the_page_asked_for(client, user):
    asked = client.get("/people?page=1")
    assert asked.location == "/sign-in?next=/people?page%3D1"

    assert sign_in(client, target=asked.location).location == "/people?page=1"


def test_trust_s11_a_target_elsewhere_is_not_followed(client, user):
    assert sign_in(client, target="/sign-in?next=//evil.example").location == sign_in(client).location


@pytest.mark.parametrize("email", ["marija@centre.example", "nobody@centre.example"])
def test_trust_s08_a_wrong_password_and_an_unknown_address_get_the_same_page(client, user, email):
    answer = sign_in(client, email, "pogresna lozinka")

    assert answer.status_code == 422
    assert f'value="{email}"' in answer.text, "what was typed is kept"
    assert "pogresna lozinka" not in answer.text
    other = sign_in(client, email + "x", "pogresna lozinka")
    assert _without_secrets(answer.text, email) == _without_secrets(other.text, email + "x")


def _without_secrets(page: str, email: str) -> str:
    return re.sub(r'value="[\w.-]{18,}"', "", page.replace(email, ""))


def test_trust_s07_the_sixth_try_in_a_minute_is_429(client, user):
    answers = [sign_in(client, password="pogresna lozinka").status_code for _ in range(6)]

    assert answers == [422] * 5 + [429]


def test_trust_s06_signing_in_makes_a_new_session_and_signing_out_ends_it(client, user):
    with client.session_transaction() as kept:
        kept["of_before"] = "x"
    sign_in(client)
    with client.session_transaction() as kept:
        token = kept["_user_id"]
        assert "of_before" not in kept

    assert client.post("/sign-out").location == "/"
    assert client.get("/account").status_code == 302
    assert queries.signed_in_user(token, MONDAY) is None
    assert client.get("/sign-out").status_code == 405


def test_trust_s06_the_cookie_is_http_only_and_lax(client, user):
    cookie = sign_in(client).headers["Set-Cookie"]

    assert cookie.startswith("raspored=")
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def test_use_is_written_at_most_each_quarter_of_an_hour(app, user):
    browser = browser_of(app, user)
    [row] = rows_of(SignIn)
    for unused, written in ((dt.timedelta(minutes=14), False), (dt.timedelta(minutes=16), True)):
        with transaction():
            row.last_seen_at = MONDAY - unused

        browser.get("/account")

        assert rows_of(SignIn.last_seen_at) == [MONDAY if written else MONDAY - unused]


def test_the_demo_offers_one_press_for_each_role_and_it_signs_in(app, client, user):
    path = app.config["SETTINGS"].instance / "demo_sign_ins.json"
    path.write_text(json.dumps([{"role": "coordinator", "email": "marija@centre.example", "password": PASSWORD}]))
    try:
        page = client.get("/sign-in").text
        assert 'name="email" value="marija@centre.example"' in page
        assert f'name="password" value="{PASSWORD}"' in page
        config.use(replace(app.config["SETTINGS"], mode="production"))
        assert PASSWORD not in client.get("/sign-in").text
    finally:
        config.use(app.config["SETTINGS"])
        path.unlink()


def test_an_invitation_is_opened_accepted_and_then_gone(client, app):
    user = make_user(email="jelena@centre.example", given_name="", family_name="")
    path = invitation_path(SYSTEM, user.id, now=MONDAY)
    for _ in range(3):  # a scanner that follows links changes nothing (TRUST S12)
        assert "jelena@centre.example" in client.get(path).text

    poor = client.post(path, data={"given_name": "Jelena", "family_name": "", "password": "lozinka123"})
    good = client.post(path, data={"given_name": " Jelena ", "family_name": "Ristić", "password": PASSWORD})

    assert (poor.status_code, 'value="Jelena"' in poor.text) == (422, True)
    assert good.location == "/sign-in"

    assert sign_in(client, "jelena@centre.example").status_code == 302
    assert client.get(path).status_code == 410
    assert client.get("/invitation/never-minted").status_code == 404


def test_trust_s08_asking_for_a_new_password_answers_alike_for_every_address(client, user):
    answers = [client.post("/reset", data={"email": email}) for email in ("marija@centre.example", "x@centre.example")]

    assert [(answer.status_code, answer.location) for answer in answers] == [(302, "/reset/asked")] * 2
    assert client.get("/reset/asked").status_code == 200
    assert rows_of(OutboxMessage.kind) == ["password_reset", "no_account"]
    assert client.post("/reset", data={"email": "marija"}).status_code == 422


def test_trust_s09_a_new_password_by_link_ends_every_sign_in_and_signs_nobody_in(app, client, user):
    elsewhere = browser_of(app, user)
    link = f"/reset/{a_link(user.id, 'reset')}"
    opened = client.get(f"{link}?lang=en")
    assert (opened.headers["Referrer-Policy"], opened.location) == ("no-referrer", "/reset/new?lang=en")
    page = client.get("/reset/new")
    assert page.headers["Cache-Control"] in ("no-store", "private, no-cache")
    assert link.split("/")[-1] not in page.text
    assert not re.findall(r'(?:src|href)="(?:https?:)?//', page.text)
    assert app.test_client().get("/reset/new").location == "/reset"
    assert client.post("/reset/new", data={"password": "kratka"}).status_code == 422

    assert client.post("/reset/new", data={"password": "nova duga lozinka"}).location == "/sign-in"

    assert client.get("/account").status_code == 302
    assert elsewhere.get("/account").status_code == 302
    assert client.get(link).status_code == 410
    assert sign_in(client, password="nova duga lozinka").status_code == 302


@pytest.mark.parametrize(
    ("came", "token", "status"),
    [
        ("", True, 302),
        ("", False, 400),
        ("https://localhost/reset/new", True, 302),
        ("https://evil.example/", True, 400),
    ],
)
def test_trust_s09_the_page_of_a_new_password_sends_no_referrer_and_its_token_proves_its_form(
    app, monkeypatch, user, came, token, status
):
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", True)
    browser, https = app.test_client(), {"base_url": "https://localhost"}
    browser.get(f"/reset/{a_link(user.id, 'reset')}", **https)
    page = browser.get("/reset/new", **https)
    assert page.headers["Referrer-Policy"] == "no-referrer"

    data = {"password": "nova duga lozinka"}
    if token:
        data["csrf_token"] = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page.text)[1]
    headers = {"Referer": came} if came else {}

    assert browser.post("/reset/new", data=data, headers=headers, **https).status_code == status


def test_a_user_chooses_her_language(app, user):
    browser = browser_of(app, user)

    assert browser.post("/account", data={"language": "en"}).location == "/account?lang=en"
    assert browser.post("/account", data={"language": "de"}).status_code == 422

    assert user.language == "en"


def test_what_is_saved_is_said_in_the_language_that_was_chosen(app, user):
    page = browser_of(app, user).post("/account?lang=en", data={"language": "sr_Cyrl"}, follow_redirects=True).text

    assert "Сачувано." in page
    assert "Saved." not in page


def test_a_presenter_finds_her_own_profile_from_her_account(app):
    presenter = make_presenter()

    assert f'href="/people/{presenter.id}"' in browser_of(app, presenter).get("/account").text


def test_an_administrator_invites_and_suspends(app):
    administrator = make_user(Role.ADMINISTRATOR)
    browser = browser_of(app, administrator)
    data = {"email": "nova@centre.example", "roles": ["coordinator", "safeguarding"], "language": "en"}
    assert browser.post("/people/users/new", data=data).location == "/people/users"
    assert browser.post("/people/users/new", data={"email": "nova@centre.example"}).status_code == 422
    assert browser.post("/people/users/new", data=data | {"language": ""}).status_code == 422
    assert "nova@centre.example" in browser.get("/people/users").text

    user = rows_of(User)[-1]
    assert user.language == "en", "her own, whoever invites her reads Serbian"
    suspended = browser_of(app, user)
    assert suspended.get("/account").status_code == 200
    assert browser.post(f"/people/users/{user.id}/suspend").status_code == 302
    assert suspended.get("/account").status_code == 302  # at the next page that is opened (TRUST S6)
    assert (user.email, user.suspended_at) == ("nova@centre.example", MONDAY)
    assert browser.post(f"/people/users/{user.id}/restore").status_code == 302
    assert browser.post(f"/people/users/{administrator.id}/suspend").status_code == 409


def test_an_invitation_is_sent_again_and_a_staff_member_gets_another_role(app, session):
    administrator = make_user(Role.ADMINISTRATOR, password_hash="x")
    invited = make_user(centre_id=administrator.centre_id)
    browser = browser_of(app, administrator)

    assert browser.post(f"/people/users/{invited.id}/invite").location == "/people/users"
    assert browser.post(f"/people/users/{administrator.id}/invite").status_code == 409
    page = f"/people/users/{invited.id}/roles"
    assert "checked" in browser.get(page).text
    assert browser.post(page, data={"roles": ["safeguarding"]}).status_code == 302
    assert browser.post(page, data={"form_key": "nothing ticked"}).status_code == 422
    own = browser.post(f"/people/users/{administrator.id}/roles?lang=en", data={"roles": ["coordinator"]})

    assert (own.status_code, "Ask a colleague" in own.text) == (422, True)
    assert "safeguarding officer" in browser.get("/people/users?lang=en").text
    assert browser_of(app, make_user(Role.ADMINISTRATOR)).get(page).status_code == 404


# --- signed out while a form was open: the text stays, and the way in leads back ---


WRITTEN = "We cannot come in December, <b>all</b> our people are ill."
FORM = {"csrf_token": "x", "version": "3", "reason": WRITTEN, "password": "hunter22222222222222222"}


@pytest.fixture(params=["its sign-in has ended", "its browser was closed"])
def signed_out(app, session, request):
    """A browser that does not know any more who it is; of a closed one even the form's token is unknown."""
    browser = browser_of(app, make_user(Role.COORDINATOR))
    if request.param == "its sign-in has ended":
        with browser.session_transaction() as cookies:
            cookies["_user_id"] = "over"
        yield browser
    else:
        app.config["WTF_CSRF_ENABLED"] = True
        yield app.test_client()
        app.config["WTF_CSRF_ENABLED"] = False


def test_the_text_is_kept_and_the_way_in_leads_back(signed_out):
    came = {"Referer": "http://localhost/visits?from=2026-11-30"}

    answer = signed_out.post("/visits/V-1/cancel?lang=en", data=FORM, headers=came)

    assert answer.status_code == 403
    assert "We cannot come in December, &lt;b&gt;all&lt;/b&gt; our people are ill.</blockquote>" in answer.text
    assert "hunter" not in answer.text
    assert re.search(r'href="/sign-in\?next=(/|%2F)visits(\?|%3F)from(=|%3D)2026-11-30"', answer.text)
    assert 'data-kept="/visits?from=2026-11-30" data-sent-to="/visits/V-1/cancel"' in answer.text


@pytest.mark.parametrize("came", ["", "https://elsewhere.example/visits", "http://localhost//elsewhere.example"])
def test_without_a_page_of_ours_it_leads_to_the_nearest_that_opens(signed_out, came):
    answer = signed_out.post("/requests/R-1/decline?lang=en", data=FORM, headers={"Referer": came} if came else {})

    assert re.search(r'data-kept="/requests/R-1"', answer.text)
    assert "elsewhere" not in answer.text


def test_a_mere_press_goes_on_to_signing_in(signed_out):
    answer = signed_out.post("/requests/R-1/take", headers={"Referer": "http://localhost/requests/R-1"})

    assert (answer.status_code, answer.location) == (302, "/sign-in?next=/requests/R-1")


def test_what_a_school_wrote_on_a_page_that_is_too_old_is_not_lost_either(app, session):
    app.config["WTF_CSRF_ENABLED"] = True
    try:
        answer = app.test_client().post("/reset?lang=en", data={"email": "ana.petrovic@skola.example"})
    finally:
        app.config["WTF_CSRF_ENABLED"] = False

    assert answer.status_code == 400
    assert ("ana.petrovic@skola.example</blockquote>" in answer.text, 'href="/reset"' in answer.text) == (True, True)


# --- where a sign-in may lead ---


HERE = ["/", "/people", "/people/7?page=2", "/visits?on=2026-10-05&by=day", "/%D0%91%D0%B5%D0%BE", "/a//b"]
ELSEWHERE = {
    "no address": ["", "people", "@evil.example", ".evil.example", "?next=//evil.example"],
    "another host": ["//evil.example", "///evil.example", "////evil.example", "/#//evil.example"],
    "a host that hides the true one": ["//evil.example@localhost", "//localhost@evil.example"],
    "backslashes": ["/\\evil.example", "\\\\evil.example", "\\/evil.example", "/\\/evil.example"],
    "whole addresses": ["http://evil.example", "https://evil.example", "HTTPS://evil.example", "http:///evil.example"],
    "schemes that browsers complete": ["https:evil.example", "https:/evil.example"],
    "other schemes": ["javascript:alert(1)", "JavaScript:alert(1)", "data:text/html,x", "mailto:a@b.example"],
    "blanks that browsers drop": [" /people", " //evil.example", "\t//evil.example", "/\t/evil.example"],
    "ends of lines": ["/\n/evil.example", "/\r/evil.example", "/\x00/evil.example", "/people\r\nSet-Cookie: a=b"],
    "encoded slashes": ["/%2F/evil.example", "/%2fevil.example", "/%5Cevil.example", "/%5cevil.example"],
    "encoded blanks": ["/%09/evil.example", "/%0d%0aLocation:%20//evil.example"],
    "encoded twice": ["/%252F/evil.example", "/%25255Cevil.example/%5C"],
    "letters that look like slashes": ["/\u2215/evil.example", "\uff0f\uff0fevil.example"],
}


@pytest.mark.parametrize("target", HERE)
def test_a_path_of_this_house_is_safe(target):
    assert is_safe(target)


@pytest.mark.parametrize("targets", ELSEWHERE.values(), ids=ELSEWHERE)
def test_trust_s11_what_could_lead_elsewhere_is_not(targets):
    assert [target for target in targets if is_safe(target)] == []
