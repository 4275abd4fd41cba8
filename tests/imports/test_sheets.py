"""Files as people have them: letters, columns, lines and workbooks, and what is refused of them."""

import datetime as dt
import io
import tracemalloc
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.core.errors import GroundReason
from scheduler.imports import workbook
from scheduler.imports.letters import has_broken_letters
from scheduler.imports.personal import NAMES_OF_PUPILS, PERSONAL_NUMBERS, personal_column
from scheduler.imports.sheets import MAX_BYTES, Layout, LineProblem, day_of, days_in, read_table, time_of
from scheduler.imports.workbook import BadWorkbook, sheets_of_workbook
from tests.workbooks import MAIN, REL, a_workbook, parts_of

LAYOUT = Layout({"name": ("назив", "naziv škole"), "town": ("место",)}, {"town": 10})


def cells(table):
    return [dict(row.cells) for row in table.rows]


@pytest.mark.parametrize(("text", "encodings"), [
    ("naziv škole;mesto\nŠkola Ćuk;Niš\n", ["utf-8", "utf-16", "cp1250"]),
    ("Назив;Место\nШкола Ћук;Ниш\n", ["utf-8", "utf-16", "cp1251"]),
])  # fmt: skip
def test_a_file_is_read_in_every_encoding_people_have(text, encodings):
    name, town = text.split("\n")[1].split(";")
    for encoding in encodings:
        table = read_table(text.encode(encoding), LAYOUT)
        assert (table.problems, table.encoding, table.delimiter) == ((), encoding, ";")
        assert cells(table) == [{"name": name, "town": town}]
    assert read_table(text.encode("utf-8-sig"), LAYOUT).encoding == "utf-8"


@pytest.mark.parametrize("text", [
    *(f"name{mark}town{mark}a,b\nx{mark}y{mark}\n" for mark in (";", ",", "\t")),
    "sep=|\r\nname|town\r\nx|y\r\n",  # the line that Excel puts first
])  # fmt: skip
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


@pytest.mark.parametrize(("content", "column_map", "problem"), [
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
])  # fmt: skip
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
     ("12/5/2025", (2025, 5, 12)), ("31.2.2025.", None), ("12.5.25", (2025, 5, 12)), ("maj", None), ("٣.٣.٢٠٢٥", None),
     ("12. maj 2025.", (2025, 5, 12)), ("12. маја 2025. године", (2025, 5, 12)), ("12. V 2025.", (2025, 5, 12)),
     ("1. IX 2025", (2025, 9, 1)), ("3. jul 2025", (2025, 7, 3)), ("3. juna 2025", (2025, 6, 3)),
     ("3. dec 2025", (2025, 12, 3)), ("3. nedelja 2025", None), ("3. xiii 2025", None), ("12-05-2025", (2025, 5, 12)),
     ("15.5.24.", (2024, 5, 15)), ("2024/05/14", (2024, 5, 14)), ("45425", (2024, 5, 13)), ("24-05-15", None),
     ("15.5/24", None), ("99999", None), ("18000", None),
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


@pytest.mark.parametrize(("text", "days"), [
    ("19.12.2026., 26.12.2026.", [(2026, 12, 19), (2026, 12, 26)]),
    ("19.12.2026. 26.12.2026.", [(2026, 12, 19), (2026, 12, 26)]),
    ("2026-12-19;26. 12. 2026", [(2026, 12, 19), (2026, 12, 26)]), ("", []), ("31.2.2026.", None), ("petak", None),
    ("1.9.2026. i dalje", None),
])  # fmt: skip
def test_lists_of_days_are_read_as_people_write_them(text, days):
    assert days_in(text) == (None if days is None else {dt.date(*day) for day in days})


# Broken letters, columns that must not come, and what a workbook does not show.

OF_CODES = Layout({"code": ("šifra",), "name": ("naziv",)})


@pytest.mark.parametrize("text", [
    "O© Miloą Crnjanski",  # ISO 8859-2 read as cp1250
    "JakÅ¡iÄ‡",  # UTF-8 read as cp1252
    "JakĹˇiÄ‡",  # UTF-8 read as cp1250
    "Đorđe Žikić".encode().decode("cp1250", "replace"), "Основна школа".encode().decode("latin-1"),
    "Основна школа".encode("cp1251").decode("cp1252"), "Основна школа".encode("cp1251").decode("cp1250"),
    "OŠ Miloš".encode("cp1250").decode("cp1251"), "Jakšić".encode("cp1250").decode("cp1252"),
    "OŠ Miloš".encode("cp1250").decode("latin-1"), "JAK?I?",
])  # fmt: skip
def test_letters_of_a_wrong_encoding_are_recognised(text):
    assert has_broken_letters(text)


@pytest.mark.parametrize("text", [
    *("Ђура Јакшић", "Đorđe Žikić", "ČAČAK", "ŠID", "Љубав, њихова и џиновска", "Основна школа бр. 12"),
    *("Ľudovít Štúr", "Bácska Topolya", "Őze Lajos", "Răzvan Țuțea", "Dąbrowski", "Łódź", "São", "Bäcker Ähre"),
    *(
        "Cвeти Caва", "OШ „Вук“", "Ko je to?", "Да ли је?", "http://skola.example.rs/a?b=1", "a?b@skola.example.rs",
        "",
    ),
])  # fmt: skip
def test_letters_of_the_languages_here_are_not_broken(text):
    assert not has_broken_letters(text)


def test_broken_letters_are_named_in_headings_and_in_lines_of_either_file():
    utf8 = "šifra;naziv\n1;O© Miloą\n2;Čegar\n3;JakÅ¡iÄ‡\n".encode()
    latin2 = "šifra;naziv\n1;OŠ Miloš\n2;Čegar\n3;Jakšić\n".encode("iso8859-2")

    for content in (utf8, latin2):
        problems = [(one.line, one.column) for one in read_table(content, OF_CODES).problems if one.line > 1]
        assert problems == [(2, "naziv"), (4, "naziv")]

    table = read_table("OpÅ¡tina;naziv;šifra\nNiš;Vuk;1\n".encode(), OF_CODES)

    assert table.problems == (LineProblem(1, "OpÅ¡tina", GroundReason.BROKEN_LETTERS),)


@pytest.mark.parametrize("end", [b"\x1a", b"\r\n\x1a", b"\x1a\x1a"])
def test_a_last_control_z_is_no_error(end):
    table = read_table(b"naziv;code\nVuk;1" + end, OF_CODES)
    assert ([row.cells["code"] for row in table.rows], table.problems) == (["1"], ())


@pytest.mark.parametrize(("code", "headings"), [
    (PERSONAL_NUMBERS, ["JMBG", "ЈМБГ ученика", "J.M.B.G.", "Jedinstveni matični broj građana"]),
    (NAMES_OF_PUPILS, ["Ime učenika", "Презиме и име ученика", "Učenik/ca", "Ime i prezime deteta", "Ученик"]),
    (NAMES_OF_PUPILS, ["Pupil's name", "Spisak učenika", "Student name"]),
    ("", ["Broj učenika", "Učenici", "Matični broj", "Ime i prezime", "Naziv doma učenika", "name"]),
])  # fmt: skip
def test_columns_of_personal_numbers_and_of_pupils_are_known_by_their_heading(code, headings):
    assert {heading: personal_column(heading) for heading in headings} == dict.fromkeys(headings, code)


def test_such_a_column_is_named_where_its_heading_stands_whatever_it_is_said_to_be():
    content = "Списак\n\nšifra;naziv;Ime učenika;JMBG\n1;Vuk;Pera;\n".encode()
    for column_map in (None, {"Ime učenika": "code"}):
        named = [one for one in read_table(content, OF_CODES, column_map).problems if one.line == 3]
        assert named == [LineProblem(3, "Ime učenika", NAMES_OF_PUPILS), LineProblem(3, "JMBG", PERSONAL_NUMBERS)]


def sheet(cells: str) -> bytes:
    titles = (
        f'<c r="{place}" t="inlineStr"><is><t>{name}</t></is></c>' for place, name in (("A1", "code"), ("B1", "name"))
    )
    head = f'<row r="1">{"".join(titles)}</row>'
    return f'<worksheet {MAIN}><sheetData>{head}<row r="2">{cells}</row></sheetData></worksheet>'.encode()


def read(cells: str, **parts: bytes):
    return read_table(a_workbook([["x"]], **{"xl/worksheets/sheet1.xml": sheet(cells)} | parts), OF_CODES)


def test_zeros_formulas_and_hidden_sheets_of_a_workbook_are_read_as_shown():
    styles = (
        f'<styleSheet {MAIN}><numFmts><numFmt numFmtId="170" formatCode="00000"/></numFmts>'
        '<cellXfs><xf numFmtId="0"/><xf numFmtId="170"/></cellXfs></styleSheet>'
    ).encode()

    table = read('<c r="A2" s="1"><v>101</v></c><c r="B2" s="0"><v>101</v></c>', **{"xl/styles.xml": styles})

    assert table.rows[0].cells == {"code": "00101", "name": "101"}

    solved = read('<c r="A2"><f>50+51</f><v>101</v></c><c r="B2" t="str"><f>""</f><v></v></c>')
    unsolved = read('<c r="A2"><f>50+51</f></c><c r="B2" t="e"><f>1/0</f><v>#DIV/0!</v></c>')

    assert (solved.formulas, solved.problems, solved.rows[0].cells["code"]) == (2, (), "101")
    assert unsolved.problems == (
        LineProblem(2, "code", "formula_without_result"),
        LineProblem(2, "name", "formula_failed"),
    )

    book = (
        f'<workbook {MAIN} xmlns:r="{REL}"><sheets><sheet name="Stari podaci" sheetId="1" state="hidden" r:id="r9"/>'
        '<sheet name="V" sheetId="3" state="veryHidden" r:id="r8"/>'
        '<sheet name="y" sheetId="2" r:id="r1"/></sheets></workbook>'
    ).encode()

    assert read('<c r="A2"><v>1</v></c>', **{"xl/workbook.xml": book}).hidden_sheets == ("Stari podaci", "V")


def rows_of(content: bytes, most_rows: int = 9):
    return next(sheets_of_workbook(content, most_rows=most_rows)).rows


def refusal_of(content: bytes, most_rows: int = 9) -> str:
    with pytest.raises(BadWorkbook) as refusal:
        rows_of(content, most_rows)
    return refusal.value.problem


def with_sheet(content: bytes) -> bytes:
    """A workbook whose one sheet has this text."""
    return a_workbook([["x"]], **{"xl/worksheets/sheet1.xml": content})


def packed(packing: int, parts: dict[str, bytes], spoilt: slice = slice(0)) -> bytes:
    """The parts in a file of that packing, with noughts in place of some of its bytes."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", packing) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    content = bytearray(stream.getvalue())
    content[spoilt] = bytes(len(content[spoilt]))
    return bytes(content)


def sheet_xml(rows: str, before: str = "", main: str = MAIN) -> bytes:
    head = '<?xml version="1.0" encoding="UTF-8"?>'
    return f"{head}<worksheet {main}>{before}<sheetData>{rows}</sheetData></worksheet>".encode()


OF_VISITS = Layout({"name": ("назив",), "day": ("датум",), "pupils": ("ученика",)})


def test_a_workbook_is_read_as_its_csv_would_be_with_moments_and_results_of_formulas():
    content = a_workbook(
        [["Посете 2024."], [], ["Назив", "Датум", "Ученика"], ["ОШ Чук", 45425, 60], ["Гимназија", "7.3.2024.", 31]]
    )

    table = read_table(content, OF_VISITS)

    assert (table.problems, table.encoding) == ((), "xlsx")
    assert [(row.line, dict(row.cells)) for row in table.rows] == [
        (4, {"name": "ОШ Чук", "day": "2024-05-13", "pupils": "60"}),
        (5, {"name": "Гимназија", "day": "7.3.2024.", "pupils": "31"}),
    ]

    assert rows_of(a_workbook([["x", 45425.4375], ["y", 0.4375]])) == [
        (1, ["x", "2024-05-13 10:30"]),
        (2, ["y", "10:30"]),
    ]

    content = sheet_xml(
        '<row r="1"><c r="A1"><f>SUM(B1:B2)</f><v>28</v></c><c r="B1" t="str"><f>A1&amp;"x"</f><v>28x</v></c>'
        '<c r="C1" t="b"><v>1</v></c><c r="D1" t="e"><f>1/0</f><v>#DIV/0!</v></c><c r="E1"><f>NOW()</f></c></row>'
    )

    assert rows_of(with_sheet(content)) == [(1, ["28", "28x", "1", "#DIV/0!", ""])]

    strict = 'xmlns="http://purl.oclc.org/ooxml/spreadsheetml/main"'
    content = sheet_xml('<row r="1"><c r="A1" t="inlineStr"><is><t>Ниш</t></is></c></row>', main=strict)

    assert rows_of(with_sheet(content)) == [(1, ["Ниш"])]


LATE_TYPE = b"<!--" + b"x" * 70_000 + b"--><!DOCTYPE w><worksheet"
WORDS = parts_of([["x" * 900, "y"]])


@pytest.mark.parametrize(
    "content",
    [
        *(a_workbook([["x", "y"]])[:cut] for cut in (10, 100, 400)),
        with_sheet(b'<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>'),
        with_sheet(sheet_xml("").replace(b"<worksheet", LATE_TYPE, 1)),
        with_sheet(b"<worksheet"),
        with_sheet('<?xml version="1.0" encoding="utf-16"?><x/>'.encode("utf-16")),
        *(with_sheet(sheet_xml(f'<row r="{number}"><c><v>7</v></c></row>')) for number in ("9" * 5000, "-")),
        *(a_workbook([["x", "y"]], **{part: b"<x/>"}) for part in ("xl/workbook.xml", "xl/sharedStrings.xml")),
        *(
            packed(packing, WORDS, spoilt)
            for packing in (zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)  # no spreadsheet writes them
            for spoilt in (slice(0), slice(60, 200))
        ),
    ],
    ids=lambda _content: "file",  # the bytes hold the moment of their making
)
def test_what_is_no_workbook_is_refused(content):
    assert refusal_of(content) == "not_a_workbook"


@pytest.mark.deep
@pytest.mark.parametrize("cell", ["<row/>", "<a/>", "<row><c/><c/></row>", '<row s="1"/>'])
def test_millions_of_empty_lines_never_stand_in_memory(cell):
    bomb = with_sheet(sheet_xml(cell * 100_000))
    assert len(bomb) < 6_000
    tracemalloc.start()
    try:
        assert rows_of(bomb) == []
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    assert most < 4_000_000  # what one piece holds; as a tree they are 10,000,000 and more


@pytest.mark.parametrize(("limit", "most", "rows", "problem"), [
    ("MOST_SHEET_BYTES", 100_000, " " * 200_000, "file_too_large"),
    ("MOST_ELEMENTS", 200, "<row/>" * 300, "file_too_large"),
    ("MOST_INSIDE", 200, "<row>" + "<c/>" * 300 + "</row>", "file_too_large"),
    ("DEEPEST", 200, "<row>" * 300 + "</row>" * 300, "file_too_large"),
    ("MOST_CELLS", 1_000, '<row r="1">' + '<c r="XFD1"/>' * 1_001 + "</row>", "too_many_rows"),  # none is kept
])  # fmt: skip
def test_a_part_that_holds_too_much_is_refused(monkeypatch, limit, most, rows, problem):
    monkeypatch.setattr(workbook, limit, most)
    bomb = with_sheet(sheet_xml(rows))
    assert len(bomb) < 5_000
    assert refusal_of(bomb) == problem


def test_too_many_lines_and_too_many_parts_are_refused():
    parts = {str(number): b"" for number in range(workbook.MOST_PARTS + 1)}
    assert refusal_of(a_workbook([["x"]] * 4), most_rows=3) == "too_many_rows"
    assert refusal_of(packed(zipfile.ZIP_STORED, parts)) == "file_too_large"


@pytest.mark.parametrize(
    ("zeros", "read"), [(workbook.LONGEST_FORMAT - 1, "2026-10-05"), (workbook.LONGEST_FORMAT, "46300")]
)
def test_a_format_is_read_as_far_as_a_spreadsheet_writes_one(zeros, read):
    """A search for what closes each of 300,000 brackets takes minutes."""
    code = "[0]" + "0" * (zeros - 3) + "d" + "[" * 300_000
    styles = (
        f'<styleSheet {MAIN}><numFmts><numFmt numFmtId="200" formatCode="{code}"/></numFmts>'
        '<cellXfs><xf numFmtId="0"/><xf numFmtId="200"/></cellXfs></styleSheet>'
    )

    assert rows_of(a_workbook([[46300]], **{"xl/styles.xml": styles.encode()})) == [(1, [read])]


def test_a_workbook_in_small_pieces_reads_the_same_and_a_document_type_across_two_is_seen(monkeypatch):
    content = a_workbook([["Назив", "Датум"], ["ОШ Чук", 45425], ["x", 0.5]])
    whole = rows_of(content)
    monkeypatch.setattr(workbook, "PIECE_BYTES", 5)
    assert whole == [(1, ["Назив", "Датум"]), (2, ["ОШ Чук", "2024-05-13"]), (3, ["x", "12:00"])]
    assert rows_of(content) == whole

    monkeypatch.setattr(workbook, "PIECE_BYTES", 7)
    assert refusal_of(with_sheet(b"<?xml version='1.0'?>\n<!DOCTYPE x><x/>")) == "not_a_workbook"


@pytest.mark.parametrize("dimension", ["A1:XFD1048576", "A1:ZZZ99999999999", "nonsense"])
def test_what_a_sheet_says_of_its_own_size_makes_no_room(dimension):
    content = sheet_xml(
        '<row r="1048576" spans="1:16384"><c r="A1048576"><v>7</v></c><c r="XFD1048576"><v>8</v></c></row>',
        before=f'<dimension ref="{dimension}"/>',
    )
    assert rows_of(with_sheet(content)) == [(1048576, ["7"])]


def several_sheets(*sheets: bytes) -> bytes:
    listed = "".join(f'<sheet name="s{at}" sheetId="{at}" r:id="r{at}"/>' for at in range(1, len(sheets) + 1))
    relations = "".join(
        f'<Relationship Id="r{at}" Target="worksheets/sheet{at}.xml"/>' for at in range(1, len(sheets) + 1)
    )
    parts = {f"xl/worksheets/sheet{at}.xml": content for at, content in enumerate(sheets, 1)}
    return a_workbook(
        [["x"]],
        **parts,
        **{
            "xl/workbook.xml": f'<workbook {MAIN} xmlns:r="{REL}"><sheets>{listed}</sheets></workbook>'.encode(),
            "xl/_rels/workbook.xml.rels": f"<Relationships>{relations}</Relationships>".encode(),
        },
    )


def words(*texts: str, hidden: bool = False, number: int = 1) -> str:
    cells = "".join(f'<c t="inlineStr"><is><t>{text}</t></is></c>' for text in texts)
    return f'<row r="{number}" hidden="{int(hidden)}">{cells}</row>'


def test_of_several_sheets_the_first_with_our_headings_is_read_or_else_the_first_that_holds_anything():
    content = several_sheets(
        sheet_xml(words("Упутство", "Читај пажљиво")),
        sheet_xml(words("Назив", "Датум") + words("Чук", "12.3.2024.", number=2)),
        sheet_xml(words("Назив", "Датум") + words("Други", "12.3.2024.", number=2)),
    )

    assert [row.cells["name"] for row in read_table(content, OF_VISITS).rows] == ["Чук"]

    content = several_sheets(sheet_xml(""), sheet_xml(words("kada", "gde")), sheet_xml(words("što", "šta")))

    assert read_table(content, OF_VISITS).every_heading == ("kada", "gde")

    content = several_sheets(
        sheet_xml(words("Назив", "Датум") + words("Чук", "", hidden=True, number=2) + words("Два", "", number=3))
    )

    table = read_table(content, OF_VISITS)

    assert ([row.cells["name"] for row in table.rows], table.hidden) == (["Чук", "Два"], 1)
