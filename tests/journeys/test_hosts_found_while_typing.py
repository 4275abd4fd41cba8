"""A school is found while its name is typed: on the front page, in the booking and on the phone's page alike."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, expect

pytestmark = [pytest.mark.journey, pytest.mark.deep]
A_SLOW_FINGER_MS = 80
WIDTHS = (360, 1280)


@pytest.fixture
def opens(address: str, chromium: Browser) -> Iterator[Callable[..., Page]]:
    contexts: list[BrowserContext] = []

    def fresh(width: int, **given: Any) -> Page:
        context = chromium.new_context(base_url=address, viewport={"width": width, "height": 780}, **given)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: pytest.fail(str(error)))
        return page

    yield fresh
    for context in contexts:
        context.close()


def types(page: Page, text: str) -> None:
    page.locator("main").or_(page.locator(".hero")).get_by_role("combobox").last.press_sequentially(text, delay=30)
    page.get_by_role("option").first.wait_for()


def presses_slowly(page: Page, name: str) -> None:
    """As a finger does: some time lies between down and up, and the button must still be there."""
    button = page.get_by_role("button", name=name)
    button.scroll_into_view_if_needed()
    box = button.bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.wait_for_timeout(A_SLOW_FINGER_MS)
    page.mouse.up()


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
def test_the_field_of_the_first_page_shows_its_focus_clear_of_its_label(
    opens: Callable[..., Page], width: int, scripts: bool
) -> None:
    page = opens(width, java_script_enabled=scripts)
    page.goto("/?lang=sr_Latn")
    field = page.locator(".hero__ask input:visible").last
    field.focus()
    ring = field.evaluate(
        "one => (({outlineStyle, outlineWidth}) => [outlineStyle, outlineWidth])(getComputedStyle(one))"
    )
    label, box = page.locator(".hero__ask label").bounding_box(), field.bounding_box()

    assert ring == ["solid", "2px"]
    assert label
    assert box
    assert box["y"] - label["y"] - label["height"] >= 6  # the ring with its glow


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize(("path", "button"), [("/", "Book a visit"), ("/book", "Find")])
def test_a_press_on_the_button_lands_while_the_list_is_open(
    opens: Callable[..., Page], width: int, path: str, button: str
) -> None:
    page = opens(width)
    page.goto(f"{path}?lang=en")
    types(page, "nis")
    presses_slowly(page, button)
    page.wait_for_url("**/book?q=nis")
    expect(page.get_by_role("button", name="This one").first).to_be_visible()


@pytest.mark.parametrize("width", WIDTHS)
def test_who_chooses_on_the_front_page_sees_the_school_and_goes_on(opens: Callable[..., Page], width: int) -> None:
    page = opens(width)
    page.goto("/?lang=en")
    types(page, "nis")
    name = page.get_by_role("option").first.locator("b, .host-option__name").first.inner_text()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**/book?host=*")
    expect(page.locator("main")).to_contain_text(name)
    page.get_by_role("button", name="Continue").click()
    page.wait_for_url("**/book/what")


def test_a_coordinator_on_the_phone_chooses_from_the_same_list(house: Flask, opens: Callable[..., Page]) -> None:
    page, who = opens(1280), house.extensions["demo_sign_ins"][0]
    page.goto("/sign-in?lang=en")
    page.fill("[name=email]", who["email"])
    page.fill("[name=password]", who["password"])
    page.press("[name=password]", "Enter")
    page.wait_for_url("**/desk**")
    page.goto("/requests/phone")
    types(page, "nis")
    page.get_by_role("option").first.click()
    page.wait_for_url("**/requests/phone?host=*")
    expect(page.get_by_role("button", name="Take the request")).to_be_visible()


def test_without_a_script_the_button_finds(opens: Callable[..., Page]) -> None:
    page = opens(360, java_script_enabled=False)
    page.goto("/?lang=en")
    page.get_by_label("Which school?").fill("nis")
    page.get_by_role("button", name="Book a visit").click()
    page.wait_for_url("**/book?q=nis")
    expect(page.get_by_role("button", name="This one").first).to_be_visible()
