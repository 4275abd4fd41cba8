"""The browser of the tests shows the fonts of the tests: what a machine or its user has installed changes no result."""

import shutil
from pathlib import Path

import pytest
from playwright.sync_api import Page, sync_playwright

from scheduler.core.typesetting import FOLDER
from tests.calendar_readers import CHROMIUM, QUIET
from tests.fonts import NARROW, WIDE, environment_with

pytestmark = [pytest.mark.journey, pytest.mark.deep]
WORDS = "Откажите захтев, Otkažite zahtev đak, Cancel the request"
TOKENS = Path(__file__).resolve().parents[2] / "static" / "css" / "tokens.css"
SHOWN = {  # by weight, as the style sheets say it
    WIDE: {400: "DejaVuSans", 680: "DejaVuSans-Bold"},
    NARROW: {400: "NotoSans-Regular", 680: "NotoSans-Bold"},
}


def a_home_with_fonts(home: Path) -> dict[str, str | float | bool]:
    """The environment of a user whose only font is one that no page of ours names."""
    own = home / ".fonts"
    own.mkdir(parents=True)
    shutil.copy(FOLDER / "noto-serif-display-bold.ttf", own)
    settings = home / "fonts.conf"
    settings.write_text(f"<fontconfig><dir>{own}</dir></fontconfig>")
    return {"HOME": str(home), "XDG_CONFIG_HOME": str(home), "FONTCONFIG_FILE": str(settings)}


def fonts_shown(page: Page, weight: int) -> set[str]:
    """PostScript names of the fonts that draw the words in the font family of our pages."""
    family = TOKENS.read_text().partition("--rs-font:")[2].partition(";")[0]
    page.set_content(f"<p style='font: {weight} 16px {family}'>{WORDS}</p>")
    line = page.context.new_cdp_session(page)
    line.send("DOM.enable")
    line.send("CSS.enable")
    root = line.send("DOM.getDocument")["root"]["nodeId"]
    found = line.send("DOM.querySelector", {"nodeId": root, "selector": "p"})
    drawn = line.send("CSS.getPlatformFontsForNode", {"nodeId": found["nodeId"]})
    return {font["postScriptName"] for font in drawn["fonts"]}


@pytest.mark.parametrize("fonts", [WIDE, NARROW])
def test_the_same_fonts_are_shown_whatever_a_user_has_installed(tmp_path: Path, fonts: str) -> None:
    env = environment_with(fonts) | a_home_with_fonts(tmp_path)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET, env=env)
        page = browser.new_page()
        shown = {weight: fonts_shown(page, weight) for weight in SHOWN[fonts]}
        browser.close()
    assert shown == {weight: {name} for weight, name in SHOWN[fonts].items()}
