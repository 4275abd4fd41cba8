import pytest

from scheduler.core.paging import LAST_PAGE, page_number


@pytest.mark.parametrize(
    ("typed", "number"),
    [(None, 1), ("", 1), ("0", 1), ("-1", 1), ("²", 1), ("٣", 1), ("x", 1), ("7", 7), ("9" * 5000, LAST_PAGE)],
)
def test_an_address_may_ask_for_any_page(typed, number):
    assert page_number(typed) == number
