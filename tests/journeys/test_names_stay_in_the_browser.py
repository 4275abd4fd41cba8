"""A school writes the names of its Web Detectives on their papers: in its browser alone, which tells nobody."""

import datetime as dt
import io
import logging
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, quote_plus

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, Request, expect
from pypdf import PdfReader

from scheduler.certificates.service.awards import issue_for_cohort
from scheduler.core import tokens
from scheduler.core.db import db, transaction
from scheduler.policy import Role
from tests.a11y.conftest import served
from tests.conftest import THE_CLOCK
from tests.factories.awards import a_trained_cohort
from tests.factories.counting import LEAVING
from tests.factories.people import an_actor
from tests.journeys.house import an_empty_house
from tests.papers import qr_codes_of, saved

pytestmark = [pytest.mark.journey, pytest.mark.deep]
NAME = "Зорана Измишљенковић"
LATIN = "Žaklina Nigdjezapisanić-Dugoprezimenović"
KEEPS = """async () => JSON.stringify([
  Object.entries(localStorage), Object.entries(sessionStorage), history.state, document.cookie, location.href,
  await indexedDB.databases(), await caches.keys(),
])"""


@dataclass
class Heard:
    """All that a browser sent."""

    sent: list[str] = field(default_factory=list)

    def hears(self, request: Request) -> None:
        body = (request.post_data_buffer or b"").decode("utf-8", "replace")
        self.sent.append(f"{request.url} {request.all_headers()} {body}")

    def said(self, name: str) -> list[str]:
        words = name.split()[1]
        return [one for one in self.sent if any(said in one for said in (words, quote(words), quote_plus(words)))]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("instance")


@pytest.fixture(scope="module")
def house(folder: Path) -> Iterator[Flask]:
    with an_empty_house(folder) as app:
        yield app


@pytest.fixture(scope="module")
def address(house: Flask) -> Iterator[str]:
    with served(house) as at:
        yield at


@pytest.fixture
def papers(house: Flask) -> str:
    """The page of a school on which it writes names, below its secret link."""
    THE_CLOCK.stands_at(LEAVING)
    with house.app_context():
        cohort, parts = a_trained_cohort()
        desk = an_actor(Role.COORDINATOR, centre_id=cohort.centre_id)
        [number] = issue_for_cohort(desk, cohort.code, now=LEAVING).numbers
        with transaction():
            secret = tokens.mint("status", parts[-1].request.id, lasts=dt.timedelta(days=9), now=LEAVING)
        db.session.remove()
    return f"/status/{secret}/certificates/{number}/names?lang=en"


@pytest.fixture
def context(chromium: Browser, address: str) -> Iterator[BrowserContext]:
    opened = chromium.new_context(base_url=address, viewport={"width": 1280, "height": 900}, locale="en")
    yield opened
    opened.close()


def names_of_a_group() -> list[str]:
    return [NAME, LATIN, *(f"Детектив {place} Непостојећић" for place in range(3, 61))]


def test_sixty_names_become_sixty_pages_and_leave_the_browser_nowhere(
    papers: str, context: BrowserContext, folder: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    heard, page = Heard(), context.new_page()
    context.on("request", heard.hears)
    page.goto(papers)
    page.get_by_label("Names").fill("\n".join(["", *names_of_a_group(), "  "]))

    expect(page.locator("[data-pages]")).to_have_text("Pages: 60")
    printed = page.pdf(prefer_css_page_size=True)

    pages = PdfReader(io.BytesIO(printed)).pages
    assert len(pages) == 60
    assert {(round(float(one.mediabox.width)), round(float(one.mediabox.height))) for one in pages} == {(842, 595)}
    assert [name for name, one in zip(names_of_a_group(), pages, strict=True) if not told_on(one, name)] == []
    [code] = qr_codes_of(saved(printed, tmp_path))
    assert "/certificates/" in code
    assert NAME not in page.evaluate(KEEPS)
    with pytest.raises(Exception, match="Failed to fetch"):  # what runs in the page may ask for nothing
        page.evaluate("(name) => fetch('/?q=' + name)", NAME)
    page.goto(papers.partition("/certificates")[0] + "/attendance")
    page.go_back()
    expect(page.get_by_label("Names")).to_have_value("")
    expect(page.locator(".leaf")).to_have_count(0)
    assert len(heard.sent) > 5
    assert heard.said(NAME) + heard.said(LATIN) == []
    kept = [file.read_bytes() for file in folder.rglob("*") if file.is_file()]
    assert kept
    written = [name.split()[1].encode(letters) for name in (NAME, LATIN) for letters in ("utf-8", "utf-16-le")]
    assert not any(one in content for content in kept for one in written)
    logged = " ".join(str(vars(record)) for record in caplog.records)
    assert not any(name.split()[1] in logged for name in (NAME, LATIN))
    assert "<number>/names" in logged  # the log was listened to
    searches_for_a_name(page)
    assert len(heard.said(NAME)) == 1  # and so a name that is sent is heard


def told_on(page: object, name: str) -> bool:
    return name in " ".join(page.extract_text().split())  # type: ignore[attr-defined]


def searches_for_a_name(page: Page) -> None:
    page.goto("/certificates?lang=en")
    page.get_by_label("Number of the certificate").fill(NAME)
    page.get_by_role("button", name="Check the number").click()
    page.wait_for_load_state()


def test_more_names_than_a_group_has_are_not_printed_and_a_long_one_stays_on_its_sheet(
    papers: str, context: BrowserContext
) -> None:
    page = context.new_page()
    page.goto(papers)
    page.get_by_label("Names").fill("\n".join(["М" * 130, *["Ана"] * 60]))
    expect(page.locator("[data-pages]")).to_have_text("Only the first 60 names are printed: a group has no more.")
    assert page.locator(".leaf").count() == 60
    long = page.locator(".leaf text").first
    page.wait_for_function("(text) => text.getComputedTextLength() > 0", arg=long.element_handle())  # it is drawn
    assert 200 < long.evaluate("(text) => text.getComputedTextLength()") <= 219.1
