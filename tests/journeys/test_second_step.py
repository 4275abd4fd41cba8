"""Staff make a passkey and sign in with it, in a real browser that makes real keys; no page breaks the policy."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask
from playwright.sync_api import Browser, CDPSession, Page, expect

from scheduler import config
from scheduler.core import tokens
from scheduler.core.db import db, transaction
from scheduler.credentials import passwords
from scheduler.people.models import User
from scheduler.policy import Role
from tests.factories import MONDAY
from tests.factories.keys import SECRET, code_at, make_app
from tests.factories.people import make_centre, make_user

pytestmark = [pytest.mark.journey, pytest.mark.deep]
PASSWORD = "mesečina nad Drvengradom"
DEVICE = {
    "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
    "isUserVerified": True, "automaticPresenceSimulation": True,
}  # fmt: skip


@pytest.fixture
def place(house: Flask, address: str) -> Iterator[str]:
    """The house asks for a second step, at a name for which browsers make keys."""
    named = address.replace("127.0.0.1", "localhost")
    config.use(replace(house.config["SETTINGS"], second_factor="required", base_url=named))
    yield named
    config.use(house.config["SETTINGS"])


@pytest.fixture
def user(house: Flask) -> Iterator[User]:
    hashed = passwords._hasher.hash(PASSWORD)
    with house.app_context():
        yield make_user(
            Role.COORDINATOR, email="kljuc@centre.example", password_hash=hashed, centre_id=make_centre().id
        )
        with transaction() as session:
            session.delete(session.merge(session.query(User).filter_by(email="kljuc@centre.example").one()))
        db.session.remove()


@pytest.fixture
def page(place: str, chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context(base_url=place, viewport={"width": 360, "height": 780})
    context.set_default_timeout(90_000)
    opened = context.new_page()
    opened.complaints = []
    opened.on("pageerror", lambda error: opened.complaints.append(str(error)))
    opened.on("console", lambda said: said.type == "error" and opened.complaints.append(said.text))
    yield opened
    context.close()


@pytest.fixture
def device(page: Page) -> tuple[CDPSession, str]:
    """Chromium's own make-believe device: its keys are real, nobody has to touch it."""
    line = page.context.new_cdp_session(page)
    line.send("WebAuthn.enable")
    return line, line.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})["authenticatorId"]


def sign_in(page: Page) -> None:
    page.goto("/sign-in?lang=en&next=/account")
    page.fill("[name=email] >> nth=0", "kljuc@centre.example")
    page.fill("[name=password] >> nth=0", PASSWORD)
    page.press("[name=password] >> nth=0", "Enter")
    page.wait_for_url("**/second-step**")


def test_a_passkey_is_made_and_opens_and_a_device_without_it_opens_nothing(page, device, user, place):
    line, number = device
    sign_in(page)
    expect(page.locator("h1")).to_have_text("A second step for your account")
    with transaction():
        link = tokens.mint("mailbox", user.id, lasts=dt.timedelta(hours=1), now=MONDAY)
    page.goto(f"/second-step/mailbox/{link}")
    page.get_by_role("button", name="Yes, it is me").click()
    page.get_by_role("link", name="With a passkey").click()
    page.get_by_label("What you call it").fill("Work laptop")
    page.get_by_role("button", name="Make the passkey").click()

    expect(page.locator("h1")).to_have_text("Your recovery codes")
    assert page.locator("main code").count() == 10
    page.get_by_role("link", name="I have kept them, go on").click()
    page.goto("/account/access")
    expect(page.locator("main")).to_contain_text("Passkey: Work laptop")
    expect(page.locator("main")).to_contain_text("10 recovery codes are left.")

    page.goto("/account")
    page.get_by_role("button", name="Sign out").click()
    sign_in(page)
    page.get_by_role("button", name="Use the passkey").click()
    page.wait_for_url("**/account")
    page.get_by_role("button", name="Sign out").click()

    line.send("WebAuthn.clearCredentials", {"authenticatorId": number})
    sign_in(page)
    page.get_by_role("button", name="Use the passkey").click()
    expect(page.get_by_role("alert")).to_contain_text("did not answer")
    assert page.complaints == []


def test_without_a_device_a_code_of_the_app_opens(page, user):
    make_app(user)
    sign_in(page)
    page.get_by_label("Code", exact=True).fill(code_at(SECRET, MONDAY))
    page.get_by_role("button", name="Go on").click()
    page.wait_for_url("**/account")
    assert page.complaints == []
