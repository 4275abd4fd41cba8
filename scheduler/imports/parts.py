"""A part of a file: its first lines as they are read, or all of it but the lines that were refused."""

import csv
import io
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from scheduler.core.text import BadText, fold
from scheduler.imports.sheets import (
    FileTable,
    Layout,
    LineProblem,
    SheetError,
    below_titles,
    fields_of,
    known_names,
    open_table,
    over_lines,
)

OF_A_LINE = "too_many_columns"  # names no column and is yet about one line alone
MOST_REFUSED = 1000  # lines; a file with more is mended, not cut


@dataclass(frozen=True)
class FirstLines:
    """How a file begins: the headings of the columns that are read, and lines with their numbers."""

    headings: Sequence[str] = ()
    every: Sequence[str] = ()  # headings, those of columns that are passed over among them
    rows: Sequence[tuple[int, Sequence[str]]] = ()


def lines_to_leave_out(table: FileTable, problems: Collection[LineProblem]) -> list[int]:
    """The lines without which a file could be taken; none where it is wrong as a whole, or no good line is left."""
    lines = {problem.line for problem in problems}
    whole = any(
        problem.line <= table.header_line or not (problem.column or problem.problem == OF_A_LINE)
        for problem in problems
    )
    left = {row.line for row in table.rows} - lines
    return [] if whole or not left or len(lines) > MOST_REFUSED else sorted(lines)


def without_lines(content: bytes, layout: Layout, left_out: Collection[int], columns: Mapping[str, str]) -> bytes:
    """The same table as CSV, without these lines. Every cell stays as it is: the file is read once more, not shown.

    Raises: SheetError.
    """
    header, _fields, lines = _opened(content, layout, columns)
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";")
    writer.writerow(header)
    writer.writerows(cells for line, cells in lines if line not in left_out)
    return text.getvalue().encode("utf-8-sig")


def first_lines(content: bytes, layout: Layout, columns: Mapping[str, str], most: int) -> FirstLines:
    """What a person looks at before it is stored: the columns that are read, and the first lines below them."""
    try:
        _header, fields, lines = _opened(content, layout, columns)
    except (SheetError, BadText):
        return FirstLines()
    read = [place for place, (name, _heading) in enumerate(fields) if name]
    rows = [
        (line, [cells[place].strip() if place < len(cells) else "" for place in read])
        for line, cells in islice(lines, most)
    ]
    every = tuple(heading for _name, heading in fields if heading)
    return FirstLines(tuple(fields[place][1] for place in read), every, tuple(rows))


def _opened(
    content: bytes, layout: Layout, columns: Mapping[str, str]
) -> tuple[list[str], list[tuple[str, str]], Iterator[tuple[int, list[str]]]]:
    known = set(map(fold, columns))
    opened = open_table(content, layout, known)
    (_at, header), lines = below_titles(opened.lines, {*known_names(layout), *known})
    fields = fields_of(header, layout, columns)
    return header, fields, over_lines(lines, fields, layout, opened.sheet.merged)
