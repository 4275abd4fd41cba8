"""The head of a list: which columns stand there, by which it is sorted, and the links that turn the sorting.

A list describes its columns once; `ListTable` reads the address. Sorting itself is the query's (core/sorting.py): it
and the head know the same names. And tables as files to download: of a report, or of a list by `?as=`.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import count
from typing import Any, Generic, TypeVar

from babel.support import LazyProxy
from flask import Flask, Response, request

from scheduler.core import clock
from scheduler.core.csv_text import csv_for_people
from scheduler.core.errors import NotFound, Rejected
from scheduler.core.paging import Page
from scheduler.core.sorting import Sort, sort_asked
from scheduler.core.workbook import Sheet, cell_of, workbook
from scheduler.web import reads
from scheduler.web.form_reasons import FormReason
from scheduler.web.i18n import here, page_language

T = TypeVar("T")
TABLE_FILES: Mapping[str, str] = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}
REPORT_FILES: Mapping[str, str] = {**TABLE_FILES, "pdf": "application/pdf"}
MOST_ROWS = 20_000  # of a list in a file
ROWS_A_TURN = 1_000  # are fetched for it, where a page shows few


@dataclass(frozen=True)
class Column:
    """One column: the name by which it is sorted, its heading, how it stands."""

    name: str
    label: str | LazyProxy
    sorts: bool = True
    number: bool = False
    wide: bool = False
    quiet: bool = False  # its heading is for screen readers only


@dataclass(frozen=True)
class ListTable:
    """A list as its reader wants it."""

    columns: tuple[Column, ...]
    sort: Sort | None
    natural: Sort | None  # the order of the list when nothing is asked for, if one column shows it

    def heads(self) -> list[dict[str, Any]]:
        """What components/data_table.html wants: one line for each column."""
        return [self._head(column) for column in self.columns]

    def _head(self, column: Column) -> dict[str, Any]:
        now = self.sort or self.natural
        mine = now is not None and now.name == column.name
        following = now.turned() if mine and now is not None else Sort(column.name)
        return {
            "label": str(column.label),
            "number": column.number,
            "wide": column.wide,
            "quiet": column.quiet,
            "href": here(sort=str(following), page=None) if column.sorts else "",
            "sorted": ("descending" if now.down else "ascending") if mine and now is not None else "",
        }


def table(columns: Sequence[Column], sorts: Collection[str], *, natural: str = "") -> ListTable:
    """The list as the address asks for it. `sorts` is what its query can sort by."""
    return ListTable(
        tuple(column if column.name in sorts else replace(column, sorts=False) for column in columns),
        sort_asked(request.args.get("sort"), sorts),
        sort_asked(natural, [column.name for column in columns]),
    )


# --- tables as files ---


@dataclass(frozen=True)
class FileColumn(Generic[T]):
    """One column of a list's file: its heading, what it means, and what of a row stands there."""

    label: str | LazyProxy
    meaning: str | LazyProxy
    value: Callable[[T], object]


def download(content: bytes, kind: str, name: str) -> Response:
    """A file to keep, named by what it holds."""
    headers = {"Content-Disposition": f'attachment; filename="{name}.{kind}"'}
    return Response(content, content_type=REPORT_FILES[kind], headers=headers)


def table_file(kind: str, name: str, sheets: Sequence[Sheet], meanings: Sequence[tuple[str, str]]) -> Response:
    """Tables as a workbook, or the first of them as CSV. Whom a workbook names is noted as a page's reader would be."""
    if kind == "csv":
        return download(csv_for_people(sheets[0].heads, sheets[0].rows), kind, name)
    reads.note_text("\n".join(str(cell) for sheet in sheets for row in sheet.rows for cell in row))
    return download(workbook(sheets, meanings, page_language(), made_at=clock.now()), kind, name)


def file_asked() -> str:
    """The kind of file that the address asks for of a list, "" for its page. Raises: NotFound for another kind."""
    kind = request.args.get("as", "")
    if kind and kind not in TABLE_FILES:
        raise NotFound("file")
    return kind


def list_file(title: str, name: str, columns: Sequence[FileColumn[T]], rows: Iterable[T], *, of: str = "") -> Response:
    """A list as the file that the address asks for, named by the days that it is `of`, else by the day of today."""
    language = page_language()
    cells = [[cell_of(column.value(row), language) for column in columns] for row in rows]
    told = Sheet(title, [str(column.label) for column in columns], cells)
    meanings = [(str(column.label), str(column.meaning)) for column in columns]
    return table_file(file_asked(), f"{name}-{of or clock.local_day(clock.now()).isoformat()}", [told], meanings)


def every_row(turn: Callable[[int], Page[T]]) -> list[T]:
    """The rows of all pages of a list. Raises: Rejected for more than a file holds."""
    rows: list[T] = []
    for number in count(1):
        page = turn(number)
        rows += page.rows
        if len(rows) > MOST_ROWS:
            raise Rejected({"as": FormReason.LIST_TOO_LONG})
        if not page.more and number >= page.pages:
            break
    return rows


def list_files() -> dict[str, str]:
    """The addresses of this list as files, for components/files.html."""
    return {kind: here(**{"as": kind, "page": None}) for kind in TABLE_FILES}


def register(app: Flask) -> None:
    app.jinja_env.globals["list_files"] = list_files
