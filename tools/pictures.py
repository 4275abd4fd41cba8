"""`make pictures`: the pictures of the README, taken of the demo in a browser, always on the same day.

Each shows another person and script. They lie in docs/pictures and stay small, for history keeps each of them for good.
"""

import datetime as dt
import io
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, ViewportSize, sync_playwright

from tests.calendar_readers import CHROMIUM, QUIET
from tests.journeys.installation import Installation

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "pictures"
DAY = dt.datetime(2026, 11, 26, 8, 0, tzinfo=dt.UTC)
MOST_BYTES = 80_000
QUALITIES = (86, 78, 70, 60, 50)


@dataclass(frozen=True)
class Picture:
    """What is seen: by whom (nobody: not signed in), where, in which script, through which window."""

    name: str
    role: str
    path: str
    language: str
    width: int
    height: int


PICTURES = (
    Picture("school", "", "/", "sr_Cyrl", 360, 720),
    Picture("coordinator", "coordinator", "/board?show=busy", "sr_Latn", 1280, 800),
    Picture("presenter", "educator", "/desk", "en", 360, 720),
)


def main() -> int:
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        installation = Installation(Path(folder) / "made", "", DAY)
        try:
            installation.start()
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
            for picture in PICTURES:
                small = packed(taken(browser, installation, picture))
                (FOLDER / f"{picture.name}.webp").write_bytes(small)
                print(f"docs/pictures/{picture.name}.webp  {len(small) / 1000:.0f} KB")
            browser.close()
        finally:
            installation.stop()
    return 0


def taken(browser: Browser, installation: Installation, picture: Picture) -> bytes:
    """The page as that person sees it, as PNG."""
    window: ViewportSize = {"width": picture.width, "height": picture.height}
    context = browser.new_context(base_url=installation.address, viewport=window, reduced_motion="reduce")
    page = context.new_page()
    page.goto(f"/?lang={picture.language}")
    if picture.role:
        known = installation.sign_in_of(picture.role)
        page.goto("/sign-in")
        page.fill("input[name=email]", known["email"])
        page.fill("input[name=password]", known["password"])
        page.press("input[name=password]", "Enter")
        page.wait_for_url("**/desk*")
    page.goto(picture.path)
    page.wait_for_load_state("networkidle")
    png = page.screenshot()
    context.close()
    return png


def packed(png: bytes) -> bytes:
    """As WebP of at most MOST_BYTES, as good as that allows. Raises: ValueError."""
    picture = Image.open(io.BytesIO(png)).convert("RGB")
    for quality in QUALITIES:
        into = io.BytesIO()
        picture.save(into, "WEBP", quality=quality, method=6)
        if len(into.getvalue()) <= MOST_BYTES:
            return into.getvalue()
    raise ValueError(f"a picture has over {MOST_BYTES} bytes however it is packed: choose a smaller window")


if __name__ == "__main__":
    sys.exit(main())
