"""Pages that follow each other: head, foot, "page n of m", running text, and tables that go on over the page.

Portrait A4; places are millimetres from the top left corner, as in paper.py.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from scheduler.core.language import translator
from scheduler.core.typesetting import (
    BOLD,
    HAIRLINE,
    MUTED,
    WELL,
    Style,
    fitted,
    leading,
    shortened,
    width_of,
    wrapped,
)
from scheduler.paper.sheet import A4, MARGIN, RIGHT, DocumentFacts, PaperSheet

INSIDE = A4[0] - 2 * MARGIN  # the width of what stands on a portrait page
TOP = 38.0  # where the body of a page begins, under the head
BOTTOM = 278.0  # where it ends, above the foot

TITLE = Style(20, BOLD)
HEADING = Style(12, BOLD)
BODY = Style(10)
STRONG = Style(10, BOLD)
SMALL = Style(9, colour=MUTED)
HEAD_CELL = Style(9, BOLD, MUTED)


@dataclass(frozen=True)
class Furniture:
    """What stands at the head and foot of each page."""

    centre_name: str
    note: str  # "printed at …" and the like, under the centre's name
    helpline: str = "19833"
    foot: str = ""  # after the page number


@dataclass
class Flow:
    """Pages that follow each other: a pen at `y`, and a new page when what comes next does not fit."""

    sheet: PaperSheet
    furniture: Furniture
    language: str
    total: int = 0  # pages of the whole paper, once known
    page: int = 1
    y: float = field(default=TOP)
    bare: bool = False  # a page without head and foot: whoever turns to it draws it whole

    def need(self, height: float) -> bool:
        """Begin a new page if less than `height` millimetres are left; says whether it did."""
        if self.y + height <= BOTTOM:
            return False
        self.turn()
        return True

    def turn(self, *, bare: bool = False) -> None:
        """Finish this page and begin the next one."""
        self.finish()
        self.page += 1
        self.y, self.bare = TOP, bare

    def finish(self) -> None:
        """Draw head and foot, and close the page."""
        if self.bare:
            self.sheet.next_page()
            return
        sheet, _ = self.sheet, translator(self.language).gettext
        sheet.mark(MARGIN, MARGIN, 10)
        sheet.text(29, 22.6, _("Raspored"), Style(14, BOLD))
        author, lines = fitted(self.furniture.centre_name, SMALL, 120, least=6)
        sheet.lines(RIGHT, 19.7, lines[:1], author, "right")
        note, lines = fitted(self.furniture.note, SMALL, 120, least=6)
        sheet.lines(RIGHT, 24, lines[:1], note, "right")
        sheet.level(28.8, weight=0.5)
        sheet.level(283, colour=HAIRLINE)
        pages = _("page %(page)d of %(total)d") % {"page": self.page, "total": self.total or self.page}
        foot = f"{pages} · {self.furniture.foot}" if self.furniture.foot else pages
        sheet.text(MARGIN, 287.6, shortened(foot, replace(SMALL, size=8.5), 140), replace(SMALL, size=8.5))
        number = Style(12, BOLD)
        sheet.text(RIGHT, 288, self.furniture.helpline, number, "right")
        sheet.phone(RIGHT - width_of(self.furniture.helpline, number) - 7, 284.8, 4)
        sheet.next_page()

    def title(self, words: str, under: str) -> None:
        """The title of the paper and the line under it."""
        style, lines = fitted(words, TITLE, INSIDE, lines=2, least=12)
        self.y = self.sheet.lines(MARGIN, self.y + 2, lines, style) + 7.5
        second = Style(11, colour=MUTED)
        self.y = self.sheet.lines(MARGIN, self.y, wrapped(under, second, INSIDE), second) + 9

    def heading(self, words: str, keep_with: float = 20) -> None:
        """A heading that is never left alone at the end of a page."""
        self.need(13 + keep_with)
        self.y += 11
        self.sheet.text(MARGIN, self.y, words, HEADING)
        self.y += 4

    def paragraph(self, words: str, style: Style = BODY, indent: float = 0) -> None:
        """Running text, line by line over as many pages as it takes."""
        for line in wrapped(words, style, INSIDE - indent):
            self.need(leading(style))
            self.y += leading(style)
            self.sheet.text(MARGIN + indent, self.y, line, style)
        self.y += 1.5


def paged(facts: DocumentFacts, furniture: Furniture, body: Callable[[Flow], None]) -> bytes:
    """A portrait paper: `body` draws it twice, the first time only to learn how many pages there are."""
    total = 0
    for _attempt in ("count", "print"):
        flow = Flow(PaperSheet(facts), furniture, facts.language, total)
        body(flow)
        flow.finish()
        total = flow.page
    return flow.sheet.finished()


@dataclass(frozen=True)
class PaperTable:
    """Heads, rows and sums as texts. The first `words` columns stand left, in up to two lines; numbers follow."""

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    sums: tuple[str, ...] = ()
    words: int = 1


def draw_table(flow: Flow, table: PaperTable) -> None:
    """The table over as many pages as it takes, its heads at the top of each; sums stay with the last row."""
    lay = _Layout.of(table)
    _draw_heads(flow, table, lay)
    for number, row in enumerate(table.rows):
        height = lay.height_of(row)
        last = number == len(table.rows) - 1
        if flow.need(height + (lay.row if last and table.sums else 0)):
            _draw_heads(flow, table, lay)
        _draw_row(flow, row, lay, lay.cell)
        flow.sheet.level(flow.y, colour=HAIRLINE)
    if table.sums:
        flow.sheet.box((MARGIN, flow.y, INSIDE, lay.height_of(table.sums)), fill=WELL)
        _draw_row(flow, table.sums, lay, replace(lay.cell, font=BOLD))
    flow.sheet.level(flow.y, weight=0.4)


@dataclass(frozen=True)
class _Layout:
    """Where the columns of a table stand: each one's left edge and width, and the letters that fit in."""

    lefts: tuple[float, ...]
    widths: tuple[float, ...]
    words: int
    cell: Style

    @classmethod
    def of(cls, table: PaperTable) -> "_Layout":
        """Numbers get what they need, words share the rest; letters shrink until the words have 30 mm a column."""
        cell, gap = BODY, 5.0
        while True:
            bold = replace(cell, font=BOLD)
            needed = [
                max(width_of(text, bold) for text in [table.heads[n], *(row[n] for row in _all_rows(table))]) + gap
                for n in range(len(table.heads))
            ]
            numbers = sum(needed[table.words :])
            rest = INSIDE - numbers
            if rest >= 30 * table.words or cell.size <= 6:
                break
            cell, gap = replace(cell, size=cell.size - 0.5), gap - 0.25
        widths = _shared(rest, needed[: table.words]) + needed[table.words :]
        lefts = [MARGIN + sum(widths[:n]) for n in range(len(widths))]
        return cls(tuple(lefts), tuple(widths), table.words, cell)

    @property
    def row(self) -> float:
        """The height of a row of one line."""
        return self.cell.size * 0.7

    def lines_of(self, column: int, text: str) -> list[str]:
        """What stands in a cell: words in two lines at most, numbers in one."""
        width = self.widths[column] - 3
        lines = wrapped(text, replace(self.cell, font=BOLD), width) if column < self.words else [text]
        return lines if len(lines) < 3 else [lines[0], shortened(" ".join(lines[1:]), self.cell, width)]

    def height_of(self, row: Sequence[str]) -> float:
        """How much room a row needs."""
        most = max(len(self.lines_of(n, text)) for n, text in enumerate(row))
        return self.row + (most - 1) * leading(self.cell)


def _all_rows(table: PaperTable) -> list[tuple[str, ...]]:
    return [*table.rows, *([table.sums] if table.sums else [])]


def _shared(rest: float, needed: Sequence[float]) -> list[float]:
    """Room for columns of words: little needs are met whole, long ones part what remains, all part what is spare."""
    widths = [0.0] * len(needed)
    left = rest
    for place, column in enumerate(sorted(range(len(needed)), key=lambda n: needed[n])):
        widths[column] = min(needed[column], left / (len(needed) - place))
        left -= widths[column]
    return [width + left / len(needed) for width in widths]


def _draw_heads(flow: Flow, table: PaperTable, lay: _Layout) -> None:
    style = replace(HEAD_CELL, size=min(HEAD_CELL.size, lay.cell.size))
    flow.sheet.level(flow.y, weight=0.4)
    _draw_row(flow, table.heads, lay, style)
    flow.sheet.level(flow.y)


def _draw_row(flow: Flow, row: Sequence[str], lay: _Layout, style: Style) -> None:
    feet = flow.y + lay.row * 0.66
    for column, text in enumerate(row):
        if column < lay.words:
            flow.sheet.lines(lay.lefts[column] + 1.5, feet, lay.lines_of(column, text), style)
        else:
            flow.sheet.text(lay.lefts[column] + lay.widths[column] - 1.5, feet, text, style, "right")
    flow.y += lay.height_of(row)
