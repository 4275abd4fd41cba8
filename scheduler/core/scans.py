"""What an uploaded scan is, by its own bytes: its name and what the browser says of it mean nothing."""

import re
import struct
from enum import StrEnum

from scheduler.core.errors import Reason

MOST_SCAN_BYTES = 5_000_000  # a photograph of a sheet by a telephone
SMALLEST_SIDE, LARGEST_SIDE = 200, 12_000  # pixels: below nobody reads it, above it is meant to hurt
RUNS = re.compile(rb"/(JavaScript|JS|Launch|EmbeddedFile|RichMedia|AA|OpenAction)\b")
_PNG = b"\x89PNG\r\n\x1a\n"
_JPEG = b"\xff\xd8\xff"
_SIZES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}  # the markers of a JPEG that tell its height and width


class ScanKind(StrEnum):
    PDF = "pdf"
    JPEG = "jpeg"
    PNG = "png"


class ScanReason(Reason):
    """Why an uploaded file is not taken as a scan."""

    SCAN_MISSING = "scan_missing"
    SCAN_TOO_LARGE = "scan_too_large"
    SCAN_OF_NO_KIND = "scan_of_no_kind"
    SCAN_NOT_WHOLE = "scan_not_whole"
    SCAN_RUNS = "scan_runs"


class BadScan(ValueError):
    """A file that is no scan. The pages say why."""

    def __init__(self, reason: ScanReason) -> None:
        super().__init__(reason)
        self.reason = reason


def scan_kind(content: bytes) -> ScanKind:
    """What a scan is: size first, then its type, then whether it is whole. Raises: BadScan."""
    if not content:
        raise BadScan(ScanReason.SCAN_MISSING)
    if len(content) > MOST_SCAN_BYTES:
        raise BadScan(ScanReason.SCAN_TOO_LARGE)
    if content.startswith(b"%PDF-"):
        _refuse_pdf(content)
        return ScanKind.PDF
    if content.startswith(_PNG):
        sides, whole, kind = _sides_of_png(content), b"IEND" in content[-16:], ScanKind.PNG
    elif content.startswith(_JPEG):
        sides, whole, kind = _sides_of_jpeg(content), b"\xff\xd9" in content[-64:], ScanKind.JPEG
    else:
        raise BadScan(ScanReason.SCAN_OF_NO_KIND)
    if not whole or sides is None or not SMALLEST_SIDE <= min(sides) <= max(sides) <= LARGEST_SIDE:
        raise BadScan(ScanReason.SCAN_NOT_WHOLE)
    return kind


def _refuse_pdf(content: bytes) -> None:
    """A paper shows something and does nothing. Raises: BadScan."""
    if b"%%EOF" not in content[-1024:] or (b"/Page" not in content and b"/ObjStm" not in content):
        raise BadScan(ScanReason.SCAN_NOT_WHOLE)
    if RUNS.search(content):
        raise BadScan(ScanReason.SCAN_RUNS)


def _sides_of_png(content: bytes) -> tuple[int, int] | None:
    if content[12:16] != b"IHDR" or len(content) < 24:
        return None
    width, height = struct.unpack(">II", content[16:24])
    return width, height


def _sides_of_jpeg(content: bytes) -> tuple[int, int] | None:
    place = 2
    while place + 9 <= len(content) and content[place] == 0xFF:
        marker = content[place + 1]
        if marker in _SIZES:
            height, width = struct.unpack(">HH", content[place + 5 : place + 9])
            return width, height
        place += 2 + int.from_bytes(content[place + 2 : place + 4], "big")
    return None
