"""The school's own papers (A4 portrait): a request or its confirmation for the director, and the note to parents."""

from dataclasses import replace

from scheduler.core.language import clock_time, long_day, moment, number, span_of_days, translator
from scheduler.core.typesetting import (
    BOLD,
    HAIRLINE,
    INK,
    MUTED,
    WELL,
    Style,
    fitted,
    leading,
    settled,
    width_of,
    wrapped,
)
from scheduler.paper.pages import BODY, BOTTOM, HEADING, INSIDE, STRONG, Flow, Furniture, PaperTable, draw_table, paged
from scheduler.paper.sheet import A4, MARGIN, RIGHT, DocumentFacts, PaperSheet
from scheduler.places.rules.school_time import only_class
from scheduler.requests.terms.school_request import NoteSitting, PaperPresentation, ParentsNote, RequestPaper

LABEL = Style(9, colour=MUTED)
VALUE_LEFT = MARGIN + 46
SCHOOL_STAMP = 34.0  # room for a round stamp, in millimetres
SIGNING = 50.0  # height of the block that must stay on one page


def draw(paper: RequestPaper, lang: str) -> bytes:
    """The paper in the given language."""
    _ = translator(lang).gettext
    title = _("Confirmation of the presentation") if paper.confirmed else _("Request for a presentation")
    printed = _("printed %(moment)s") % {"moment": moment(paper.printed_at, lang, paper.zone)}
    furniture = Furniture(paper.centre_name, printed, paper.helpline, paper.running_number)
    facts = DocumentFacts(f"{title} {paper.running_number}", paper.centre_name, lang)
    return paged(facts, furniture, lambda flow: _draw_body(flow, title, paper, lang))


def _draw_body(flow: Flow, title: str, paper: RequestPaper, lang: str) -> None:
    _ = translator(lang).gettext
    host = ", ".join(part for part in (paper.host_name, paper.host_place) if part)
    flow.title(title, host)
    _draw_file_number(flow, paper, lang)
    for label, value in _facts(paper, lang):
        _draw_fact(flow, label, value)
    flow.heading(_("Presentations"), keep_with=25)
    draw_table(flow, _table(paper, lang))
    if paper.crew:
        flow.heading(_("Who is coming"))
        for person in paper.crew:
            _draw_fact(flow, person.role, person.printed_name)
    flow.heading(_("What the school provides"))
    for sentence in _duties(paper, lang):
        flow.paragraph(sentence)
    flow.need(SIGNING)
    _draw_signatures(flow, paper, lang)


def _draw_file_number(flow: Flow, paper: RequestPaper, lang: str) -> None:
    """The school's own number and day: printed when known, otherwise a line to write them on."""
    _ = translator(lang).gettext
    sheet, y = flow.sheet, flow.y
    sheet.box((MARGIN, y - 4, INSIDE, 13), stroke=HAIRLINE, radius=1.5)
    label = _("File number of the school:")
    sheet.text(MARGIN + 4, y + 4, label, BODY)
    x = MARGIN + 6 + width_of(label, BODY)
    if paper.file_number:
        style, lines = fitted(paper.file_number, STRONG, 105 - x, least=6)
        sheet.lines(x, y + 4, lines, style)
    else:
        sheet.level(y + 5, x, 105)
    sheet.text(110, y + 4, _("Day:"), BODY)
    sheet.level(y + 5, 112 + width_of(_("Day:"), BODY), 145)
    sheet.text(RIGHT - 4, y + 4, paper.running_number, Style(10, BOLD), "right")
    flow.y += 13


def _facts(paper: RequestPaper, lang: str) -> list[tuple[str, str]]:
    _ = translator(lang).gettext
    one_day = paper.first_day == paper.last_day
    when = long_day(paper.first_day, lang) if one_day else span_of_days(paper.first_day, paper.last_day, lang)
    contact = ", ".join(part for part in (paper.contact_name, paper.contact_role) if part)
    address = ", ".join(part for part in (paper.host_address, paper.host_place) if part)
    facts = [
        (_("Programme"), paper.programme_title),
        (_("Day") if one_day else _("Days that suit the school"), when),
        (_("Address"), address),
        (_("Contact of the school"), contact),
        (_("Person for safeguarding"), paper.safeguarding_contact),
        (_("Room and equipment"), ", ".join(paper.equipment)),
    ]
    return [(label, value) for label, value in facts if value]


def _draw_fact(flow: Flow, label: str, value: str, strong: Style = STRONG) -> None:
    size = strong.size - 1
    style, labels = settled(label, LABEL, VALUE_LEFT - MARGIN - 3, ((size, 1, 7.5), (7.5, 2, 6)))
    lines = wrapped(value, strong, RIGHT - VALUE_LEFT)
    flow.need(max(len(lines), len(labels)) * leading(strong) + 2)
    feet = flow.y + leading(strong)
    flow.sheet.lines(MARGIN, feet, labels, style)
    flow.y = flow.sheet.lines(VALUE_LEFT, feet, lines, strong) + 1.6


def _table(paper: RequestPaper, lang: str) -> PaperTable:
    _ = translator(lang).gettext
    heads = (_("Time"), _("Audience"), _("Classes"), _("Room"), _("Expected"))
    rows = tuple(
        (_span(row, lang), row.audience, row.classes, row.venue.text(lang), number(row.expected, lang))
        for row in paper.presentations
    )
    total = number(sum(row.expected for row in paper.presentations), lang)
    return PaperTable(heads, rows, (_("Total"), "", "", "", total) if len(rows) > 1 else (), words=4)


def _span(row: PaperPresentation, lang: str) -> str:
    if row.starts_local is None:
        return translator(lang).gettext("by agreement")
    ends = f"–{clock_time(row.ends_local, lang)}" if row.ends_local else ""
    return clock_time(row.starts_local, lang) + ends


def _duties(paper: RequestPaper, lang: str) -> list[str]:
    _ = translator(lang).gettext
    stays = _("A teacher stays in the room during the whole presentation.")
    asked = _("A teacher must stay in the room during the whole presentation; the school has not yet promised this.")
    young = _(
        "Young presenters come with an adult and are never left alone with a class; only their first name is given."
    )
    counts = _("Only numbers of those present are written down; the names of pupils are not recorded.")
    minors = any(person.is_minor for person in paper.crew)
    promise = [] if paper.teacher_stays is None else [stays if paper.teacher_stays else asked]
    return [*promise, *([young] if minors else []), counts]


def _draw_signatures(flow: Flow, paper: RequestPaper, lang: str) -> None:
    """Two lines to sign on and, between them, room for the school's stamp."""
    _ = translator(lang).gettext
    sheet, y = flow.sheet, flow.y + 34
    sheet.level(y, MARGIN, MARGIN + 58)
    sheet.text(MARGIN, y + 5, _("Director of the school"), STRONG)
    sheet.text(MARGIN, y + 9.5, _("name, signature"), LABEL)
    sheet.level(y, RIGHT - 58, RIGHT)
    sheet.text(RIGHT - 58, y + 5, _("For the centre"), STRONG)
    style, lines = settled(paper.centre_name, LABEL, 58, ((9, 1, 8), (8, 3, 5)))
    sheet.lines(RIGHT - 58, y + 9.5, lines, style)
    middle = (MARGIN + RIGHT) / 2
    sheet.disc(middle, y - 14, SCHOOL_STAMP / 2, "#FFFFFF", HAIRLINE, 0.2)
    sheet.text(middle, y - 13, _("place for the stamp"), LABEL, "centre")
    flow.y = y + 16


def draw_note(note: ParentsNote, lang: str) -> bytes:
    """The note to parents, a page for each presentation; behind them the slips, four of one class to a sheet."""
    _ = translator(lang).gettext
    printed = _("printed %(moment)s") % {"moment": moment(note.printed_at, lang, note.zone)}
    furniture = Furniture(note.centre_name, printed, note.helpline, note.running_number)
    title = _("Note to parents") + " " + note.running_number
    facts = DocumentFacts(title, note.centre_name, lang)
    return paged(facts, furniture, lambda flow: _draw_notes(flow, note, lang))


def _draw_notes(flow: Flow, note: ParentsNote, lang: str) -> None:
    for sitting in note.sittings:
        if sitting is not note.sittings[0]:
            flow.turn()
        _draw_note(flow, note, sitting, lang)
    for class_name in dict.fromkeys(only_class(sitting.classes) for sitting in note.sittings):
        flow.turn(bare=True)
        for place in range(SLIPS):
            _draw_slip(flow.sheet, place * SLIP, note, class_name, lang)


NOTE_BODIES = tuple(Style(size) for size in (13.5, 12.5, 11.5, 10.5, 9.5))  # the largest that leaves a note on its page
CALL = 32.0  # height of the box with the helpline's number, at the foot of a note
WIDEST_GAP = 6.0  # between the paragraphs of a note


def _draw_note(flow: Flow, note: ParentsNote, sitting: NoteSitting, lang: str) -> None:
    """One page, filled: its letters and gaps grow with the room that its words leave."""
    flow.title(translator(lang).gettext("Note to parents"), note.host_name)
    facts, parts = _note_facts(note, sitting, lang), _note_parts(note, lang)
    room = BOTTOM - CALL - 4 - flow.y
    body = next((one for one in NOTE_BODIES if _note_height(facts, parts, one) <= room), NOTE_BODIES[-1])
    paragraphs = len(facts) + sum(len(sentences) + 1 for _heading, sentences in parts)
    gap = min(WIDEST_GAP, max(0.0, room - _note_height(facts, parts, body)) / paragraphs)
    for label, value in facts:
        _draw_fact(flow, label, value, replace(body, font=BOLD))
        flow.y += gap
    for heading, sentences in parts:
        flow.y += gap
        flow.paragraph(heading, replace(body, font=BOLD, size=body.size + 1.5))
        for sentence in sentences:
            flow.paragraph(sentence, body)
            flow.y += gap
    _draw_call(flow, note, lang)


def _note_facts(note: ParentsNote, sitting: NoteSitting, lang: str) -> list[tuple[str, str]]:
    _ = translator(lang).gettext
    when = long_day(note.day, lang) if note.day else _("the class teacher gives the day")
    time = clock_time(sitting.starts_local, lang) if sitting.starts_local else ""
    facts = [
        (_("Programme"), note.programme_title),
        (_("Day"), f"{when}, {time}" if time else when),
        (_("Classes"), sitting.classes),
        (_("Who comes"), note.centre_name),
    ]
    return [(label, value) for label, value in facts if value]


def _note_parts(note: ParentsNote, lang: str) -> list[tuple[str, list[str]]]:
    """What is written under each heading."""
    _ = translator(lang).gettext
    young = _(
        "Young presenters come with an adult and are never left alone with a class; only their first name is given."
    )
    held = [
        _("A teacher stays in the room during the whole presentation."),
        *([young] if note.young_presenters else []),
        _("Only numbers of those present are written down; the names of pupils are not recorded."),
    ]
    asked = [_("What was new to you?"), _("What will you do differently now?"), _("Whom would you tell first?")]
    parts = [
        (_("What it is about"), [note.summary] if note.summary else []),
        (_("How it is held"), held),
        (_("Ask your child afterwards"), asked),
    ]
    return [(heading, sentences) for heading, sentences in parts if sentences]


def _note_height(facts: list[tuple[str, str]], parts: list[tuple[str, list[str]]], body: Style) -> float:
    """How much of a page the words take at least."""
    bold = replace(body, font=BOLD)
    values = sum(len(wrapped(value, bold, RIGHT - VALUE_LEFT)) * leading(bold) + 1.6 for _label, value in facts)
    heads = len(parts) * (leading(replace(bold, size=body.size + 1.5)) + 1.5)
    sentences = [sentence for _heading, some in parts for sentence in some]
    return values + heads + sum(len(wrapped(one, body, INSIDE)) * leading(body) + 1.5 for one in sentences)


def _draw_call(flow: Flow, note: ParentsNote, lang: str) -> None:
    """Whom to call, at the foot of the page."""
    _ = translator(lang).gettext
    flow.need(CALL)
    sheet, top, phone = flow.sheet, BOTTOM - CALL, Style(30, BOLD)
    sheet.box((MARGIN, top, INSIDE, CALL), fill=WELL, radius=4)
    left = RIGHT - 7 - width_of(note.helpline, phone)
    sheet.text(RIGHT - 7, top + CALL / 2 + 3.8, note.helpline, phone, "right")
    sheet.phone(left - 13, top + CALL / 2 - 5, 10)
    words = _("If something on the internet troubles you or your child, call %(number)s, free of charge.")
    style, lines = fitted(words % {"number": note.helpline}, NOTE_BODIES[0], left - 22 - MARGIN, lines=4, least=6)
    middle = top + CALL / 2 + 1.6 - (len(lines) - 1) * leading(style) / 2
    sheet.lines(MARGIN + 7, middle, lines, style)
    flow.y = BOTTOM


SLIPS = 4  # on a sheet, each a quarter of its height: one cut through the middle, then one through each half
SLIP = A4[1] / SLIPS
TICKED = RIGHT - 34  # where the two boxes of an answer begin


def _draw_slip(sheet: PaperSheet, top: float, note: ParentsNote, class_name: str, lang: str) -> None:
    """The permission for photographs: it stays with the school and never reaches the centre."""
    _ = translator(lang).gettext
    if top:
        sheet.dashed(top)
    sheet.text(MARGIN, top + 11, _("Permission for photographs"), HEADING)
    about = ", ".join(
        part for part in (note.programme_title, long_day(note.day, lang) if note.day else "", note.host_name) if part
    )
    style, lines = settled(about, LABEL, INSIDE, ((9, 1, 7), (8, 2, 6)))
    sheet.lines(MARGIN, top + 16, lines, style)
    pupil, group = _("Pupil, name and surname"), _("Class")
    _draw_line(sheet, top + 28, pupil, RIGHT - 50)
    _draw_line(sheet, top + 28, group, RIGHT, RIGHT - 46, class_name)
    for place, question in enumerate(
        (
            _("My child may be seen in photographs of the group:"),
            _("The school and the centre may publish such photographs:"),
        )
    ):
        y = top + 38 + place * 8
        style, lines = fitted(question, BODY, TICKED - MARGIN - 3, least=6)
        sheet.lines(MARGIN, y, lines, style)
        for x, word in ((TICKED, _("yes")), (RIGHT - 14, _("no"))):
            sheet.box((x, y - 3.4, 4, 4), stroke=INK, radius=0.5)
            sheet.text(x + 6, y, word, BODY)
    _draw_line(sheet, top + 59, _("Signature of a parent or guardian"), RIGHT - 50)
    _draw_line(sheet, top + 59, _("Day"), RIGHT, RIGHT - 46)
    collects = _("Cut off here. The class teacher collects the slips; they stay with the school.")
    sheet.text(MARGIN, top + 67.5, collects, Style(8, colour=MUTED))


def _draw_line(sheet: PaperSheet, y: float, label: str, right: float, left: float = MARGIN, value: str = "") -> None:
    """What is written by hand: its name, and a line up to `right`; a value that is known stands on it."""
    sheet.text(left, y, label, BODY)
    x = left + width_of(label, BODY) + 2
    sheet.level(y + 1, x, right)
    if value:
        style, lines = fitted(value, STRONG, right - x - 2, least=6)
        sheet.lines(x + 2, y, lines, style)
