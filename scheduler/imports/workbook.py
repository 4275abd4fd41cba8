"""The visible sheets of an XLSX file as lines of text: what a CSV of them would hold, with days as 2026-09-01.

Only the standard library, because a foreign file is read: parts, sizes, elements, lines and cells are counted while it
is unpacked, and XML with a document type (the door of entity bombs) is refused. A part is read element by element and
forgotten behind the reader: forty kilobytes can unpack to millions of empty cells, never into memory. What a sheet says
of its own size is not believed: nobody makes room for it.
"""

import datetime as dt
import io
import re
import zipfile
import zlib
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from xml.etree import ElementTree  # nosec B405  (no document type reaches it: see _pieces)

MOST_PARTS = 2_000
MOST_SHEET_BYTES = 40_000_000  # of one part, unpacked
MOST_ELEMENTS = 5_000_000  # of one part: 200,000 lines of twelve cells
MOST_INSIDE = 200_000  # of one line, one text, or all styles of cells
DEEPEST = 50
LONGEST_FORMAT = 255
PIECE_BYTES = 1 << 16
DEFLATED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # what spreadsheets write; other packings have other failures
MOST_SHEET_COLUMNS = 200
MOST_CELLS = 4_000_000  # of one sheet
MOST_SHEETS = 20  # that are looked at
DATE_FORMATS = {*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)}  # built in (ECMA-376, 18.8.30)
ZEROS = re.compile(r'"?(0{2,20})"?(?:;|$)')  # a format of zeros alone: a code, or a postcode
MERGED = re.compile(r"([A-Z]{1,3})([0-9]{1,7}):[A-Z]{1,3}([0-9]{1,7})")
FORBIDDEN = (b"\0", b"<!DOCTYPE", b"<!ENTITY")


class BadWorkbook(Exception):
    """This is no workbook that we read; `problem` is a code."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem


@dataclass(frozen=True)
class WorkbookSheet:
    """A visible sheet: its lines that are not empty, each with its number, and what its reader does not see of it.

    `hidden`: lines that are not shown; `formulas`: cells that hold one; `unsolved`: those without a result, by line and
    place, as the code of a problem; `hidden_sheets`: the names of the book's sheets that are not shown, nor read;
    `merged`: what the lines below the first one of a merged cell show, by line and place.
    """

    rows: list[tuple[int, list[str]]]
    hidden: int = 0
    formulas: int = 0
    unsolved: Mapping[tuple[int, int], str] = field(default_factory=dict)
    hidden_sheets: tuple[str, ...] = ()
    merged: Mapping[tuple[int, int], str] = field(default_factory=dict)


def sheets_of_workbook(content: bytes, *, most_rows: int) -> Iterator[WorkbookSheet]:
    """The visible sheets in order, each read when it is asked for. Raises: BadWorkbook."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if len(archive.infolist()) > MOST_PARTS:
                raise BadWorkbook("file_too_large")
            targets, since_1904, hidden = _visible_sheets(archive)
            values = _Values(_shared_strings(archive), *_number_styles(archive), since_1904)
            for target in targets[:MOST_SHEETS]:
                yield replace(_sheet(archive, target, most_rows, values), hidden_sheets=hidden)
    except (zipfile.BadZipFile, zlib.error, ElementTree.ParseError, KeyError, EOFError, NotImplementedError) as error:
        raise BadWorkbook("not_a_workbook") from error
    except (ValueError, IndexError, OverflowError, RuntimeError) as error:  # a reference into nothing, a password
        raise BadWorkbook("not_a_workbook") from error
    except OSError as error:  # a broken archive
        raise BadWorkbook("not_a_workbook") from error


def _elements(archive: zipfile.ZipFile, name: str, *wanted: str) -> Iterator[ElementTree.Element]:
    """The elements of these names in a part, one after the other; each is empty once the next is asked for.

    Raises: BadWorkbook for a part with more than MOST_BYTES, MOST_ELEMENTS or DEEPEST, or with a document type.
    """
    above: list[ElementTree.Element] = []
    seen = inside = 0  # elements of the part, and of the one that is being read
    for event, element in _events(archive, name):
        if event == "start":
            above.append(element)
            seen += 1
            inside += bool(inside) or _local(element.tag) in wanted
            if seen > MOST_ELEMENTS or inside > MOST_INSIDE or len(above) > DEEPEST:
                raise BadWorkbook("file_too_large")
            continue
        above.pop()
        if _local(element.tag) in wanted:
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
        while piece := member.read(PIECE_BYTES):
            read += len(piece)
            if read > MOST_SHEET_BYTES:
                raise BadWorkbook("file_too_large")
            if any(mark in before + piece for mark in FORBIDDEN):
                raise BadWorkbook("not_a_workbook")
            before = piece[-len(b"<!DOCTYPE") :]
            yield piece


def _local(tag: str) -> str:
    """A name without its namespace: there are two, and both are meant alike."""
    return tag.rpartition("}")[2]


def _child(element: ElementTree.Element, name: str) -> ElementTree.Element | None:
    return next((one for one in element if _local(one.tag) == name), None)


def _attribute(element: ElementTree.Element, name: str) -> str | None:
    return next((value for key, value in element.items() if _local(key) == name), None)


@dataclass(frozen=True)
class _Values:
    """What the cells of a workbook refer to."""

    shared: list[str]
    dated: set[int]
    zeros: Mapping[int, int]  # styles that show a number with zeros before it: how many digits it has
    since_1904: bool


def _sheet(archive: zipfile.ZipFile, target: str, most_rows: int, values: _Values) -> WorkbookSheet:
    rows: list[tuple[int, list[str]]] = []
    unsolved: dict[tuple[int, int], str] = {}
    ranges: list[str] = []
    number = seen = hidden = formulas = 0
    for row in _elements(archive, target, "row", "mergeCell"):
        if _local(row.tag) == "mergeCell":
            ranges.append(row.get("ref") or "")
            continue
        number = int(row.get("r") or number + 1)
        cells: list[str] = []
        for cell in row:
            if _local(cell.tag) != "c":
                continue
            place = _column(cell.get("r") or "") if cell.get("r") else len(cells)
            seen += 1
            if seen > MOST_CELLS:
                raise BadWorkbook("too_many_rows")
            if place < MOST_SHEET_COLUMNS:
                cells += [""] * (place + 1 - len(cells))
                cells[place] = _text(cell, values)
                formulas += _child(cell, "f") is not None
                if problem := _problem_with_formula(cell):
                    unsolved[number, place] = problem
        if any(text.strip() for text in cells):
            if len(rows) == most_rows:
                raise BadWorkbook("too_many_rows")
            rows.append((number, cells))
            hidden += row.get("hidden") in ("1", "true")
    return WorkbookSheet(rows, hidden, formulas, unsolved, merged=_merged(ranges, rows))


def _merged(ranges: list[str], rows: list[tuple[int, list[str]]]) -> dict[tuple[int, int], str]:
    """What a cell over several lines shows in those below its first. Raises: BadWorkbook for more than a sheet has."""
    numbers = [number for number, _ in rows]
    shown: dict[tuple[int, int], str] = {}
    seen = 0
    for found in filter(None, map(MERGED.fullmatch, ranges)):
        place, first = _column(found[1]), bisect_left(numbers, int(found[2]))
        last = bisect_right(numbers, int(found[3]))
        seen += last - first
        if seen > MOST_CELLS:
            raise BadWorkbook("too_many_rows")
        if first < last and numbers[first] == int(found[2]) and place < len(rows[first][1]):
            shown |= {(number, place): rows[first][1][place] for number in numbers[first + 1 : last]}
    return shown


def _problem_with_formula(cell: ElementTree.Element) -> str:
    """Why a cell shows nothing that anybody wrote: its formula failed, or no program has worked it out yet."""
    if cell.get("t") == "e":
        return "formula_failed"
    shown = _child(cell, "v")
    without = shown is None or not shown.text
    return "formula_without_result" if without and cell.get("t") != "str" and _child(cell, "f") is not None else ""


def _visible_sheets(archive: zipfile.ZipFile) -> tuple[list[str], bool, tuple[str, ...]]:
    """Where the sheets lie that are not hidden, whether days are counted from 1904, and the names of hidden sheets."""
    book = "xl/workbook.xml"
    since_1904 = any(one.get("date1904") in ("1", "true") for one in _elements(archive, book, "workbookPr"))
    sheets: list[str | None] = []
    hidden: list[str] = []
    for one in _elements(archive, book, "sheet"):
        if one.get("state", "visible") == "visible":
            sheets.append(_attribute(one, "id"))
        else:
            hidden.append((one.get("name") or "")[:LONGEST_FORMAT])
    places: dict[str | None, str] = {}
    for relation in _elements(archive, "xl/_rels/workbook.xml.rels", "Relationship"):
        target = (relation.get("Target") or "").lstrip("/")
        places[relation.get("Id")] = target if target.startswith("xl/") else f"xl/{target}"
    found = [places[wanted] for wanted in sheets if wanted in places]
    if not found:
        raise BadWorkbook("not_a_workbook")
    return found, since_1904, tuple(hidden[:MOST_SHEETS])


def _shared_strings(archive: zipfile.ZipFile) -> list[str]:
    if "xl/sharedStrings.xml" not in archive.namelist():
        return []
    return [_inner(entry) for entry in _elements(archive, "xl/sharedStrings.xml", "si")]


def _inner(entry: ElementTree.Element) -> str:
    """The text without its phonetic reading."""
    runs = [entry, *(one for one in entry if _local(one.tag) == "r")]
    return "".join(part.text or "" for run in runs for part in run if _local(part.tag) == "t")


def _number_styles(archive: zipfile.ZipFile) -> tuple[set[int], dict[int, int]]:
    """The numbers of the styles that show a number as a day or a time, and of those with zeros before it (00000)."""
    if "xl/styles.xml" not in archive.namelist():
        return set(), {}
    own = {
        int(one.get("numFmtId") or 0): (one.get("formatCode") or "")[:LONGEST_FORMAT]
        for one in _elements(archive, "xl/styles.xml", "numFmt")
    }
    days = DATE_FORMATS | {number for number, code in own.items() if _shows_time(code)}
    digits = {number: len(zeros[1]) for number, code in own.items() if (zeros := ZEROS.match(code))}
    used = [int(one.get("numFmtId") or 0) for one in next(_elements(archive, "xl/styles.xml", "cellXfs"), ())]
    dated = {place for place, number in enumerate(used) if number in days}
    return dated, {place: digits[number] for place, number in enumerate(used) if number in digits}


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


def _text(cell: ElementTree.Element, values: _Values) -> str:
    """What a cell shows; of a formula its last result."""
    kind = cell.get("t", "n")
    if kind == "inlineStr":
        inline = _child(cell, "is")
        return _inner(inline) if inline is not None else ""
    shown = _child(cell, "v")
    value = (shown.text or "") if shown is not None else ""
    if kind == "s":
        return values.shared[int(value)] if value else ""
    if kind == "d":
        return value.removesuffix("T00:00:00")
    if kind != "n" or not value:
        return value
    style = int(cell.get("s") or 0)
    shown_as = _number(float(value), dated=style in values.dated, since_1904=values.since_1904)
    return shown_as.zfill(values.zeros.get(style, 0))


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
