"""Every page of the URL map once, in Cyrillic on a small phone: axe-core finds nothing at all (WCAG 2.2 AA).

On the same open page: what stands beside each other stands on one line, every button is as high as the others and no
list is wider than its place, on a phone and at a desk; with letters twice as large it stays within the screen.

A page loaded once and looked at from another width, in another colour, is the page a new window would show.
A presenter who wakes up ill says so from her first page: on a phone, by keyboard, without script.
A presenter's day as the browser prints it.
"""

import io
import re
from collections.abc import Callable

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page
from pypdf import PdfReader

from tests.a11y.atlas import HREF, LEADS_AWAY, MAIN, NOT_PAGES, ON_THE_WAY_IN, PARTS_OF_PAGES, Sheet, endpoint_of
from tests.a11y.looking import LANGS, Eye, View
from tests.languages.reading import texts_of
from tests.laws.routes import pages
from tests.laws.travellers import ROLES, Traveller

pytestmark = [pytest.mark.journey, pytest.mark.deep]

STYLEGUIDE = Sheet("", "public.styleguide", "/styleguide")
RAW_NAME = re.compile(r"\bRS-\d\d\b|(?<![\d.,:/])\b1 (?!has\b|is\b|was\b)[a-z]+s\b|\b[a-z]+\.[a-z]+_[a-z_]+\b")


@pytest.mark.parametrize("role", ROLES)
def test_every_page_of_a_role_is_for_everybody(
    new_sheets: dict[str, list[Sheet]], eye: Callable[..., Eye], role: str
) -> None:
    phone, desk = View("sr_Cyrl", 360), View("sr_Cyrl", 1280)
    reader, faults = eye(role, "sr_Cyrl"), list[str]()
    for sheet in new_sheets[role]:
        faults += reader.faults(sheet, phone)
        if sheet.endpoint != STYLEGUIDE.endpoint:  # shows what is wrong too
            faults += [*reader.out_of_line(desk, phone), *reader.too_large()]
    assert not faults, "\n".join(faults)
    assert len(new_sheets[role]) >= 8


def test_no_raw_name_stands_on_a_page(
    house: Flask, everybody: dict[str, Traveller], every_sheet: dict[str, list[Sheet]]
) -> None:
    """A code of the register, of a job or of a state, or a plural with one."""
    found, read = list[str](), set[str]()
    for role in ROLES:
        client = everybody[role].client(house)
        for sheet in every_sheet[role]:
            if sheet.main in read or sheet.endpoint == STYLEGUIDE.endpoint:
                continue
            read.add(sheet.main)
            html = MAIN.search(client.get(sheet.spoken("en"), follow_redirects=True).text)[0]
            text = "".join(said for tag, said in texts_of(html, "en") if " " not in tag)
            found += [f"{role} {sheet.path}: {name}" for name in RAW_NAME.findall(text)]
    assert not found, "\n".join(found)


def test_every_page_of_the_url_map_is_among_them(house: Flask, every_sheet: dict[str, list[Sheet]]) -> None:
    """Each opens for somebody; a page of its endpoint that only says why not (404, 410) would prove nothing."""
    seen = [sheet for own in every_sheet.values() for sheet in own]
    opened = {sheet.endpoint for sheet in seen if sheet.status == 200}
    asked = {endpoint for endpoint, _method, path in pages(house, "GET") if endpoint_of(house, path)}
    assert asked - opened - NOT_PAGES - PARTS_OF_PAGES == ON_THE_WAY_IN | LEADS_AWAY
    assert {sheet.status for sheet in seen} <= {200, 403, 404, 410}


def test_what_is_called_no_page_is_a_file_or_data(house: Flask, everybody: dict[str, Traveller]) -> None:
    client, ways = everybody["coordinator"].client(house), house.url_map.bind("localhost")
    visit = next(path for path in everybody["coordinator"].begins if path.startswith("/visits/"))
    style = next(path for path in HREF.findall(client.get("/").text) if path.startswith("/assets/"))
    paths = [style, "/static/img/favicon.svg", "/road.svg", "/healthz", "/readyz", "/metrics"]
    paths += ["/reports/attendance.csv", "/reports/cohorts.csv", "/posts/plan.ics", f"{visit}/place/cells"]
    public = next(path for path in everybody["administrator"].begins if path.startswith("/profiles/"))
    paths += ["/reports/youth.csv", "/reports/profile.txt", f"{public}.txt"]
    paths += ["/campaigns/show-respect/brief-en.pdf", "/region/cells", "/worker.js"]
    elsewhere = {"safeguarding.scan", "posts.follow", "posts.picture_file", "own.kept_pages"}  # tests/web of each
    elsewhere |= {"attendance.sheet_file"}
    assert {ways.match(path)[0] for path in paths} == NOT_PAGES - elsewhere
    scan = next(path for path in everybody["safeguarding"].begins if path.endswith("/scan"))
    assert ways.match(scan)[0] == "safeguarding.scan"
    for path in paths:
        with client.get(path) as answer:
            assert (answer.status_code, answer.mimetype != "text/html") == (200, True), path


@pytest.mark.parametrize("language", LANGS)
def test_every_component_is_for_everybody(eye: Callable[..., Eye], language: str) -> None:
    views = [View(language, width, scheme) for width in (360, 1280) for scheme in ("light", "dark")]
    faults = eye("", language).faults(STYLEGUIDE, *views)
    assert not faults, "\n".join(faults)


SHEETS = [
    Sheet("", "public.styleguide", "/styleguide"),
    Sheet("coordinator", "desk.today", "/desk"),
    Sheet("coordinator", "board.board", "/board"),
    Sheet("school", "requests.check", "/book/check"),
]
TURNS = [View(), View(width=1280, scheme="dark"), View(width=320)]
DRAWN = """() => scrollTo(0, 0) || [...document.querySelectorAll("body *")].map(one => {
    const box = one.getBoundingClientRect(), style = getComputedStyle(one)
    if (style.display == "none" || !one.getClientRects().length) return one.tagName
    return [one.tagName, one.className.toString(), [box.x, box.y, box.width, box.height].map(Math.round).join(" "),
            style.color, style.backgroundColor, style.borderColor, style.display, style.visibility].join(" | ")
})"""


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.path)
def test_a_window_that_is_turned_shows_what_a_new_one_shows(eye: Callable[..., Eye], sheet: Sheet) -> None:
    turned = eye(sheet.role)
    assert turned.open(sheet) == 200
    for view in [*TURNS, TURNS[0]]:
        turned.turn(view)
        fresh = eye(sheet.role, view.language, view.width, view.scheme)
        fresh.open(sheet)
        assert turned.page.evaluate("innerWidth") == view.width
        assert turned.page.evaluate(DRAWN) == fresh.page.evaluate(DRAWN), str(view)


def test_faults_are_told_of_the_view_that_has_them(eye: Callable[..., Eye]) -> None:
    anybody = eye("")
    anybody.page.add_init_script(
        """document.addEventListener("DOMContentLoaded", () => {
            const sheet = new CSSStyleSheet()
            const wide_and_dark = "(width > 400px) and (prefers-color-scheme: dark)"
            sheet.replaceSync(`@media ${wide_and_dark} { h1 { color: #333 !important } }`)
            document.adoptedStyleSheets.push(sheet)
        })"""
    )
    views = [View(width=width, scheme=scheme) for width in (360, 1280) for scheme in ("light", "dark")]
    faults = anybody.faults(Sheet("", "public.front", "/"), *views)
    assert [fault.split(" (")[0] for fault in faults] == ["/ [sr_Latn 1280 dark]: color-contrast"]


MOST_TABS = 60


def _tab_to(page: Page, name: str) -> None:
    for _step in range(MOST_TABS):
        page.keyboard.press("Tab")
        if name in page.evaluate("document.activeElement.innerText").strip():
            return
    raise AssertionError(f"{name!r} is not reached by the Tab key")


def test_absence_takes_two_presses_of_the_enter_key(
    everybody: dict[str, Traveller], address: str, chromium: Browser
) -> None:
    context = chromium.new_context(viewport={"width": 360, "height": 740}, java_script_enabled=False)
    context.add_cookies(
        [{"name": name, "value": value, "url": address} for name, value in everybody["educator"].cookies.items()]
    )
    page = context.new_page()
    page.goto(f"{address}/desk?lang=en")
    href = page.locator('a[href^="/absence?"]').first.get_attribute("href")
    for _step in range(MOST_TABS):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.getAttribute('href')") == href:
            break
    page.keyboard.press("Enter")
    page.wait_for_url("**/absence?**")
    _tab_to(page, "tell the coordinators")
    page.keyboard.press("Enter")
    page.wait_for_url("**/desk")

    assert "You have left 1 visit" in page.locator("body").inner_text()
    context.close()


def test_a_day_of_one_visit_is_one_sheet_of_paper(every_sheet: dict[str, list[Sheet]], eye: Callable[..., Eye]) -> None:
    for role in ("educator", "influencer"):
        presenter = eye(role, "sr_Cyrl", 1280)
        presenter.open(next(one for one in every_sheet[role] if one.endpoint == "own.day_sheet"))
        paper = PdfReader(io.BytesIO(presenter.page.pdf(format="A4")))
        assert len(paper.pages) == 1, role
