"""The centre's own site shows our free dates in a frame; another site cannot. Pressing a date leads to booking here."""

from collections.abc import Iterator

import pytest
from flask import Flask
from playwright.sync_api import APIResponse, Browser, BrowserContext, Route, expect

from scheduler.core.db import db, transaction
from scheduler.people.models import Centre

pytestmark = [pytest.mark.journey, pytest.mark.deep]
OURS, OWN, OTHER = "https://raspored.example", "https://centre.example", "https://elsewhere.example"
LINKS = "main a"


@pytest.fixture
def slug(house: Flask) -> Iterator[str]:
    with house.app_context():
        with transaction() as session:
            centre = session.query(Centre).order_by(Centre.id).first()
            assert centre
            centre.site = OWN
            slug = centre.slug
        yield slug
        with transaction() as session:
            session.query(Centre).update({"site": ""})
        db.session.remove()


@pytest.fixture
def context(chromium: Browser, slug: str, address: str) -> Iterator[BrowserContext]:
    """Two sites with the same frame, and ours under a name: a browser shows no other site what 127.0.0.1 answers."""
    frame = f'<!doctype html><iframe src="{OURS}/widget/{slug}?lang=sr_Latn" width="340" height="800"></iframe>'
    made = chromium.new_context(viewport={"width": 360, "height": 900})
    for site in (OWN, OTHER):
        made.route(f"{site}/**", lambda route: route.fulfill(body=frame, content_type="text/html"))
    made.route(f"{OURS}/**", lambda route: route.fulfill(response=fetched(route, address)))
    yield made
    made.close()


def fetched(route: Route, address: str) -> APIResponse:
    return route.fetch(url=route.request.url.replace(OURS, address))


def test_the_centres_own_site_frames_it_without_a_cookie_and_another_does_not(context: BrowserContext):
    page = context.new_page()

    with page.expect_console_message(lambda message: "frame-ancestors" in message.text):
        page.goto(f"{OTHER}/")
    assert page.frame_locator("iframe").locator(LINKS).count() == 0

    page.goto(f"{OWN}/")
    shown = page.frame_locator("iframe")
    expect(shown.locator(LINKS).last).to_have_text("Zakažite posetu")
    assert context.cookies() == []
    assert shown.locator("html").evaluate("page => page.scrollWidth <= page.clientWidth")
    shown.locator(LINKS).first.click()
    page.wait_for_url(f"{OURS}/book?**")
