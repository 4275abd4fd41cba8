"""Sheets of paper: what every printed page shares. Places are millimetres from the top left corner of the page.

Equal input gives equal bytes, so a file's hash may be stored; no font is ever left out of the file.
"""

import io
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from scheduler.core.language import html_lang
from scheduler.core.typesetting import (
    DEEP,
    INK,
    MM,
    MUTED,
    QUINCE,
    REGULAR,
    TABLA,
    WHITE,
    Style,
    leading,
    register_fonts,
    width_of,
)
from scheduler.paper import qr
from scheduler.paper.borders import coasts_and_borders

if TYPE_CHECKING:
    from reportlab.pdfbase.pdfdoc import PDFStream

Box = tuple[float, float, float, float]  # left, top, width, height
A4 = (210.0, 297.0)
A4_LANDSCAPE = (297.0, 210.0)
MARGIN = 16.0
RIGHT = A4[0] - MARGIN  # where a portrait page ends
MOST_WRITTEN = 5_000  # texts whose codes a file remembers
GRAIN, FINEST = 0.25, 0.12  # of a map: points to which places are rounded; millimetres below which nobody sees a bend
CODE_PIXELS = 8  # of a QR code in a millimetre: 200 an inch
ROUND = 1  # line ends and joins of the mark
RECEIVER = [
    (8, -3),
    (9.5, -7),
    (7.5, -8.5),
    (8.5, -10.5, 9.5, -11.5, 11.5, -12.5),
    (13, -10.5),
    (17, -12),
    (17, -15),
    (17, -16, 16, -17, 15, -17),
    (8.5, -17, 3, -11.5, 3, -5),
    (3, -4, 4, -3, 5, -3),
]


@dataclass(frozen=True)
class DocumentFacts:
    """What a PDF says about itself."""

    title: str
    author: str
    language: str


@cache
def _rgb(colour: str) -> str:
    """A colour "#12594D" as a PDF writes it: three parts of one."""
    return " ".join(f"{int(colour[at : at + 2], 16) / 255:.6g}" for at in (1, 3, 5))


class PaperSheet:
    """A canvas that counts millimetres from the top and knows only embedded fonts.

    Words, lines and colours are written as PDF ourselves: reportlab's own way costs four times as much for each line
    of text, and says the colour and the font of each letter run anew. Paths and the file itself are reportlab's.
    """

    def __init__(self, facts: DocumentFacts, size: tuple[float, float] = A4) -> None:
        from reportlab import rl_config
        from reportlab.pdfgen.canvas import Canvas

        from scheduler.paper.lean_file import make_lean

        rl_config.useA85 = 0  # streams as bytes: text wrapping of them makes files a fifth longer
        self._fonts = register_fonts()
        self._written: dict[tuple[str, str, float], str] = {}  # words as this file writes them: its fonts' own codes
        self.width, self.height = size
        self.canvas = Canvas(
            "",
            pagesize=(self.width * MM, self.height * MM),
            invariant=1,
            pageCompression=1,
            initialFontName=REGULAR,
            lang=html_lang(facts.language),
        )
        make_lean(self.canvas._doc)  # reportlab has no other name for it
        self._codes: list[bytes] = []  # of this page
        self.canvas.setTitle(facts.title)
        self.canvas.setSubject("")  # the title again would be its letters again
        self.canvas.setAuthor(facts.author)
        self.canvas.setCreator("Raspored")
        self.canvas.setViewerPreference("DisplayDocTitle", "true")

    def text(self, x: float, y: float, words: str, style: Style, align: str = "left") -> None:
        """One line with its feet at `y`; `align` says whether `x` is its left end, its right end or its centre."""
        if not words:
            return
        start = x - {"left": 0.0, "right": 1.0, "centre": 0.5}[align] * width_of(words, style)
        shown = self._shown(words, style.font, style.size)
        if style.spacing:
            shown = f"{style.spacing:g} Tc {shown} 0 Tc"
        place = f"1 0 0 1 {start * MM:.2f} {self._up(y):.2f} Tm"
        self.canvas.addLiteral(f"{_rgb(style.colour)} rg BT {place} {shown} ET")

    def _shown(self, words: str, font: str, size: float) -> str:
        """The words in this file's codes of the letters; most stand on each of many pages."""
        key = (words, font, size)
        if key not in self._written:
            if len(self._written) > MOST_WRITTEN:
                self._written.clear()
            face, document = self._fonts[font], self.canvas._doc  # reportlab has no other name for it
            self._written[key] = " ".join(
                f"{face.getSubsetInternalName(part, document)} {size:g} Tf <{codes.hex()}> Tj"
                for part, codes in face.splitString(words, document)
            )
        return self._written[key]

    def lines(self, x: float, y: float, lines: Sequence[str], style: Style, align: str = "left") -> float:
        """Several lines under each other, the first with its feet at `y`; says where the last one stands."""
        for number, line in enumerate(lines):
            self.text(x, y + number * leading(style), line, style, align)
        return y + max(len(lines) - 1, 0) * leading(style)

    def rule(
        self, start: tuple[float, float], end: tuple[float, float], colour: str = INK, weight: float = 0.2
    ) -> None:
        """A straight line, `weight` millimetres thick."""
        self.pen(colour, weight)
        begin, to = (f"{x * MM:.2f} {self._up(y):.2f}" for x, y in (start, end))
        self.canvas.addLiteral(f"n {begin} m {to} l S")

    def pen(self, colour: str, weight: float) -> None:
        """The colour of the lines that follow, and how many millimetres thick they are."""
        self.canvas.addLiteral(f"{_rgb(colour)} RG {weight * MM:.6g} w")

    def ink(self, colour: str) -> None:
        """The colour in which what follows is filled."""
        self.canvas.addLiteral(f"{_rgb(colour)} rg")

    def level(
        self, y: float, left: float = MARGIN, right: float = RIGHT, colour: str = INK, weight: float = 0.2
    ) -> None:
        """A level line."""
        self.rule((left, y), (right, y), colour, weight)

    def dashed(self, y: float, colour: str = MUTED) -> None:
        """A level line over the whole sheet, to cut along."""
        self.canvas.setDash(4, 4)
        self.level(y, 0, self.width, colour)
        self.canvas.setDash()

    def box(self, place: Box, fill: str = "", stroke: str = "", radius: float = 0) -> None:
        """A box given by left, top, width, height."""
        left, top, width, height = place
        if fill:
            self.ink(fill)
        if stroke:
            self.pen(stroke, 0.3)
        corner, painted = (left * MM, self._up(top + height)), {"stroke": bool(stroke), "fill": bool(fill)}
        if radius:
            self.canvas.roundRect(*corner, width * MM, height * MM, radius * MM, **painted)
        else:
            self.canvas.rect(*corner, width * MM, height * MM, **painted)

    def disc(self, x: float, y: float, radius: float, fill: str, stroke: str = "", weight: float = 0.6) -> None:
        """A filled circle around (x, y): dots of a round pen, the edge below the middle."""
        dots = [(stroke, radius + weight / 2), (fill, radius - weight / 2)] if stroke else [(fill, radius)]
        place = f"{x * MM:.2f} {self._up(y):.2f}"
        self.canvas.addLiteral(f"q {ROUND} J")
        for colour, reach in dots:
            self.pen(colour, 2 * reach)
            self.canvas.addLiteral(f"{place} m {place} l S")
        self.canvas.addLiteral("Q")

    def land(self, rings: Iterable[Sequence[tuple[float, float]]], fill: str, stroke: str, weight: float) -> None:
        """A map of neighbours, in lines of which none is moved by more than `FINEST`, and each is drawn once.

        Each border counts whole numbers from its own corner: coordinates of two letters are packed into half the room.
        """
        spots = [[(round(x * MM / GRAIN), round(self._up(y) / GRAIN)) for x, y in ring] for ring in rings]
        coasts, borders = coasts_and_borders(spots, FINEST * MM / GRAIN)
        with self.drawing(0, self.height, GRAIN / MM):
            self.ink(fill)
            self.pen(stroke, weight / GRAIN)
            self.canvas.addLiteral(f"{ROUND} J {' '.join(map(_way, coasts))} B*")
            corner = (0, 0)
            for line in borders:
                left, low = (min(places) for places in zip(*line, strict=True))
                way = _way([(x - left, y - low) for x, y in line])
                self.canvas.addLiteral(f"1 0 0 1 {left - corner[0]} {low - corner[1]} cm {way} S")
                corner = (left, low)

    def mark(self, x: float, y: float, side: float) -> None:
        """The product's mark: the Cyrillic Р whose leg, a road with a stop, makes it the Latin R."""
        canvas = self.canvas
        with self.drawing(x, y, side / 40):
            self.ink(TABLA)
            canvas.roundRect(0, -40, 40, 40, 11, stroke=0, fill=1)
            canvas.setLineWidth(4.2)
            canvas.setLineCap(ROUND)
            canvas.setLineJoin(ROUND)
            self._stroke_of_mark(WHITE, (13, -31), [(13, -9.5), (20.2, -9.5)], half_circle=True)
            self._stroke_of_mark(QUINCE, (20.5, -23), [(22.7, -24.2, 24.1, -26, 25.9, -28.6)])
            self.ink(QUINCE)
            canvas.circle(28.2, -31, 3.4, stroke=0, fill=1)

    def phone(self, x: float, y: float, side: float) -> None:
        """A telephone receiver with its top left corner at (x, y)."""
        canvas = self.canvas
        with self.drawing(x, y, side / 20):
            path = canvas.beginPath()
            path.moveTo(5, -3)
            for piece in RECEIVER:
                (path.lineTo if len(piece) == 2 else path.curveTo)(*piece)
            path.close()
            self.pen(INK, 1.75 / MM)
            canvas.setLineJoin(ROUND)
            canvas.drawPath(path, stroke=1, fill=0)

    def qr(self, x: float, y: float, side: float, text: str, colour: str = DEEP) -> None:
        """A QR code with its top left corner at (x, y), on a white ground of four modules all round.

        It is drawn over all that the page shows. Raises: qr.NotAscii.
        """
        module = side / len(qr.matrix(text))
        self.box((x - 4 * module, y - 4 * module, side + 8 * module, side + 8 * module), fill=WHITE)
        pixels, dots = qr.picture(text, round(side * CODE_PIXELS))
        edge, place = side * MM, f"{x * MM:.4f} {self._up(y + side):.4f}"
        # Within the page: an object of its own would take more room.
        picture = f"BI /W {pixels} /H {pixels} /IM true /D [1 0] ID\n"
        begin = f"q {edge:.4f} 0 0 {edge:.4f} {place} cm {_rgb(colour)} rg\n{picture}"
        self._codes += [begin.encode(), dots, b"\nEI Q\n"]

    @contextmanager
    def drawing(self, x: float, y: float, unit: float) -> Iterator[None]:
        """Inside: own coordinates, counted from (x, y) upwards, each `unit` millimetres."""
        self.canvas.saveState()
        self.canvas.translate(x * MM, self._up(y))
        self.canvas.scale(unit * MM, unit * MM)
        yield
        self.canvas.restoreState()

    def next_page(self) -> None:
        """The page is done: it is packed now, so that ten thousand of them need no more room than their file."""
        from scheduler.paper.lean_file import pack_last_page

        self.canvas.showPage()
        pack_last_page(self.canvas._doc, self._codes)
        self._codes = []

    def drawn(self) -> bytes:
        """What stands on this page so far, without words: `stamp` puts it into other files."""
        packer = zlib.compressobj(9, strategy=zlib.Z_FILTERED)  # lines of small numbers: a fortieth less than usual
        return packer.compress(self.canvas.getCurrentPageContent().encode("latin-1")) + packer.flush()

    def stamp(self, name: str, drawn: bytes) -> None:
        """Put a drawing into this file once, under a name for `stamped`."""
        self.canvas.beginForm(name, 0, 0, self.width * MM, self.height * MM)
        self.canvas.endForm(Contents=_packed_stream(drawn))

    def stamp_pictures(self, name: str, pictures: Iterable[tuple[Box, bytes]]) -> None:
        """Put pictures into this file once, each over the whole of its place, under one name for `stamped`."""
        from reportlab.lib.utils import ImageReader

        self.canvas.beginForm(name, 0, 0, self.width * MM, self.height * MM)
        for (left, top, width, height), content in pictures:
            picture = ImageReader(io.BytesIO(content))
            foot = self._up(top + height)
            self.canvas.drawImage(picture, left * MM, foot, width * MM, height * MM, mask="auto")
        self.canvas.endForm()

    def turn(self, size: tuple[float, float]) -> None:
        """This page and those after it have another size; nothing is drawn on it yet."""
        if size != (self.width, self.height):
            self.width, self.height = size
            self.canvas.setPageSize((self.width * MM, self.height * MM))

    def stamped(self, name: str) -> None:
        """Show on this page what was put into the file under that name."""
        self.canvas.doForm(name)

    def finished(self) -> bytes:
        """The whole file; the last page must be done."""
        data: bytes = self.canvas.getpdfdata()  # saved to a file it would be twice in memory
        return data

    def _stroke_of_mark(
        self, colour: str, start: tuple[float, float], pieces: list[tuple[float, ...]], half_circle: bool = False
    ) -> None:
        path = self.canvas.beginPath()
        path.moveTo(*start)
        for piece in pieces:
            (path.lineTo if len(piece) == 2 else path.curveTo)(*piece)
        if half_circle:  # the bowl of the letter: radius 6.6 around (20.2, -16.1), then back to the stem
            path.arcTo(13.6, -22.7, 26.8, -9.5, startAng=90, extent=-180)
            path.lineTo(13, -22.7)
        self.canvas.addLiteral(f"{_rgb(colour)} RG")
        self.canvas.drawPath(path, stroke=1, fill=0)

    def _up(self, y: float) -> float:
        return (self.height - y) * MM


def _way(line: Sequence[tuple[int, int]]) -> str:
    """A line as a path of a PDF; one that comes back to its beginning is closed."""
    closed = line[0] == line[-1]
    (x, y), *others = line[:-1] if closed else line
    return " ".join([f"{x} {y} m", *(f"{x} {y} l" for x, y in others)]) + (" h" if closed else "")


def _packed_stream(packed: bytes) -> "PDFStream":
    """A stream of a PDF whose bytes are packed already."""
    from reportlab.pdfbase.pdfdoc import PDFDictionary, PDFName, PDFStream

    return PDFStream(PDFDictionary({"Filter": PDFName("FlateDecode")}), packed)
