"""What is said in passing leaves by itself and covers nothing; what was typed while signed out comes back."""

from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from flask import Flask
from playwright.sync_api import Browser, Page, ViewportSize, expect

from scheduler.core.db import db, transaction
from scheduler.people.models import SignIn
from tests.fonts import IN_BOTH_FONTS

pytestmark = [pytest.mark.journey, pytest.mark.deep, IN_BOTH_FONTS]
WRITTEN = "The hall is closed until spring."
SIZES: tuple[ViewportSize, ...] = ({"width": 360, "height": 740}, {"width": 1280, "height": 800})
UNDER_THE_TOAST = """() => {
    scrollTo({top: document.body.scrollHeight, behavior: "instant"})
    const toast = document.querySelector(".done-toast").getBoundingClientRect()
    const words = [...document.querySelectorAll("main *, footer *")].filter(one => !one.children.length)
    const pressed = document.querySelectorAll("main :is(a, button, summary, label), footer a, .tabs a")
    return [...words, ...pressed].filter(one => {
        const box = one.getBoundingClientRect()
        return one.checkVisibility() && box.width > 1 && box.bottom > toast.top && box.top < toast.bottom
            && box.right > toast.left && box.left < toast.right
    }).map(one => `${one.outerHTML.slice(0, 90)}: ${one.getBoundingClientRect().bottom - toast.top} px`)
}"""
ABOVE_THE_TOAST = """() => document.querySelector(".done-toast").getBoundingClientRect().top
    - document.querySelector("main").getBoundingClientRect().bottom"""


@pytest.fixture
def page(house: Flask, address: str, chromium: Browser) -> Iterator[Page]:
    """A coordinator of the demo on a phone, signed in by her form."""
    who = house.extensions["demo_sign_ins"][0]
    context = chromium.new_context(base_url=address, viewport=SIZES[0])
    page = context.new_page()
    page.clock.install()
    sign_in(page, who)
    yield page
    context.close()


def sign_in(page: Page, who: dict[str, str]) -> None:
    if not page.url.startswith("http") or "/sign-in" not in page.url:
        page.goto("/sign-in?lang=en")
    page.fill("[name=email]", who["email"])
    page.fill("[name=password]", who["password"])
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_url(lambda url: "/sign-in" not in url)


def open_a_new_request(page: Page) -> None:
    page.goto("/requests?show=new&lang=en")
    page.locator("form[action*=together] tbody th a").first.click()


def assert_that_nothing_is_covered(page: Page) -> None:
    """At the end of the page the toast has a place of its own; neither folded nor unfolded is anything behind it."""
    for size in SIZES:
        page.set_viewport_size(size)
        for folds in ("closed", "open"):
            page.evaluate(
                "open => document.querySelectorAll('main details').forEach(one => one.open = open)", folds == "open"
            )
            assert page.evaluate(UNDER_THE_TOAST) == [], (size, folds)
            assert page.evaluate(ABOVE_THE_TOAST) > -1, (size, folds)  # the window scrolls by whole pixels


def test_a_toast_that_offers_to_undo_leaves_too_and_covers_no_button_at_the_end_of_the_page(page: Page) -> None:
    open_a_new_request(page)
    page.clock.pause_at(page.evaluate("Date.now() / 1000") + 5)  # a slow machine's seconds are not the toast's
    page.get_by_role("button", name="Take it").click()
    toast = page.locator(".done-toast")
    expect(toast).to_be_visible()
    assert_that_nothing_is_covered(page)
    page.clock.fast_forward(59_000)
    expect(toast).to_be_visible()
    page.clock.fast_forward(2_000)
    expect(toast).to_have_count(0)


def test_a_toast_of_a_person_with_tabs_covers_nothing_at_the_end_of_the_page(house: Flask, page: Page) -> None:
    """The tabs stand on a phone only, and only there does the toast make room for them."""
    page.context.clear_cookies()
    sign_in(page, next(who for who in house.extensions["demo_sign_ins"] if who["role"] == "educator"))
    page.goto("/account?lang=en")
    page.clock.pause_at(page.evaluate("Date.now() / 1000") + 5)
    page.get_by_role("button", name="Save").first.click()
    expect(page.locator(".done-toast")).to_be_visible()
    assert_that_nothing_is_covered(page)


def test_what_was_typed_while_signed_out_stands_in_its_field_again(house: Flask, page: Page) -> None:
    open_a_new_request(page)
    here = page.url
    field = page.locator("form[action$='/end'] [name=reason]").first
    field.evaluate("one => one.closest('details')?.setAttribute('open', '')")
    field.fill(WRITTEN)
    with house.app_context():
        with transaction() as session:
            session.execute(sa.delete(SignIn))
        db.session.remove()

    field.evaluate("one => one.form.requestSubmit()")
    expect(page.locator("blockquote")).to_have_text(WRITTEN)
    page.get_by_role("link", name="Sign in", exact=True).last.click()
    sign_in(page, house.extensions["demo_sign_ins"][0])

    assert page.url.partition("?")[0] == here.partition("?")[0]
    expect(field).to_have_value(WRITTEN)
    page.reload()
    expect(field).to_have_value("")
