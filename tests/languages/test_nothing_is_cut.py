"""Words 40 % longer than ours, in a real browser at two widths: nothing is cut short, no page wider than the screen.

`make test` looks at the style guide and at some pages; `make a11y` at every page of every role.
"""

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser

from tests.a11y.atlas import Sheet
from tests.a11y.looking import Eye, View
from tests.languages.pseudo import PSEUDO
from tests.laws.travellers import ROLES, Traveller

pytestmark = [pytest.mark.journey, pytest.mark.deep]
WIDTHS = (360, 1280)
SAMPLE = {"public.styleguide", "public.front", "requests.book_page", "requests.inbox", "desk.today", "board.board"}
CUT = """() => {
    const unseen = ".visually-hidden, .skip, [hidden], datalist, template"
    const seen = one => one.getClientRects().length && !one.closest(unseen)
    const cut = [...document.querySelectorAll("body *")].filter(one => {
        if (!seen(one) || one.closest("svg") || !one.textContent.trim() || one.clientWidth < 2) return false
        const style = getComputedStyle(one), hides = way => ["hidden", "clip"].includes(way)
        const sideways = hides(style.overflowX) && one.scrollWidth > one.clientWidth + 1
        const below = hides(style.overflowY) && one.scrollHeight > one.clientHeight + 2
        if (!sideways && !below) return false
        const box = one.getBoundingClientRect(), walk = document.createTreeWalker(one, NodeFilter.SHOW_TEXT)
        while (walk.nextNode()) {  // a picture may be cut, a word may not
            const range = document.createRange()
            range.selectNodeContents(walk.currentNode)
            const words = range.getBoundingClientRect()
            if (words.width && seen(walk.currentNode.parentElement)
                && (sideways && words.right > box.right + 1 || below && words.bottom > box.bottom + 2)) return true
        }
        return false
    }).map(one => "cut: " + one.outerHTML.replace(/\\s+/g, " ").slice(0, 140))
    const drawn = [...document.querySelectorAll("svg text")].filter(one => {
        if (!seen(one)) return false
        const box = one.getBoundingClientRect(), sheet = one.ownerSVGElement.getBoundingClientRect()
        return box.left < sheet.left - 2 || box.right > sheet.right + 2
    }).map(one => "out of its drawing: " + one.textContent.trim())
    const wide = document.documentElement.scrollWidth > innerWidth ? ["wider than the screen: "
        + document.documentElement.scrollWidth + " " + [...document.querySelectorAll("body *")].filter(
            one => one.getBoundingClientRect().right > innerWidth + 1 && seen(one)).slice(0, 2).map(
            one => one.outerHTML.slice(0, 90)).join(" | ")] : []
    return [...new Set([...cut, ...drawn, ...wide])].slice(0, 6)
}"""


@pytest.fixture
def assert_nothing_is_cut(
    spoken_address: str, everybody: dict[str, Traveller], chromium: Browser
) -> Callable[[str, list[Sheet]], None]:
    def look(role: str, sheets: list[Sheet]) -> None:
        eye, faults = Eye(chromium, spoken_address, everybody[role], View(PSEUDO)), []
        for sheet in sheets:
            eye.open(sheet)
            for width in WIDTHS:
                eye.turn(View(PSEUDO, width))
                faults += [f"{sheet.path} at {width}: {fault}" for fault in eye.page.evaluate(CUT)]
        eye.close()
        assert not faults, "\n".join(faults)

    return look


@pytest.mark.parametrize("role", ["", "school", "coordinator"])
def test_nothing_is_cut_on_some_pages(assert_nothing_is_cut, every_sheet: dict[str, list[Sheet]], role: str) -> None:
    some = list({sheet.endpoint: sheet for sheet in every_sheet[role] if sheet.endpoint in SAMPLE}.values())
    assert some
    assert_nothing_is_cut(role, some)


@pytest.mark.matrix
@pytest.mark.parametrize("role", ROLES)
def test_nothing_is_cut_on_any_page(assert_nothing_is_cut, new_sheets: dict[str, list[Sheet]], role: str) -> None:
    assert_nothing_is_cut(role, new_sheets[role])
