"""The button that copies says so; where a browser does not let it, the text is selected for the keys."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

pytestmark = [pytest.mark.journey, pytest.mark.deep]
CLIPBOARD = "Object.defineProperty(navigator, 'clipboard', {value: {writeText: () => ANSWER}})"
SELECTED = "field => field.value.slice(field.selectionStart, field.selectionEnd)"


@pytest.fixture
def page(address: str, chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context(base_url=address)
    page, errors = context.new_page(), list[str]()
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto("/styleguide?lang=en")
    yield page
    context.close()
    assert errors == []


def test_what_is_copied_is_said(page: Page) -> None:
    page.evaluate(CLIPBOARD.replace("ANSWER", "Promise.resolve()"))
    button = page.locator("[data-copy] button").first
    button.click()
    expect(button).to_have_text("Copied")


def test_without_a_clipboard_the_text_is_selected(page: Page) -> None:
    page.evaluate(CLIPBOARD.replace("ANSWER", "Promise.reject(new DOMException('no', 'NotAllowedError'))"))
    button, field = page.locator("[data-copy] button").first, page.locator("[data-copy] input").first
    button.click()
    expect(field).to_be_focused()
    expect(button).to_have_text("Copy")
    assert field.evaluate(SELECTED) == field.input_value()
