"""Letters on paper: the embedded fonts, how wide words are, how they are made to fit.

Lengths are millimetres, sizes points. Only plain strings are set: nothing a person typed is ever read as markup.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from scheduler.layout import place_of

if TYPE_CHECKING:
    from reportlab.pdfbase.ttfonts import TTFont

# reportlab is loaded by whoever measures or draws, so that a page without paper does not wait for it.

FOLDER = place_of("static") / "fonts"
REGULAR, BOLD, DISPLAY = "NotoSans-Regular", "NotoSans-Bold", "NotoSerifDisplay-Bold"
FONTS = {
    REGULAR: "noto-sans-regular.ttf",
    BOLD: "noto-sans-bold.ttf",
    DISPLAY: "noto-serif-display-bold.ttf",
}
NOT_ON_PAPER = ("name", "OS/2")  # of a font file: words about it, and what programs that write texts want to know
SIZE_STEP = 0.5  # points by which words shrink until they fit
MM: float = 72 / 25.4  # points in a millimetre
POINT: float = 1 / MM  # one point in millimetres
ELLIPSIS = "…"

INK, MUTED, WHITE = "#15241F", "#4B5A53", "#FFFFFF"
TABLA, DEEP, QUINCE = "#12594D", "#0B3F37", "#F4B93A"
HAIRLINE, WELL = "#B4BFB8", "#EBEFEA"


@dataclass(frozen=True)
class Style:
    """How words look: an embedded font, its size in points, its colour, points of space between letters."""

    size: float
    font: str = REGULAR
    colour: str = INK
    spacing: float = 0.0


@cache
def register_fonts() -> "dict[str, TTFont]":
    """The embedded fonts, read once in each process. A file gets the letters it uses, and no others of ASCII."""
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont

    fonts = {name: TTFont(name, str(FOLDER / file), asciiReadable=0) for name, file in FONTS.items()}
    for font in fonts.values():
        pdfmetrics.registerFont(font)
        for table in NOT_ON_PAPER:
            del font.face.table[table]  # reportlab puts them into every file, and nothing that draws reads them
    return fonts


def unprintable(words: str) -> str:
    """The letters of a text for which the fonts have no shape, each once: they would print as empty boxes."""
    codes = set(map(ord, words))
    missing = {code for font in register_fonts().values() for code in codes.difference(font.face.charToGlyph)}
    return "".join(dict.fromkeys(letter for letter in words if ord(letter) in missing))


@lru_cache(maxsize=512)
def _points_at_size_one(words: str, font: str) -> float:
    return float(register_fonts()[font].stringWidth(words, 1))


def width_of(words: str, style: Style) -> float:
    """How long the words are in one line, in millimetres."""
    points = _points_at_size_one(words, style.font) * style.size + style.spacing * len(words)
    return points * POINT


def leading(style: Style) -> float:
    """From one line's feet to the next one's, in millimetres."""
    return style.size * 1.42 * POINT


def wrapped(words: str, style: Style, width: float) -> list[str]:
    """The words in lines of at most `width` millimetres. A word longer than a line is cut between letters."""
    lines: list[str] = []
    line = ""
    for word in words.split(" "):
        longer = f"{line} {word}" if line else word
        if width_of(longer, style) <= width:
            line = longer
            continue
        if line:
            lines.append(line)
        *full, line = _pieces(word, style, width)
        lines += full
    return [*lines, line] if line else lines


def fitted(words: str, style: Style, width: float, lines: int = 1, least: float = 5.0) -> tuple[Style, list[str]]:
    """The words in at most so many lines, set smaller by half points until they fit; nothing is ever left out.

    Words are cut between letters only at the least size, where the number of lines may then be exceeded.
    """
    smaller = style
    while smaller.size > least and not _fits(words, smaller, width, lines):
        smaller = replace(smaller, size=max(smaller.size - SIZE_STEP, least))
    return smaller, wrapped(words, smaller, width)


def settled(
    words: str, style: Style, width: float, steps: Sequence[tuple[float, int, float]]
) -> tuple[Style, list[str]]:
    """The first of `steps` in which the words fit: the size to begin with, the lines allowed, the least size.

    Nothing is left out: where even the last step is too small, there are more lines than it allows. Lines are made
    about as long as each other, so that no word stands alone in the last.
    """
    smaller, lines = _settled_before(words, style, width, tuple(steps))
    return smaller, list(lines)


@lru_cache(maxsize=512)  # of many papers most words are the same
def _settled_before(
    words: str, style: Style, width: float, steps: tuple[tuple[float, int, float], ...]
) -> tuple[Style, tuple[str, ...]]:
    for size, most, least in steps:
        smaller, lines = fitted(words, replace(style, size=size), width, most, least)
        if len(lines) <= most:
            break
    return smaller, tuple(_evened(words, smaller, width, lines))


def _evened(words: str, style: Style, width: float, lines: list[str]) -> list[str]:
    """The same number of lines, as narrow as it allows; words that had to be cut stay as they were cut."""
    if len(lines) < 2 or not _fits(words, style, width, len(lines)):
        return lines
    narrow, wide = width / len(lines), width
    while wide - narrow > 1:
        middle = (narrow + wide) / 2
        narrow, wide = (narrow, middle) if _fits(words, style, middle, len(lines)) else (middle, wide)
    return wrapped(words, style, wide)


def shortened(words: str, style: Style, width: float) -> str:
    """The words in one line, cut with an ellipsis where they do not fit. Never for a certificate."""
    if width_of(words, style) <= width:
        return words
    kept = words
    while kept and width_of(kept.rstrip() + ELLIPSIS, style) > width:
        kept = kept[:-1]
    return kept.rstrip() + ELLIPSIS


def _fits(words: str, style: Style, width: float, lines: int) -> bool:
    whole = all(width_of(word, style) <= width for word in words.split())
    return whole and len(wrapped(words, style, width)) <= lines


def _pieces(word: str, style: Style, width: float) -> list[str]:
    pieces = [""]
    for letter in word:
        if pieces[-1] and width_of(pieces[-1] + letter, style) > width:
            pieces.append("")
        pieces[-1] += letter
    return pieces
