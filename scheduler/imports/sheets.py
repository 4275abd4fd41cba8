"""Tables as people have them: CSV from any spreadsheet, in any of our encodings, or XLSX, with their own column names.

Titles above the headings are passed over. `read_table` never raises for a bad file: it says what is wrong and where.
"""

import codecs
import csv
import datetime as dt
import io
import re
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache, partial
from itertools import chain, islice, zip_longest
from typing import TypeVar

from scheduler.core.errors import GroundReason
from scheduler.core.identity import has_identity_number
from scheduler.core.months import month_of
from scheduler.core.text import BadText, clean, fold
from scheduler.imports.letters import has_broken_letters, mixes_letters, windows_page
from scheduler.imports.personal import personal_column
from scheduler.imports.workbook import BadWorkbook, WorkbookSheet, sheets_of_workbook

T = TypeVar("T")
MAX_BYTES, MAX_ROWS = 20_000_000, 200_000
REMEMBERED_CELLS = 20_000  # a programme, a number, a school stand in many lines: judged once, and one text for all
FIELD_LIMIT = 200  # characters, where a field names no limit of its own
DELIMITERS = ";,\t"  # the first wins when several fit equally
NAMED_MONTH = re.compile(r"(\d{1,2}) ([a-z]+) (\d{4})(?: god(?:ine)?)?", re.ASCII)
MOST_LISTED_DAYS = 60  # of one list
MOST_TITLE_LINES = 20  # lines above the headings, at most
END_OF_FILE = b"\x1a"  # Ctrl-Z
WORKBOOK = b"PK\x03\x04"
OPEN_DOCUMENT = b"mimetypeapplication/vnd.oasis.opendocument"  # at the head of an ODS file, which is a ZIP file too
SERBIAN_DAY = re.compile(r"(\d{1,2})\s*[./-]\s*(\d{1,2})\s*[./-]\s*(\d{4})\s*\.?", re.ASCII)
SHORT_DAY = re.compile(r"(\d{1,2})\s*([./])\s*(\d{1,2})\s*\2\s*(\d{2})\s*\.?", re.ASCII)  # 24-05-15 may be either end
ISO_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})", re.ASCII)
YEAR_FIRST = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})\.?", re.ASCII)
DAY_ZERO, SERIAL_DAYS = dt.date(1899, 12, 30), range(36526, 54789)  # a spreadsheet's days of 2000 to 2049, as numbers


@dataclass(frozen=True)
class LineProblem:
    """What is wrong in a file, and where; the header is line 1. `problem` is a code: "missing", "too_long", …"""

    line: int
    column: str
    problem: str


@dataclass(frozen=True)
class Mended:
    """A cell of which something else is stored than the file says, told to its owner."""

    line: int
    column: str
    before: str
    after: str


@dataclass(frozen=True)
class Layout:
    """What a table may hold: {field: the names its column may have, in any script}, how long, and which hold lists."""

    columns: Mapping[str, tuple[str, ...]]
    limits: Mapping[str, int] = field(default_factory=dict)
    lists: frozenset[str] = frozenset()  # in these a new line within the cell stands between two things
    over_lines: frozenset[str] = frozenset()  # in these a merged cell holds for each of its lines; a count is one count


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the file: {field: cleaned text}."""

    line: int
    cells: Mapping[str, str]


@dataclass(frozen=True)
class FileTable:
    """A file as read. `headings` gives a field's column as the file names it, for messages."""

    rows: tuple[Row, ...] = ()
    problems: tuple[LineProblem, ...] = ()
    headings: Mapping[str, str] = field(default_factory=dict)
    encoding: str = ""
    delimiter: str = ""
    every_heading: tuple[str, ...] = ()  # as the file names them, those we do not know among them
    hidden: int = 0  # lines that the spreadsheet does not show
    formulas: int = 0  # cells of which the last result was read
    hidden_sheets: tuple[str, ...] = ()  # that were not read
    header_line: int = 1
    unread: tuple[str, ...] = ()  # headings of columns that nobody needs

    def column(self, name: str) -> str:
        """What to call the column of a field."""
        return self.headings.get(name, name)


class SheetError(Exception):
    """The file as a whole cannot be used."""

    def __init__(self, problem: str, column: str = "", line: int = 1) -> None:
        super().__init__(problem)
        self.where = LineProblem(line, column, problem)


def read_table(content: bytes, layout: Layout, column_map: Mapping[str, str] | None = None) -> FileTable:
    """Read a CSV or XLSX file. `column_map` is {their column: our field} and wins over the names the layout knows."""
    given = column_map or {}
    try:
        opened = open_table(content, layout, set(map(fold, given)))
        (at, header), lines = below_titles(opened.lines, {*known_names(layout), *map(fold, given)})
        fields = fields_of(header, layout, given)
    except SheetError as unreadable:
        return FileTable(problems=(unreadable.where,))
    except BadText as bad:
        return FileTable(problems=(LineProblem(1, "", bad.reason),))
    headings = {name: heading for name, heading in fields if name}
    lines = over_lines(lines, fields, layout, opened.sheet.merged)
    rows, problems = _cleaned(lines, fields, layout, opened.sheet.unsolved)
    problems += _problems_with_headings(at, fields, known_names(layout))
    every, sheet = tuple(heading for _, heading in fields if heading), opened.sheet
    seen = (opened.encoding, opened.delimiter, every, sheet.hidden, sheet.formulas, sheet.hidden_sheets)
    unread = tuple(heading for name, heading in fields if heading and not name)
    return FileTable(tuple(rows), tuple(problems), headings, *seen, at, unread)


Lines = Iterator[tuple[int, list[str]]]


@dataclass(frozen=True)
class _Opened:
    """The lines of a file, what it is written in, and of a workbook the sheet with what its reader does not see."""

    lines: Lines
    encoding: str
    delimiter: str = ""
    sheet: WorkbookSheet = field(default_factory=lambda: WorkbookSheet([]))


def open_table(content: bytes, layout: Layout, known: set[str]) -> _Opened:
    """Raises: SheetError."""
    if content.startswith(WORKBOOK) and OPEN_DOCUMENT not in content[:100]:
        if len(content) > MAX_BYTES:
            raise SheetError("file_too_large")
        sheet = _sheet_of(content, set(known_names(layout)) | known)
        return _Opened(iter(sheet.rows), "xlsx", sheet=sheet)
    text, encoding = decoded(content)
    text, delimiter = _delimiter_of(text, layout)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    return _Opened(_lines(reader), encoding, delimiter)


def _sheet_of(content: bytes, known: set[str]) -> WorkbookSheet:
    """The first visible sheet with headings that we know; without one, the first that holds anything."""
    first = WorkbookSheet([])
    try:
        for sheet in sheets_of_workbook(content, most_rows=MAX_ROWS + MOST_TITLE_LINES):
            if any(sum(fold(cell) in known for cell in cells) > 1 for _, cells in sheet.rows[:MOST_TITLE_LINES]):
                return sheet
            first = first if first.rows else sheet
    except BadWorkbook as bad:
        raise SheetError(bad.problem) from bad
    return first


def below_titles(lines: Lines, known: set[str]) -> tuple[tuple[int, list[str]], Lines]:
    """The headings with their line, and the lines below them: of the first lines the one with most names that we know.

    When none has two of them it is the first with more than one cell: a title over all columns is one cell. Headings
    over two lines are joined where that gives more names that we know.
    """
    first = list(islice(lines, MOST_TITLE_LINES))
    if not first:
        raise SheetError("empty_file")
    fit = [sum(fold(cell) in known for cell in cells) for _, cells in first]
    wide = [sum(bool(cell.strip()) for cell in cells) > 1 for _, cells in first]
    at = fit.index(max(fit)) if max(fit) > 1 else next((place for place, is_wide in enumerate(wide) if is_wide), 0)
    for upper in (at, at - 1):
        if 0 <= upper < len(first) - 1:
            joined = _joined(first[upper][1], first[upper + 1][1], known)
            if sum(fold(cell) in known for cell in joined) > max(1, *fit):
                return (first[upper + 1][0], joined), chain(first[upper + 2 :], lines)
    return first[at], chain(first[at + 1 :], lines)


def _joined(upper: list[str], lower: list[str], known: set[str]) -> list[str]:
    """Two lines as one of headings; none where below a name that we know stands another text, as in a line of data."""
    joined = []
    for above, below in zip_longest(upper, lower, fillvalue=""):
        both = f"{above} {below}".strip()
        if fold(both) in known or not below.strip():
            joined.append(both)
        elif fold(above) not in known or fold(above) == fold(below):
            joined.append(below if fold(below) in known else both)
        else:
            return []
    return joined


def over_lines(
    lines: Lines, fields: Sequence[tuple[str, str]], layout: Layout, merged: Mapping[tuple[int, int], str]
) -> Lines:
    """The lines of a workbook with what its merged cells show, in the columns where that holds for each line."""
    if not merged:
        yield from lines
        return
    places = [place for place, (name, _) in enumerate(fields) if name in layout.over_lines]
    for line, cells in lines:
        shown = {place: merged[line, place] for place in places if (line, place) in merged}
        cells = cells + [""] * (max(shown, default=0) + 1 - len(cells))
        yield line, [cell or shown.get(place, "") for place, cell in enumerate(cells)]


@lru_cache(4096)  # a file of a year says each of its days many times
def day_of(text: str) -> dt.date | None:
    """2026-09-01, 2026/9/1, 1. 9. 2026., 1.9.26., 1. IX 2026 or 1. septembar 2026 (the day first, as here), or the
    number by which a spreadsheet keeps a day; None for no day.

    A time behind the day, as spreadsheets keep it, is passed over.
    """
    bare = re.sub(r"(?<=[\d.])[ T]+\d{1,2}:\d{2}(:\d{2})?$", "", text.strip())
    if found := YEAR_FIRST.fullmatch(bare):
        year, month, day = map(int, found.groups())
    elif found := SERBIAN_DAY.fullmatch(bare):
        day, month, year = map(int, found.groups())
    elif found := SHORT_DAY.fullmatch(bare):
        day, month, year = int(found[1]), int(found[3]), 2000 + int(found[4])
    elif re.fullmatch(r"\d{5}", bare, re.ASCII) and int(bare) in SERIAL_DAYS:
        return DAY_ZERO + dt.timedelta(days=int(bare))
    elif found := NAMED_MONTH.fullmatch(fold(bare)):
        day, month, year = int(found[1]), month_of(found[2]), int(found[3])
    else:
        return None
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None


def days_in(typed: str) -> frozenset[dt.date] | None:
    """Days of a list, each as 19.12.2026. or 2026-12-19; None when something else stands there."""
    days = set[dt.date]()
    for pattern in (ISO_DAY, SERBIAN_DAY):
        for found in pattern.finditer(typed):
            day = day_of(found[0])
            if day is None:
                return None
            days.add(day)
        typed = pattern.sub(" ", typed)
    return frozenset(days) if not typed.strip(" ,;.\r\n") and len(days) <= MOST_LISTED_DAYS else None


@lru_cache(1024)
def time_of(text: str) -> dt.time | None:
    """8:00, 08.00, 8h, 8 i 30; None for no time of a day."""
    found = re.fullmatch(r"(\d{1,2})(?:\s*[:.]\s*(\d{2}))?(?::00)?\s*(?:h|ч|часова|časova)?\.?", text.strip(), re.ASCII)
    if not found or int(found[1]) > 23 or int(found[2] or 0) > 59:
        return None
    return dt.time(int(found[1]), int(found[2] or 0))


def decoded(content: bytes) -> tuple[str, str]:
    """The text of a file and the encoding it was read in: by its mark, else UTF-8, else the Windows page that fits."""
    if len(content) > MAX_BYTES:
        raise SheetError("file_too_large")
    if content.startswith((WORKBOOK, b"\xd0\xcf\x11\xe0")):
        raise SheetError("a_spreadsheet_not_csv")
    marked = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    content = content if marked else content.rstrip(END_OF_FILE)
    if b"\0" in content and not marked:
        raise SheetError("not_a_text_file")
    for encoding in ("utf-16",) if marked else ("utf-8-sig", windows_page(content)):
        try:
            return content.decode(encoding), encoding.removesuffix("-sig")
        except UnicodeDecodeError:
            continue
    raise SheetError("not_a_text_file")


def _delimiter_of(text: str, layout: Layout) -> tuple[str, str]:
    """The text without Excel's `sep=` line, and its delimiter: the one that gives most columns that we know."""
    if marked := re.match(r"sep=([^\w\s\"]|\t)\r?\n", text, re.IGNORECASE):
        return text[marked.end() :], marked[1]
    first = list(islice((line for line in text.splitlines() if line.strip()), MOST_TITLE_LINES))
    if not first:
        raise SheetError("empty_file")
    known = known_names(layout)

    def fit(delimiter: str) -> tuple[int, int]:
        lines = [line.split(delimiter) for line in first]
        return max((sum(fold(cell) in known for cell in cells), len(cells)) for cells in lines)

    return text, max(DELIMITERS, key=fit)


def _lines(reader: Iterator[list[str]]) -> Iterator[tuple[int, list[str]]]:
    """Lines that are not empty, with the number at which they begin. Raises: SheetError where quoting is broken."""
    begins = 1
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise SheetError("too_long" if "limit" in str(error) else "broken_quotes", line=begins) from error
        if any(cell.strip() for cell in cells):
            yield begins, cells
        begins = getattr(reader, "line_num", begins) + 1


def known_names(layout: Layout) -> dict[str, str]:
    return {fold(name): field for field, names in layout.columns.items() for name in (field, *names)}


def fields_of(header: list[str], layout: Layout, column_map: Mapping[str, str]) -> list[tuple[str, str]]:
    """Our field (or "" for a column we do not need) and the heading of each column."""
    if stranger := next((ours for ours in column_map.values() if ours not in layout.columns), None):
        raise SheetError("no_such_field", str(stranger)[:FIELD_LIMIT])
    theirs = {fold(heading): ours for heading, ours in column_map.items()}
    known = {name: ours for name, ours in known_names(layout).items() if ours not in theirs.values()} | theirs
    headings = [clean(heading[:FIELD_LIMIT], limit=FIELD_LIMIT) for heading in header]
    if missing := next((heading for heading in column_map if fold(heading) not in map(fold, headings)), None):
        raise SheetError("no_such_column", missing[:FIELD_LIMIT])
    fields = [(known.get(fold(heading), ""), heading) for heading in headings]
    seen: set[str] = set()
    for name, heading in fields:
        if name in seen:
            raise SheetError("column_twice", heading)
        seen |= {name} if name else set()
    return fields


def _problems_with_headings(line: int, fields: list[tuple[str, str]], known: Container[str]) -> list[LineProblem]:
    """Columns that must not come here at all, whatever they are said to be, and headings whose letters are broken."""
    strangers = [heading for _, heading in fields if fold(heading) not in known]
    codes = [
        (heading, GroundReason.BROKEN_LETTERS if has_broken_letters(heading) else personal_column(heading))
        for heading in strangers
    ]
    return [LineProblem(line, heading, code) for heading, code in codes if code]


def _cleaned(
    lines: Lines, fields: list[tuple[str, str]], layout: Layout, unsolved: Mapping[tuple[int, int], str]
) -> tuple[list[Row], list[LineProblem]]:
    rows: list[Row] = []
    problems: list[LineProblem] = []
    kept_of = lru_cache(REMEMBERED_CELLS)(partial(_kept, layout=layout))
    try:
        for line, cells in lines:
            if len(rows) == MAX_ROWS:
                raise SheetError("too_many_rows", line=line)
            if len(cells) > len(fields) and any(cell.strip() for cell in cells[len(fields) :]):
                problems.append(LineProblem(line, "", "too_many_columns"))
                continue
            kept: dict[str, str] = {}
            for place, ((name, heading), cell) in enumerate(zip(fields, cells, strict=False)):
                if name and (line, place) in unsolved:
                    problems.append(LineProblem(line, heading, unsolved[line, place]))
                    continue
                try:
                    kept |= kept_of(cell, name)
                except BadText as bad:
                    problems.append(LineProblem(line, heading, bad.reason))
            rows.append(Row(line, kept))
    except SheetError as unreadable:
        problems.append(unreadable.where)
    return rows, problems


def _kept(cell: str, name: str, *, layout: Layout) -> dict[str, str]:
    """What is kept of a cell: nothing where nobody needs its column, but no identity number may stand there either."""
    if has_identity_number(f"0{cell}" if len(cell) == 12 and cell.isdigit() else cell):  # a table drops the first 0
        raise BadText(GroundReason.IDENTITY_NUMBER)
    if not name:
        return {}
    if has_broken_letters(cell):
        raise BadText(GroundReason.BROKEN_LETTERS)
    if mixes_letters(cell):
        raise BadText(GroundReason.MIXED_SCRIPTS)
    text = cell.strip().replace("\n", ";") if name in layout.lists else cell
    return {name: clean(text, limit=layout.limits.get(name, FIELD_LIMIT))}


@dataclass(frozen=True)
class Imported:
    """What came of a file, or would: lines by what they are, all that is wrong, and the import's number once stored."""

    rows: int
    new: int
    changed: int
    same: int
    problems: tuple[LineProblem, ...]
    batch_id: int | None = None


class Cells:
    """One line being read by its room: its cells as values, and what is wrong with them, each column once."""

    __slots__ = ("mended", "problems", "row", "table")

    def __init__(self, row: Row, table: FileTable, known: Iterable[LineProblem] = ()) -> None:
        self.row, self.table = row, table
        self.problems = list(known)
        self.mended: list[Mended] = []

    def wrong(self, name: str, problem: str) -> None:
        column = self.table.column(name)
        if column not in {known.column for known in self.problems}:
            self.problems.append(LineProblem(self.row.line, column, problem))

    def note(self, name: str, after: str) -> None:
        """Something else is stored than the file says."""
        self.mended.append(Mended(self.row.line, self.table.column(name), self.text(name), after))

    def text(self, name: str) -> str:
        return self.row.cells.get(name, "")

    def read(self, name: str, turn: Callable[[str], T | None], problem: str) -> T | None:
        """A cell as its type; an empty one is None, and so is one that is wrong."""
        if not self.text(name):
            return None
        try:
            found = turn(self.text(name))
        except BadText as bad:
            found, problem = None, bad.reason
        except (ValueError, KeyError):
            found = None
        if found is None:
            self.wrong(name, problem)
        return found

    def needed(self, name: str, turn: Callable[[str], T | None], problem: str) -> T | None:
        """As `read`, but an empty cell is a problem."""
        if not self.text(name):
            self.wrong(name, "missing")
        return self.read(name, turn, problem)


def read_lines(
    content: bytes, layout: Layout, required: Sequence[str], column_map: Mapping[str, str] | None = None
) -> tuple[FileTable, list[Cells], list[LineProblem]]:
    """A file, its lines to be read further, and what is wrong with it as a whole; no line when a column is absent."""
    table = read_table(content, layout, column_map)
    problems = list(table.problems)
    if problems and not table.headings and not table.every_heading:
        return table, [], problems
    absent = [LineProblem(1, name, "no_such_column") for name in required if name not in table.headings]
    by_line: dict[int, list[LineProblem]] = {}
    for problem in table.problems:
        by_line.setdefault(problem.line, []).append(problem)
    if absent:
        return table, [], problems + absent
    if not table.rows and not problems:
        problems.append(LineProblem(1, "", "no_lines"))
    return table, [Cells(row, table, by_line.get(row.line, ())) for row in table.rows], problems


def in_order(problems: Iterable[LineProblem]) -> tuple[LineProblem, ...]:
    """Each problem once, in the order of the file."""
    return tuple(sorted(set(problems), key=lambda problem: (problem.line, problem.column, problem.problem)))
