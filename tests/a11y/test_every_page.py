"""Every page of the URL map once, in Cyrillic on a small phone: axe-core finds nothing at all (WCAG 2.2 AA).

On the same open page: what stands beside each other stands on one line and no list is wider than its place, on a phone
and at a desk; with letters twice as large it stays within the screen.
"""

import re

import pytest
from flask import Flask
from playwright.sync_api import Browser

from tests.a11y.atlas import HREF, LEADS_AWAY, MAIN, NOT_PAGES, ON_THE_WAY_IN, PARTS_OF_PAGES, Sheet, endpoint_of
from tests.a11y.looking import LANGS, Eye, View
from tests.languages.reading import texts_of
from tests.laws.routes import pages
from tests.laws.travellers import ROLES, Traveller

pytestmark = [pytest.mark.journey, pytest.mark.deep]
STYLEGUIDE = Sheet("", "public.styleguide", "/styleguide")
RAW_NAME = re.compile(r"\bRS-\d\d\b|(?<![\d.,:/])\b1 (?!has\b|is\b|was\b)[a-z]+s\b|\b[a-z]+\.[a-z]+_[a-z_]+\b")


@pytest.fixture(scope="module")
def looked_at() -> set[str]:
    """What stood on pages of the roles before: whoever reads the very same page needs no second look at it."""
    return set()


@pytest.mark.parametrize("role", ROLES)
def test_every_page_of_a_role_is_for_everybody(
    everybody: dict[str, Traveller],
    every_sheet: dict[str, list[Sheet]],
    address: str,
    chromium: Browser,
    looked_at: set[str],
    role: str,
) -> None:
    phone, desk = View("sr_Cyrl", 360), View("sr_Cyrl", 1280)
    eye, faults = Eye(chromium, address, everybody[role], phone), list[str]()
    own = {sheet.main: sheet for sheet in every_sheet[role] if sheet.main not in looked_at}
    for sheet in own.values():
        faults += eye.faults(sheet, phone)
        if sheet.endpoint != STYLEGUIDE.endpoint:  # shows what is wrong too
            faults += [*eye.out_of_line(desk, phone), *eye.too_large()]
    eye.close()
    looked_at.update(own)
    assert not faults, "\n".join(faults)
    assert len(own) >= 8


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
def test_every_component_is_for_everybody(
    everybody: dict[str, Traveller], address: str, chromium: Browser, language: str
) -> None:
    views = [View(language, width, scheme) for width in (360, 1280) for scheme in ("light", "dark")]
    eye = Eye(chromium, address, everybody[""], views[0])
    faults = eye.faults(STYLEGUIDE, *views)
    eye.close()
    assert not faults, "\n".join(faults)
