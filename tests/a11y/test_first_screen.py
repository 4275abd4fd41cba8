"""What waits stands on the first screen, on a phone and at a desk."""

import pytest
from playwright.sync_api import Browser

from tests.a11y.atlas import Traveller
from tests.a11y.looking import Eye, View

pytestmark = [pytest.mark.journey, pytest.mark.slow]


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


@pytest.mark.parametrize("language", ["sr_Cyrl", "sr_Latn", "en"])
def test_the_menu_of_a_public_page_stands_in_one_line(
    everybody: dict[str, Traveller], address: str, chromium: Browser, language: str
) -> None:
    eye = Eye(chromium, address, everybody[""], View(language, 1280))
    eye.page.goto(f"/?lang={language}")

    tops = {place.bounding_box()["y"] for place in eye.page.locator(".site-head__nav a").all()}  # type: ignore[index]

    eye.close()
    assert len(tops) == 1
