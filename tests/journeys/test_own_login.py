"""Somebody signs in through the login of her centre on a phone: the button, that login, the desk; and out of it."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from scheduler import config
from scheduler.core.db import db, transaction
from scheduler.own_login import OwnLogin
from scheduler.people.models import User
from scheduler.policy import Role
from tests.certificates_made import certificate
from tests.factories.people import make_centre, make_user
from tests.own_issuer import CLIENT_ID, CLIENT_SECRET, Issuer, an_issuer

pytestmark = [pytest.mark.journey, pytest.mark.deep]
EMAIL = "nalog@centre.example"


@pytest.fixture
def issuer(house: Flask, address: str, tmp_path) -> Iterator[Issuer]:
    shown = certificate(tmp_path, "right")
    with an_issuer(shown) as listening:
        listening.claims = {"email": EMAIL, "sub": "of the journey"}
        login = OwnLogin(listening.url, CLIENT_ID, CLIENT_SECRET, "Налог центра")
        given = {"own_login": login, "tls_ca_file": str(shown.authority), "base_url": address}
        config.use(replace(house.config["SETTINGS"], **given))
        yield listening
    config.use(house.config["SETTINGS"])


@pytest.fixture
def user(house: Flask) -> Iterator[User]:
    with house.app_context():
        yield make_user(Role.COORDINATOR, email=EMAIL, password_hash="of nobody", centre_id=make_centre().id)
        with transaction() as session:
            session.delete(session.query(User).filter_by(email=EMAIL).one())
        db.session.remove()


@pytest.fixture
def page(address: str, chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context(
        base_url=address,
        locale="sr-Cyrl-RS",
        viewport={"width": 360, "height": 780},
        ignore_https_errors=True,  # the browser does not know the test's authority; the product must
    )
    context.set_default_timeout(60_000)
    yield context.new_page()
    context.close()


def test_one_press_and_one_sign_in_there_lead_to_the_page_that_was_wanted(issuer: Issuer, user: User, page: Page):
    page.goto("/?lang=sr_Cyrl")
    page.goto("/account/access")
    page.get_by_role("link", name="Налог центра").click()
    expect(page.get_by_role("heading")).to_have_text("Login of the centre")
    page.get_by_role("link", name="Sign in").click()
    expect(page).to_have_url(f"{config.settings().base_url}/account/access")
    expect(page.get_by_text("Овај налог је повезан са том пријавом (Налог центра)")).to_be_visible()
    page.goto("/sign-in/login/answer?code=again&state=again")
    expect(page.get_by_text("њен одговор је престар или је већ искоришћен").first).to_be_visible()


def test_who_has_no_account_here_reads_what_to_do(issuer: Issuer, user: User, page: Page):
    issuer.claims = {"email": "nobody@centre.example", "sub": "of nobody"}
    page.goto("/sign-in?lang=sr_Cyrl")
    page.get_by_role("link", name="Налог центра").click()
    page.get_by_role("link", name="Sign in").click()
    expect(page.get_by_text("та пријава овде не отвара ниједан налог").first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert "code=" not in page.url
    expect(page.get_by_role("link", name="Налог центра")).to_be_visible()
