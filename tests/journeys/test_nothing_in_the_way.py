"""What is said in passing leaves by itself and covers nothing; what was typed while signed out comes back."""

from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from scheduler.core.db import db, transaction
from scheduler.people.models import SignIn

pytestmark = [pytest.mark.journey, pytest.mark.deep]
WRITTEN = "The hall is closed until spring."


@pytest.fixture
def page(house: Flask, address: str, chromium: Browser) -> Iterator[Page]:
    """A coordinator of the demo on a phone, signed in by her form."""
    who = house.extensions["demo_sign_ins"][0]
    context = chromium.new_context(base_url=address, viewport={"width": 360, "height": 740})
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


def test_a_toast_that_offers_to_undo_leaves_too_and_covers_no_button_at_the_end_of_the_page(page: Page) -> None:
    open_a_new_request(page)
    page.clock.pause_at(page.evaluate("Date.now() / 1000") + 5)  # a slow machine's seconds are not the toast's
    page.get_by_role("button", name="Take it").click()
    toast = page.locator(".done-toast")
    expect(toast).to_be_visible()
    page.evaluate("scrollTo(0, document.body.scrollHeight)")
    covered = page.evaluate("""() => {
        const toast = document.querySelector(".done-toast").getBoundingClientRect()
        return [...document.querySelectorAll("main a, main button, footer a")].filter(one => {
            const box = one.getBoundingClientRect()
            return box.width && box.bottom > toast.top && box.top < toast.bottom
        }).length
    }""")
    assert covered == 0

    page.clock.fast_forward(59_000)
    expect(toast).to_be_visible()
    page.clock.fast_forward(2_000)
    expect(toast).to_have_count(0)


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
