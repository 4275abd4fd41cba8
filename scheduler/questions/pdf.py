"""Papers of questions, A4 portrait: the sheet of tallies with a page to copy for each listener, and two posters."""

from dataclasses import replace

from scheduler.core.language import translator
from scheduler.core.typesetting import BOLD, MUTED, Style, fitted, leading, wrapped
from scheduler.paper.pages import BODY, HEADING, INSIDE, SMALL, STRONG, Flow, Furniture, paged
from scheduler.paper.sheet import A4, MARGIN, RIGHT, DocumentFacts
from scheduler.questions.terms import CodePaper, QuestionPaper

ASKS = Style(11, BOLD)
TICK, INDENT = 4.0, 9.0
TALLY_BOX, TALLY_GAP, TALLY_LINE = 38.0, 3.0, 9.0
CODE_SIDE = 120.0
SHOUT, STEP = Style(34, BOLD), Style(16)


def draw_sheets(paper: QuestionPaper, lang: str) -> bytes:
    """First the sheet on which answers are tallied, then one page to copy for each listener."""
    _ = translator(lang).gettext
    name = _("Questions before and after")
    facts = DocumentFacts(f"{name} {paper.running_number}", paper.centre_name, lang)
    furniture = Furniture(paper.centre_name, paper.host_name, paper.helpline, paper.running_number)

    def body(flow: Flow) -> None:
        _draw_tally(flow, paper, lang)
        flow.turn()
        _draw_copy(flow, paper, lang)

    return paged(facts, furniture, body)


def _draw_tally(flow: Flow, paper: QuestionPaper, lang: str) -> None:
    _ = translator(lang).gettext
    flow.title(_("Sheet of tallies"), f"{paper.title} · {paper.when} · {paper.edition}")
    flow.paragraph(
        _("One stroke for each answer, no names. Then type the sums on the page of the visit and destroy the papers.")
    )
    flow.y += 2
    _box_heads(flow, lang)
    _tally_line(flow, _("Sheets in all"), STRONG)
    for number, (text, choices) in enumerate(paper.questions, start=1):
        lines = wrapped(f"{number}. {text}", ASKS, INSIDE)
        if flow.need(len(lines) * leading(ASKS) + len(choices) * TALLY_LINE + 6):
            _box_heads(flow, lang)
        flow.y = flow.sheet.lines(MARGIN, flow.y + leading(ASKS) + 1.5, lines, ASKS) + 1.8
        for choice in choices:
            _tally_line(flow, choice, BODY)


def _box_heads(flow: Flow, lang: str) -> None:
    _ = translator(lang).gettext
    flow.y += leading(STRONG)
    for place, head in enumerate((_("before"), _("after"))):
        flow.sheet.text(_box_left(place), flow.y, head, STRONG)
    flow.y += 1


def _tally_line(flow: Flow, words: str, style: Style) -> None:
    room = _box_left(0) - MARGIN - 3
    smaller, lines = fitted(words, style, room, lines=2, least=7)
    flow.sheet.lines(MARGIN, flow.y + (5.6 if len(lines) == 1 else 3.8), lines[:2], smaller)
    for place in range(2):
        flow.sheet.box((_box_left(place), flow.y + 0.8, TALLY_BOX, TALLY_LINE - 1.6), stroke=MUTED)
    flow.y += TALLY_LINE


def _box_left(place: int) -> float:
    return RIGHT - (2 - place) * TALLY_BOX - (1 - place) * TALLY_GAP


def _draw_copy(flow: Flow, paper: QuestionPaper, lang: str) -> None:
    _ = translator(lang).gettext
    flow.title(_("What do you think?"), paper.title)
    flow.paragraph(_("Do not write your name. Tick one box for each question; you may leave a question out."), STRONG)
    flow.y += 2
    left = MARGIN
    for words in (_("before"), _("after")):
        flow.sheet.box((left, flow.y, TICK, TICK), stroke=MUTED)
        flow.sheet.text(left + TICK + 2.5, flow.y + 3.3, words, BODY)
        left += 40
    flow.y += TICK + 2
    for number, (text, choices) in enumerate(paper.questions, start=1):
        lines = wrapped(text, ASKS, INSIDE - INDENT)
        flow.need(len(lines) * leading(ASKS) + len(choices) * 6.2 + 6)
        top = flow.y + leading(ASKS) + 1.5
        flow.sheet.text(MARGIN, top, f"{number}.", HEADING)
        flow.y = flow.sheet.lines(MARGIN + INDENT, top, lines, ASKS) + 0.5
        for choice in choices:
            flow.y += 6.2
            flow.sheet.box((MARGIN + INDENT, flow.y - TICK + 0.6, TICK, TICK), stroke=MUTED)
            flow.sheet.text(MARGIN + INDENT + TICK + 2.5, flow.y, choice, BODY)
        flow.y += 2.5
    flow.paragraph(
        _("If something on the internet worries you, call 19833: free of charge, also without a name."), SMALL
    )


def draw_codes(paper: CodePaper, lang: str) -> bytes:
    """Two posters: the code that opens the questions before, and the one after."""
    _ = translator(lang).gettext
    name = _("Questions before and after")
    facts = DocumentFacts(f"{name} {paper.running_number}", paper.centre_name, lang)
    furniture = Furniture(paper.centre_name, paper.host_name, paper.helpline, paper.running_number)

    def body(flow: Flow) -> None:
        for place, (words, address) in enumerate(paper.addresses):
            if place:
                flow.turn()
            _draw_code(flow, paper, words, address, lang)

    return paged(facts, furniture, body)


def _draw_code(flow: Flow, paper: CodePaper, words: str, address: str, lang: str) -> None:
    _ = translator(lang).gettext
    middle = A4[0] / 2
    style, lines = fitted(words, SHOUT, INSIDE, lines=2, least=18)
    flow.y = flow.sheet.lines(middle, flow.y + leading(style), lines, style, "centre") + 2
    for under in (paper.title, paper.when):
        quiet, told = fitted(under, replace(STEP, colour=MUTED), INSIDE, lines=2, least=9)
        flow.y = flow.sheet.lines(middle, flow.y + leading(quiet), told, quiet, "centre") + 1
    flow.y += 18
    flow.sheet.qr(middle - CODE_SIDE / 2, flow.y, CODE_SIDE, address)
    flow.y += CODE_SIDE + 12
    for step in (
        _("Point the camera of your phone at the square and answer."),
        _("No name, no account: only sums are stored, and nobody is rated."),
    ):
        flow.y = flow.sheet.lines(middle, flow.y + leading(STEP), wrapped(step, STEP, INSIDE), STEP, "centre") + 2
    small, lines = fitted(address, Style(11, colour=MUTED), INSIDE, least=6)
    flow.sheet.lines(middle, flow.y + leading(small) + 3, lines, small, "centre")
