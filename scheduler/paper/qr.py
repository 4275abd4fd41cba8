"""QR codes as pictures of one bit, a whole number of pixels for each module: sharp on every printer, and small."""

from functools import lru_cache
from math import isqrt

LIGHT, DARK = b"\0", b"\1"
_OF_GREY = DARK + LIGHT * 255  # a picture's black is a dark module
_TO_DIGITS = b"0" + b"f" * 255  # hexadecimal
PIXELS_OF_A_DIGIT = 4


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


def picture(text: str, least: int) -> tuple[int, bytes]:
    """A code as (side in pixels, its rows, a bit a pixel, 1 is dark), at least `least` pixels wide.

    A module is four pixels, or eight, twelve, …: half a byte, or as many as that. So a byte is one of four, which are
    packed into little more than two bits, and rows that repeat come to nothing.
    """
    rows = matrix(text)
    digits = max(1, -(-least // (PIXELS_OF_A_DIGIT * len(rows))))
    side = PIXELS_OF_A_DIGIT * digits * len(rows)
    drawn = b""
    for row in rows:
        written = row.translate(_TO_DIGITS).decode().replace("0", "0" * digits).replace("f", "f" * digits)
        drawn += bytes.fromhex(written + "0" * (len(written) % 2)) * (PIXELS_OF_A_DIGIT * digits)
    return side, drawn
