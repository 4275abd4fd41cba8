"""What waits stands on the first screen, on a phone and at a desk."""

import pytest

from tests.fonts import IN_BOTH_FONTS

pytestmark = [pytest.mark.journey, pytest.mark.deep, IN_BOTH_FONTS]
in_two_languages = pytest.mark.parametrize("language", ["sr_Cyrl", "en"])
SIDEWAYS = "document.documentElement.scrollWidth - innerWidth"
OF_EACH = "them => them.map(one => one.scrollWidth - one.clientWidth)"
FIVE_DIGITS = "them => them.forEach(one => one.textContent = '12.345')"
FIRST_ROW = "form[action*=together] tbody tr:not(.group)"


@pytest.mark.parametrize(("width", "height"), [(360, 740), (1280, 800)])
@in_two_languages
def test_the_first_request_stands_on_the_first_screen(eye, width, height, language):
    page = eye("coordinator", language, width).page
    page.set_viewport_size({"width": width, "height": height})
    page.goto(f"/requests?lang={language}")
    assert page.locator(FIRST_ROW).first.bounding_box()["y"] < height - 100


@pytest.mark.parametrize("language", ["sr_Cyrl", "sr_Latn", "en"])
def test_the_menu_of_a_public_page_stands_in_one_line(eye, language):
    page = eye("", language, 1280, at=f"/?lang={language}").page
    assert len({place.bounding_box()["y"] for place in page.locator(".site-head__nav a").all()}) == 1


@pytest.mark.parametrize("width", [1024, 1280])
def test_what_narrows_the_inbox_is_evenly_wide_and_apart_from_what_is_typed(eye, width):
    page = eye("coordinator", "sr_Cyrl", width, at="/requests?state=new&lang=sr_Cyrl").page
    typed, words = (page.locator(one).bounding_box() for one in ("#q", "label[for=narrow-state]"))
    boxes = [one.bounding_box() for one in page.locator(".fold select[id^=narrow-]").all()]
    assert len(boxes) == 5
    assert len({round(box["width"]) for box in boxes if box}) == 1
    assert words["y"] - typed["y"] - typed["height"] >= 12


@pytest.mark.parametrize("width", [721, 860, 1000, 1280])
@in_two_languages
def test_all_scripts_of_the_top_bar_are_seen(eye, width, language):
    page = eye("coordinator", language, width, at=f"/requests?lang={language}").page
    hidden = page.locator(".top-bar .script-switch").evaluate("one => one.scrollWidth - one.clientWidth")
    assert (hidden, page.evaluate(SIDEWAYS)) == (0, 0)


@pytest.mark.parametrize("width", [320, 360])
@in_two_languages
def test_a_large_number_of_requests_stands_in_one_line(eye, width, language):
    page = eye("coordinator", language, width, at=f"/requests?lang={language}").page
    numbers = page.locator(".tile__count")
    few = [number.bounding_box()["height"] for number in numbers.all()]
    numbers.evaluate_all(FIVE_DIGITS)
    assert [number.bounding_box()["height"] for number in numbers.all()] == few
    assert page.locator(".tile").evaluate_all(OF_EACH) == [0, 0, 0, 0]


def test_on_paper_each_heading_of_the_inbox_stands_above_its_column(eye):
    page = eye("coordinator", "sr_Cyrl", 1024).page
    page.emulate_media(media="print")
    page.goto("/requests?lang=sr_Cyrl")
    heads = page.locator("form[action*=together] thead th:visible").all()
    cells = page.locator(FIRST_ROW).first.locator("th:visible, td:visible").all()
    left = [[box["x"] for one in row if (box := one.bounding_box())] for row in (heads, cells)]
    assert left[0] == left[1]


@pytest.mark.parametrize("width", [721, 1100])
def test_a_number_of_five_digits_leaves_a_tile_its_words_close_to_it(eye, width):
    page = eye("coordinator", "sr_Cyrl", width, at="/requests?lang=sr_Cyrl").page
    page.locator(".tile__count").evaluate_all(FIVE_DIGITS)
    words = [one.bounding_box() for one in page.locator(".tile__words").all()]
    assert len(words) == 4
    assert [box for box in words if not box or box["width"] < 88 or box["height"] > 80] == []
    assert page.locator(".tile").evaluate_all(OF_EACH) == [0, 0, 0, 0]
    if width == 1100:
        tops = [[one.bounding_box() for one in tile.locator("> *").all()] for tile in page.locator(".tile").all()]
        gaps = {round(below["y"] - number["y"] - number["height"]) for number, below in tops if number and below}
        assert len(tops) == 4
        assert max(gaps) <= 4


def test_a_wide_table_scrolls_in_its_frame_and_not_the_page(eye):
    assert eye("coordinator", "sr_Cyrl", 721, at="/desk?lang=sr_Cyrl").page.evaluate(SIDEWAYS) == 0
