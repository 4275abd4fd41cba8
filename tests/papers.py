"""Reading back what was printed, with other programs than the one that drew it."""

import re
import subprocess
from pathlib import Path

import zxingcpp
from PIL import Image


def saved(pdf: bytes, folder: Path) -> Path:
    """The file on disk, for programs that read files."""
    path = folder / "paper.pdf"
    path.write_bytes(pdf)
    return path


def told(*command: str | Path) -> str:
    """What a program says; it fails when the program fails."""
    return subprocess.run([str(part) for part in command], check=True, capture_output=True, text=True).stdout


def words_of(path: Path) -> str:
    """The text of all pages, in one line."""
    return " ".join(told("pdftotext", "-layout", path, "-").split())


def pages_of(path: Path) -> int:
    return int(re.search(r"Pages:\s+(\d+)", told("pdfinfo", path))[1])


def unembedded_fonts(path: Path) -> list[str]:
    """Fonts that another computer would have to guess."""
    rows = told("pdffonts", path).splitlines()[2:]
    assert rows, "no font at all"
    return [row for row in rows if re.search(r"\s(yes|no)\s+(yes|no)\s+(yes|no)\s", row)[1] != "yes"]


def qr_codes_of(path: Path) -> list[str]:
    """Every QR code of the first page, as a phone would read it."""
    told("pdftoppm", "-r", "150", "-png", "-singlefile", path, path.with_suffix(""))
    with Image.open(path.with_suffix(".png")) as picture:
        return [code.text for code in zxingcpp.read_barcodes(picture, formats=zxingcpp.BarcodeFormat.QRCode)]


def boxes_of(path: Path) -> list[tuple[str, float, float, float, float]]:
    """Every word with its left, top, right and bottom edge in millimetres."""
    found = re.findall(
        r'<word xMin="([\d.-]+)" yMin="([\d.-]+)" xMax="([\d.-]+)" yMax="([\d.-]+)">(.*?)</word>',
        told("pdftotext", "-bbox", path, "-"),
    )
    return [(word, *(float(edge) * 25.4 / 72 for edge in edges)) for *edges, word in found]
