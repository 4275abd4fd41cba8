"""QR codes as vector runs: sharp on every printer, and small because all coordinates are whole numbers."""

from functools import lru_cache
from typing import Any

import segno
import zxingcpp


class NotAscii(ValueError):
    """Readers disagree about letters beyond ASCII in a QR code: percent-encode the address first."""


@lru_cache(maxsize=64)
def matrix(text: str) -> tuple[tuple[bool, ...], ...]:
    """The dark modules of a QR code with error correction M, row by row from the top, without the quiet zone.

    Raises: NotAscii.
    """
    if not text.isascii():
        raise NotAscii(text)
    try:
        barcode = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level="M")
        rows: Any = memoryview(barcode.to_image(scale=1, add_quiet_zones=False)).tolist()
        return tuple(tuple(grey == 0 for grey in row) for row in rows)
    except (AttributeError, TypeError):  # a zxing-cpp of another major version: segno is slower and always here
        return tuple(tuple(map(bool, row)) for row in segno.make(text, error="m", mask=0, micro=False).matrix)


def runs(text: str) -> list[tuple[int, int, int]]:
    """Dark stretches as (column, row, length), counted in modules from the top left corner."""
    found = []
    for y, row in enumerate(matrix(text)):
        x = 0
        while x < len(row):
            length = 0
            while x + length < len(row) and row[x + length]:
                length += 1
            if length:
                found.append((x, y, length))
            x += length or 1
    return found
