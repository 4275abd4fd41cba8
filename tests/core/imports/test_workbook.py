import io
import tracemalloc
import zipfile

import pytest

from scheduler.core.imports import workbook
from scheduler.core.imports.sheets import Layout, read_table
from scheduler.core.imports.workbook import BadWorkbook, sheets_of_workbook
from tests.workbooks import MAIN, REL, a_workbook, parts_of


def rows_of_workbook(content: bytes, *, most_rows: int):
    return next(sheets_of_workbook(content, most_rows=most_rows)).rows


LAYOUT = Layout({"name": ("назив",), "day": ("датум",), "pupils": ("ученика",)})


def test_a_workbook_is_read_as_its_csv_would_be():
    content = a_workbook(
        [["Посете 2024."], [], ["Назив", "Датум", "Ученика"], ["ОШ Чук", 45425, 60], ["Гимназија", "7.3.2024.", 31]]
    )

    table = read_table(content, LAYOUT)

    assert (table.problems, table.encoding) == ((), "xlsx")
    assert [(row.line, dict(row.cells)) for row in table.rows] == [
        (4, {"name": "ОШ Чук", "day": "2024-05-13", "pupils": "60"}),
        (5, {"name": "Гимназија", "day": "7.3.2024.", "pupils": "31"}),
    ]


def test_moments_and_times_are_told_as_people_write_them():
    assert rows_of_workbook(a_workbook([["x", 45425.4375], ["y", 0.4375]]), most_rows=9) == [
        (1, ["x", "2024-05-13 10:30"]),
        (2, ["y", "10:30"]),
    ]


@pytest.mark.parametrize(
    ("part", "content"),
    [
        ("xl/worksheets/sheet1.xml", b'<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>'),
        ("xl/worksheets/sheet1.xml", b"<worksheet"),
        ("xl/worksheets/sheet1.xml", '<?xml version="1.0" encoding="utf-16"?><x/>'.encode("utf-16")),
        ("xl/workbook.xml", b"<x/>"),
        ("xl/sharedStrings.xml", b"<x/>"),
    ],
)
def test_what_is_no_workbook_is_refused(part, content):
    with pytest.raises(BadWorkbook) as refusal:
        rows_of_workbook(a_workbook([["x", "y"]], **{part: content}), most_rows=9)

    assert refusal.value.problem == "not_a_workbook"


@pytest.mark.parametrize("cut", [10, 100, 400])
def test_a_workbook_cut_off_is_refused(cut):
    with pytest.raises(BadWorkbook):
        rows_of_workbook(a_workbook([["x", "y"]])[:cut], most_rows=9)


def test_a_bomb_is_not_unpacked(monkeypatch):
    monkeypatch.setattr(workbook, "MOST_SHEET_BYTES", 100_000)
    bomb = a_workbook([["x"]], **{"xl/worksheets/sheet1.xml": b"<x>" + b" " * 200_000 + b"</x>"})
    assert len(bomb) < 5_000

    with pytest.raises(BadWorkbook) as refusal:
        rows_of_workbook(bomb, most_rows=9)

    assert refusal.value.problem == "file_too_large"


def sheet_of(inner: bytes) -> dict[str, bytes]:
    return {"xl/worksheets/sheet1.xml": f"<worksheet {MAIN}><sheetData>".encode() + inner + b"</sheetData></worksheet>"}


@pytest.mark.deep
@pytest.mark.parametrize("cell", [b"<row/>", b"<a/>", b"<row><c/><c/></row>", b'<row s="1"/>'])
def test_millions_of_empty_lines_never_stand_in_memory(cell):
    bomb = a_workbook([["x"]], **sheet_of(cell * 100_000))
    assert len(bomb) < 6_000
    tracemalloc.start()
    try:
        assert rows_of_workbook(bomb, most_rows=9) == []
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    assert most < 4_000_000  # what one piece holds; as a tree they are 10,000,000 and more


@pytest.mark.parametrize(
    ("limit", "inner"),
    [
        ("MOST_ELEMENTS", b"<row/>" * 300),
        ("MOST_INSIDE", b"<row>" + b"<c/>" * 300 + b"</row>"),
        ("DEEPEST", b"<row>" * 300 + b"</row>" * 300),
    ],
)
def test_a_part_of_too_many_elements_is_refused(monkeypatch, limit, inner):
    monkeypatch.setattr(workbook, limit, 200)

    with pytest.raises(BadWorkbook) as refusal:
        rows_of_workbook(a_workbook([["x"]], **sheet_of(inner)), most_rows=9)

    assert refusal.value.problem == "file_too_large"


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

    rows = rows_of_workbook(a_workbook([[46300]], **{"xl/styles.xml": styles.encode()}), most_rows=9)

    assert rows == [(1, [read])]


@pytest.mark.parametrize("packing", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
@pytest.mark.parametrize("spoilt", [False, True])
def test_a_packing_that_no_spreadsheet_writes_is_refused_whole_or_spoilt(packing, spoilt):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", packing) as archive:
        for name, content in parts_of([["x" * 900, "y"]]).items():
            archive.writestr(name, content)
    content = bytearray(stream.getvalue())
    if spoilt:
        content[60:200] = bytes(140)

    with pytest.raises(BadWorkbook) as refusal:
        rows_of_workbook(bytes(content), most_rows=9)

    assert refusal.value.problem == "not_a_workbook"


def test_a_document_type_across_two_pieces_is_seen(monkeypatch):
    monkeypatch.setattr(workbook, "PIECE_BYTES", 7)
    typed = b"<?xml version='1.0'?>\n<!DOCTYPE x><x/>"

    with pytest.raises(BadWorkbook):
        rows_of_workbook(a_workbook([["x"]], **{"xl/worksheets/sheet1.xml": typed}), most_rows=9)


def test_a_workbook_in_small_pieces_reads_the_same(monkeypatch):
    content = a_workbook([["Назив", "Датум"], ["ОШ Чук", 45425], ["x", 0.5]])
    whole = rows_of_workbook(content, most_rows=9)
    monkeypatch.setattr(workbook, "PIECE_BYTES", 5)

    assert (
        rows_of_workbook(content, most_rows=9)
        == whole
        == [(1, ["Назив", "Датум"]), (2, ["ОШ Чук", "2024-05-13"]), (3, ["x", "12:00"])]
    )


def test_too_many_lines_and_too_many_parts_are_refused():
    with pytest.raises(BadWorkbook) as lines:
        rows_of_workbook(a_workbook([["x"]] * 4), most_rows=3)
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for number in range(workbook.MOST_PARTS + 1):
            archive.writestr(str(number), b"")
    with pytest.raises(BadWorkbook) as parts:
        rows_of_workbook(stream.getvalue(), most_rows=3)

    assert (lines.value.problem, parts.value.problem) == ("too_many_rows", "file_too_large")
    assert parts_of([["x"]])


def sheet_xml(rows: str, before: str = "", main: str = MAIN) -> bytes:
    head = '<?xml version="1.0" encoding="UTF-8"?>'
    return f"{head}<worksheet {main}>{before}<sheetData>{rows}</sheetData></worksheet>".encode()


SHEET = "xl/worksheets/sheet1.xml"


def test_of_a_formula_the_last_result_is_read_and_truth_is_one():
    content = sheet_xml(
        '<row r="1"><c r="A1"><f>SUM(B1:B2)</f><v>28</v></c><c r="B1" t="str"><f>A1&amp;"x"</f><v>28x</v></c>'
        '<c r="C1" t="b"><v>1</v></c><c r="D1" t="e"><f>1/0</f><v>#DIV/0!</v></c><c r="E1"><f>NOW()</f></c></row>'
    )

    assert rows_of_workbook(a_workbook([["x"]], **{SHEET: content}), most_rows=9) == [
        (1, ["28", "28x", "1", "#DIV/0!", ""])
    ]


@pytest.mark.parametrize("dimension", ["A1:XFD1048576", "A1:ZZZ99999999999", "nonsense"])
def test_what_a_sheet_says_of_its_own_size_makes_no_room(dimension):
    content = sheet_xml(
        '<row r="1048576" spans="1:16384"><c r="A1048576"><v>7</v></c><c r="XFD1048576"><v>8</v></c></row>',
        before=f'<dimension ref="{dimension}"/>',
    )

    assert rows_of_workbook(a_workbook([["x"]], **{SHEET: content}), most_rows=9) == [(1048576, ["7"])]


@pytest.mark.parametrize("number", ["9" * 5000, "-"])
def test_a_line_number_that_is_none_is_refused(number):
    content = sheet_xml(f'<row r="{number}"><c><v>7</v></c></row>')

    with pytest.raises(BadWorkbook):
        rows_of_workbook(a_workbook([["x"]], **{SHEET: content}), most_rows=9)


def test_too_many_cells_are_refused_even_where_nothing_is_kept_of_them(monkeypatch):
    monkeypatch.setattr(workbook, "MOST_CELLS", 1_000)
    content = sheet_xml('<row r="1">' + '<c r="XFD1"/>' * 1_001 + "</row>")

    with pytest.raises(BadWorkbook) as refusal:
        rows_of_workbook(a_workbook([["x"]], **{SHEET: content}), most_rows=9)

    assert refusal.value.problem == "too_many_rows"


def test_a_document_type_is_found_wherever_it_stands():
    content = sheet_xml("").replace(b"<worksheet", b"<!--" + b"x" * 70_000 + b"--><!DOCTYPE w><worksheet", 1)

    with pytest.raises(BadWorkbook):
        rows_of_workbook(a_workbook([["x"]], **{SHEET: content}), most_rows=9)


@pytest.mark.parametrize("packed", [zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2])
def test_a_broken_part_packed_in_another_way_is_refused(packed):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", packed) as archive:
        for name, content in parts_of([["x" * 500, "y"]]).items():
            archive.writestr(name, content)
    broken = bytearray(stream.getvalue())
    for at in range(60, 160):
        broken[at] ^= 0x5A

    with pytest.raises(BadWorkbook):
        rows_of_workbook(bytes(broken), most_rows=9)


def test_a_workbook_of_the_strict_kind_is_read_too():
    strict = 'xmlns="http://purl.oclc.org/ooxml/spreadsheetml/main"'
    content = sheet_xml('<row r="1"><c r="A1" t="inlineStr"><is><t>Ниш</t></is></c></row>', main=strict)

    assert rows_of_workbook(a_workbook([["x"]], **{SHEET: content}), most_rows=9) == [(1, ["Ниш"])]


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


def test_of_several_sheets_the_first_with_our_headings_is_read():
    content = several_sheets(
        sheet_xml(words("Упутство", "Читај пажљиво")),
        sheet_xml(words("Назив", "Датум") + words("Чук", "12.3.2024.", number=2)),
        sheet_xml(words("Назив", "Датум") + words("Други", "12.3.2024.", number=2)),
    )

    assert [row.cells["name"] for row in read_table(content, LAYOUT).rows] == ["Чук"]


def test_without_our_headings_the_first_sheet_that_holds_anything_is_read():
    content = several_sheets(sheet_xml(""), sheet_xml(words("kada", "gde")), sheet_xml(words("što", "šta")))

    assert read_table(content, LAYOUT).every_heading == ("kada", "gde")


def test_hidden_lines_are_read_and_counted():
    content = several_sheets(
        sheet_xml(words("Назив", "Датум") + words("Чук", "", hidden=True, number=2) + words("Два", "", number=3))
    )

    table = read_table(content, LAYOUT)

    assert ([row.cells["name"] for row in table.rows], table.hidden) == (["Чук", "Два"], 1)
