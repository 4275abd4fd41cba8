"""Icons for phones and old browsers, drawn from static/img/mark.svg: `.venv/bin/python -m tools.make_icons`.

Needs the Chromium that the tests use. The results are committed: nothing is drawn on a server.
"""

import io
import re
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

IMAGES = Path(__file__).parents[1] / "static" / "img"
MARK = (IMAGES / "mark.svg").read_text()
SMALL = (IMAGES / "favicon.svg").read_text()
FULL = re.sub(r'rx="11"', 'rx="0"', MARK)  # phones cut the corners themselves
SAFE = 0.62  # of a maskable icon: the mark must lie in the inner circle


def drawn(page: Page, svg: str, size: int, *, ground: str = "") -> Image.Image:
    """An SVG at a size; on a ground it stands smaller, in the middle."""
    inner = round(size * SAFE) if ground else size
    page.set_viewport_size({"width": size, "height": size})
    page.set_content(
        f"<body style='margin:0;display:grid;place-items:center;height:{size}px;background:{ground or 'transparent'}'>"
        f"<div style='width:{inner}px;height:{inner}px'>{svg}</div>"
    )
    return Image.open(io.BytesIO(page.screenshot(omit_background=True)))


def save(image: Image.Image, name: str) -> None:
    """As a small PNG: the mark has few colours."""
    image.convert("RGBA").quantize(128).save(IMAGES / name, optimize=True)


def main() -> None:
    """Draw them all."""
    with sync_playwright() as browsers:
        browser = browsers.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page()
        for size in (192, 512):
            save(drawn(page, MARK, size), f"icon-{size}.png")
        save(drawn(page, FULL, 512, ground="#12594D"), "icon-maskable-512.png")
        save(drawn(page, FULL, 180), "apple-touch-icon.png")
        sizes = [drawn(page, SMALL, size) for size in (16, 32, 48)]
        sizes[2].save(IMAGES / "favicon.ico", append_images=sizes[:2], sizes=[(16, 16), (32, 32), (48, 48)])
        browser.close()


if __name__ == "__main__":
    main()
