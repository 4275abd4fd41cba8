"""Workbooks: what a spreadsheet reads back."""

import datetime as dt
import io
from decimal import Decimal

import pytest
from babel.support import LazyProxy
from openpyxl import Workbook, load_workbook

from scheduler.core.months import MonthCell
from scheduler.core.names import SpelledName
from scheduler.core.workbook import Sheet, cell_of, workbook

MADE_AT = dt.datetime(2026, 12, 7, 9, 30, tzinfo=dt.UTC)
FORMULAS = ("=1+1", "+381 18 123", "-5", "@SUM(A1)", '=HYPERLINK("http://example.org")', " =1", "\t=1", "＝1")


def read_back(*rows: list[object], name: str = "Table", meanings: tuple[tuple[str, str], ...] = ()) -> Workbook:
    heads = [f"Column {place}" for place in range(len(rows[0]) if rows else 1)]
    return load_workbook(io.BytesIO(workbook([Sheet(name, heads, rows)], meanings, "en", made_at=MADE_AT)))


@pytest.mark.parametrize("text", ["a;=1", *FORMULAS, "#N/A", "12.5", "2026-12-17", "Ниш", " x "])
def test_a_text_stays_a_text_whatever_it_begins_with(text):
    book = read_back([text], name=text[:20] or "x", meanings=((text, text),))

    for sheet in book:
        cell = sheet["A2"]
        assert (cell.data_type, cell.value) == ("s", text)
        assert cell.quotePrefix is (text in FORMULAS), "so it stays one when somebody edits the cell"


def test_headings_are_texts_too():
    book = load_workbook(io.BytesIO(workbook([Sheet("x", ["=1+1"], [])], (), "en", made_at=MADE_AT)))
    assert (book.worksheets[0]["A1"].data_type, book.worksheets[0]["A1"].value) == ("s", "=1+1")


def test_numbers_days_months_hours_and_moments_are_real():
    row = [5, -3, 2.5, Decimal("0.25"), dt.date(2026, 12, 17), MonthCell(2026, 3, 1), dt.time(9, 55), "", None]
    row.append(cell_of(dt.datetime(2026, 7, 1, 22, 30, 15, tzinfo=dt.UTC), "en"))

    cells = read_back(row).worksheets[0][2]

    assert [cell.value for cell in cells[:4]] == [5, -3, 2.5, 0.25]
    assert [str(cell.value) for cell in cells[4:]] == [
        "2026-12-17 00:00:00", "2026-03-01 00:00:00", "09:55:00", "None", "None",
        "2026-07-02 00:30:00",  # by the clock of the centre
    ]  # fmt: skip
    assert [cell.is_date for cell in cells] == [*[False] * 4, True, True, True, False, False, True]
    assert str(MonthCell(2026, 3, 1)) == "2026-03"


def test_heads_are_bold_and_stay_in_sight_and_columns_are_as_wide_as_their_texts():
    book = read_back(["x", "a text of some length"], ["y", "w" * 300], meanings=(("x", "y"),))

    for sheet in book:
        assert sheet.freeze_panes == "A2"
        assert all(cell.font.bold for cell in sheet[1])
        assert not any(cell.font.bold for cell in sheet[2])
    table = book.worksheets[0]
    assert table.auto_filter.ref == "A1:B3"
    assert (table.column_dimensions["A"].width, table.column_dimensions["B"].width) == (11, 60)


def test_the_last_sheet_says_what_columns_mean_in_the_readers_language():
    meanings = [("Visits", "Days at a school.")]
    for lang, name, heads in (
        ("en", "Definitions", ("Term", "Meaning")),
        ("sr_Latn", "Definicije", ("Pojam", "Značenje")),
    ):
        book = load_workbook(io.BytesIO(workbook([Sheet("x", ["a"], [])], meanings, lang, made_at=MADE_AT)))
        assert book.sheetnames == ["x", name]
        assert list(book[name].values) == [heads, *meanings]


def test_equal_tables_are_equal_bytes_whenever_they_are_written():
    sheet = Sheet("x", ["a"], [["b", 1]])
    first, second = (workbook([sheet], (), "en", made_at=MADE_AT) for _ in range(2))
    later = workbook([sheet], (), "en", made_at=MADE_AT + dt.timedelta(days=1))

    assert first == second
    assert first != later
    assert load_workbook(io.BytesIO(first)).properties.created == MADE_AT.replace(tzinfo=None)


def test_what_no_cell_and_no_name_of_a_sheet_may_hold_is_left_out():
    book = read_back(["a\x00b\x0bc\ud800"], name="Visits: a/b [c] 'd' and a name that has no end")
    assert book.sheetnames[0] == "Visits  a b  c   d  and a name "
    assert book.worksheets[0]["A2"].value == "abc"


def test_names_are_in_the_letters_of_the_reader():
    assert cell_of(SpelledName("Тара Зорић"), "sr_Latn") == "Tara Zorić"
    assert cell_of(LazyProxy(lambda: "word"), "en") == "word"
    assert (cell_of(None, "en"), cell_of(5, "en")) == ("", 5)


def test_ten_thousand_rows_are_a_small_file():
    rows = [[f"Visit {number}", dt.date(2026, 1, 1), number] for number in range(10_000)]
    content = workbook([Sheet("x", ["a", "b", "c"], rows)], (), "en", made_at=MADE_AT)
    assert len(content) < 400_000
    book = load_workbook(io.BytesIO(content), read_only=True)
    assert sum(1 for _row in book.worksheets[0].rows) == 10_001
