"""The record of hours of one school year as a paper that a centre stamps and signs, for a young person's own school."""

from dataclasses import dataclass

from scheduler.core.language import in_hours, number, short_day, translator
from scheduler.core.names import spelled
from scheduler.core.paper.pages import BODY, SMALL, STRONG, Flow, Furniture, PaperTable, draw_table, paged
from scheduler.core.paper.sheet import MARGIN, RIGHT, DocumentFacts
from scheduler.core.paper.typesetting import MUTED, width_of
from scheduler.staffing.terms.own_days import HoursRecord

WRITING_LINE = 72.0  # millimetres of a line to write on
STAMP_SIDE = 30.0  # of the box in which the stamp stands
SIGNATURE_HEIGHT = 52.0  # the height of all that is filled in by hand


@dataclass(frozen=True)
class HoursPaper:
    """A record of hours, when it was printed in the reader's words, and the number of the helpline."""

    record: HoursRecord
    printed: str
    helpline: str


def draw(paper: HoursPaper, lang: str) -> bytes:
    """The record as PDF, in the given language."""
    _, record = translator(lang).gettext, paper.record
    years = f"{record.first_year}/{record.first_year + 1}"
    title = " ".join((_("Record of hours"), years))
    facts = DocumentFacts(title, record.centre(lang), lang)
    furniture = Furniture(record.centre(lang), paper.printed, paper.helpline)
    return paged(facts, furniture, lambda flow: _draw(flow, record, title, lang))


def _draw(flow: Flow, record: HoursRecord, title: str, lang: str) -> None:
    _ = translator(lang).gettext
    flow.title(title, " ".join((_("Number:"), record.number)))
    _draw_name(flow, record, lang)
    if not record.lines:
        flow.paragraph(_("No visit was held with you in this school year yet."))
        return
    flow.y += 3
    draw_table(flow, _table(record, lang))
    flow.y += 4
    told = _("Time in the room, as it was counted after each visit; the way there and back is not in it.")
    flow.paragraph(told, SMALL)
    _draw_signature(flow, lang)


def _draw_name(flow: Flow, record: HoursRecord, lang: str) -> None:
    """Of a minor the first name, and a line on which she writes the other one by hand."""
    _ = translator(lang).gettext
    label, name = _("Name:"), spelled(record.name, lang)
    flow.y += 4
    flow.sheet.text(MARGIN, flow.y, label, BODY)
    left = MARGIN + width_of(label, BODY) + 2
    flow.sheet.text(left, flow.y, name, STRONG)
    if record.young:
        begin = left + width_of(name, STRONG) + 3
        flow.sheet.level(flow.y + 1, begin, min(begin + WRITING_LINE, RIGHT), MUTED)
        flow.y += 2
        flow.paragraph(_("You write your surname by hand: this sheet does not hold it."), SMALL)


def _table(record: HoursRecord, lang: str) -> PaperTable:
    _ = translator(lang).gettext
    heads = (_("Day"), _("Town"), _("Visit"), _("Presentations"), _("Time"))
    rows = tuple(
        (
            short_day(one.on_day, lang),
            one.place(lang),
            one.number,
            number(one.presentations, lang),
            in_hours(one.minutes, lang),
        )
        for one in record.lines
    )
    presentations = sum(one.presentations for one in record.lines)
    sums = (_("Total"), "", "", number(presentations, lang), in_hours(record.minutes, lang))
    return PaperTable(heads, rows, sums, words=3)


def _draw_signature(flow: Flow, lang: str) -> None:
    """Where the centre says that it is so: place and day, stamp, signature; never torn over two pages."""
    _ = translator(lang).gettext
    flow.need(SIGNATURE_HEIGHT)
    top = flow.y + 8
    flow.sheet.text(MARGIN, top, _("Confirmed for the centre:"), STRONG)
    feet = top + 16
    flow.sheet.level(feet, MARGIN, MARGIN + WRITING_LINE)
    flow.sheet.text(MARGIN, feet + 4.5, _("place and day"), SMALL)
    flow.sheet.level(feet + 20, MARGIN, MARGIN + WRITING_LINE)
    flow.sheet.text(MARGIN, feet + 24.5, _("name and signature"), SMALL)
    left = RIGHT - STAMP_SIDE
    flow.sheet.box((left, top + 4, STAMP_SIDE, STAMP_SIDE), stroke=MUTED, radius=1)
    flow.sheet.text(left + STAMP_SIDE / 2, top + 4 + STAMP_SIDE / 2, _("stamp"), SMALL, "centre")
    flow.y = feet + 26
