"""`raspored doctor` on the login of a centre's own: reached, well described, and where it must lead people back to."""

from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask

from scheduler import config
from scheduler.jobs import surroundings
from scheduler.own_login import OwnLogin
from scheduler.work.terms import Diagnosis, Fitness
from tests.certificates_made import certificate
from tests.own_issuer import CLIENT_ID, CLIENT_SECRET, an_issuer


def told(app: Flask, issuer_url: str, authority: Path | str = "") -> Diagnosis:
    login = OwnLogin(issuer_url, CLIENT_ID, CLIENT_SECRET, "Налог центра")
    return surroundings.own_login(replace(config.settings(), own_login=login, tls_ca_file=str(authority)))


def test_without_one_nothing_is_wrong(app):
    found = surroundings.own_login(config.settings())

    assert (found.state, found.told) == (Fitness.GOOD, "none, people sign in with a password: OIDC_ISSUER is not set")


@pytest.mark.parametrize(
    ("document", "state", "words"),
    [
        ({}, "good", "its metadata is valid; it leads back to http://localhost/sign-in/login/answer"),
        ({"issuer": "https://elsewhere.example"}, "bad", "it calls itself by another name than OIDC_ISSUER"),
        ({"subject_types_supported": None}, "bad", 'its metadata is not valid: "subject_types_supported"'),
        (
            {"token_endpoint": "https://elsewhere.example/x"},
            "bad",
            "its token_endpoint is not on the host of OIDC_ISSUER",
        ),
        ({"code_challenge_methods_supported": ["plain"]}, "bad", "it knows no PKCE by S256"),
        ({"code_challenge_methods_supported": None}, "good", "its metadata is valid"),
    ],
)
def test_it_is_asked_how_it_describes_itself(app, tmp_path, document, state, words):
    shown = certificate(tmp_path, "right")
    with an_issuer(shown) as issuer:
        issuer.document = document
        found = told(app, issuer.url, shown.authority)

    assert (found.state.value, words in found.told) == (state, True), found
    assert found.told.startswith(f"localhost:{issuer.port}")
    assert CLIENT_SECRET not in found.told


def test_keys_that_nobody_can_use_are_told(app, tmp_path, monkeypatch):
    shown = certificate(tmp_path, "right")
    monkeypatch.setattr("tests.own_issuer.Issuer.keys", lambda _issuer: {"keys": [{"kty": "oct", "k": "AA"}]})
    with an_issuer(shown) as issuer:
        found = told(app, issuer.url, shown.authority)

    assert (found.state, "no RSA or EC key" in found.told) == (Fitness.BAD, True)


@pytest.mark.parametrize("kind", ["self-signed", "expired", "wrong-name"])
def test_a_certificate_that_does_not_hold_is_told_and_nothing_asked(app, tmp_path, kind):
    shown = certificate(tmp_path, kind)
    with an_issuer(shown) as issuer:
        found = told(app, issuer.url, shown.authority)

    assert (found.state, "its certificate does not hold" in found.told, issuer.asked) == (Fitness.BAD, True, [])


def test_one_that_is_not_there_or_describes_nothing_is_told(app, tmp_path):
    shown = certificate(tmp_path, "right")
    with an_issuer(shown) as issuer:
        nothing = told(app, f"{issuer.url}/realm", shown.authority)
    gone = told(app, issuer.url, shown.authority)

    assert f"nothing describes it at {issuer.url}/realm/.well-known/openid-configuration" in nothing.told
    assert (gone.state, "it does not answer: Connection refused" in gone.told) == (Fitness.BAD, True)
