"""The sheet of the practice of reporting: a case in each box, four ways to tick, and where to report."""

from scheduler.cohorts.terms import PracticeSheet
from scheduler.cohorts.wording import way_names
from scheduler.core.language import translator
from scheduler.core.typesetting import MUTED, Style, leading, wrapped
from scheduler.paper.pages import BODY, HEADING, INSIDE, SMALL, STRONG, Flow, Furniture, paged
from scheduler.paper.sheet import MARGIN, DocumentFacts

CASE = Style(11)
TICK, INDENT = 4.0, 9.0
WAY_IN_SIDE = 25.0


def draw(sheet: PracticeSheet, lang: str) -> bytes:
    """The sheet as PDF."""
    _ = translator(lang).gettext
    title = _("How would you report it?")
    facts = DocumentFacts(title, sheet.centre_name, lang)
    furniture = Furniture(sheet.centre_name, sheet.printed, sheet.helpline)
    return paged(facts, furniture, lambda flow: _draw(flow, sheet, title, lang))


def _draw(flow: Flow, sheet: PracticeSheet, title: str, lang: str) -> None:
    _ = translator(lang).gettext
    flow.title(title, _("Read each case in your group and tick what you would do; several may be right."))
    for number, story in enumerate(sheet.cases, start=1):
        _draw_case(flow, number, story, list(way_names(lang).values()))
    flow.heading(_("Where to report"), keep_with=WAY_IN_SIDE)
    if sheet.address:
        flow.sheet.qr(MARGIN + INSIDE - WAY_IN_SIDE, flow.y - 8, WAY_IN_SIDE, sheet.address)
        flow.paragraph(_("With a phone: point the camera at the square. Nobody types a name."), BODY)
    helpline = _("Helpline %(number)s: free of charge, also without a name.") % {"number": sheet.helpline}
    flow.paragraph(helpline, STRONG)
    flow.paragraph(_("Hotline for illegal content: %(address)s") % {"address": sheet.hotline}, BODY)
    flow.paragraph(_("All cases on this sheet are invented."), SMALL)


def _draw_case(flow: Flow, number: int, story: str, ways: list[str]) -> None:
    lines = wrapped(story, CASE, INSIDE - INDENT)
    flow.need(len(lines) * leading(CASE) + 2 * 7 + 10)
    top = flow.y + leading(CASE)
    flow.sheet.text(MARGIN, top, f"{number}.", HEADING)
    flow.y = flow.sheet.lines(MARGIN + INDENT, top, lines, CASE) + 1.5
    for place, way in enumerate(ways):
        x = MARGIN + INDENT + (place % 2) * (INSIDE - INDENT) / 2
        if place % 2 == 0:
            flow.y += 6
        flow.sheet.box((x, flow.y - TICK + 0.6, TICK, TICK), stroke=MUTED)
        flow.sheet.text(x + TICK + 2.5, flow.y, way, BODY)
    flow.y += 3.5
