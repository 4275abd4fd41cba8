"""The pages between password and desk, where a second step is asked: for everybody, with every kind of key.

The sign-in page where the centre has a login of its own, and what it says to who came back: for everybody.
"""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask
from playwright.sync_api import Browser

from scheduler import config
from scheduler.core.db import db
from scheduler.keys.service.keeping import secret_for
from scheduler.own_login import OwnLogin
from scheduler.policy import Role
from tests.a11y.atlas import LEADS_AWAY, ON_THE_WAY_IN, Sheet, endpoint_of
from tests.a11y.looking import LANGS, Eye, View
from tests.factories import MONDAY, a_number
from tests.factories.keys import code_at, make_app, make_passkey, make_sign_in, seen_browser
from tests.factories.people import make_centre, make_user
from tests.laws.travellers import Traveller

pytestmark = [pytest.mark.journey, pytest.mark.deep]

WITHOUT_A_KEY = ["/second-step/begin", "/second-step/mailbox"]
WITH_THE_MAILBOX = ["/second-step/begin", "/second-step/app", "/second-step/passkeys"]
WITH_A_KEY = ["/second-step", "/second-step/mailbox"]


@pytest.fixture
def asking(house: Flask) -> Iterator[None]:
    """As in production: staff are asked for a second step."""
    config.use(replace(house.config["SETTINGS"], second_factor="required"))
    yield
    config.use(house.config["SETTINGS"])


def waiting(house: Flask, *, has_key: bool = False, proven: bool = False) -> Traveller:
    """Somebody of the staff who has typed her password."""
    with house.app_context():
        email = f"on-the-way-in-{a_number()}@centre.example"  # another process numbered those of the house
        user = make_user(Role.COORDINATOR, centre_id=make_centre().id, email=email)
        if has_key:
            make_app(user)
            make_passkey(user)
        token = make_sign_in(user, mailbox_at=MONDAY if proven else None)
        client = house.test_client()
        with client.session_transaction() as cookies:
            cookies["_user_id"] = token
        db.session.remove()
    cookie = next(iter(client._cookies.values()))
    return Traveller("waiting", {cookie.key: cookie.value, "token": token}, [])


def faults_of(who: Traveller, paths: list[str], house: Flask, address: str, chromium: Browser, language: str):
    narrow, wide = View(language), View(language, 1280)
    eye = Eye(chromium, address, who, narrow)
    sheets = [Sheet("waiting", endpoint_of(house, path), path) for path in paths]
    found = [fault for sheet in sheets for fault in eye.faults(sheet, narrow, wide)]
    eye.close()
    return found


@pytest.mark.parametrize("language", LANGS)
@pytest.mark.parametrize(
    ("given", "paths"),
    [({}, WITHOUT_A_KEY), ({"proven": True}, WITH_THE_MAILBOX), ({"has_key": True}, WITH_A_KEY)],
    ids=["without a key", "with the mailbox", "with a key"],
)
def test_every_page_on_the_way_in_is_for_everybody(asking, house, address, chromium, language, given, paths):
    assert faults_of(waiting(house, **given), paths, house, address, chromium, language) == []


def test_they_are_those_that_the_walk_of_all_pages_leaves_out(house):
    paths = {*WITHOUT_A_KEY, *WITH_THE_MAILBOX, *WITH_A_KEY}
    assert {endpoint_of(house, path) for path in paths} >= ON_THE_WAY_IN


@pytest.mark.parametrize("language", LANGS)
def test_the_page_of_recovery_codes_is_for_everybody(asking, house, address, chromium, language):
    who = waiting(house, proven=True)
    narrow = View(language)
    eye = Eye(chromium, address, who, narrow)
    eye.open(Sheet("waiting", "people.add_app", "/second-step/app"))
    with house.app_context():
        secret = secret_for(seen_browser(who.cookies["token"]))
    eye.page.fill("[name=code]", code_at(secret, MONDAY))
    eye.page.locator("main form button").click()
    eye.page.locator("main li code").first.wait_for()

    assert eye.page.locator("main li code").count() == 10
    assert eye.page.evaluate("document.documentElement.scrollWidth") <= 360
    eye.close()


PAGE = Sheet("", "people.sign_in", "/sign-in")
NAMES = {"sr_Cyrl": "Налог центра", "sr_Latn": "Nalog centra", "en": "Nalog centra"}


@pytest.fixture
def with_login(house: Flask) -> Iterator[None]:
    login = OwnLogin("https://localhost:1", "raspored", "of one centre only", "Налог центра")
    config.use(replace(house.config["SETTINGS"], own_login=login))
    yield
    config.use(house.config["SETTINGS"])


@pytest.mark.parametrize("language", LANGS)
def test_the_button_and_each_error_are_for_everybody(with_login, house, address, chromium: Browser, language: str):
    narrow, wide = View(language), View(language, 1280)
    eye = Eye(chromium, address, Traveller("", {}, []), narrow)

    found = eye.faults(PAGE, narrow, wide, View(language, 360, "dark"))
    button = eye.page.get_by_role("link", name=NAMES[language])
    assert button.get_attribute("href") == "/sign-in/login"
    eye.page.goto("/sign-in/login/answer?state=old")  # a stale one, told on the page of the password
    assert eye.page.locator("[role=alert], .error-summary").count()
    for view in (narrow, wide):
        eye.turn(view)
        assert eye.page.evaluate("document.documentElement.scrollWidth") <= view.width
    eye.page.get_by_role("link", name=NAMES[language]).click()  # nobody listens there
    assert eye.page.url.endswith("/sign-in")
    eye.close()
    assert found == []


def test_pages_of_an_own_login_are_those_that_the_walk_of_all_pages_leaves_out(house: Flask):
    assert {endpoint_of(house, path) for path in ("/sign-in/login", "/sign-in/login/answer")} == LEADS_AWAY - {
        "people.reset"
    }
