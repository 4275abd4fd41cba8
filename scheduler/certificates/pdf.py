"""Certificates as PDF: A4 across or down, a line as frame, from the mark to the QR code. Nothing is ever cut short."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from math import cos, radians

from scheduler.certificates.kinds.base import PrintedFact, written_day
from scheduler.certificates.kinds.every import facts_of, holder_of, wording_of
from scheduler.certificates.rules import in_fours, paler
from scheduler.certificates.terms import (
    PLAIN,
    SIGNING,
    CertificatePaper,
    PaperFace,
    PaperPicture,
    PaperShape,
    PicturePlace,
)
from scheduler.config import map_outline
from scheduler.core.language import translator
from scheduler.core.typesetting import (
    BOLD,
    DEEP,
    DISPLAY,
    HAIRLINE,
    INK,
    MM,
    MUTED,
    POINT,
    QUINCE,
    TABLA,
    WHITE,
    Style,
    settled,
    width_of,
)
from scheduler.data import outlines
from scheduler.paper.sheet import A4, A4_LANDSCAPE, Box, DocumentFacts, PaperSheet

EDGE, CORNER = 11.0, 9.0  # the frame: from the edge of the paper, and its rounded corners
MARK = 17.0
QR_SIDE = 29.0
CHECKED_WIDE = 45.0  # of the address below the code
MAP_FILL, MAP_EDGE, INNER_LINE = "#F8FAF9", "#E3EAE6", "#C4D6CF"
SIGNED_BY = len(SIGNING)
LOGO = (62.0, 20.0)  # the most of its width and height
LOGO_TOP, BESIDE_LOGO = 20.5, 6.0
STAMP_ACROSS = 28.0  # room for a round one beside signatures
SIGNATURE_HIGH, OVER_THE_LINE = 15.0, 2.0  # of a picture of one; by how much it crosses its line

SMALL = Style(9.5, colour=MUTED)
KICKER = Style(15, BOLD, TABLA, spacing=4.6)
LEAD = Style(13.5, colour=MUTED)
NAME_STYLE = Style(46, DISPLAY)
LABEL = Style(9, colour=MUTED)
FACT = Style(13, BOLD)
GAPS = (10.0, 8.0, 6.0)  # between two facts; the narrower ones where they keep all in one row
NEXT_ROW = 13.0  # of facts
LEAST_FACT = 50.0  # millimetres that are left to the first of a row, whatever stands beside it
Steps = tuple[tuple[float, int, float], ...]  # size to begin with, lines, least size


@dataclass(frozen=True)
class TextBox:
    """A place for words whose length nobody knows: how wide it is, and by which steps the words shrink into it."""

    x: float
    y: float
    width: float
    style: Style
    steps: Steps
    align: str = "left"

    def settle(self, words: str) -> tuple[Style, list[str]]:
        """The words as they fit here."""
        return settled(words, self.style, self.width, self.steps)

    def fill(self, sheet: PaperSheet, words: str) -> float:
        """Draw the words; says where the feet of the last line stand."""
        style, lines = self.settle(words)
        return sheet.lines(self.x, self.y, lines, style, self.align)


@dataclass(frozen=True)
class SheetLayout:
    """Where everything stands on a sheet of one shape, in millimetres from the top left corner."""

    size: tuple[float, float]
    left: float  # where the text begins
    wide: float  # the longest line
    head: float  # with a logo: the feet of the first line beside it, or below it
    beside: bool
    title: float  # the feet of each line of words
    lead: float
    name: float
    name_steps: Steps
    text: float
    text_wide: float
    text_steps: Steps
    facts: float
    rows: int  # of facts; in the only one the first shrinks
    signed: float  # the lines to sign on
    sign_wide: float
    sign_step: float
    qr: tuple[float, float]  # right edge and top of the code
    line_ends: tuple[float, float]  # down the right side, and along the foot
    map: Box  # the outline of districts: right edge, top, most width and height
    stops: tuple[tuple[float, float], ...]


ACROSS = SheetLayout(
    size=A4_LANDSCAPE,
    left=36,
    wide=219,
    head=28.5,
    beside=True,
    title=62,
    lead=71.3,
    name=92,
    name_steps=((46, 1, 22), (22, 2, 15), (14, 3, 6)),
    text=108.5,
    text_wide=170,
    text_steps=((13.5, 2, 11.5), (11.5, 3, 9), (7.5, 5, 5)),
    facts=132.9,
    rows=1,
    signed=174.6,
    sign_wide=56,
    sign_step=65,
    qr=(280, 152),
    line_ends=(142.8, 234),
    map=(272.6, 22.0, 157.4, 157.4),
    stops=(
        *((x, EDGE) for x in (35.0, 95.5, 156.0, 216.5)),
        *((286.0, y) for y in (58.0, 115.0)),
        *((EDGE, y) for y in (35.0, 97.0, 159.0)),
        *((x, 199.0) for x in (45.5, 116.0, 187.0)),
    ),
)
DOWN = SheetLayout(
    size=A4,
    left=32,
    wide=148,
    head=48.5,
    beside=False,
    title=86,
    lead=96.5,
    name=129,
    name_steps=((46, 1, 32), (34, 2, 20), (19, 3, 13), (12, 5, 6)),
    text=146,
    text_wide=148,
    text_steps=((13.5, 3, 11.5), (11.5, 4, 9), (7.5, 6, 5)),
    facts=174,
    rows=3,
    signed=214,
    sign_wide=44,
    sign_step=52,
    qr=(193, 239),
    line_ends=(229.8, 147),
    map=(196.0, 40.0, 160.0, 190.0),
    stops=(
        *((x, EDGE) for x in (35.0, 84.0, 133.0)),
        *((199.0, y) for y in (58.0, 116.6, 175.2)),
        *((EDGE, y) for y in (35.0, 96.0, 157.0, 218.0)),
        *((x, 286.0) for x in (45.5, 96.0)),
    ),
)
LAYOUTS = {PaperShape.ACROSS: ACROSS, PaperShape.DOWN: DOWN}
FIRST_FACT = ((13.0, 1, 11.0), (11.0, 2, 9.0), (9.0, 5, 6.0))
ALONE = ((13.0, 1, 11.0), (11.0, 2, 9.0), (9.0, 3, 6.0))  # a fact that may take a row


def draw(paper: CertificatePaper, lang: str) -> bytes:
    """One certificate in the given language. Raises: NotAscii when `check_url` has other letters than ASCII."""
    return draw_many([paper], lang)


def draw_many(papers: Sequence[CertificatePaper], lang: str) -> bytes:
    """Certificates of one language in one file. Raises: as `draw_each`."""
    return draw_each([(paper, lang) for paper in papers])


def draw_each(
    papers: Sequence[tuple[CertificatePaper, str]],
    faces: Mapping[int, PaperFace] | None = None,
    told: Callable[[int], None] = lambda _pages: None,
) -> bytes:
    """Certificates in one file, a page each, in its own language; fonts, frames and pictures are in it once.

    `faces`: how the templates look, by the number that the papers name; `told` hears how many pages are drawn.
    Raises: NotAscii; ValueError for none.
    """
    if not papers:
        raise ValueError("no certificate to draw")
    titles = dict.fromkeys(title_of(paper, lang) for paper, lang in papers)
    numbers = [paper.running_number for paper, _ in papers]
    span = numbers[0] if len(numbers) == 1 else f"{numbers[0]} – {numbers[-1]}"
    first, lang = papers[0]
    sheet = PaperSheet(DocumentFacts(f"{', '.join(titles)} {span}", first.centre_name, lang), A4_LANDSCAPE)
    drawn: dict[int, _Drawing] = {}
    for page, (paper, lang) in enumerate(papers, 1):
        if paper.template not in drawn:
            drawn[paper.template] = _Drawing(sheet, (faces or {}).get(paper.template, PLAIN), len(drawn))
        drawn[paper.template].page(paper, lang)
        sheet.next_page()
        told(page)
    return sheet.finished()


def title_of(paper: CertificatePaper, lang: str) -> str:
    """What the paper is called."""
    return wording_of(paper, lang).title


class _Drawing:
    """Papers of one template in one file: what they share is put into it once."""

    def __init__(self, sheet: PaperSheet, face: PaperFace, nth: int) -> None:
        self.sheet, self.face, self.at, self.nth = sheet, face, LAYOUTS[face.shape], nth
        self.frames: dict[int, str] = {}  # by how many sign
        self.pictures = ""
        sheet.turn(self.at.size)
        logo = face.pictures.get(PicturePlace.LOGO)
        boxes = {place: _box_of(place, picture, self.at) for place, picture in face.pictures.items()}
        if boxes:
            self.pictures = f"pictures{nth}"
            sheet.stamp_pictures(self.pictures, [(box, face.pictures[place].content) for place, box in boxes.items()])
        beside = logo is not None and self.at.beside
        self.indent = boxes[PicturePlace.LOGO][2] + BESIDE_LOGO if beside else 0.0
        self.head = self.at.head if logo else ACROSS.head

    def page(self, paper: CertificatePaper, lang: str) -> None:
        """Draw one paper; the page is not closed yet."""
        self.sheet.turn(self.at.size)
        self.sheet.stamped(self._frame(len(paper.signatories[:SIGNED_BY])))
        if self.pictures:
            self.sheet.stamped(self.pictures)
        self._head(paper, lang)
        self._words(paper, lang)
        (self._facts_in_a_row if self.at.rows == 1 else self._facts_in_rows)(facts_of(paper, lang))
        self._signatures(paper, lang)
        self._check(paper, lang)

    def _frame(self, signing: int) -> str:
        """The name under which the frame of papers that so many sign is in the file."""
        if signing not in self.frames:
            self.frames[signing] = f"frame{self.nth}-{signing}"
            marked = PicturePlace.LOGO not in self.face.pictures
            ground = _ground(map_outline(), replace(self.face, pictures={}), signing, marked=marked)
            self.sheet.stamp(self.frames[signing], ground)
        return self.frames[signing]

    def _head(self, paper: CertificatePaper, lang: str) -> None:
        _ = translator(lang).gettext
        x, y, wide = self.at.left + self.indent, self.head, self.at.wide - self.indent
        named = TextBox(x, y, wide, Style(11.5, BOLD), ((11.5, 1, 6), (5.5, 1, 3)))
        named.fill(self.sheet, paper.centre_name)
        self.sheet.text(x, y + 5.4, _("free helpline %(number)s") % {"number": paper.helpline}, SMALL)
        if paper.file_number:
            words = _("file number: %(number)s") % {"number": paper.file_number}
            TextBox(x, y + 10.8, wide, SMALL, ((9.5, 1, 5),)).fill(self.sheet, words)

    def _words(self, paper: CertificatePaper, lang: str) -> None:
        sheet, at, said = self.sheet, self.at, wording_of(paper, lang)
        kicker = replace(KICKER, colour=self.face.colour or TABLA)
        TextBox(at.left, at.title, at.wide, kicker, ((15, 1, 6),)).fill(sheet, said.title.upper())
        TextBox(at.left, at.lead, at.wide, LEAD, ((13.5, 1, 6),)).fill(sheet, said.lead)
        self._name(holder_of(paper))
        sheet.canvas.setLineCap(1)
        bar = at.name + 5.8
        sheet.rule((at.left + 0.5, bar), (at.left + 46.3, bar), self.face.accent or QUINCE, 1)
        TextBox(at.left, at.text, at.text_wide, Style(13.5), at.text_steps).fill(sheet, said.text)

    def _name(self, name: str) -> None:
        """In one line as long as that is large, else in two or three; always just above the bar."""
        at = self.at
        style, lines = TextBox(at.left, at.name, at.wide, NAME_STYLE, at.name_steps).settle(name)
        step = style.size * 1.15 * POINT  # a little closer than running text
        for above, line in zip(reversed(range(len(lines))), lines, strict=True):
            self.sheet.text(at.left, at.name - above * step, line, style)

    def _facts_in_a_row(self, facts: Sequence[PrintedFact]) -> None:
        """The first, a name of any length, shrinks and takes more lines until the others have their room."""
        others, more = sum(_wide(fact) for fact in facts[1:]), len(facts) - 1
        least, x = min(LEAST_FACT, _wide(facts[0])), self.at.left
        gap = next((gap for gap in GAPS if others + gap * more + least <= self.at.wide), GAPS[-1])
        for label, value in facts:
            first = x == self.at.left
            steps = FIRST_FACT if first else ((FACT.size, 1, FACT.size),)
            room = max(self.at.wide - others - gap * more, LEAST_FACT) if first else _wide((label, value)) + 1
            width, _lines = self._fact((x, self.at.facts), room, (label, value), steps)
            x += width + gap

    def _facts_in_rows(self, facts: Sequence[PrintedFact]) -> None:
        """All beside each other, or the first alone and as many as fit in each row below."""
        x, y, most = self.at.left, self.at.facts, 1
        together = sum(_wide(fact) for fact in facts)
        gap = next((gap for gap in GAPS if together + gap * (len(facts) - 1) <= self.at.wide), None)
        for nth, fact in enumerate(facts):
            room = self.at.left + self.at.wide - x
            if nth and (_wide(fact) > room or (nth == 1 and gap is None)):
                x, y, room, most = self.at.left, y + NEXT_ROW + (most - 1) * 4.5, self.at.wide, 1
            width, lines = self._fact((x, y), room, fact, ALONE)
            x, most = x + width + (gap or GAPS[0]), max(most, lines)

    def _fact(self, place: tuple[float, float], wide: float, fact: PrintedFact, steps: Steps) -> tuple[float, int]:
        """Its label, and its words below it; how wide it is, and how many lines it takes."""
        (x, y), (label, value) = place, fact
        style, lines = TextBox(x, y, wide, FACT, steps).settle(value)
        self.sheet.text(x, y - 5.5, label, LABEL)
        self.sheet.lines(x, y, lines, style)
        return max([width_of(line, style) for line in lines] + [width_of(label, LABEL)]), len(lines)

    def _signatures(self, paper: CertificatePaper, lang: str) -> None:
        sheet, at = self.sheet, self.at
        if signing := len(paper.signatories[:SIGNED_BY]):
            self._stamp(signing, translator(lang).gettext("Stamp"))
        for place, signatory in enumerate(paper.signatories[:SIGNED_BY]):
            x, wide = at.left + place * at.sign_step, at.sign_wide
            sheet.level(at.signed, x, x + wide)
            named = TextBox(x, at.signed + 5.2, wide, Style(10.5, BOLD), ((10.5, 1, 8), (9, 2, 6), (5, 3, 3)))
            feet = named.fill(sheet, signatory.name)
            duty = TextBox(x, feet + 4.7, wide, SMALL, ((9, 1, 8), (8, 2, 6), (5, 3, 3)))
            duty.fill(sheet, signatory.function)

    def _stamp(self, signing: int, words: str) -> None:
        """A place for the stamp: beside the last signature, or between two where three leave no room for a circle."""
        sheet, at = self.sheet, self.at
        if signing < SIGNED_BY:
            x, y = _circle_of_stamp(at, signing)
            sheet.text(x, y + 1.2, words, SMALL, "centre")
        else:
            middle = at.left + (at.sign_wide + at.sign_step) / 2
            sheet.text(middle, at.signed, words, replace(SMALL, size=8), "centre")

    def _check(self, paper: CertificatePaper, lang: str) -> None:
        _, sheet, (right, top) = translator(lang).gettext, self.sheet, self.at.qr
        issued = written_day(paper.issued_on, lang)
        sheet.qr(right - QR_SIDE, top, QR_SIDE, paper.check_url, INK if self.face.colour else DEEP)
        dated = TextBox(right, top - 4.4, 75, Style(10), ((10, 1, 5),), "right")
        dated.fill(sheet, f"{paper.centre_place}, {issued}" if paper.centre_place else issued)
        sheet.text(right, top + 35, paper.running_number, Style(10, BOLD), "right")
        address = paper.check_url.partition("://")[2].partition("#")[0].rpartition("/")[0]
        checked = TextBox(right, top + 39, CHECKED_WIDE, Style(8), ((8, 1, 7.5), (8, 2, 5), (5, 3, 4)), "right")
        feet = checked.fill(sheet, _("check: %(address)s") % {"address": address})
        sheet.text(right, feet + 4.2, in_fours(paper.number), Style(8.5, BOLD), "right")


def _wide(fact: PrintedFact) -> float:
    """How wide a fact is at its full size."""
    label, value = fact
    return max(width_of(value, FACT), width_of(label, LABEL))


def _box_of(place: PicturePlace, picture: PaperPicture, at: SheetLayout) -> Box:
    """Where a picture stands, as large as it may be there."""
    if place is PicturePlace.LOGO:
        width, height = _within(picture, LOGO)
        return at.left, LOGO_TOP, width, height
    width, height = _within(picture, (at.sign_wide - 6, SIGNATURE_HIGH))
    x = at.left + SIGNING.index(place) * at.sign_step + 3
    return x, at.signed + OVER_THE_LINE - height, width, height


def _within(picture: PaperPicture, most: tuple[float, float]) -> tuple[float, float]:
    scale = min(most[0] / picture.width, most[1] / picture.height)
    return picture.width * scale, picture.height * scale


def _circle_of_stamp(at: SheetLayout, signing: int) -> tuple[float, float]:
    """Its middle, beside the last of those who sign."""
    return at.left + signing * at.sign_step + STAMP_ACROSS / 2, at.signed + 1.5


def _ground(choice: str, face: PaperFace, signing: int, *, marked: bool) -> bytes:
    """What all certificates with this outline and face, which so many sign, share."""
    return _ground_of(choice, face.shape, face.colour, face.accent, signing, marked)


@lru_cache(maxsize=16)  # drawn and packed once in each process; a preview draws others
def _ground_of(choice: str, shape: PaperShape, colour: str, accent: str, signing: int, marked: bool) -> bytes:
    at = LAYOUTS[shape]
    sheet = PaperSheet(DocumentFacts("", "", "en"), at.size)
    sheet.land(_outline(choice, at.map), MAP_FILL, MAP_EDGE, 0.2)
    line = colour or TABLA
    _draw_frame(sheet, at, (line, 0.6), 0, marked)
    _draw_frame(sheet, at, (paler(colour) if colour else INNER_LINE, 0.2), 3.2, marked)
    for x, y in at.stops:
        sheet.disc(x, y, 1.75, WHITE, line)
    for x, y in ((sheet.width - EDGE, at.line_ends[0]), (at.line_ends[1], sheet.height - EDGE)):
        sheet.disc(x, y, 2.7, accent or QUINCE, line)
    if 0 < signing < SIGNED_BY:
        sheet.disc(*_circle_of_stamp(at, signing), STAMP_ACROSS / 2, WHITE, HAIRLINE, 0.2)
    if marked:
        sheet.mark(EDGE, EDGE, MARK)
    return sheet.drawn()


def _draw_frame(sheet: PaperSheet, at: SheetLayout, pen: tuple[str, float], inset: float, marked: bool) -> None:
    """The line over the top down to the QR code, and down the left side along the foot to it; it leaves the mark."""
    canvas = sheet.canvas
    near, far = (EDGE + inset) * MM, (sheet.width - EDGE - inset) * MM
    top, foot, radius = (sheet.height - EDGE - inset) * MM, (EDGE + inset) * MM, (CORNER - inset) * MM
    sheet.pen(*pen)
    path = canvas.beginPath()
    path.moveTo(35 * MM, top)
    path.arcTo(far - 2 * radius, top - 2 * radius, far, top, startAng=90, extent=-90)
    path.lineTo(far, (sheet.height - at.line_ends[0]) * MM)
    path.moveTo(near, (sheet.height - 35) * MM)
    path.arcTo(near, foot, near + 2 * radius, foot + 2 * radius, startAng=180, extent=90)
    path.lineTo(at.line_ends[1] * MM, foot)
    if not marked:  # a centre that shows its own logo has the line all the way round
        path.moveTo(35 * MM, top)
        path.arcTo(near, top - 2 * radius, near + 2 * radius, top, startAng=90, extent=90)
        path.lineTo(near, (sheet.height - 35) * MM)
    canvas.drawPath(path, stroke=1, fill=0)


@cache
def _outline(choice: str, place: Box) -> list[list[tuple[float, float]]]:
    """The districts as rings in millimetres on the certificate, from the right top corner of their place."""
    drawn = outlines.outline_of(choice).shapes
    frame = outlines.frame_of(drawn)
    narrow = cos(radians((frame.south + frame.north) / 2))
    right, top, widest, highest = place
    scale = min(widest / ((frame.east - frame.west) * narrow), highest / (frame.north - frame.south))
    return [
        [(right - (frame.east - lon) * narrow * scale, top + (frame.north - lat) * scale) for lon, lat in ring]
        for shape in drawn
        for ring in shape.rings
    ]
