import pytest

from scheduler.core.csv_text import csv_text


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_a_text_that_begins_like_a_formula_gets_a_mark_in_front(start):
    assert f"'{start}1" in csv_text(["a"], [[f"{start}1"]])


def test_numbers_stay_numbers_and_commas_are_quoted():
    assert csv_text(["a", "b"], [[-5, "x, y"]]) == 'a,b\r\n-5,"x, y"\r\n'
