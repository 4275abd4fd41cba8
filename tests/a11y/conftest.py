"""The demo, served to a real browser by the server that `make run` starts."""

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from flask import Flask
from playwright.sync_api import Browser, sync_playwright
from waitress.server import create_server

from tests.a11y.atlas import Sheet, sheets
from tests.a11y.looking import Eye, View
from tests.calendar_readers import CHROMIUM, QUIET
from tests.demo_house import empty_house
from tests.fonts import WIDE, environment_with
from tests.laws.crawl import Crawl, crawl
from tests.laws.travellers import Traveller

__all__ = ["crawl"]


@pytest.fixture(scope="session")
def house(crawl: Crawl, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """The rows that the crawl left, where everybody is signed in."""
    with empty_house(tmp_path_factory.mktemp("instance")) as app:
        with app.app_context():
            crawl.put_rows_in_place()
        yield app


@pytest.fixture(scope="session")
def everybody(crawl: Crawl) -> dict[str, Traveller]:
    """Role to traveller."""
    return crawl.travellers


@pytest.fixture(scope="session")
def every_sheet(crawl: Crawl) -> dict[str, list[Sheet]]:
    """Role to the pages it opens."""
    return {role: list(sheets(crawl, role)) for role in crawl.travellers}


@pytest.fixture(scope="session")
def new_sheets(every_sheet: dict[str, list[Sheet]]) -> dict[str, list[Sheet]]:
    """Role to its pages, without those whose main part stands word for word on a page of a role before it."""
    found, known = dict[str, list[Sheet]](), set[str]()
    for role, own in every_sheet.items():
        found[role] = list({sheet.main: sheet for sheet in own if sheet.main not in known}.values())
        known.update(sheet.main for sheet in own)
    return found


@pytest.fixture(scope="session")
def address(house: Flask) -> Iterator[str]:
    with served(house) as at:
        yield at


@contextmanager
def served(house: Flask) -> Iterator[str]:
    """The address at which a browser finds the house."""
    server = create_server(house, host="127.0.0.1", port=0, threads=4)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.effective_port}"
    server.trigger.pull_trigger(server.close)  # in its own thread, which may be waiting on these sockets
    thread.join(10)


@pytest.fixture(scope="module")
def fonts(request: pytest.FixtureRequest) -> str:
    """Wide ones, and narrow ones too where a test is marked IN_BOTH_FONTS."""
    which: str = getattr(request, "param", WIDE)
    return which


@pytest.fixture(scope="module")  # not the session's: a journey in the same process starts a browser of its own
def chromium(fonts: str) -> Iterator[Browser]:
    asked = [flag for flag in QUIET if flag != "--no-sandbox" or os.geteuid() == 0]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=asked, env=environment_with(fonts))
        yield browser
        browser.close()


@pytest.fixture
def eye(everybody: dict[str, Traveller], address: str, chromium: Browser) -> Iterator[Callable[..., Eye]]:
    """A browser of a role at a view, on a page where one is named; all are closed when the test ends."""
    opened: list[Eye] = []

    def open_eye(role: str, *view: object, at: str = "") -> Eye:
        opened.append(Eye(chromium, address, everybody[role], View(*view)))
        if at:
            opened[-1].page.goto(at)
        return opened[-1]

    yield open_eye
    for one in opened:
        one.close()
