import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.core.imports.sheets import MAX_BYTES, Layout, LineProblem, day_of, days_in, read_table, time_of

LAYOUT = Layout({"name": ("назив", "naziv škole"), "town": ("место",)}, {"town": 10})


def cells(table):
    return [dict(row.cells) for row in table.rows]


@pytest.mark.parametrize(
    ("text", "encodings"),
    [
        ("naziv škole;mesto\nŠkola Ćuk;Niš\n", ["utf-8", "utf-16", "cp1250"]),
        ("Назив;Место\nШкола Ћук;Ниш\n", ["utf-8", "utf-16", "cp1251"]),
    ],
)
def test_a_file_is_read_in_every_encoding_people_have(text, encodings):
    name, town = text.split("\n")[1].split(";")
    for encoding in encodings:
        table = read_table(text.encode(encoding), LAYOUT)

        assert (table.problems, table.encoding, table.delimiter) == ((), encoding, ";")
        assert cells(table) == [{"name": name, "town": town}]
    assert read_table(text.encode("utf-8-sig"), LAYOUT).encoding == "utf-8"


@pytest.mark.parametrize(
    "text",
    [
        *(f"name{mark}town{mark}a,b\nx{mark}y{mark}\n" for mark in (";", ",", "\t")),
        "sep=|\r\nname|town\r\nx|y\r\n",  # the line that Excel puts first
    ],
)
def test_the_delimiter_is_the_one_that_gives_columns_we_know(text):
    assert cells(read_table(text.encode(), LAYOUT)) == [{"name": "x", "town": "y"}]


@pytest.mark.parametrize("mark", ['"', "\r", " ", "x"])
def test_what_cannot_part_columns_is_no_delimiter(mark):
    table = read_table(f"sep={mark}\r\nname;town\r\n".encode(), LAYOUT)

    assert (table.rows, table.headings, table.delimiter) == ((), {"name": "name", "town": "town"}, ";")


def test_lines_and_columns_are_counted_as_an_editor_shows_them():
    content = b"name,School\nold,new\n"

    assert cells(read_table(content, LAYOUT, {"School": "name"})) == [{"name": "new"}]

    table = read_table(b'name,town\n\n"two\nlines",a\nlast,b\n', LAYOUT)

    assert [row.line for row in table.rows] == [3, 5]
    assert cells(table)[0] == {"name": "two lines", "town": "a"}

    table = read_table(b"name,town\na,b,,\nc\n,,\n\n", LAYOUT)

    assert table.problems == ()
    assert cells(table) == [{"name": "a", "town": "b"}, {"name": "c"}]

    content = "Списак школа за 2024. годину;;\n;;\nназив;место;напомена\nЧук;Ниш;x\n".encode()

    table = read_table(content, LAYOUT)

    assert (table.problems, cells(table)) == ((), [{"name": "Чук", "town": "Ниш"}])
    assert ([row.line for row in table.rows], table.every_heading) == ([4], ("назив", "место", "напомена"))

    layout = Layout({"name": ("назив",), "topics": ("теме",)}, lists=frozenset({"topics"}))

    table = read_table('назив;теме\n"ОШ\nЧук";"a\r\nb"\n'.encode(), layout)

    assert dict(table.rows[0].cells) == {"name": "ОШ Чук", "topics": "a ;b"}


@pytest.mark.parametrize(
    ("content", "column_map", "problem"),
    [
        (b"", None, LineProblem(1, "", "empty_file")),
        (b"\n \n", None, LineProblem(1, "", "empty_file")),
        (b"x" * (MAX_BYTES + 1), None, LineProblem(1, "", "file_too_large")),
        (b"PK\x03\x04rest", None, LineProblem(1, "", "not_a_workbook")),
        (b"name\x00,town\n", None, LineProblem(1, "", "not_a_text_file")),
        (b"name,town\n\x81\x98,x\n", None, LineProblem(1, "", "not_a_text_file")),
        (b"name,naziv\na,b\n", None, LineProblem(1, "naziv", "column_twice")),
        (b"name\na\n", {"name": "surname"}, LineProblem(1, "surname", "no_such_field")),
        (b"name\na\n", {"School": "name"}, LineProblem(1, "School", "no_such_column")),
        (b'name,town\na,b\n"open,c\n', None, LineProblem(3, "", "broken_quotes")),
        (b"name,town\n" + b"x" * 200_000 + b",b\n", None, LineProblem(2, "", "too_long")),
        (b"name,town\n" + b"x" * 201 + b",b\n", None, LineProblem(2, "name", "too_long")),
        (b"name,town\na,12345678901\n", None, LineProblem(2, "town", "too_long")),
        (b"name,town\na,b,c\n", None, LineProblem(2, "", "too_many_columns")),
    ],
)
def test_a_broken_file_says_what_is_wrong_and_where(content, column_map, problem):
    assert read_table(content, LAYOUT, column_map).problems == (problem,)


@given(st.binary(max_size=200))
def test_no_bytes_at_all_break_the_reader(content):
    table = read_table(b"name,town\n" + content, LAYOUT)

    assert all(problem.problem for problem in table.problems)


@pytest.mark.slow
@given(st.text(max_size=100))
def test_no_header_breaks_the_reader(header):
    read_table(header.encode("utf-8", "replace"), LAYOUT)


@pytest.mark.parametrize(
    ("text", "day"),
    [("2025-05-12", (2025, 5, 12)), ("12.5.2025.", (2025, 5, 12)), ("12. 05. 2025", (2025, 5, 12)),
     ("12/5/2025", (2025, 5, 12)), ("31.2.2025.", None), ("12.5.25", None), ("maj", None), ("٣.٣.٢٠٢٥", None),
     ("12. maj 2025.", (2025, 5, 12)), ("12. маја 2025. године", (2025, 5, 12)), ("12. V 2025.", (2025, 5, 12)),
     ("1. IX 2025", (2025, 9, 1)), ("3. jul 2025", (2025, 7, 3)), ("3. juna 2025", (2025, 6, 3)),
     ("3. dec 2025", (2025, 12, 3)), ("3. nedelja 2025", None), ("3. xiii 2025", None), ("12-05-2025", (2025, 5, 12)),
     ("2025-05-12 10:30", (2025, 5, 12)), ("12.5.2025 08:00:00", (2025, 5, 12)), (" 12.5.2025 ", (2025, 5, 12))],
)  # fmt: skip
def test_days_are_read_as_people_here_write_them(text, day):
    assert day_of(text) == (day and dt.date(*day))


@pytest.mark.parametrize(
    ("text", "time"),
    [("8:00", (8, 0)), ("08.30", (8, 30)), ("13h", (13, 0)), ("10:05:00", (10, 5)), ("24:00", None), ("8:60", None),
     ("", None)],
)  # fmt: skip
def test_times_are_read_as_people_here_write_them(text, time):
    assert time_of(text) == (time and dt.time(*time))


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("19.12.2026., 26.12.2026.", [(2026, 12, 19), (2026, 12, 26)]),
        ("19.12.2026. 26.12.2026.", [(2026, 12, 19), (2026, 12, 26)]),
        ("2026-12-19;26. 12. 2026", [(2026, 12, 19), (2026, 12, 26)]), ("", []), ("31.2.2026.", None), ("petak", None),
        ("1.9.2026. i dalje", None),
    ],
)  # fmt: skip
def test_lists_of_days_are_read_as_people_write_them(text, days):
    assert days_in(text) == (None if days is None else {dt.date(*day) for day in days})
