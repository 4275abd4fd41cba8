import io
import tracemalloc
import zipfile

import pytest

from scheduler.core.imports import workbook
from scheduler.core.imports.sheets import Layout, read_table
from scheduler.core.imports.workbook import BadWorkbook, sheets_of_workbook
from tests.workbooks import MAIN, REL, a_workbook, parts_of


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


LAYOUT = Layout({"name": ("назив",), "day": ("датум",), "pupils": ("ученика",)})


def test_a_workbook_is_read_as_its_csv_would_be_with_moments_and_results_of_formulas():
    content = a_workbook(
        [["Посете 2024."], [], ["Назив", "Датум", "Ученика"], ["ОШ Чук", 45425, 60], ["Гимназија", "7.3.2024.", 31]]
    )

    table = read_table(content, LAYOUT)

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


def test_a_document_type_across_two_pieces_is_seen(monkeypatch):
    monkeypatch.setattr(workbook, "PIECE_BYTES", 7)

    assert refusal_of(with_sheet(b"<?xml version='1.0'?>\n<!DOCTYPE x><x/>")) == "not_a_workbook"


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


@pytest.mark.parametrize(
    ("limit", "most", "rows", "problem"),
    [
        ("MOST_SHEET_BYTES", 100_000, " " * 200_000, "file_too_large"),
        ("MOST_ELEMENTS", 200, "<row/>" * 300, "file_too_large"),
        ("MOST_INSIDE", 200, "<row>" + "<c/>" * 300 + "</row>", "file_too_large"),
        ("DEEPEST", 200, "<row>" * 300 + "</row>" * 300, "file_too_large"),
        ("MOST_CELLS", 1_000, '<row r="1">' + '<c r="XFD1"/>' * 1_001 + "</row>", "too_many_rows"),  # none is kept
    ],
)
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

    rows = rows_of(a_workbook([[46300]], **{"xl/styles.xml": styles.encode()}))

    assert rows == [(1, [read])]


def test_a_workbook_in_small_pieces_reads_the_same(monkeypatch):
    content = a_workbook([["Назив", "Датум"], ["ОШ Чук", 45425], ["x", 0.5]])
    whole = rows_of(content)
    monkeypatch.setattr(workbook, "PIECE_BYTES", 5)

    assert whole == [(1, ["Назив", "Датум"]), (2, ["ОШ Чук", "2024-05-13"]), (3, ["x", "12:00"])]
    assert rows_of(content) == whole


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

    assert [row.cells["name"] for row in read_table(content, LAYOUT).rows] == ["Чук"]

    content = several_sheets(sheet_xml(""), sheet_xml(words("kada", "gde")), sheet_xml(words("što", "šta")))

    assert read_table(content, LAYOUT).every_heading == ("kada", "gde")

    content = several_sheets(
        sheet_xml(words("Назив", "Датум") + words("Чук", "", hidden=True, number=2) + words("Два", "", number=3))
    )

    table = read_table(content, LAYOUT)

    assert ([row.cells["name"] for row in table.rows], table.hidden) == (["Чук", "Два"], 1)
