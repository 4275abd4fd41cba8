"""Ten agreed requests of one region are offered with at most 25 presses, by mouse, by keys and by drag (PRODUCT P2)."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count

import pytest
import sqlalchemy as sa
from flask import Flask
from playwright.sync_api import Browser, Locator, Page, expect

from scheduler.core.db import db
from scheduler.people.models import User
from scheduler.requests.models import SchoolRequest
from scheduler.requests.terms.school_request import RequestState
from tests.a11y.looking import AXE, FOUND
from tests.factories.proposals import FIRST, Region, a_region
from tests.web.browser import browser_of

pytestmark = [pytest.mark.journey, pytest.mark.deep]
TEN, MOST_PRESSES = 10, 25
NUMBERS = count(7000, TEN)


@dataclass
class Hand:
    """Somebody at a desk; counts what she presses from the agreed requests on."""

    page: Page
    presses: int = 0

    def presses_on(self, wanted: Locator) -> None:
        wanted.click()
        self.presses += 1
        self.page.wait_for_load_state()

    def cards(self) -> Locator:
        return self.page.locator("aside [data-number] a")

    def days_that_fit(self) -> Locator:
        return self.page.locator("td[data-answer=good] button")


@pytest.fixture
def region(house: Flask) -> Iterator[Region]:
    with house.app_context():
        yield a_region(requests=TEN, educators=4, numbered=next(NUMBERS))
        db.session.rollback()


@pytest.fixture
def hand(house: Flask, address: str, chromium: Browser, region: Region) -> Iterator[Hand]:
    client = browser_of(house, db.session.get_one(User, region.coordinator.user_id))
    context = chromium.new_context(base_url=address, viewport={"width": 1280, "height": 900})
    context.add_cookies([{"name": one.key, "value": one.value, "url": address} for one in client._cookies.values()])
    page = context.new_page()
    page.on("pageerror", lambda error: pytest.fail(str(error)))
    yield Hand(page)
    context.close()


def states(region: Region) -> list[RequestState]:
    db.session.rollback()
    ids = [one.id for one in region.asked]
    return list(db.session.scalars(sa.select(SchoolRequest.state).where(SchoolRequest.id.in_(ids))))


def test_ten_requests_are_offered_with_at_most_twenty_five_presses(hand: Hand, region: Region) -> None:
    """One by one, as somebody does who looks at each; two of a town in one press would be fewer."""
    hand.page.goto("/plans?lang=en")
    hand.presses_on(hand.page.get_by_role("link", name="Region", exact=True))
    for number in range(TEN):
        hand.presses_on(hand.cards().first)
        expect(hand.page.get_by_text("Chosen:")).to_be_visible()
        hand.presses_on(hand.days_that_fit().nth(number % hand.days_that_fit().count()))
        expect(hand.page.get_by_role("button", name="Offer")).to_contain_text(str(number + 1))

    hand.presses_on(hand.page.get_by_role("button", name="Offer all 10 visits"))
    expect(hand.page.locator("main section.box")).to_have_count(TEN)
    expect(hand.page.locator("main section.box p").first).to_contain_text("@")
    hand.presses_on(hand.page.get_by_role("button", name="Offer and send"))

    expect(hand.page.get_by_role("status")).to_contain_text("10 visits planned and offered")
    assert states(region) == [RequestState.STAFFING] * TEN
    print(f"ten requests of one region: {hand.presses} presses from agreed to offered")
    assert hand.presses <= MOST_PRESSES


def test_several_cards_at_once_take_half_as_many(hand: Hand, region: Region) -> None:
    hand.page.goto("/plans?lang=en")
    hand.presses_on(hand.page.get_by_role("link", name="Region", exact=True))
    for number in range(TEN // 2):
        for place in range(2):
            hand.presses_on(hand.cards().nth(place))
        hand.presses_on(hand.days_that_fit().nth(number))
    hand.presses_on(hand.page.get_by_role("button", name="Offer all 10 visits"))
    hand.presses_on(hand.page.get_by_role("button", name="Offer and send"))
    expect(hand.page.get_by_role("status")).to_contain_text("10 visits planned and offered")
    print(f"two cards at once: {hand.presses} presses")
    assert hand.presses <= MOST_PRESSES - 5


def test_a_card_is_dragged_and_every_cell_answers_first(hand: Hand, region: Region) -> None:
    page = hand.page
    page.goto(f"/region?lang=en&week={FIRST}")
    card = page.locator("aside [data-number]").first
    target = page.locator(f"#p{region.educators[0].id} td[data-day='{FIRST + dt.timedelta(days=1)}']")
    card.hover()
    page.mouse.down()
    target.hover()
    expect(target.locator(".board__answer")).to_contain_text("km")
    expect(target).to_have_attribute("data-answer", "good")
    target.hover()
    page.mouse.up()
    expect(page.get_by_role("button", name="Offer 1 visit")).to_be_visible()
    expect(page.locator(f"#p{region.educators[0].id} .block--waiting")).to_have_count(1)


def test_keys_alone_choose_and_put_a_card(hand: Hand, region: Region) -> None:
    page = hand.page
    page.goto(f"/region?lang=en&week={FIRST}")
    hand.cards().first.focus()
    page.keyboard.press("m")
    expect(page.get_by_text("Chosen:")).to_be_visible()
    page.evaluate(AXE)
    assert page.evaluate(FOUND.replace("document,", "'main',")) == []
    hand.days_that_fit().first.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Offer 1 visit")).to_be_visible()
    hand.cards().first.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Chosen:")).to_be_visible()
