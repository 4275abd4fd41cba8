"""Letters twice as large on a phone: every page stays within the screen (WCAG 1.4.4), and no raw name stands on it."""

import re

import pytest
from flask import Flask
from playwright.sync_api import Browser

from tests.a11y.atlas import ROLES, Traveller, sheets
from tests.a11y.looking import Eye, View

pytestmark = [pytest.mark.journey, pytest.mark.slow]
TWICE_AS_LARGE = """() => {
    document.documentElement.style.fontSize = "200%"
    return document.documentElement.scrollWidth
}"""
RAW_NAME = re.compile(r"\bRS-\d\d\b|(?<![\d.,:/])\b1 (?!has\b|is\b|was\b)[a-z]+s\b|\b[a-z]+\.[a-z]+_[a-z_]+\b")


@pytest.mark.parametrize("role", ROLES)
def test_every_page_of_a_role_stays_on_the_screen_and_says_no_raw_name(
    house: Flask, everybody: dict[str, Traveller], address: str, chromium: Browser, role: str
) -> None:
    eye, seen, faults = Eye(chromium, address, everybody[role], View("en")), set[str](), list[str]()
    for sheet in sheets(house, everybody[role]):
        if sheet.main in seen or sheet.endpoint == "public.styleguide":
            continue
        seen.add(sheet.main)
        eye.open(sheet)
        faults += [f"{sheet.path}: {name}" for name in RAW_NAME.findall(eye.page.inner_text("main"))]
        wide = eye.page.evaluate(TWICE_AS_LARGE)
        faults += [f"{sheet.path}: {wide} px"] if wide > eye.view.width else []
    eye.close()
    assert not faults, "\n".join(faults)
    assert len(seen) >= 8


@pytest.mark.parametrize(("width", "height"), [(360, 740), (1280, 800)])
@pytest.mark.parametrize("language", ["sr_Cyrl", "en"])
def test_the_first_request_stands_on_the_first_screen(
    everybody: dict[str, Traveller], address: str, chromium: Browser, width: int, height: int, language: str
) -> None:
    eye = Eye(chromium, address, everybody["coordinator"], View(language, width))
    eye.page.set_viewport_size({"width": width, "height": height})
    eye.page.goto(f"/requests?lang={language}")

    top = eye.page.locator("form[action*=together] tbody tr:not(.group)").first.bounding_box()

    eye.close()
    assert top is not None
    assert top["y"] < height - 100
