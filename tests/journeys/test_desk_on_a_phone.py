"""A coordinator with a phone: nothing in the way before it is wanted, nothing asked that is settled."""

from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from scheduler.core.db import db
from scheduler.places.models import Host
from tests.fonts import IN_BOTH_FONTS

pytestmark = [pytest.mark.journey, pytest.mark.deep, IN_BOTH_FONTS]
HEIGHT = 780


@pytest.fixture
def page(house: Flask, address: str, chromium: Browser) -> Iterator[Page]:
    """Of the demo's coordinator."""
    context = chromium.new_context(base_url=address, viewport={"width": 360, "height": HEIGHT})
    page, who = context.new_page(), house.extensions["demo_sign_ins"][0]
    page.goto("/sign-in?lang=en")
    page.fill("[name=email]", who["email"])
    page.fill("[name=password]", who["password"])
    page.press("[name=password]", "Enter")
    page.wait_for_url("**/desk**")
    yield page
    context.close()


def test_acts_on_several_rows_come_to_the_thumb_with_the_first_tick(page: Page) -> None:
    page.goto("/requests")
    acts = page.locator(".bulk-bar__acts")
    expect(acts).to_be_hidden()

    page.locator("[data-tick]").first.check()

    for button in acts.get_by_role("button").all():
        expect(button).to_be_in_viewport()
    box = acts.bounding_box()
    assert box
    assert round(box["y"] + box["height"]) == HEIGHT
    last = page.locator("[data-tick]:visible").last
    last.focus()
    expect(last).to_be_in_viewport()
    page.wait_for_timeout(1000)  # the page rolls there
    tick = last.bounding_box()
    assert tick
    assert tick["y"] + tick["height"] <= box["y"]  # what has the focus is not under the acts

    acts.get_by_role("button", name="Clear the choice").click()
    expect(acts).to_be_hidden()


def test_the_page_of_shifts_asks_only_what_the_answer_before_leaves_open(house: Flask, page: Page) -> None:
    with house.app_context():
        host_id = db.session.scalars(sa.select(Host.id).where(Host.teaches_primary).order_by(Host.id)).first()
    page.goto(f"/hosts/{host_id}/school-time")
    grades, letters, anchor = (
        page.locator("#first_grades"),
        page.locator("#first_sections"),
        page.locator("#anchor_day"),
    )

    page.locator("[name=grouping][value=letters]").check()
    expect(grades).to_be_hidden()
    expect(letters).to_be_visible()
    page.locator("[name=grouping][value=together]").check()
    page.locator("[name=rotation][value=none]").check()
    for settled in (grades, letters, anchor, page.locator("#turns")):
        expect(settled).to_be_hidden()
    page.locator("[name=grouping][value=grades]").check()
    page.locator("[name=rotation][value=week]").check()
    expect(grades).to_be_visible()
    expect(anchor).to_be_visible()
    expect(letters).to_be_hidden()


@pytest.mark.parametrize("path", ["/requests", "/visits", "/people"])
def test_no_key_leads_to_a_head_of_a_table_that_a_phone_does_not_show(page: Page, path: str) -> None:
    page.goto(path)
    assert page.locator("thead a").count() > 0
    seen = page.evaluate(
        """[...document.querySelectorAll("thead a, thead input")].filter(
        one => { one.focus(); return document.activeElement === one })"""
    )
    assert seen == []


@pytest.mark.parametrize("show", ["new", "late"])
def test_a_chosen_view_of_the_inbox_is_no_wider_than_a_phone(page: Page, show: str) -> None:
    page.goto(f"/requests?show={show}")
    expect(page.locator(".pill--on")).to_have_count(1)
    assert page.evaluate("document.documentElement.scrollWidth") == 360


LINES = """which => document.querySelectorAll(which).length && Math.max(...[...document.querySelectorAll(which)].map(
  one => { const range = document.createRange(); range.selectNodeContents(one);
    return new Set([...range.getClientRects()].map(box => Math.round(box.y))).size }))"""

TALLEST = """which => Math.max(...[...document.querySelectorAll(which)].map(
  one => one.getBoundingClientRect().height))"""


@pytest.mark.parametrize("act", ["reissue", "revoke"])
def test_no_number_of_a_certificate_is_broken_in_two(house: Flask, page: Page, act: str) -> None:
    page.goto("/certificates/issued?lang=sr_Cyrl")
    assert page.evaluate(LINES, "th .nowrap") == 1
    for of_a_card in ("th[scope=row]", ".row-acts"):  # its number and its file, what is done with it: a line each
        assert page.evaluate(TALLEST, of_a_card) < 40
    there = page.locator("a[href$='/reissue']").first.get_attribute("href")
    if act == "revoke":  # asked for on the page that issues it anew
        page.goto(there)
        there = page.locator("main a[href$='/revoke']").first.get_attribute("href")
    for language in ("sr_Cyrl", "sr_Latn", "en"):
        page.goto(f"{there}?lang={language}")
        assert page.evaluate(LINES, "h1 .nowrap") == 1


def test_the_paper_stays_in_sight_while_its_template_is_typed_and_can_be_folded(page: Page) -> None:
    page.goto("/settings/certificates?lang=en")
    paper, fold, last = page.locator("#paper img"), page.get_by_text("How it looks"), page.locator("[name=duty_en_3]")

    for name in ("file_number", "name_1", "duty_en_3"):
        page.locator(f"[name={name}]").focus()
        expect(paper).to_be_in_viewport(ratio=1)
    page.wait_for_timeout(1000)  # the page rolls there
    typed, head = last.bounding_box(), fold.bounding_box()
    assert typed
    assert head
    assert typed["y"] + typed["height"] <= head["y"]  # what has the focus is not under the paper
    page.locator("[name=name_1]").fill("Živka Đurđević")
    page.locator("[name=duty_en_3]").focus()
    expect(page.get_by_text("With what is typed; nothing of it is saved yet.")).to_be_in_viewport()

    fold.click()
    expect(paper).to_be_hidden()
    expect(fold).to_be_in_viewport()


def test_the_words_beside_a_counter_are_not_broken_in_two(house: Flask, address: str, chromium: Browser) -> None:
    """Наставници, the longest of them, on the narrowest phone."""
    context = chromium.new_context(base_url=address, viewport={"width": 360, "height": HEIGHT})
    page = context.new_page()
    page.goto("/styleguide?lang=sr_Cyrl")
    tallest = page.evaluate(
        """() => { const label = document.querySelector(".counter__words label"); label.textContent = "Наставници";
        const box = label.closest(".counter"); box.style.width = "288px";  // as on the page that counts
        return label.getBoundingClientRect().height / parseFloat(getComputedStyle(label).lineHeight) }"""
    )
    context.close()
    assert round(tallest) == 1
