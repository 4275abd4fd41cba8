"""Writing tables for people's spreadsheets (reading them: sheets.py)."""

import csv
import io
from collections.abc import Iterable, Sequence

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


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
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA_STARTS) else cell
