"""The first visible sheet of an XLSX file as lines of text: what a CSV of it would hold, with days as 2026-09-01.

Only the standard library, because a foreign file is read: parts, sizes, elements and lines are counted before and
while it is unpacked, and XML with a document type (the door of entity bombs) is refused. A part is read element by
element and forgotten behind the reader: forty kilobytes can unpack to millions of empty cells, never into memory.
"""

import datetime as dt
import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree  # nosec B405  (no document type reaches it: see _pieces)

MOST_PARTS = 2_000
MOST_BYTES = 40_000_000  # of one part, unpacked
MOST_ELEMENTS = 5_000_000  # of one part: 200,000 lines of twelve cells
MOST_INSIDE = 200_000  # of one line, one text, or all styles of cells
DEEPEST = 50
LONGEST_FORMAT = 255
PIECE = 1 << 16
DEFLATED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # what spreadsheets write; other packings have other failures
MOST_COLUMNS = 200
DATE_FORMATS = {*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)}  # built in (ECMA-376, 18.8.30)
SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
PACKAGE = "{http://schemas.openxmlformats.org/package/2006/relationships}"
REL = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


class BadWorkbook(Exception):
    """This is no workbook that we read; `problem` is a code."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem


def rows_of_workbook(content: bytes, *, most_rows: int) -> list[tuple[int, list[str]]]:
    """The lines that are not empty, each with its number. Raises: BadWorkbook."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if len(archive.infolist()) > MOST_PARTS:
                raise BadWorkbook("file_too_large")
            return list(_rows(archive, most_rows))
    except (zipfile.BadZipFile, zlib.error, ElementTree.ParseError, KeyError, EOFError, NotImplementedError) as error:
        raise BadWorkbook("not_a_workbook") from error
    except (ValueError, IndexError, OverflowError, RuntimeError) as error:  # a reference into nothing, a password
        raise BadWorkbook("not_a_workbook") from error


def _rows(archive: zipfile.ZipFile, most_rows: int) -> Iterator[tuple[int, list[str]]]:
    target, since_1904 = _first_sheet(archive)
    shared = _shared_strings(archive)
    dated = _date_styles(archive)
    number = 0
    kept = 0
    for row in _elements(archive, target, f"{SHEET}row"):
        number = int(row.get("r") or number + 1)
        cells: list[str] = []
        for cell in row.iter(f"{SHEET}c"):
            place = _column(cell.get("r") or "") if cell.get("r") else len(cells)
            if place >= MOST_COLUMNS:
                continue
            cells += [""] * (place + 1 - len(cells))
            cells[place] = _text(cell, shared, dated, since_1904)
        if any(text.strip() for text in cells):
            kept += 1
            if kept > most_rows:
                raise BadWorkbook("too_many_rows")
            yield number, cells


def _elements(archive: zipfile.ZipFile, name: str, *tags: str) -> Iterator[ElementTree.Element]:
    """The elements of these kinds in a part, one after the other; each is empty once the next is asked for.

    Raises: BadWorkbook for a part with more than MOST_BYTES, MOST_ELEMENTS or DEEPEST, or with a document type.
    """
    above: list[ElementTree.Element] = []
    seen = inside = 0  # elements of the part, and of the one that is being read
    for event, element in _events(archive, name):
        if event == "start":
            above.append(element)
            seen += 1
            inside += bool(inside) or element.tag in tags
            if seen > MOST_ELEMENTS or inside > MOST_INSIDE or len(above) > DEEPEST:
                raise BadWorkbook("file_too_large")
            continue
        above.pop()
        if element.tag in tags:
            yield element
            inside = 0
        if not inside:
            element.clear()
            if above:
                above[-1].remove(element)


def _events(archive: zipfile.ZipFile, name: str) -> Iterator[Any]:
    """("start" or "end", element), as the part is unpacked; the last ones come only when it is closed."""
    parser: ElementTree.XMLPullParser[Any] = ElementTree.XMLPullParser(("start", "end"))
    for piece in _pieces(archive, name):
        parser.feed(piece)
        yield from parser.read_events()
    parser.close()
    yield from parser.read_events()


def _pieces(archive: zipfile.ZipFile, name: str) -> Iterator[bytes]:
    if archive.getinfo(name).compress_type not in DEFLATED:
        raise BadWorkbook("not_a_workbook")
    read, before = 0, b""
    with archive.open(name) as member:
        while piece := member.read(PIECE):
            read += len(piece)
            if read > MOST_BYTES:
                raise BadWorkbook("file_too_large")
            seen = before + piece
            if b"\0" in piece or b"<!DOCTYPE" in seen or b"<!ENTITY" in seen:
                raise BadWorkbook("not_a_workbook")
            before = piece[-len(b"<!DOCTYPE") :]
            yield piece


def _first_sheet(archive: zipfile.ZipFile) -> tuple[str, bool]:
    """Where the first sheet lies that is not hidden, and whether days are counted from 1904."""
    since_1904, sheets = False, []
    for one in _elements(archive, "xl/workbook.xml", f"{SHEET}workbookPr", f"{SHEET}sheet"):
        if one.tag == f"{SHEET}workbookPr":
            since_1904 = one.get("date1904") in ("1", "true")
        elif one.get("state", "visible") == "visible":
            sheets.append(one.get(REL))
    wanted = sheets[0]
    for relation in _elements(archive, "xl/_rels/workbook.xml.rels", f"{PACKAGE}Relationship", "Relationship"):
        if relation.get("Id") == wanted:
            target = (relation.get("Target") or "").lstrip("/")
            return target if target.startswith("xl/") else f"xl/{target}", since_1904
    raise BadWorkbook("not_a_workbook")


def _shared_strings(archive: zipfile.ZipFile) -> list[str]:
    if "xl/sharedStrings.xml" not in archive.namelist():
        return []
    return [_inner(entry) for entry in _elements(archive, "xl/sharedStrings.xml", f"{SHEET}si")]


def _inner(entry: ElementTree.Element) -> str:
    """The text without its phonetic reading."""
    runs = [entry, *entry.findall(f"{SHEET}r")]
    return "".join(part.text or "" for run in runs for part in run.findall(f"{SHEET}t"))


def _date_styles(archive: zipfile.ZipFile) -> set[int]:
    """The numbers of the styles that show a number as a day or a time."""
    if "xl/styles.xml" not in archive.namelist():
        return set()
    own: set[int] = set()
    used: list[int] = []
    for one in _elements(archive, "xl/styles.xml", f"{SHEET}numFmt", f"{SHEET}cellXfs"):
        if one.tag == f"{SHEET}cellXfs":
            used = [int(style.get("numFmtId") or 0) for style in one]
        elif _shows_time((one.get("formatCode") or "")[:LONGEST_FORMAT]):
            own.add(int(one.get("numFmtId") or 0))
    return {place for place, number in enumerate(used) if number in DATE_FORMATS | own}


def _shows_time(code: str) -> bool:
    """Whether a number format, without its quoted texts and colours, has a part of a day or time."""
    bare = re.sub(r'"[^"]*"|\\.|\[[^\]]*\]', "", code)
    return re.search(r"[ydhs]|mm", bare, re.IGNORECASE) is not None


def _column(reference: str) -> int:
    """The place of a cell in its line: A1 is 0, AB7 is 27."""
    letters = re.match(r"[A-Z]{1,3}", reference)
    if not letters:
        raise BadWorkbook("not_a_workbook")
    place = 0
    for letter in letters[0]:
        place = place * 26 + ord(letter) - 64
    return place - 1


def _text(cell: ElementTree.Element, shared: list[str], dated: set[int], since_1904: bool) -> str:
    kind = cell.get("t", "n")
    if kind == "inlineStr":
        inline = cell.find(f"{SHEET}is")
        return _inner(inline) if inline is not None else ""
    value = cell.findtext(f"{SHEET}v") or ""
    if kind == "s":
        return shared[int(value)] if value else ""
    if kind == "d":
        return value.removesuffix("T00:00:00")
    if kind != "n" or not value:
        return value
    return _number(float(value), dated=int(cell.get("s") or 0) in dated, since_1904=since_1904)


def _number(value: float, *, dated: bool, since_1904: bool) -> str:
    if not dated:
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    minutes = round(value % 1 * 24 * 60)
    time = f"{minutes // 60 % 24:02}:{minutes % 60:02}"
    if value < 1:
        return time
    day = dt.date(1904, 1, 1) if since_1904 else dt.date(1899, 12, 30)
    stands = (day + dt.timedelta(days=int(value))).isoformat()
    return f"{stands} {time}" if minutes else stands
