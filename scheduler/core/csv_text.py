"""Writing tables for people's spreadsheets (reading them: sheets.py)."""

import csv
import io
import re
from collections.abc import Iterable, Sequence

# The wide signs too: a spreadsheet of an eastern language takes them for formulas.
# Also behind what a spreadsheet may take for the end of a cell: in Serbian Windows that is the semicolon.
FORMULA_START = re.compile(r"(^|[;\t\r\n])(?=\s*[=+\-@＝＋－＠])|^(?=[\t\r])")


def csv_text(headings: Sequence[str], lines: Iterable[Sequence[object]]) -> str:
    """A CSV file: commas, CRLF (RFC 4180). A text that a spreadsheet would run as a formula gets a ' in front.

    Numbers stay numbers, whatever their sign. UTF-8 without a mark is for programs; for Excel encode "utf-8-sig".
    """
    stream = io.StringIO()
    writer = csv.writer(stream)
    writer.writerow([_harmless(heading) for heading in headings])
    writer.writerows([[_harmless(cell) for cell in line] for line in lines])
    return stream.getvalue()


def _harmless(cell: object) -> object:
    return FORMULA_START.sub(r"\1'", cell) if isinstance(cell, str) else cell
