"""What stands beside each other stands on one line, at a desk and on a phone, and no list is wider than its place."""

import io

import pytest
from playwright.sync_api import Browser
from pypdf import PdfReader

from tests.a11y.atlas import ROLES, Sheet, Traveller
from tests.a11y.looking import Eye, View

pytestmark = [pytest.mark.journey, pytest.mark.slow]
OUT_OF_LINE = """() => {
    const main = document.querySelector("main"), found = []
    main.querySelectorAll("details:not([open]):not(.menu)").forEach(one => one.open = true)
    const seen = one => one.getBoundingClientRect().width > 1 && getComputedStyle(one).visibility != "hidden"
        && one.getClientRects().length && !one.closest(".visually-hidden, .skip")
    const words = one => (one.innerText || one.name || one.className).trim().slice(0, 30)
    const steps = (one, up) => one == up ? 0 : 1 + steps(one.parentElement, up)
    const typed = "input:not([type=hidden], [type=checkbox], [type=radio], [type=file]), select"
    const things = [...main.querySelectorAll(`button, .button, ${typed}`)].filter(seen)
    for (const [at, one] of things.entries()) for (const other of things.slice(at + 1)) {
        const a = one.getBoundingClientRect(), b = other.getBoundingClientRect()
        if (Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) <= 4) continue
        if (Math.max(a.left, b.left) - Math.min(a.right, b.right) > 60) continue
        let both = one.parentElement
        while (!both.contains(other)) both = both.parentElement
        if (one.contains(other) || Math.max(steps(one, both), steps(other, both)) > 4) continue
        const tall = Math.abs(a.height - b.height) > 1.5, feet = Math.abs(a.bottom - b.bottom) > 1.5
        if (tall || feet) found.push(`${words(one)} | ${words(other)}: ${a.top}+${a.height}, ${b.top}+${b.height}`)
    }
    for (const list of main.querySelectorAll(".data--stack"))
        if (list.scrollWidth > list.clientWidth + 1) found.push(`a list ${list.scrollWidth} in ${list.clientWidth}`)
    return found
}"""


@pytest.fixture(scope="module")
def looked_at() -> set[str]:
    """What stood on pages of the roles before: whoever reads the very same page needs no second look at it."""
    return set()


@pytest.mark.parametrize("role", ROLES)
def test_buttons_and_fields_of_a_row_are_of_one_height_and_lists_fit(
    every_sheet: dict[str, list[Sheet]],
    everybody: dict[str, Traveller],
    address: str,
    chromium: Browser,
    looked_at: set[str],
    role: str,
) -> None:
    views = [View("sr_Cyrl", 360), View("sr_Cyrl", 1280)]
    eye, faults = Eye(chromium, address, everybody[role], views[0]), list[str]()
    own = {one.main: one for one in every_sheet[role] if one.main not in looked_at}
    looked_at.update(own)
    for sheet in own.values():
        if sheet.endpoint == "public.styleguide":
            continue  # shows what is wrong too
        eye.open(sheet)
        for view in views:
            eye.turn(view)
            faults += [f"{sheet.path} [{view}] {fault}" for fault in eye.page.evaluate(OUT_OF_LINE)]
    eye.close()
    assert not faults, "\n".join(faults)
    assert len(own) >= 8


def test_a_day_of_one_visit_is_one_sheet_of_paper(
    every_sheet: dict[str, list[Sheet]], everybody: dict[str, Traveller], address: str, chromium: Browser
) -> None:
    for role in ("educator", "influencer"):
        eye = Eye(chromium, address, everybody[role], View("sr_Cyrl", 1280))
        eye.open(next(one for one in every_sheet[role] if one.endpoint == "own.day_sheet"))
        paper = PdfReader(io.BytesIO(eye.page.pdf(format="A4")))
        eye.close()
        assert len(paper.pages) == 1, role
