import csv
from decimal import Decimal

import pytest

from scheduler.core.csv_text import csv_for_people, csv_text


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠"])
def test_a_text_that_begins_like_a_formula_gets_a_mark_in_front(start):
    assert f"'{start}1" in csv_text(["a"], [[f"{start}1"]])


def test_numbers_stay_numbers_and_a_file_for_people_has_the_mark_semicolons_and_commas():
    assert csv_text(["a", "b"], [[-5, "x, y"]]) == 'a,b\r\n-5,"x, y"\r\n'

    assert csv_for_people(["Град", "Ученици"], [["Ниш; Медијана", 5]]) == (
        '\ufeffГрад;Ученици\r\n"Ниш; Медијана";5\r\n'.encode()
    )

    assert csv_for_people(["Километара"], [[12.5], [Decimal("0.25")], [7], ["1.5"]]) == (
        "\ufeffКилометара\r\n12,5\r\n0,25\r\n7\r\n1.5\r\n".encode()
    )


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("x;=1+1", "x;'=1+1"), ("x; -2", "x;' -2"), (" =1", "' =1"), ("a\n@b", "a\n'@b"),
        ("Ниш-центар; Медијана", "Ниш-центар; Медијана"), ("+381 18 123", "'+381 18 123"),
    ],
)  # fmt: skip
def test_trust_s18_a_semicolon_may_end_a_cell_too(text, written):
    assert next(csv.reader(csv_text(["a"], [[text]]).splitlines(keepends=True)[1:])) == [written]
