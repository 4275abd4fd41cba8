"""Sign-in through the centre's own login, against an issuer that listens on this machine: right, lying, silent."""

import datetime as dt
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from html import unescape
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask

from scheduler import config
from scheduler.core.audit import AuditEntry
from scheduler.core.db import transaction
from scheduler.credentials import oidc
from scheduler.own_login import OwnLogin
from scheduler.people.models import SignIn, User
from scheduler.policy import Role
from tests import own_issuer
from tests.certificates_made import Shown, certificate
from tests.factories import MONDAY
from tests.factories.people import make_user
from tests.own_issuer import CLIENT_ID, CLIENT_SECRET, Issuer, an_issuer
from tests.web.reading import rows_of

STRANGER = "that login opens no account here"
SILENT = "that login does not answer now"
STALE = "its answer is too old, or was used before"
TURNED_BACK = "nobody was signed in there"


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Shown:
    return certificate(tmp_path_factory.mktemp("issuer"), "right")


@contextmanager
def an_issuer_of_the_centre(app: Flask, shown: Shown) -> Iterator[Issuer]:
    """An issuer with this certificate listens, and the installation trusts it."""
    with an_issuer(shown) as listening:
        trusts(app, listening, shown.authority)
        yield listening
    config.use(app.config["SETTINGS"])


@pytest.fixture
def issuer(app: Flask, shown: Shown) -> Iterator[Issuer]:
    with an_issuer_of_the_centre(app, shown) as listening:
        yield listening


def trusts(app: Flask, issuer: Issuer, authority: Path, theirs: str = "", ours: str = "") -> None:
    login = OwnLogin(issuer.url, CLIENT_ID, CLIENT_SECRET, "Налог центра", theirs)
    ours_too = {"own_login": login, "tls_ca_file": str(authority), "second_factor": ours}
    config.use(replace(app.config["SETTINGS"], **ours_too))


@pytest.fixture
def user(app: Flask) -> User:
    return make_user(email="marija@centre.example", password_hash="of a password that nobody types")


def go(client, target: str = "/sign-in/login") -> str:
    answer = client.get(target)
    assert answer.status_code == 302
    assert answer.headers["Cache-Control"] == "no-store"
    return answer.location


def come_back(client, brought: dict[str, str]):
    return client.get("/sign-in/login/answer", query_string=brought)


def through(client, issuer: Issuer, target: str = "/sign-in/login"):
    return come_back(client, issuer.signs_in(go(client, target)))


def refusal(client, answer) -> str:
    """What the sign-in page says, once, to who came back without being signed in."""
    assert answer.status_code == 302
    assert answer.location.startswith("/sign-in")
    assert rows_of(SignIn) == []
    assert client.get("/account").location.startswith("/sign-in")
    page = client.get("/sign-in?lang=en")
    assert page.status_code == 422
    assert client.get("/sign-in?lang=en").status_code == 200
    return unescape(page.text)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("sr_Cyrl", "Пријава преко: Налог центра"),
        ("sr_Latn", "Prijava preko: Nalog centra"),
        ("en", "Sign in with: Nalog centra"),
    ],
)
def test_the_button_speaks_the_script_of_the_page(client, issuer, language, words):
    assert words in client.get(f"/sign-in?lang={language}").text


def test_without_such_a_login_there_is_no_button_and_no_page(client):
    assert "/sign-in/login" not in client.get("/sign-in").text
    assert client.get("/sign-in/login").status_code == 404
    assert client.get("/sign-in/login/answer?state=x&code=y").status_code == 404


def test_whom_the_login_names_is_signed_in_and_led_where_she_wanted(client, issuer, user):
    with client.session_transaction() as cookies:
        cookies["_user_id"] = "planted by somebody else"

    answer = through(client, issuer, "/sign-in/login?next=/people?page%3D1")

    assert answer.location == "/people?page=1"
    assert "Marija Kostić" in client.get("/account").text
    with client.session_transaction() as cookies:
        assert cookies["_user_id"] != "planted by somebody else"
        assert "login_asked" not in cookies
    [line] = [row for row in rows_of(AuditEntry) if row.action == "signed in"]
    assert json.loads(line.details) == {"by": "own login", "second factor": "ours"}


def test_the_address_counts_in_any_case_and_from_beside_the_token_if_it_is_about_the_same_person(client, issuer, user):
    issuer.claims = {"email": None, "email_verified": None}
    issuer.userinfo = {"sub": "8", "email": "Marija@Centre.example", "email_verified": True}

    assert STRANGER in refusal(client, through(client, issuer))
    issuer.userinfo |= {"sub": "7"}
    assert through(client, issuer).location == "/desk"


NOBODYS = {
    "unknown": {"email": "nobody@centre.example"},
    "letters that become hers in lower case": {"email": "mari\u212aa@centre.example"},
    "not verified": {"email_verified": False},
    "verified as a word": {"email_verified": "true"},
    "nothing of verified": {"email_verified": None},
    "a list of addresses": {"email": ["marija@centre.example"]},
    "wrong nonce": {"nonce": "of another sign-in"},
    "no nonce": {"nonce": None},
    "wrong audience": {"aud": "another program"},
    "two audiences and not for us": {"aud": [CLIENT_ID, "another"], "azp": "another"},
    "wrong issuer": {"iss": "https://elsewhere.example"},
    "no issuer": {"iss": None},
    "expired": {"exp": int(MONDAY.timestamp()) - 61},
    "without an end": {"exp": None},
    "not yet": {"iat": int(MONDAY.timestamp()) + 3600},
    "asked at a time that is a word": {"auth_time": "today"},
    "nobody": {"sub": None},
    "a number for a name": {"sub": 7},
    "no name": {"sub": ""},
    "a name without an end": {"sub": "7" * 256},
}


@pytest.mark.parametrize("claims", NOBODYS.values(), ids=NOBODYS)
def test_a_token_that_does_not_hold_opens_nothing(client, issuer, user, claims):
    make_user(email="marika@centre.example", password_hash="of another")
    issuer.claims = claims

    assert STRANGER in refusal(client, through(client, issuer))


FORGED = {
    "by nobody": own_issuer.by_nobody,
    "by the public key": own_issuer.by_public_key,
    "by the secret of the client": own_issuer.by_client_secret,
    "by a stranger": lambda claims: own_issuer.by_rsa(claims, own_issuer.STRANGERS_KEY),
    "by a key that nobody knows": lambda claims: own_issuer.by_rsa(claims, own_issuer.STRANGERS_KEY, "two"),
    "no token at all": lambda claims: "marija@centre.example",
    "changed afterwards": lambda claims: own_issuer.by_rsa(claims)[:-8] + "AAAAAAAA",
}


@pytest.mark.parametrize("sign", FORGED.values(), ids=FORGED)
def test_a_forged_token_opens_nothing(client, issuer, user, sign):
    issuer.sign = sign

    assert STRANGER in refusal(client, through(client, issuer))


@pytest.mark.parametrize(("minutes", "words"), [(7, STRANGER), (15, STALE)], ids=["the token", "the answer"])
def test_what_has_expired_by_our_clock_opens_nothing(client, issuer, user, the_clock, minutes, words):
    brought = issuer.signs_in(go(client))
    issuer.claims = {"exp": int(MONDAY.timestamp()) + 300}
    the_clock.stands_at(MONDAY + dt.timedelta(minutes=minutes))

    assert words in refusal(client, come_back(client, brought))


@pytest.mark.parametrize("ended", ["suspended_at", "erased_at", "password_hash"])
def test_who_may_not_sign_in_reads_what_a_stranger_reads(client, issuer, user, ended):
    with transaction():
        setattr(user, ended, None if ended == "password_hash" else MONDAY)

    hers = refusal(client, through(client, issuer))
    issuer.claims = {"email": "nobody@centre.example"}
    assert STRANGER in hers
    assert STRANGER in refusal(client, through(client, issuer))
    assert len(rows_of(User)) == 1


@pytest.mark.parametrize("wrong", [{"state": "guessed"}, {"state": ""}, {"state": "š"}])
def test_an_answer_that_this_browser_did_not_ask_for_is_not_looked_at(client, issuer, user, wrong):
    brought = issuer.signs_in(go(client))
    before = len(issuer.asked)

    assert STALE in refusal(client, come_back(client, brought | wrong))
    assert STALE in refusal(client, come_back(client, brought))  # one question, one answer
    assert len(issuer.asked) == before


def test_the_answer_of_somebody_else_signs_nobody_in(app, client, issuer, user):
    brought = issuer.signs_in(go(app.test_client()))

    assert STALE in refusal(client, come_back(client, brought))


def test_an_answer_is_good_once_even_for_who_kept_the_cookie_and_brings_a_fresh_code(app, client, issuer, user):
    brought = issuer.signs_in(go(client))
    with client.session_transaction() as cookies:
        kept = dict(cookies)
    again = {"code": "taken anew", "state": brought["state"]}
    issuer.codes[again["code"]] = issuer.codes[brought["code"]]
    assert come_back(client, brought).location == "/desk"
    before = len(issuer.asked)

    thief = app.test_client()
    with thief.session_transaction() as cookies:
        cookies.update(kept)
    assert come_back(thief, again).location == "/sign-in"
    assert STALE in unescape(thief.get("/sign-in?lang=en").text)
    assert len(issuer.asked) == before


def test_a_code_that_another_browser_brought_out_buys_nothing_here(app, client, issuer, user):
    hers = issuer.signs_in(go(app.test_client()))
    mine = issuer.signs_in(go(client))

    assert STRANGER in refusal(client, come_back(client, mine | {"code": hers["code"]}))


@pytest.mark.parametrize(
    "brought", [{"code": ""}, {"code": "x" * 5000}, {"iss": "https://elsewhere.example"}, {"iss": ""}]
)
def test_who_brings_nonsense_or_the_answer_of_another_issuer_is_not_signed_in(client, issuer, user, brought):
    assert STRANGER in refusal(client, come_back(client, issuer.signs_in(go(client)) | brought))


def test_an_issuer_that_says_whose_its_answers_are_must_do_so(client, issuer, user):
    issuer.document = {"authorization_response_iss_parameter_supported": True}

    assert STRANGER in refusal(client, through(client, issuer))
    assert come_back(client, issuer.signs_in(go(client)) | {"iss": issuer.url}).location == "/desk"


WITHOUT_A_CODE = {
    "access_denied": TURNED_BACK,
    "<script>": TURNED_BACK,
    "temporarily_unavailable": SILENT,
    "unauthorized_client": SILENT,
}


@pytest.mark.parametrize(("error", "words"), WITHOUT_A_CODE.items())
def test_who_comes_back_without_a_code_reads_what_to_do(client, issuer, user, error, words):
    state = issuer.signs_in(go(client))["state"]

    answer = come_back(client, {"state": state, "error": error, "error_description": "nonsense"})

    assert words in refusal(client, answer)


def test_once_linked_the_address_at_the_login_counts_no_more(app, client, issuer, user):
    boss = make_user(Role.ADMINISTRATOR, email="boss@centre.example", password_hash="of another")
    assert through(client, issuer).location == "/desk"

    issuer.claims = {"email": boss.email}
    again = app.test_client()
    through(again, issuer)
    assert "Marija Kostić" in again.get("/account").text

    issuer.claims = {"sub": "8"}
    stranger = app.test_client()
    assert through(stranger, issuer).location == "/sign-in"
    assert STRANGER in unescape(stranger.get("/sign-in?lang=en").text)


def test_she_reads_that_the_login_opens_her_account(client, issuer, user):
    through(client, issuer)

    assert "This account is linked with that login (Nalog centra)" in client.get("/account/access?lang=en").text


@pytest.mark.parametrize("status", [302, 404, 500, 503])
def test_an_issuer_that_is_out_of_order_is_told_of(client, issuer, user, status):
    issuer.broken = status

    assert SILENT in refusal(client, client.get("/sign-in/login"))


def test_an_issuer_that_goes_away_in_between_is_told_of(client, issuer, user):
    brought = issuer.signs_in(go(client))
    issuer.broken = 503

    assert SILENT in refusal(client, come_back(client, brought))


def test_a_key_that_the_issuer_replaced_counts_at_once_and_the_old_one_no_more(app, client, issuer, user):
    assert through(client, issuer).location == "/desk"
    issuer.key, issuer.kid = own_issuer.STRANGERS_KEY, "two"
    issuer.sign = lambda claims: own_issuer.by_rsa(claims, own_issuer.STRANGERS_KEY, "two")
    before = issuer.asked.count("/centre/keys")

    assert through(app.test_client(), issuer).location == "/desk"
    assert issuer.asked.count("/centre/keys") == before + 1
    issuer.sign = own_issuer.by_rsa
    late = app.test_client()
    assert through(late, issuer).location == "/sign-in"
    assert STRANGER in unescape(late.get("/sign-in?lang=en").text)
    assert len(rows_of(SignIn)) == 2


def test_trust_s11_an_issuer_that_redirects_its_description_leads_us_nowhere(client, issuer, shown, user):
    with an_issuer(shown) as other:
        issuer.broken, issuer.elsewhere = 302, f"{other.url}/.well-known/openid-configuration"

        assert SILENT in refusal(client, client.get("/sign-in/login"))
    assert other.asked == []


def test_an_issuer_that_sends_a_byte_at_a_time_holds_nobody_for_long(client, issuer, user, monkeypatch):
    monkeypatch.setattr(oidc, "ISSUER_TIMEOUT_S", 0.5)
    issuer.drips_every_s = 0.05

    assert SILENT in refusal(client, client.get("/sign-in/login"))
    assert issuer.left_alone.wait(5)


def test_an_issuer_that_is_not_there_is_told_of_and_the_password_still_works(app, client, shown, user):
    with an_issuer(shown) as gone:
        pass
    with an_issuer_of_the_centre(app, shown):
        trusts(app, gone, shown.authority)
        assert SILENT in refusal(client, client.get("/sign-in/login"))
        assert 'name="password"' in client.get("/sign-in").text


@pytest.mark.parametrize("kind", ["self-signed", "expired", "wrong-name"])
def test_nothing_is_said_to_an_issuer_whose_certificate_does_not_hold(app, client, tmp_path, kind):
    with an_issuer_of_the_centre(app, certificate(tmp_path, kind)) as listening:
        assert SILENT in refusal(client, client.get("/sign-in/login"))
    assert listening.asked == []


@pytest.mark.parametrize("name", ["authorization_endpoint", "token_endpoint", "jwks_uri"])
@pytest.mark.parametrize("elsewhere", ["https://elsewhere.example/x", "http://localhost/x", "https://[x", None, 7])
def test_trust_s11_nobody_is_led_or_asked_away_from_the_host_of_the_issuer(client, issuer, user, name, elsewhere):
    issuer.document = {name: elsewhere}

    answer = client.get("/sign-in/login")
    if name != "authorization_endpoint":
        answer = come_back(client, issuer.signs_in(answer.location))

    assert SILENT in refusal(client, answer)


def test_an_issuer_by_another_name_is_not_ours(client, issuer, user):
    issuer.document = {"issuer": "https://elsewhere.example"}

    assert SILENT in refusal(client, client.get("/sign-in/login"))


@pytest.mark.parametrize("target", ["//evil.example", "https://evil.example", "/\\evil.example", "/%2Fevil.example"])
def test_trust_s11_the_login_of_the_centre_leads_nobody_elsewhere(client, issuer, user, target):
    location = go(client, f"/sign-in/login?next={target}")

    assert parse_qs(urlsplit(location).query)["redirect_uri"] == ["http://localhost/sign-in/login/answer"]
    assert come_back(client, issuer.signs_in(location)).location == "/desk"


@pytest.mark.parametrize(
    ("trusted", "claims", "asked"),
    [
        ("", {"amr": ["mfa"]}, True),
        ("own", {"amr": ["mfa"]}, True),
        ("issuer", {}, True),
        ("issuer", {"amr": ["pwd"]}, True),
        ("issuer", {"amr": ["otp"]}, True),
        ("issuer", {"acr": "1"}, True),
        ("issuer", {"amr": ["mfa"]}, False),
        ("issuer", {"amr": ["pwd", "otp"]}, False),
        ("issuer", {"acr": "https://refeds.org/profile/mfa"}, False),
        ("issuer", {"amr": ["mfa"], "auth_time": None}, True),
        ("issuer", {"amr": ["mfa"], "auth_time": int(MONDAY.timestamp()) - 13 * 3600}, True),
    ],
)
def test_trust_s37_our_second_step_stays_unless_the_centre_trusts_the_one_of_its_login(
    app, client, issuer, shown, trusted, claims, asked
):
    make_user(Role.ADMINISTRATOR, email="marija@centre.example", password_hash="of a password")
    trusts(app, issuer, shown.authority, trusted, "required")
    issuer.claims = claims
    location = go(client, "/sign-in/login?next=/people/users")

    assert parse_qs(urlsplit(location).query).get("max_age") == (["43200"] if trusted == "issuer" else None)
    answer = come_back(client, issuer.signs_in(location))

    assert answer.location == ("/second-step?next=/people/users" if asked else "/people/users")
    assert client.get("/people/users").status_code == (302 if asked else 200)
    action = "own login accepted" if asked else "signed in"
    assert rows_of(AuditEntry.action).count(action) == 1


def test_the_login_is_asked_so_often_and_no_more(client, issuer):
    answers = [client.get("/sign-in/login/answer").status_code for _number in range(61)]

    assert answers == [302] * 60 + [429]
