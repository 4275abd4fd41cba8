"""Writing workbooks (XLSX): the tables that csv_text.py writes, with real numbers and dates (reading them: sheets.py).

No text of ours or of others is ever a formula: each is stored as a text, and marked so that it stays one when edited.
"""

import datetime as dt
import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from babel.support import LazyProxy

from scheduler.config import centre_timezone
from scheduler.core.csv_text import FORMULA_START
from scheduler.core.language import translator
from scheduler.core.months import MonthCell
from scheduler.core.names import SpelledName, spelled

NO_CELL_HOLDS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
NO_NAME_HOLDS = re.compile(r"[\\*?:/\[\]']")
LONGEST_SHEET_NAME = 31  # of a sheet
MEASURED_ROWS = 200  # they tell how wide a column is
NARROWEST_COLUMN, WIDEST_COLUMN = 8, 60  # letters
FORMATS = ((MonthCell, "yyyy-mm"), (dt.datetime, "m/d/yy h:mm"), (dt.date, "mm-dd-yy"), (dt.time, "h:mm"))
# "mm-dd-yy" and the like are names of the formats that a spreadsheet shows as its reader's country writes them


@dataclass(frozen=True)
class Sheet:
    """One table: its name, the headings of its columns, its rows."""

    name: str
    heads: Sequence[str]
    rows: Sequence[Sequence[object]]


def cell_of(value: object, lang: str) -> object:
    """A value as a table holds it: names in the reader's letters, moments by the clock of the centre."""
    if isinstance(value, SpelledName):
        return spelled(value, lang)
    if isinstance(value, LazyProxy):
        return str(value)
    if isinstance(value, dt.datetime) and value.tzinfo is not None:
        return value.astimezone(ZoneInfo(centre_timezone())).replace(second=0, microsecond=0, tzinfo=None)
    return "" if value is None else value


def workbook(sheets: Sequence[Sheet], meanings: Sequence[tuple[str, str]], lang: str, *, made_at: dt.datetime) -> bytes:
    """An XLSX file of these tables and, behind them, of what their columns mean. Equal tables are equal bytes."""
    from openpyxl import Workbook  # only such a file needs it
    from openpyxl.writer.excel import ExcelWriter

    _ = translator(lang).gettext
    book: Any = Workbook(write_only=True)
    book.properties.creator = "Raspored"
    book.properties.created = book.properties.modified = made_at.astimezone(dt.UTC).replace(microsecond=0, tzinfo=None)
    for one in (*sheets, Sheet(_("Definitions"), (_("Term"), _("Meaning")), meanings)):
        _write(book.create_sheet(NO_NAME_HOLDS.sub(" ", one.name)[:LONGEST_SHEET_NAME]), one)
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        ExcelWriter(book, archive).save()  # `Workbook.save` writes down when it was called
    return _dated(written, made_at)


def _write(sheet: Any, table: Sheet) -> None:
    from openpyxl.utils import get_column_letter

    sheet.freeze_panes = "A2"
    for place, width in enumerate(_widths(table), 1):
        sheet.column_dimensions[get_column_letter(place)].width = width
    if table.rows:
        sheet.auto_filter.ref = f"A1:{get_column_letter(len(table.heads))}{len(table.rows) + 1}"
    sheet.append([_head(sheet, text) for text in table.heads])
    for row in table.rows:
        sheet.append([_cell(sheet, value) for value in row])


def _widths(table: Sheet) -> Iterator[int]:
    for place, head in enumerate(table.heads):  # + 3: the button of its filter
        texts = (str(row[place]) for row in table.rows[:MEASURED_ROWS])
        yield min(max(NARROWEST_COLUMN, len(head) + 3, *(len(text) + 1 for text in texts)), WIDEST_COLUMN)


def _head(sheet: Any, text: str) -> Any:
    from openpyxl.styles import Font

    cell = _text(sheet, text)
    cell.font = Font(bold=True)
    return cell


def _cell(sheet: Any, value: object) -> Any:
    from openpyxl.cell import WriteOnlyCell

    if isinstance(value, str):
        return _text(sheet, value) if value else None
    for kind, written in FORMATS:
        if isinstance(value, kind):
            cell = WriteOnlyCell(sheet, value)
            cell.number_format = written
            return cell
    return value


def _text(sheet: Any, text: str) -> Any:
    """A text, whatever it begins with; what would be a formula stays a text also where somebody edits the cell."""
    from openpyxl.cell import WriteOnlyCell

    cell = WriteOnlyCell(sheet, NO_CELL_HOLDS.sub("", text))
    cell.data_type = "s"  # "=1+1" was taken for a formula, "#N/A" for an error
    if FORMULA_START.match(text):
        cell.quotePrefix = True
    return cell


def _dated(written: io.BytesIO, made_at: dt.datetime) -> bytes:
    """The same archive, packed, with one date for each of its parts instead of when they were written."""
    packed = io.BytesIO()
    moment = made_at.astimezone(dt.UTC).timetuple()[:6]
    with zipfile.ZipFile(written) as parts, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for part in parts.infolist():
            dated = zipfile.ZipInfo(part.filename, moment)
            archive.writestr(dated, parts.read(part), zipfile.ZIP_DEFLATED)
    return packed.getvalue()
