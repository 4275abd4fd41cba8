"""What an uploaded scan is, by its own bytes: its name and what the browser says of it mean nothing."""

import io
import re
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from scheduler.core.errors import N_, Reason

if TYPE_CHECKING:
    from PIL import Image

# Pillow is loaded by whoever looks at a picture, so that a page without one does not wait for it.
MOST_SCAN_BYTES = 5_000_000  # a photograph of a sheet by a telephone
SMALLEST_SIDE, LARGEST_SIDE = 200, 12_000  # pixels: below nobody reads it, above it is meant to hurt
MOST_PIXELS = 50_000_000  # what the largest telephones make
MOST_UNPACKED_BYTES = 150_000_000  # those in colour; a picture that can be seen through has a byte more for each pixel
KEPT_SIDE = 4_000  # pixels of the longer side: 340 for an inch of A4, more tells nobody anything
SHEET_SIDE = 2_400  # 200 for an inch of A4: strokes and sums are read, and a year of them stays small
FACE_SIDE = 240  # pixels of a face on a card
WIDE = (960, 480)  # pixels of a photograph over the width of a text
SMALLEST_LOGO, LOGO_SIDES, MOST_COLOURS = 40, (900, 300), 4_096  # pixels; colours of what was drawn, not photographed
SIGNATURE_SIDES, INK_OF_A_PEN = (640, 240), (23, 34, 92)
PAPER_GREY, FAINT_INK = 215, 40  # of 255: lighter is paper; less dark than that is none
# What a PDF does by itself. Of two-letter keys the beginning of the value counts too: in five megabytes of a compressed
# picture those letters come by chance, and every third scan would be refused.
RUNS = re.compile(
    rb"/(?:JavaScript|Launch|EmbeddedFile|RichMedia|OpenAction)\b"
    rb"|/JS(?:[(<%]|[\s\0][\s\0%(<\d])|/AA(?:<<|%|[\s\0][\s\0%<\d])"
)
NAME_CODE = re.compile(rb"#([0-9A-Fa-f]{2})")  # a letter of a name, as its number
STREAM = re.compile(rb"stream\r?\n")
OBJECTS_BEGIN = frozenset(b"0123456789 \t\r\n\f\0%")  # an object stream: numbers of its objects first
STREAM_PIECE_BYTES = 4_096  # of a stream at once: thousands of small ones cost no more than a large one
OTHER_PACKING = re.compile(rb"/(?:ASCIIHexDecode|ASCII85Decode|LZWDecode|RunLengthDecode|Encrypt)\b")


class ScanKind(StrEnum):
    PDF = "pdf"
    JPEG = "jpeg"
    PNG = "png"

    @property
    def mimetype(self) -> str:
        return "application/pdf" if self is ScanKind.PDF else f"image/{self.value}"


class ScanReason(Reason):
    """Why an uploaded file is not taken as a scan."""

    SCAN_MISSING = "scan_missing", N_("Choose the scan or photograph of the signed paper.")
    SCAN_TOO_LARGE = "scan_too_large", N_("Choose a smaller file: at most 5 MB.")
    SCAN_OF_NO_KIND = "scan_of_no_kind", N_("Choose a PDF, a JPEG or a PNG: this file is none of them.")
    SCAN_NOT_WHOLE = "scan_not_whole", N_("Choose the file again: it is not whole, or too small to be read.")
    SCAN_TOO_FINE = "scan_too_fine", N_("Scan the paper again at 300 pixels an inch: this picture has too many pixels.")
    SCAN_RUNS = "scan_runs", N_("Scan the paper again: this PDF holds more than a picture of it.")
    SCAN_EMPTY = "scan_empty", N_("Choose another picture: nothing is written on this one.")


class BadScan(ValueError):
    """A file that is no scan. The pages say why."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class DrawnPicture:
    """A picture as papers show it: a PNG or a JPEG, and its sides in pixels."""

    content: bytes
    width: int
    height: int


@dataclass(frozen=True)
class Scan:
    """A scan as it is stored."""

    kind: ScanKind
    content: bytes


UPRIGHT: dict[object, str] = {  # what the orientation that a telephone writes asks for, in Pillow's words
    2: "FLIP_LEFT_RIGHT",
    3: "ROTATE_180",
    4: "FLIP_TOP_BOTTOM",
    5: "TRANSPOSE",
    6: "ROTATE_270",
    7: "TRANSVERSE",
    8: "ROTATE_90",
}
UNREADABLE = (ValueError, TypeError, LookupError, ArithmeticError, AttributeError, SyntaxError, OSError, struct.error)
PICTURES = {"JPEG": ScanKind.JPEG, "MPO": ScanKind.JPEG, "PNG": ScanKind.PNG}  # MPO: a JPEG with a second view in it


def read_scan(content: bytes) -> Scan:
    """A scan: size first, then its type, then whether it is whole. Takes up to a second, so never inside a lock.

    A picture is drawn anew from its pixels alone, upright: where and when a telephone took it, and whatever else hides
    in a file, falls away (TRUST S23). A PDF is kept as it is. Raises: BadScan.
    """
    if not content:
        raise BadScan(ScanReason.SCAN_MISSING)
    if len(content) > MOST_SCAN_BYTES:
        raise BadScan(ScanReason.SCAN_TOO_LARGE)
    if content.startswith(b"%PDF-"):
        _refuse_pdf(content)
        return Scan(ScanKind.PDF, content)
    with _opened(content, SMALLEST_SIDE) as picture:
        return _drawn_anew(picture)


@contextmanager
def _opened(content: bytes, smallest: int) -> Iterator["Image.Image"]:
    """A picture whose sides and colours are harmless; whatever Pillow cannot read in it is said as one reason.

    They stand in its head: nothing is unpacked before they are looked at. Raises: BadScan.
    """
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(io.BytesIO(content), formats=("JPEG", "PNG")) as picture:
            _refuse_sides(picture, smallest)
            yield picture
    except UnidentifiedImageError as error:
        raise BadScan(ScanReason.SCAN_OF_NO_KIND) from error
    except BadScan:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise BadScan(ScanReason.SCAN_TOO_FINE) from error
    except (OSError, SyntaxError, ValueError) as error:
        raise BadScan(ScanReason.SCAN_NOT_WHOLE) from error  # how Pillow says that a file is cut off


def read_sheet(content: bytes) -> Scan:
    """A filled sheet: the same, no finer than it is read, and of pictures a JPEG. Raises: BadScan."""
    scan = read_scan(content)
    if scan.kind is ScanKind.PDF:
        return scan
    from PIL import Image

    drawn = io.BytesIO()
    with Image.open(io.BytesIO(scan.content), formats=("JPEG", "PNG")) as picture:
        picture.thumbnail((SHEET_SIDE, SHEET_SIDE))
        picture.info.clear()
        picture.save(drawn, format="JPEG", quality=80)
    return Scan(ScanKind.JPEG, drawn.getvalue())


def read_face(content: bytes) -> bytes:
    """A face for a card: a small square JPEG, drawn anew as every picture. Raises: BadScan, of a PDF too."""
    return _photograph(content, (FACE_SIDE, FACE_SIDE), upwards=0.35)


def read_wide(content: bytes) -> bytes:
    """A photograph twice as wide as high, the same way. Raises: BadScan, of a PDF too."""
    return _photograph(content, WIDE, upwards=0.5)


def _photograph(content: bytes, size: tuple[int, int], *, upwards: float) -> bytes:
    scan = read_scan(content)
    if scan.kind is ScanKind.PDF:
        raise BadScan(ScanReason.SCAN_OF_NO_KIND)
    from PIL import Image, ImageOps

    drawn = io.BytesIO()
    with Image.open(io.BytesIO(scan.content), formats=("JPEG", "PNG")) as picture:
        cut = ImageOps.fit(picture.convert("RGB"), size, centering=(0.5, upwards))
        cut.save(drawn, format="JPEG", quality=85)
    return drawn.getvalue()


def read_logo(content: bytes) -> DrawnPicture:
    """A logo for papers, drawn anew; what can be seen through stays so. Raises: BadScan, of a PDF too."""
    with _opened_alone(content) as picture:
        kept = _upright(picture)
        kept.thumbnail(LOGO_SIDES)
        if kept.has_transparency_data:
            return _as_png(kept.convert("RGBA"))
        plain = _on_white(kept)
        if plain.getcolors(MOST_COLOURS) is not None:  # lines and areas: a JPEG would smear their edges
            return _as_png(plain)
        plain.info.clear()  # a comment would be written again
        drawn = io.BytesIO()
        plain.save(drawn, format="JPEG", quality=90)
        return DrawnPicture(drawn.getvalue(), *plain.size)


def read_signature(content: bytes) -> DrawnPicture:
    """The ink of a signature on white paper: the paper falls away, and what is empty around it. Raises: BadScan."""
    from PIL import Image, ImageOps

    with _opened_alone(content) as picture:
        if picture.mode != "1":  # black and white alone gets its greys first
            picture.thumbnail((4 * SIGNATURE_SIDES[0],) * 2)
        sheet = _on_white(_upright(picture)).convert("L")
        sheet.thumbnail((4 * SIGNATURE_SIDES[0], 4 * SIGNATURE_SIDES[1]))
        shades = [light for light, pixels in enumerate(sheet.histogram()) if pixels]
        grey = ImageOps.autocontrast(sheet, cutoff=(1, 40))  # paper in a bad light is grey
        ink = grey.point(lambda light: max(0, min(255, (PAPER_GREY - light) * 255 // PAPER_GREY)))
        where = ink.point(lambda dark: 255 if dark > FAINT_INK else 0).getbbox()
        if where is None or shades[-1] - shades[0] < FAINT_INK:
            raise BadScan(ScanReason.SCAN_EMPTY)
        ink = ink.crop(where)
        ink.thumbnail(SIGNATURE_SIDES)
        signed = Image.new("RGBA", ink.size, INK_OF_A_PEN)
        signed.putalpha(ink)
        return _as_png(signed)


@contextmanager
def _opened_alone(content: bytes) -> Iterator["Image.Image"]:
    """A picture that is no scan: smaller ones are whole too."""
    if not content:
        raise BadScan(ScanReason.SCAN_MISSING)
    if len(content) > MOST_SCAN_BYTES:
        raise BadScan(ScanReason.SCAN_TOO_LARGE)
    with _opened(content, SMALLEST_LOGO) as picture:
        yield picture


def _as_png(picture: "Image.Image") -> DrawnPicture:
    picture.info.clear()
    drawn = io.BytesIO()
    picture.save(drawn, format="PNG", optimize=True)
    return DrawnPicture(drawn.getvalue(), *picture.size)


def _refuse_sides(picture: "Image.Image", smallest: int) -> None:
    width, height = picture.size
    if min(width, height) < smallest:
        raise BadScan(ScanReason.SCAN_NOT_WHOLE)
    unpacked = width * height * len(picture.getbands())
    if max(width, height) > LARGEST_SIDE or width * height > MOST_PIXELS or unpacked > MOST_UNPACKED_BYTES:
        raise BadScan(ScanReason.SCAN_TOO_FINE)


def _drawn_anew(picture: "Image.Image") -> Scan:
    kind = PICTURES[picture.format or ""]
    picture.thumbnail((KEPT_SIDE, KEPT_SIDE))
    pixels = _on_white(_upright(picture))
    pixels.info.clear()
    drawn = io.BytesIO()
    pixels.save(drawn, format=kind.name, quality=90)
    return Scan(kind, drawn.getvalue())


def _upright(picture: "Image.Image") -> "Image.Image":
    """Turned as it was held. Nothing else of what a telephone wrote is read: much of it is written wrongly."""
    from PIL import ExifTags, Image

    try:
        turn = UPRIGHT.get(picture.getexif().get(ExifTags.Base.Orientation))
    except UNREADABLE:
        return picture
    return picture if turn is None else picture.transpose(Image.Transpose[turn])


def _on_white(picture: "Image.Image") -> "Image.Image":
    """As it looks on paper: grey or coloured, nothing seen through."""
    from PIL import Image

    if picture.mode.startswith("I;16"):  # a scanner's finer greys: cut off at 255 instead, the sheet would be all white
        return picture.point(lambda grey: grey / 256).convert("L")
    if picture.has_transparency_data:
        sheet = Image.new("RGBA", picture.size, "white")
        sheet.alpha_composite(picture.convert("RGBA"))
        return sheet.convert("RGB")
    return picture.convert("L" if picture.mode in ("1", "L") else "RGB")


def _refuse_pdf(content: bytes) -> None:
    """A paper shows something and does nothing. Raises: BadScan."""
    if b"%%EOF" not in content[-1024:] or (b"/Page" not in content and b"/ObjStm" not in content):
        raise BadScan(ScanReason.SCAN_NOT_WHOLE)
    named = _names_spelled(content)
    packed = b"/ObjStm" in named
    if RUNS.search(named) or (packed and any(RUNS.search(one) for one in _packed_objects(content))):
        raise BadScan(ScanReason.SCAN_RUNS)
    if packed and OTHER_PACKING.search(named):
        raise BadScan(ScanReason.SCAN_NOT_WHOLE)  # its objects may lie where we cannot read them


def _names_spelled(pdf: bytes) -> bytes:
    """A PDF with every name in plain letters: `/J#53` is `/JS`."""
    return NAME_CODE.sub(lambda found: bytes([int(found[1], 16)]), pdf)


def _packed_objects(pdf: bytes) -> Iterator[bytes]:
    """What object streams of a PDF unpack to, never more than a picture may. Raises: BadScan."""
    view, left = memoryview(pdf), MOST_UNPACKED_BYTES
    for found in STREAM.finditer(pdf):
        unpacking, at, objects = zlib.decompressobj(), found.end(), bytearray()
        try:
            while not unpacking.eof and at < len(pdf) and left > len(objects):
                objects += unpacking.decompress(view[at : at + STREAM_PIECE_BYTES], left - len(objects))
                at += STREAM_PIECE_BYTES
                if objects and objects[0] not in OBJECTS_BEGIN:
                    break
        except zlib.error:
            pass  # a picture, or a stream that is packed in another way or none
        left -= len(objects)
        if left <= 0:
            raise BadScan(ScanReason.SCAN_TOO_FINE)
        yield _names_spelled(bytes(objects))
