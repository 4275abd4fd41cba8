"""QR codes as vector runs: sharp on every printer, and small because all coordinates are whole numbers."""

from functools import lru_cache
from math import isqrt

LIGHT, DARK = b"\0", b"\1"
_OF_GREY = DARK + LIGHT * 255  # a picture's black is a dark module


class NotAscii(ValueError):
    """Readers disagree about letters beyond ASCII in a QR code: percent-encode the address first."""


@lru_cache(maxsize=64)
def matrix(text: str) -> tuple[bytes, ...]:
    """The rows of a QR code with error correction M from the top, without the quiet zone: a byte a module, 1 is dark.

    Raises: NotAscii.
    """
    if not text.isascii():
        raise NotAscii(text)
    import zxingcpp  # only who draws a code waits for it

    try:
        barcode = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level="M")
        picture = memoryview(barcode.to_image(scale=1, add_quiet_zones=False))
        modules = picture.tobytes().translate(_OF_GREY)
    except (AttributeError, TypeError):  # a zxing-cpp of another major version: segno is slower and always here
        import segno

        return tuple(map(bytes, segno.make(text, error="m", mask=0, micro=False).matrix))
    side = isqrt(len(modules))  # a code is a square
    return tuple(modules[start : start + side] for start in range(0, len(modules), side))


def runs(text: str) -> list[tuple[int, int, int]]:
    """Dark stretches as (column, row, length), counted in modules from the top left corner."""
    found = []
    for y, row in enumerate(matrix(text)):
        x = row.find(DARK)
        while x >= 0:
            end = row.find(LIGHT, x)
            if end < 0:
                end = len(row)
            found.append((x, y, end - x))
            x = row.find(DARK, end)
    return found
