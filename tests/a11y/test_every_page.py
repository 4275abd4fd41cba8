"""Every page of the URL map once, in Serbian Latin on a small phone: axe-core finds nothing at all (WCAG 2.2 AA)."""

import pytest
from flask import Flask
from playwright.sync_api import Browser

from tests.a11y.atlas import HREF, LEADS_AWAY, NOT_PAGES, ON_THE_WAY_IN, ROLES, Sheet, Traveller, endpoint_of
from tests.a11y.looking import LANGS, Eye, View
from tests.laws.routes import pages

pytestmark = [pytest.mark.journey, pytest.mark.slow]
STYLEGUIDE = Sheet("", "public.styleguide", "/styleguide")


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
    eye = Eye(chromium, address, everybody[role])
    own = {sheet.main: sheet for sheet in every_sheet[role] if sheet.main not in looked_at}
    faults = [fault for sheet in own.values() for fault in eye.faults(sheet)]
    eye.close()
    looked_at.update(own)
    assert not faults, "\n".join(faults)
    assert len(own) >= 8


def test_every_page_of_the_url_map_is_among_them(house: Flask, every_sheet: dict[str, list[Sheet]]) -> None:
    """Each opens for somebody; a page of its endpoint that only says why not (404, 410) would prove nothing."""
    seen = [sheet for own in every_sheet.values() for sheet in own]
    opened = {sheet.endpoint for sheet in seen if sheet.status == 200}
    asked = {endpoint for endpoint, _method, path in pages(house, "GET") if endpoint_of(house, path)}
    assert asked - opened - NOT_PAGES == ON_THE_WAY_IN | LEADS_AWAY
    assert {sheet.status for sheet in seen} <= {200, 403, 404, 410}


def test_what_is_called_no_page_is_a_file_or_data(house: Flask, everybody: dict[str, Traveller]) -> None:
    client, ways = house.test_client(), house.url_map.bind("localhost")
    for name, value in everybody["coordinator"].cookies.items():
        client.set_cookie(name, value)
    visit = next(path for path in everybody["coordinator"].begins if path.startswith("/visits/"))
    style = next(path for path in HREF.findall(client.get("/").text) if path.startswith("/assets/"))
    paths = [style, "/static/img/favicon.svg", "/road.svg", "/healthz", "/readyz", "/metrics"]
    paths += ["/reports/attendance.csv", f"{visit}/place/cells"]
    assert {ways.match(path)[0] for path in paths} == NOT_PAGES - {"safeguarding.scan"}
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
