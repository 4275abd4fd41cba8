"""A page loaded once and looked at from another width, in another colour, is the page a new window would show."""

import pytest
from playwright.sync_api import Browser

from tests.a11y.atlas import Sheet
from tests.a11y.looking import Eye, View
from tests.laws.travellers import Traveller

pytestmark = [pytest.mark.journey, pytest.mark.deep]
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
def test_a_window_that_is_turned_shows_what_a_new_one_shows(
    everybody: dict[str, Traveller], address: str, chromium: Browser, sheet: Sheet
) -> None:
    turned = Eye(chromium, address, everybody[sheet.role], TURNS[0])
    assert turned.open(sheet) == 200
    for view in [*TURNS, TURNS[0]]:
        turned.turn(view)
        fresh = Eye(chromium, address, everybody[sheet.role], view)
        fresh.open(sheet)
        assert turned.page.evaluate("innerWidth") == view.width
        assert turned.page.evaluate(DRAWN) == fresh.page.evaluate(DRAWN), str(view)
        fresh.close()
    turned.close()


def test_faults_are_told_of_the_view_that_has_them(
    everybody: dict[str, Traveller], address: str, chromium: Browser
) -> None:
    eye = Eye(chromium, address, everybody[""])
    eye.page.add_init_script(
        """document.addEventListener("DOMContentLoaded", () => {
            const sheet = new CSSStyleSheet()
            const wide_and_dark = "(width > 400px) and (prefers-color-scheme: dark)"
            sheet.replaceSync(`@media ${wide_and_dark} { h1 { color: #333 !important } }`)
            document.adoptedStyleSheets.push(sheet)
        })"""
    )
    views = [View(width=width, scheme=scheme) for width in (360, 1280) for scheme in ("light", "dark")]
    faults = eye.faults(Sheet("", "public.front", "/"), *views)
    eye.close()
    assert [fault.split(" (")[0] for fault in faults] == ["/ [sr_Latn 1280 dark]: color-contrast"]
