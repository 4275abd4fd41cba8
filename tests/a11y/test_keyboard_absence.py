"""A presenter who wakes up ill says so from her first page: on a phone, by keyboard, without script."""

import pytest
from playwright.sync_api import Browser, Page

from tests.laws.travellers import Traveller

pytestmark = [pytest.mark.journey, pytest.mark.deep]
MOST_TABS = 60


def _tab_to(page: Page, name: str) -> None:
    for _step in range(MOST_TABS):
        page.keyboard.press("Tab")
        if name in page.evaluate("document.activeElement.innerText").strip():
            return
    raise AssertionError(f"{name!r} is not reached by the Tab key")


def test_absence_takes_two_presses_of_the_enter_key(
    everybody: dict[str, Traveller], address: str, chromium: Browser
) -> None:
    context = chromium.new_context(viewport={"width": 360, "height": 740}, java_script_enabled=False)
    context.add_cookies(
        [{"name": name, "value": value, "url": address} for name, value in everybody["educator"].cookies.items()]
    )
    page = context.new_page()
    page.goto(f"{address}/desk?lang=en")
    href = page.locator('a[href^="/absence?"]').first.get_attribute("href")
    for _step in range(MOST_TABS):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.getAttribute('href')") == href:
            break
    page.keyboard.press("Enter")
    page.wait_for_url("**/absence?**")
    _tab_to(page, "tell the coordinators")
    page.keyboard.press("Enter")
    page.wait_for_url("**/desk")

    assert "You have left 1 visit" in page.locator("body").inner_text()
    context.close()
