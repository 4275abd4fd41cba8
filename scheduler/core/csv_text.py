"""Writing tables for people's spreadsheets (reading them: sheets.py)."""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from decimal import Decimal

# The wide signs too: a spreadsheet of an eastern language takes them for formulas.
# Also behind what a spreadsheet may take for the end of a cell: in Serbian Windows that is the semicolon.
FORMULA_START = re.compile(r"(^|[;\t\r\n])(?=\s*[=+\-@＝＋－＠])|^(?=[\t\r])")


def csv_text(headings: Sequence[str], lines: Iterable[Sequence[object]], *, delimiter: str = ",") -> str:
    """A CSV file: commas, CRLF (RFC 4180). A text that a spreadsheet would run as a formula gets a ' in front.

    Numbers stay numbers, whatever their sign. This is for programs; for people: `csv_for_people`.
    """
    stream = io.StringIO()
    writer = csv.writer(stream, delimiter=delimiter)
    writer.writerow([_harmless(heading) for heading in headings])
    writer.writerows([[_harmless(cell) for cell in line] for line in lines])
    return stream.getvalue()


def csv_for_people(headings: Sequence[str], lines: Iterable[Sequence[object]]) -> bytes:
    """A CSV file that a page hands out: with the mark and the semicolons by which a spreadsheet here opens it whole.

    Broken numbers have a comma.
    """
    written = ([_with_comma(cell) for cell in line] for line in lines)
    return csv_text(headings, written, delimiter=";").encode("utf-8-sig")


def _with_comma(cell: object) -> object:
    """A broken number as it is written here: a spreadsheet takes 12.5 for the twelfth of May."""
    return str(cell).replace(".", ",") if isinstance(cell, float | Decimal) else cell


def _harmless(cell: object) -> object:
    return FORMULA_START.sub(r"\1'", cell) if isinstance(cell, str) else cell
