"""Sheets of paper: what every printed page shares. Places are millimetres from the top left corner of the page.

Equal input gives equal bytes, so a file's hash may be stored; no font is ever left out of the file.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO

from reportlab import rl_config
from reportlab.lib.colors import HexColor
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from scheduler.core.language import html_lang
from scheduler.core.paper import qr
from scheduler.core.paper.typesetting import (
    DEEP,
    INK,
    QUINCE,
    REGULAR,
    TABLA,
    WHITE,
    Style,
    leading,
    register_fonts,
    width_of,
)

rl_config.useA85 = 0  # streams as bytes: text wrapping of them makes files a fifth longer

A4 = (210.0, 297.0)
A4_LANDSCAPE = (297.0, 210.0)
MARGIN = 16.0
RIGHT = A4[0] - MARGIN  # where a portrait page ends
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


class PaperSheet:
    """A canvas that counts millimetres from the top and knows only embedded fonts."""

    def __init__(self, facts: DocumentFacts, size: tuple[float, float] = A4) -> None:
        register_fonts()
        self.width, self.height = size
        self._bytes = BytesIO()
        self.canvas = Canvas(
            self._bytes,
            pagesize=(self.width * mm, self.height * mm),
            invariant=1,
            pageCompression=1,
            initialFontName=REGULAR,
            lang=html_lang(facts.language),
        )
        self.canvas.setTitle(facts.title)
        self.canvas.setSubject(facts.title)
        self.canvas.setAuthor(facts.author)
        self.canvas.setCreator("Raspored")
        self.canvas.setViewerPreference("DisplayDocTitle", "true")

    def text(self, x: float, y: float, words: str, style: Style, align: str = "left") -> None:
        """One line with its feet at `y`; `align` says whether `x` is its left end, its right end or its centre."""
        if not words:
            return
        start = x - {"left": 0.0, "right": 1.0, "centre": 0.5}[align] * width_of(words, style)
        self.canvas.setFont(style.font, style.size)
        self.canvas.setFillColor(HexColor(style.colour))
        self.canvas.drawString(start * mm, self._up(y), words, charSpace=style.spacing)

    def lines(self, x: float, y: float, lines: Sequence[str], style: Style, align: str = "left") -> float:
        """Several lines under each other, the first with its feet at `y`; says where the last one stands."""
        for number, line in enumerate(lines):
            self.text(x, y + number * leading(style), line, style, align)
        return y + max(len(lines) - 1, 0) * leading(style)

    def rule(
        self, start: tuple[float, float], end: tuple[float, float], colour: str = INK, weight: float = 0.2
    ) -> None:
        """A straight line, `weight` millimetres thick."""
        self.canvas.setStrokeColor(HexColor(colour))
        self.canvas.setLineWidth(weight * mm)
        self.canvas.line(start[0] * mm, self._up(start[1]), end[0] * mm, self._up(end[1]))

    def level(
        self, y: float, left: float = MARGIN, right: float = RIGHT, colour: str = INK, weight: float = 0.2
    ) -> None:
        """A level line."""
        self.rule((left, y), (right, y), colour, weight)

    def box(
        self, place: tuple[float, float, float, float], fill: str = "", stroke: str = "", radius: float = 0
    ) -> None:
        """A box given by left, top, width, height."""
        left, top, width, height = place
        if fill:
            self.canvas.setFillColor(HexColor(fill))
        if stroke:
            self.canvas.setStrokeColor(HexColor(stroke))
            self.canvas.setLineWidth(0.3 * mm)
        self.canvas.roundRect(
            left * mm,
            self._up(top + height),
            width * mm,
            height * mm,
            radius * mm,
            stroke=bool(stroke),
            fill=bool(fill),
        )

    def disc(self, x: float, y: float, radius: float, fill: str, stroke: str = "", weight: float = 0.6) -> None:
        """A filled circle around (x, y)."""
        self.canvas.setFillColor(HexColor(fill))
        if stroke:
            self.canvas.setStrokeColor(HexColor(stroke))
            self.canvas.setLineWidth(weight * mm)
        self.canvas.circle(x * mm, self._up(y), radius * mm, stroke=bool(stroke), fill=1)

    def shape(self, points: Sequence[tuple[float, float]], fill: str, stroke: str, weight: float) -> None:
        """A closed outline through these points."""
        path = self.canvas.beginPath()
        for number, (x, y) in enumerate(points):
            (path.lineTo if number else path.moveTo)(round(x * mm, 1), round(self._up(y), 1))
        path.close()
        self.canvas.setFillColor(HexColor(fill))
        self.canvas.setStrokeColor(HexColor(stroke))
        self.canvas.setLineWidth(weight * mm)
        self.canvas.drawPath(path, stroke=1, fill=1)

    def mark(self, x: float, y: float, side: float) -> None:
        """The product's mark: the Cyrillic Р whose leg, a road with a stop, makes it the Latin R."""
        canvas = self.canvas
        with self.drawing(x, y, side / 40):
            canvas.setFillColor(HexColor(TABLA))
            canvas.roundRect(0, -40, 40, 40, 11, stroke=0, fill=1)
            canvas.setLineWidth(4.2)
            canvas.setLineCap(ROUND)
            canvas.setLineJoin(ROUND)
            self._stroke_of_mark(WHITE, (13, -31), [(13, -9.5), (20.2, -9.5)], half_circle=True)
            self._stroke_of_mark(QUINCE, (20.5, -23), [(22.7, -24.2, 24.1, -26, 25.9, -28.6)])
            canvas.setFillColor(HexColor(QUINCE))
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
            canvas.setStrokeColor(HexColor(INK))
            canvas.setLineWidth(1.75)
            canvas.setLineJoin(ROUND)
            canvas.drawPath(path, stroke=1, fill=0)

    def qr(self, x: float, y: float, side: float, text: str, colour: str = DEEP) -> None:
        """A QR code with its top left corner at (x, y), on a white ground of four modules all round.

        Raises: qr.NotAscii.
        """
        size = len(qr.matrix(text))
        module = side / size
        self.box((x - 4 * module, y - 4 * module, side + 8 * module, side + 8 * module), fill=WHITE)
        with self.drawing(x, y, module):
            self.canvas.setFillColor(HexColor(colour))
            cells = " ".join(f"{column} {-row - 1} {length} 1 re" for column, row, length in qr.runs(text))
            self.canvas.addLiteral(
                f"{cells} f"
            )  # whole numbers, written as they are: a path would round each as a float

    @contextmanager
    def drawing(self, x: float, y: float, unit: float) -> Iterator[None]:
        """Inside: own coordinates, counted from (x, y) upwards, each `unit` millimetres."""
        self.canvas.saveState()
        self.canvas.translate(x * mm, self._up(y))
        self.canvas.scale(unit * mm, unit * mm)
        yield
        self.canvas.restoreState()

    def next_page(self) -> None:
        """The page is done."""
        self.canvas.showPage()

    def finished(self) -> bytes:
        """The whole file; the last page must be done."""
        self.canvas.save()
        return self._bytes.getvalue()

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
        self.canvas.setStrokeColor(HexColor(colour))
        self.canvas.drawPath(path, stroke=1, fill=0)

    def _up(self, y: float) -> float:
        return (self.height - y) * float(mm)
