"""Broken letters, columns that must not come, and what a workbook does not show."""

import pytest

from scheduler.core.errors import GroundReason
from scheduler.core.imports.letters import has_broken_letters
from scheduler.core.imports.personal import NAMES_OF_PUPILS, PERSONAL_NUMBERS, personal_column
from scheduler.core.imports.sheets import Layout, LineProblem, read_table
from tests.workbooks import MAIN, REL, a_workbook

LAYOUT = Layout({"code": ("šifra",), "name": ("naziv",)})


@pytest.mark.parametrize(
    "text",
    [
        "O© Miloą Crnjanski",  # ISO 8859-2 read as cp1250
        "JakÅ¡iÄ‡",  # UTF-8 read as cp1252
        "JakĹˇiÄ‡",  # UTF-8 read as cp1250
        "Đorđe Žikić".encode().decode("cp1250", "replace"), "Основна школа".encode().decode("latin-1"),
        "Основна школа".encode("cp1251").decode("cp1252"), "Основна школа".encode("cp1251").decode("cp1250"),
        "OŠ Miloš".encode("cp1250").decode("cp1251"), "Jakšić".encode("cp1250").decode("cp1252"),
        "OŠ Miloš".encode("cp1250").decode("latin-1"), "JAK?I?",
    ],
)  # fmt: skip
def test_letters_of_a_wrong_encoding_are_recognised(text):
    assert has_broken_letters(text)


@pytest.mark.parametrize(
    "text",
    [
        *("Ђура Јакшић", "Đorđe Žikić", "ČAČAK", "ŠID", "Љубав, њихова и џиновска", "Основна школа бр. 12"),
        *("Ľudovít Štúr", "Bácska Topolya", "Őze Lajos", "Răzvan Țuțea", "Dąbrowski", "Łódź", "São", "Bäcker Ähre"),
        *(
            "Cвeти Caва", "OШ „Вук“", "Ko je to?", "Да ли је?", "http://skola.example.rs/a?b=1", "a?b@skola.example.rs",
            "",
        ),
    ],
)  # fmt: skip
def test_letters_of_the_languages_here_are_not_broken(text):
    assert not has_broken_letters(text)


def test_broken_letters_are_named_in_headings_and_in_lines_of_either_file():
    utf8 = "šifra;naziv\n1;O© Miloą\n2;Čegar\n3;JakÅ¡iÄ‡\n".encode()
    latin2 = "šifra;naziv\n1;OŠ Miloš\n2;Čegar\n3;Jakšić\n".encode("iso8859-2")

    for content in (utf8, latin2):
        problems = [(one.line, one.column) for one in read_table(content, LAYOUT).problems if one.line > 1]
        assert problems == [(2, "naziv"), (4, "naziv")]

    table = read_table("OpÅ¡tina;naziv;šifra\nNiš;Vuk;1\n".encode(), LAYOUT)

    assert table.problems == (LineProblem(1, "OpÅ¡tina", GroundReason.BROKEN_LETTERS),)


@pytest.mark.parametrize("end", [b"\x1a", b"\r\n\x1a", b"\x1a\x1a"])
def test_a_last_control_z_is_no_error(end):
    table = read_table(b"naziv;code\nVuk;1" + end, LAYOUT)

    assert ([row.cells["code"] for row in table.rows], table.problems) == (["1"], ())


@pytest.mark.parametrize(
    ("code", "headings"),
    [
        (PERSONAL_NUMBERS, ["JMBG", "ЈМБГ ученика", "J.M.B.G.", "Jedinstveni matični broj građana"]),
        (NAMES_OF_PUPILS, ["Ime učenika", "Презиме и име ученика", "Učenik/ca", "Ime i prezime deteta", "Ученик"]),
        (NAMES_OF_PUPILS, ["Pupil's name", "Spisak učenika", "Student name"]),
        ("", ["Broj učenika", "Učenici", "Matični broj", "Ime i prezime", "Naziv doma učenika", "name"]),
    ],
)
def test_columns_of_personal_numbers_and_of_pupils_are_known_by_their_heading(code, headings):
    assert {heading: personal_column(heading) for heading in headings} == dict.fromkeys(headings, code)


def test_such_a_column_is_named_where_its_heading_stands_whatever_it_is_said_to_be():
    content = "Списак\n\nšifra;naziv;Ime učenika;JMBG\n1;Vuk;Pera;\n".encode()

    for column_map in (None, {"Ime učenika": "code"}):
        named = [one for one in read_table(content, LAYOUT, column_map).problems if one.line == 3]
        assert named == [LineProblem(3, "Ime učenika", NAMES_OF_PUPILS), LineProblem(3, "JMBG", PERSONAL_NUMBERS)]


def sheet(cells: str) -> bytes:
    titles = (
        f'<c r="{place}" t="inlineStr"><is><t>{name}</t></is></c>' for place, name in (("A1", "code"), ("B1", "name"))
    )
    head = f'<row r="1">{"".join(titles)}</row>'
    return f'<worksheet {MAIN}><sheetData>{head}<row r="2">{cells}</row></sheetData></worksheet>'.encode()


def read(cells: str, **parts: bytes):
    return read_table(a_workbook([["x"]], **{"xl/worksheets/sheet1.xml": sheet(cells)} | parts), LAYOUT)


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
