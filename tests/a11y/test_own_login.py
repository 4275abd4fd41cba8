"""The sign-in page where the centre has a login of its own, and what it says to who came back: for everybody."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask
from playwright.sync_api import Browser

from scheduler import config
from scheduler.own_login import OwnLogin
from tests.a11y.atlas import LEADS_AWAY, Sheet, endpoint_of
from tests.a11y.looking import LANGS, Eye, View
from tests.laws.travellers import Traveller

pytestmark = [pytest.mark.journey, pytest.mark.deep]
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


def test_they_are_those_that_the_walk_of_all_pages_leaves_out(house: Flask):
    assert {endpoint_of(house, path) for path in ("/sign-in/login", "/sign-in/login/answer")} == LEADS_AWAY - {
        "people.reset"
    }
