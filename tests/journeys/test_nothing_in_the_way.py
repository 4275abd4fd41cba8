"""The desk is read at a glance; what was done stands below the heading; what was typed while signed out comes back."""

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
COVERED = """() => {
    const note = document.querySelector(".done-note").getBoundingClientRect()
    return [...document.querySelectorAll("main *, footer *, .tabs a")].filter(one => {
        const box = one.getBoundingClientRect()
        return !one.children.length && !one.closest(".done-note") && one.checkVisibility() && box.width > 1
            && box.bottom > note.top && box.top < note.bottom && box.right > note.left && box.left < note.right
    }).map(one => one.outerHTML.slice(0, 90))
}"""
MOST_WORDS = 400  # on the coordinator's first page
SEEN_WORDS = r"""() => {
    const texts = document.createTreeWalker(document.querySelector("main"), NodeFilter.SHOW_TEXT)
    let words = 0
    while (texts.nextNode()) {
        const on = texts.currentNode.parentElement
        const read = on.checkVisibility() && !on.closest(".visually-hidden")
        if (read) words += (texts.currentNode.data.match(/[\p{L}\p{N}]\S*/gu) ?? []).length
    }
    return words
}"""
BELOW_THE_HEADING = """() => document.querySelector(".done-note").getBoundingClientRect().top
    - document.querySelector("main h1").getBoundingClientRect().bottom"""


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


@pytest.mark.parametrize("language", ["sr_Cyrl", "sr_Latn", "en"])
def test_ten_rows_of_the_desk_fit_a_laptop_and_five_a_phone_in_under_400_words(page: Page, language: str) -> None:
    for width, rows in ((1280, 10), (360, 5)):
        page.set_viewport_size({"width": width, "height": 800})
        page.goto(f"/desk?lang={language}")
        last = page.locator(".turns tbody tr").nth(rows - 1).bounding_box()
        assert last
        assert last["y"] + last["height"] <= 800, width
        assert page.evaluate(SEEN_WORDS) < MOST_WORDS, width


@pytest.mark.parametrize("width", [360, 721, 800, 920, 1024])
def test_the_act_of_each_row_of_the_desk_is_seen_without_scrolling_sideways(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    for language in ("sr_Cyrl", "sr_Latn", "en"):
        page.goto(f"/desk?lang={language}")
        acts = [one.bounding_box() for one in page.locator(".turns td:last-child .button").all()]
        assert acts
        assert [box for box in acts if box and box["x"] + box["width"] > width] == [], language
        assert page.locator(".turns .data").evaluate("one => one.scrollWidth - one.clientWidth") == 0, language


def open_a_new_request(page: Page) -> None:
    page.goto("/requests?show=new&lang=en")
    page.locator("form[action*=together] tbody th a").first.click()


def assert_that_nothing_is_covered(page: Page) -> None:
    """The note stands in the page below its heading, on a phone and on a laptop."""
    for size in SIZES:
        page.set_viewport_size(size)
        assert page.evaluate(COVERED) == [], size
        assert 0 <= page.evaluate(BELOW_THE_HEADING) < 60, size


def test_what_was_done_and_its_undo_stand_below_the_heading_cover_nothing_and_stay(page: Page) -> None:
    open_a_new_request(page)
    page.get_by_role("button", name="Take it").click()
    note = page.locator(".done-note")
    expect(note).to_be_visible()
    expect(note.get_by_role("button")).to_be_visible()
    assert_that_nothing_is_covered(page)
    page.clock.fast_forward(600_000)
    expect(note).to_be_visible()


def test_the_note_of_a_person_with_tabs_covers_nothing(house: Flask, page: Page) -> None:
    page.context.clear_cookies()
    sign_in(page, next(who for who in house.extensions["demo_sign_ins"] if who["role"] == "educator"))
    page.goto("/account?lang=en")
    page.get_by_role("button", name="Save").first.click()
    expect(page.locator(".done-note")).to_be_visible()
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
