"""XLSX files as spreadsheet programs write them: shared strings, numbers, and days as numbers with a date style."""

import io
import zipfile
from collections.abc import Sequence
from xml.sax.saxutils import escape

MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def parts_of(rows: Sequence[Sequence[object]]) -> dict[str, bytes]:
    """The parts of a workbook with one sheet; a number over 40,000 or below 1 has the style of a day or time."""
    texts: list[str] = []
    lines = []
    for number, row in enumerate(rows, 1):
        cells = []
        for place, value in enumerate(row):
            where = f"{chr(65 + place)}{number}"
            if isinstance(value, str):
                texts.append(value)
                cells.append(f'<c r="{where}" t="s"><v>{len(texts) - 1}</v></c>')
            else:
                dated = isinstance(value, float) or (isinstance(value, int) and value > 40_000)
                cells.append(f'<c r="{where}" s="{int(dated)}"><v>{value}</v></c>')
        lines.append(f'<row r="{number}">{"".join(cells)}</row>')
    strings = "".join(f"<si><t>{escape(text)}</t></si>" for text in texts)
    made = {
        "xl/workbook.xml": f'<workbook {MAIN} xmlns:r="{REL}"><sheets>'
        '<sheet name="x" sheetId="1" state="hidden" r:id="r9"/>'
        '<sheet name="y" sheetId="2" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": "<Relationships>"
        '<Relationship Id="r1" Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/styles.xml": f'<styleSheet {MAIN}><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>',
        "xl/sharedStrings.xml": f"<sst {MAIN}>{strings}</sst>",
        "xl/worksheets/sheet1.xml": f"<worksheet {MAIN}><sheetData>{''.join(lines)}</sheetData></worksheet>",
    }
    return {name: f'<?xml version="1.0" encoding="UTF-8"?>{text}'.encode() for name, text in made.items()}


def a_workbook(rows: Sequence[Sequence[object]], **parts: bytes) -> bytes:
    """The bytes of a workbook; `parts` replace what it would hold."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in (parts_of(rows) | parts).items():
            archive.writestr(name, content)
    return stream.getvalue()
