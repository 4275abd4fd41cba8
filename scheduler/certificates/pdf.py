"""Certificates as PDF: A4 landscape, the line as frame, from the mark to the QR code. Nothing is ever cut short."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from math import cos, radians

from scheduler.certificates.rules import in_fours
from scheduler.certificates.terms import CertificateKind, CertificatePaper
from scheduler.certificates.wording import duration
from scheduler.config import map_outline
from scheduler.core.language import number, span_of_days, translator
from scheduler.core.paper.sheet import A4_LANDSCAPE, DocumentFacts, PaperSheet
from scheduler.core.paper.typesetting import (
    BOLD,
    DISPLAY,
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

LEFT, WIDE = 36.0, 219.0  # where the text begins, and the longest line
EDGE, CORNER = 11.0, 9.0  # the frame: from the edge of the paper, and its rounded corners
MARK = 17.0
QR_SIDE, QR_RIGHT, QR_TOP = 29.0, 280.0, 156.0
MAP = (272.6, 22.0, 157.4, 157.4)  # the outline of districts: right edge, top, most width and height
MAP_FILL, MAP_EDGE, INNER_LINE = "#F8FAF9", "#E3EAE6", "#C4D6CF"
SIGNED_BY = 3
FRAME = "frame"
FAR, LOW = A4_LANDSCAPE[0] - EDGE, A4_LANDSCAPE[1] - EDGE
STOPS = [
    *((x, EDGE) for x in (35.0, 95.5, 156.0, 216.5)),
    *((FAR, y) for y in (58.0, 115.0)),
    *((EDGE, y) for y in (35.0, 97.0, 159.0)),
    *((x, LOW) for x in (45.5, 116.0, 187.0)),
]
LAST_STOPS = [(FAR, 146.8), (234.0, LOW)]

SMALL = Style(9.5, colour=MUTED)
KICKER = Style(15, BOLD, TABLA, spacing=4.6)
LEAD = Style(13.5, colour=MUTED)
NAME_STYLE = Style(46, DISPLAY)
LABEL = Style(9, colour=MUTED)
FACT = Style(13, BOLD)
GAP = 10.0  # between two facts


@dataclass(frozen=True)
class TextBox:
    """A place for words whose length nobody knows: how wide it is, and by which steps the words shrink into it."""

    x: float
    y: float
    width: float
    style: Style
    steps: tuple[tuple[float, int, float], ...]  # size to begin with, lines, least size
    align: str = "left"

    def settle(self, words: str) -> tuple[Style, list[str]]:
        """The words as they fit here."""
        return settled(words, self.style, self.width, self.steps)

    def fill(self, sheet: PaperSheet, words: str) -> float:
        """Draw the words; says where the feet of the last line stand."""
        style, lines = self.settle(words)
        return sheet.lines(self.x, self.y, lines, style, self.align)


CENTRE = TextBox(LEFT, 28.5, WIDE, Style(11.5, BOLD), ((11.5, 1, 6), (5.5, 1, 3)))
HOLDER = TextBox(LEFT, 92, WIDE, NAME_STYLE, ((46, 1, 26), (26, 2, 16), (15, 3, 6)))
TEXT = TextBox(LEFT, 108.5, 170, Style(13.5), ((13.5, 2, 11.5), (11.5, 3, 9), (7.5, 5, 5)))
FIRST_FACT = ((13.0, 1, 11.0), (11.0, 2, 9.0), (9.0, 5, 6.0))
SIGNED_BOX = TextBox(LEFT, 179.8, 56, Style(10.5, BOLD), ((10.5, 1, 8), (9, 2, 6), (5, 3, 3)))
FUNCTION = TextBox(LEFT, 0, 56, SMALL, ((9, 1, 8), (8, 2, 6), (5, 3, 3)))
ISSUED_BOX = TextBox(QR_RIGHT, QR_TOP - 4.4, 75, Style(10), ((10, 1, 5),), "right")
ADDRESS = TextBox(QR_RIGHT, 195, 43, SMALL, ((7.5, 1, 4),), "right")


def draw(paper: CertificatePaper, lang: str) -> bytes:
    """One certificate in the given language. Raises: NotAscii when `check_url` has other letters than ASCII."""
    return draw_many([paper], lang)


def draw_many(papers: Sequence[CertificatePaper], lang: str) -> bytes:
    """Certificates of one language in one file. Raises: as `draw_each`."""
    return draw_each([(paper, lang) for paper in papers])


def draw_each(papers: Sequence[tuple[CertificatePaper, str]]) -> bytes:
    """Certificates in one file, a page each, in its own language; fonts and frame are in it once.

    Raises: NotAscii; ValueError for none.
    """
    if not papers:
        raise ValueError("no certificate to draw")
    titles = dict.fromkeys(title_of(paper, lang) for paper, lang in papers)
    numbers = [paper.running_number for paper, _ in papers]
    span = numbers[0] if len(numbers) == 1 else f"{numbers[0]} – {numbers[-1]}"
    first, lang = papers[0]
    sheet = PaperSheet(DocumentFacts(f"{', '.join(titles)} {span}", first.centre_name, lang), A4_LANDSCAPE)
    sheet.stamp(FRAME, _ground(map_outline()))
    for paper, lang in papers:
        sheet.stamped(FRAME)
        _draw_words(sheet, paper, lang)
        _draw_facts(sheet, facts_of(paper, lang))
        _draw_signatures(sheet, paper)
        _draw_check(sheet, paper, lang)
        sheet.next_page()
    return sheet.finished()


def title_of(paper: CertificatePaper, lang: str) -> str:
    _ = translator(lang).gettext
    if paper.title:
        return paper.title
    return _("Certificate of attendance") if paper.kind is CertificateKind.TEACHER else _("Certificate")


def _words(paper: CertificatePaper, lang: str) -> tuple[str, str]:
    """What stands above and below the name. A programme with a number in the official catalogue is a gathering."""
    _ = translator(lang).gettext
    if paper.kind is CertificateKind.SCHOOL:
        return _("for a programme held, is given to"), _("as host of the programme “%(title)s”.")
    if paper.programme_number:
        return (
            _("for attending a teachers' gathering, is given to"),
            _("for full attendance of the gathering “%(title)s”."),
        )
    return (
        _("for taking part in our programme, is given to"),
        _("for being present at the presentation “%(title)s”."),
    )


def _draw_words(sheet: PaperSheet, paper: CertificatePaper, lang: str) -> None:
    _ = translator(lang).gettext
    teacher = paper.kind is CertificateKind.TEACHER
    lead, text = _words(paper, lang)
    CENTRE.fill(sheet, paper.centre_name)
    sheet.text(LEFT, 33.9, _("free helpline %(number)s") % {"number": paper.helpline}, SMALL)
    sheet.text(LEFT, 62, title_of(paper, lang).upper(), KICKER)
    sheet.text(LEFT, 71.3, lead, LEAD)
    _draw_name(sheet, paper.holder_name if teacher else paper.host_name)
    sheet.canvas.setLineCap(1)
    sheet.rule((LEFT + 0.5, 97.8), (LEFT + 46.3, 97.8), QUINCE, 1)
    TEXT.fill(sheet, paper.text or text % {"title": paper.programme_title})


def _draw_name(sheet: PaperSheet, name: str) -> None:
    """In one line as long as that is large, else in two or three; always just above the quince bar."""
    style, lines = HOLDER.settle(name)
    step = style.size * 1.15 * POINT  # a little closer than running text
    for above, line in zip(reversed(range(len(lines))), lines, strict=True):
        sheet.text(HOLDER.x, HOLDER.y - above * step, line, style)


def facts_of(paper: CertificatePaper, lang: str) -> list[tuple[str, str]]:
    """What is printed side by side below the text, each under its label: the check page shows these too, no others."""
    _ = translator(lang).gettext
    day = _written_day(paper.on_day, lang)
    if paper.kind is CertificateKind.TEACHER:
        facts = [
            (_("school"), f"{paper.host_name}, {paper.host_place}" if paper.host_place else paper.host_name),
            (
                _("programme"),
                _("number %(number)s") % {"number": paper.programme_number} if paper.programme_number else "",
            ),
            (_("duration"), duration(paper.minutes, lang)),
            (_("held on"), day),
        ]
    else:
        counts = [
            (_("presentations"), paper.presentations),
            (_("pupils"), paper.pupils),
            (_("parents"), paper.parents),
            (_("teachers"), paper.teachers),
        ]
        facts = [(_("place"), paper.host_place), (_("held on"), day)]
        facts += [(label, number(count, lang)) for label, count in counts if count]
    return [(label, value) for label, value in facts if value]


@lru_cache(maxsize=64)  # papers of one file share their days
def _written_day(day: dt.date, lang: str) -> str:
    return span_of_days(day, day, lang)


def _draw_facts(sheet: PaperSheet, facts: list[tuple[str, str]]) -> None:
    """Side by side; the first, a name of any length, shrinks and takes more lines until the others have their room."""
    others = sum(max(width_of(value, FACT), width_of(label, LABEL)) + GAP for label, value in facts[1:])
    x = LEFT
    for label, value in facts:
        steps = FIRST_FACT if x == LEFT else ((FACT.size, 1, FACT.size),)
        slot = TextBox(x, 132.9, max(WIDE - others, 50.0), FACT, steps)
        style, lines = slot.settle(value)
        sheet.text(x, 127.4, label, LABEL)
        sheet.lines(x, slot.y, lines, style)
        x += max([width_of(line, style) for line in lines] + [width_of(label, LABEL)]) + GAP


def _draw_signatures(sheet: PaperSheet, paper: CertificatePaper) -> None:
    for place, signatory in enumerate(paper.signatories[:SIGNED_BY]):
        x = LEFT + place * 65
        sheet.level(174.6, x, x + SIGNED_BOX.width)
        feet = replace(SIGNED_BOX, x=x).fill(sheet, signatory.name)
        replace(FUNCTION, x=x, y=feet + 4.7).fill(sheet, signatory.function)


def _draw_check(sheet: PaperSheet, paper: CertificatePaper, lang: str) -> None:
    _ = translator(lang).gettext
    issued = _written_day(paper.issued_on, lang)
    sheet.qr(QR_RIGHT - QR_SIDE, QR_TOP, QR_SIDE, paper.check_url)
    ISSUED_BOX.fill(sheet, f"{paper.centre_place}, {issued}" if paper.centre_place else issued)
    sheet.text(QR_RIGHT, 191, paper.running_number, Style(10, BOLD), "right")
    address = paper.check_url.partition("://")[2].rpartition("/")[0]
    ADDRESS.fill(sheet, _("check: %(address)s") % {"address": address})
    sheet.text(QR_RIGHT, 199, in_fours(paper.number), Style(8), "right")


@cache
def _ground(choice: str) -> bytes:
    """What all certificates with this outline share, drawn and packed once in each process."""
    sheet = PaperSheet(DocumentFacts("", "", "en"), A4_LANDSCAPE)
    _draw_ground(sheet, choice)
    return sheet.drawn()


def _draw_ground(sheet: PaperSheet, choice: str) -> None:
    """District outline, frame, stops, mark."""
    sheet.land(_outline(choice), MAP_FILL, MAP_EDGE, 0.2)
    _draw_frame(sheet, 0, TABLA, 0.6)
    _draw_frame(sheet, 3.2, INNER_LINE, 0.2)
    for x, y in STOPS:
        sheet.disc(x, y, 1.75, WHITE, TABLA)
    for x, y in LAST_STOPS:
        sheet.disc(x, y, 2.7, QUINCE, TABLA)
    sheet.mark(EDGE, EDGE, MARK)


def _draw_frame(sheet: PaperSheet, inset: float, colour: str, weight: float) -> None:
    """The line in two pieces: over the top down to the QR code, and down the left side along the foot to it."""
    canvas = sheet.canvas
    near, far = (EDGE + inset) * MM, (sheet.width - EDGE - inset) * MM
    top, foot, radius = (sheet.height - EDGE - inset) * MM, (EDGE + inset) * MM, (CORNER - inset) * MM
    sheet.pen(colour, weight)
    path = canvas.beginPath()
    path.moveTo(35 * MM, top)
    path.arcTo(far - 2 * radius, top - 2 * radius, far, top, startAng=90, extent=-90)
    path.lineTo(far, (sheet.height - 146.8) * MM)
    path.moveTo(near, (sheet.height - 35) * MM)
    path.arcTo(near, foot, near + 2 * radius, foot + 2 * radius, startAng=180, extent=90)
    path.lineTo(234 * MM, foot)
    canvas.drawPath(path, stroke=1, fill=0)


def _outline(choice: str) -> list[list[tuple[float, float]]]:
    """The districts as rings in millimetres on the certificate, from the right top corner of MAP."""
    drawn = outlines.outline_of(choice).shapes
    frame = outlines.frame_of(drawn)
    narrow = cos(radians((frame.south + frame.north) / 2))
    right, top, widest, highest = MAP
    scale = min(widest / ((frame.east - frame.west) * narrow), highest / (frame.north - frame.south))
    return [
        [(right - (frame.east - lon) * narrow * scale, top + (frame.north - lat) * scale) for lon, lat in ring]
        for shape in drawn
        for ring in shape.rings
    ]
