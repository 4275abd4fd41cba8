"""What waits stands on the first screen, on a phone and at a desk."""

import pytest
from playwright.sync_api import Browser

from tests.a11y.looking import Eye, View
from tests.fonts import IN_BOTH_FONTS
from tests.laws.travellers import Traveller

pytestmark = [pytest.mark.journey, pytest.mark.deep, IN_BOTH_FONTS]


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


@pytest.mark.parametrize("width", [1024, 1280])
def test_what_narrows_the_inbox_is_evenly_wide_and_apart_from_what_is_typed(
    everybody: dict[str, Traveller], address: str, chromium: Browser, width: int
) -> None:
    eye = Eye(chromium, address, everybody["coordinator"], View("sr_Cyrl", width))
    eye.page.goto("/requests?state=new&lang=sr_Cyrl")

    typed = eye.page.locator("#q").bounding_box()
    boxes = [one.bounding_box() for one in eye.page.locator(".fold select[id^=narrow-]").all()]
    words = eye.page.locator("label[for=narrow-state]").bounding_box()

    eye.close()
    assert typed
    assert words
    assert len(boxes) == 5
    assert len({round(box["width"]) for box in boxes if box}) == 1
    assert words["y"] - typed["y"] - typed["height"] >= 12


@pytest.mark.parametrize("width", [721, 860, 1000, 1280])
@pytest.mark.parametrize("language", ["sr_Cyrl", "en"])
def test_all_scripts_of_the_top_bar_are_seen(
    everybody: dict[str, Traveller], address: str, chromium: Browser, width: int, language: str
) -> None:
    eye = Eye(chromium, address, everybody["coordinator"], View(language, width))
    eye.page.goto(f"/requests?lang={language}")
    hidden = eye.page.locator(".top-bar .script-switch").evaluate("one => one.scrollWidth - one.clientWidth")
    sideways = eye.page.evaluate("document.documentElement.scrollWidth - innerWidth")
    eye.close()
    assert (hidden, sideways) == (0, 0)


@pytest.mark.parametrize("width", [320, 360])
@pytest.mark.parametrize("language", ["sr_Cyrl", "en"])
def test_a_large_number_of_requests_stands_in_one_line(
    everybody: dict[str, Traveller], address: str, chromium: Browser, width: int, language: str
) -> None:
    eye = Eye(chromium, address, everybody["coordinator"], View(language, width))
    eye.page.goto(f"/requests?lang={language}")

    numbers = eye.page.locator(".tile__count")
    few = [one["height"] for number in numbers.all() if (one := number.bounding_box())]
    numbers.evaluate_all("them => them.forEach(one => one.textContent = '12.345')")
    many = [one["height"] for number in numbers.all() if (one := number.bounding_box())]
    outside = eye.page.locator(".tile").evaluate_all("them => them.map(one => one.scrollWidth - one.clientWidth)")

    eye.close()
    assert many == few
    assert outside == [0, 0, 0, 0]


def test_on_paper_each_heading_of_the_inbox_stands_above_its_column(
    everybody: dict[str, Traveller], address: str, chromium: Browser
) -> None:
    eye = Eye(chromium, address, everybody["coordinator"], View("sr_Cyrl", 1024))
    eye.page.emulate_media(media="print")
    eye.page.goto("/requests?lang=sr_Cyrl")

    heads = eye.page.locator("form[action*=together] thead th:visible").all()
    cells = eye.page.locator("form[action*=together] tbody tr:not(.group)").first.locator("th:visible, td:visible")
    left = [[box["x"] for one in row if (box := one.bounding_box())] for row in (heads, cells.all())]

    eye.close()
    assert left[0] == left[1]


@pytest.mark.parametrize("width", [721, 1100])
def test_a_number_of_five_digits_leaves_a_tile_its_words(
    everybody: dict[str, Traveller], address: str, chromium: Browser, width: int
) -> None:
    eye = Eye(chromium, address, everybody["coordinator"], View("sr_Cyrl", width))
    eye.page.goto("/requests?lang=sr_Cyrl")
    eye.page.evaluate("document.querySelectorAll('.tile__count').forEach(one => one.textContent = '12.345')")

    words = [one.bounding_box() for one in eye.page.locator(".tile__words").all()]
    over = [one.evaluate("one => one.scrollWidth - one.clientWidth") for one in eye.page.locator(".tile").all()]

    eye.close()
    assert len(words) == 4
    assert [box for box in words if not box or box["width"] < 88 or box["height"] > 80] == []
    assert over == [0, 0, 0, 0]


def test_words_below_a_number_of_five_digits_stay_close_to_it_in_each_tile(
    everybody: dict[str, Traveller], address: str, chromium: Browser
) -> None:
    eye = Eye(chromium, address, everybody["coordinator"], View("sr_Cyrl", 1100))
    eye.page.goto("/requests?lang=sr_Cyrl")
    eye.page.evaluate("document.querySelectorAll('.tile__count').forEach(one => one.textContent = '12.345')")

    tops = [[one.bounding_box() for one in tile.locator("> *").all()] for tile in eye.page.locator(".tile").all()]
    gaps = {round(words["y"] - number["y"] - number["height"]) for number, words in tops if number and words}

    eye.close()
    assert len(tops) == 4
    assert max(gaps) <= 4


def test_a_wide_table_scrolls_in_its_frame_and_not_the_page(
    everybody: dict[str, Traveller], address: str, chromium: Browser
) -> None:
    eye = Eye(chromium, address, everybody["coordinator"], View("sr_Cyrl", 721))
    eye.page.goto("/desk?lang=sr_Cyrl")
    sideways = eye.page.evaluate("document.documentElement.scrollWidth - innerWidth")
    eye.close()
    assert sideways == 0
