"""Every page that a role reaches by links, opened once in a browser as narrow as a small phone."""

import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, sync_playwright
from werkzeug.exceptions import HTTPException
from werkzeug.serving import make_server

from scheduler import config
from scheduler.app import create_app
from scheduler.core import clock
from scheduler.core.db import Base, db
from scheduler.demo import load as demo
from tests.conftest import settings_for

pytestmark = [
    pytest.mark.journey,
    pytest.mark.slow,
    # A browser that leaves a page early leaves the small test server with a file in its hand.
    pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning"),
]
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
SWITCHES = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
AXE = Path(__file__).parent.parent / "vendor" / "axe-core" / "axe.min.js"
NOT_PAGES = {"static", "assets", "public.healthz", "public.readyz", "public.styleguide"}
FILES = (".pdf", ".csv", ".xlsx", ".json", ".ics")
LOOK = """() => ({
    width: document.documentElement.scrollWidth, heads: document.querySelectorAll("h1").length,
    lang: document.documentElement.lang, helpline: document.body.innerText.includes("19833"),
    hrefs: [...document.querySelectorAll("a[href^='/']")].map(one => one.getAttribute("href")),
})"""
GRAVE = """() => axe.run(document, {runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}).then(
    found => found.violations.filter(one => ["serious", "critical"].includes(one.impact))
                             .map(one => one.id + ": " + one.nodes[0].html.slice(0, 120)))"""


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Flask, str]]:
    """The product with its demo, served on a free port of loopback."""
    settings = settings_for(tmp_path_factory.mktemp("instance"))
    app = create_app(settings)
    config.use(settings)
    with app.app_context():
        Base.metadata.create_all(db.engine)
        demo.load(clock.now())
        app.extensions["demo_sign_ins"] = demo.sign_ins()
        db.session.remove()
    server = make_server("127.0.0.1", 0, app, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield app, f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    with app.app_context():
        db.engine.dispose()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=SWITCHES)
        yield browser
        browser.close()


def _endpoint(app: Flask, path: str) -> str:
    try:
        found, _values = app.url_map.bind("localhost").match(path.split("?")[0].split("#")[0], method="GET")
    except HTTPException:
        return ""
    return str(found)


def _sign_in(page: Page, base: str, who: dict[str, Any]) -> None:
    page.goto(f"{base}/sign-in")
    page.fill("[name=email]", who["email"])
    page.fill("[name=password]", who["password"])
    page.press("[name=password]", "Enter")
    page.wait_for_url("**/desk**")


def _faults(page: Page, base: str, path: str, said: list[str]) -> tuple[list[str], list[str]]:
    """What is wrong with the page, and where its links lead."""
    said.clear()
    answer = page.goto(base + path + ("&" if "?" in path else "?") + "lang=sr_Latn")
    seen = page.evaluate(LOOK)
    page.evaluate(AXE.read_text(encoding="utf-8"))
    wrong = {
        f"status {answer.status if answer else 0}": not answer or answer.status != 200,
        f"{seen['width']} px wide": seen["width"] > 360,
        f"{seen['heads']} h1": seen["heads"] != 1,
        f"lang {seen['lang']}": seen["lang"] != "sr-Latn",
        "no 19833": not seen["helpline"],
        f"console: {said[:1]}": bool(said),
    }
    faults = [words for words, bad in wrong.items() if bad] + page.evaluate(GRAVE)
    return [f"{path}: {fault}" for fault in faults], seen["hrefs"]


@pytest.mark.parametrize("role", ["", "coordinator", "administrator", "safeguarding", "educator", "influencer"])
def test_every_page_of_a_role_fits_a_phone(house: tuple[Flask, str], chromium: Browser, role: str) -> None:
    app, base = house
    page = chromium.new_page(viewport={"width": 360, "height": 800}, bypass_csp=False)
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    if role:
        _sign_in(page, base, next(one for one in app.extensions["demo_sign_ins"] if one["role"] == role))
    todo, opened, faults = ["/desk" if role else "/"], set(NOT_PAGES), list[str]()
    while todo:
        path = todo.pop(0)
        endpoint = _endpoint(app, path)
        if not endpoint or endpoint in opened or path.split("?")[0].endswith(FILES):
            continue
        opened.add(endpoint)
        found, hrefs = _faults(page, base, path, said)
        faults += found
        todo += [href for href in hrefs if "lang=" not in href]
    page.close()
    assert not faults, "\n".join(faults)
    assert len(opened) - len(NOT_PAGES) >= 8
