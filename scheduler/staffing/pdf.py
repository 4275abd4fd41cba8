"""A presenter's papers: her day for the bag, and the record of hours that a centre stamps and signs for her school."""

from dataclasses import dataclass

from scheduler.core.language import clock_time, in_hours, number, short_day, translator
from scheduler.core.names import spelled
from scheduler.core.typesetting import MUTED, leading, width_of, wrapped
from scheduler.paper.pages import BODY, INSIDE, SMALL, STRONG, Flow, Furniture, PaperTable, draw_table, paged
from scheduler.paper.sheet import MARGIN, RIGHT, DocumentFacts
from scheduler.staffing.terms.own_days import HoursRecord, OwnDay, OwnVisit, School
from scheduler.visits.terms.rows import Companion, PresentationRow
from scheduler.visits.terms.states import AssignmentState

WRITING_LINE = 72.0  # millimetres of a line to write on
STAMP_SIDE = 30.0  # of the box in which the stamp stands
TIME_COLUMN = 17.0  # of a day: hours stand in it, what happens beside them
BOX_SIDE = 3.2  # to tick what is packed
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
    title = " ".join((_("Record of hours"), record.school_year))
    facts = DocumentFacts(title, record.centre(lang), lang)
    furniture = Furniture(record.centre(lang), paper.printed, paper.helpline)
    return paged(facts, furniture, lambda flow: _draw(flow, record, title, lang))


def _draw(flow: Flow, record: HoursRecord, title: str, lang: str) -> None:
    _ = translator(lang).gettext
    flow.title(title, " ".join((_("Number:"), record.number)))
    _draw_name(flow, record, lang)
    if not record.lines:
        flow.paragraph(_("You had no visit in this school year yet."))
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


@dataclass(frozen=True)
class DayPaper:
    """A presenter's day, what goes into the bag for each visit and the day in the reader's words."""

    day: OwnDay
    on: str
    bags: tuple[tuple[str, ...], ...]
    printed: str
    helpline: str


def draw_day(paper: DayPaper, lang: str) -> bytes:
    """The day sheet as PDF: what its page shows, and no more."""
    _ = translator(lang).gettext
    title = _("Day sheet")
    facts = DocumentFacts(f"{title} {paper.on}", paper.day.centre(lang), lang)
    furniture = Furniture(paper.day.centre(lang), paper.printed, paper.helpline)
    return paged(
        facts, furniture, lambda flow: _draw_day(flow, paper, f"{title}: {spelled(paper.day.name, lang)}", lang)
    )


def _draw_day(flow: Flow, paper: DayPaper, title: str, lang: str) -> None:
    _, day = translator(lang).gettext, paper.day
    km = _("%(km)s km") % {"km": number(day.km, lang)}
    flow.title(title, f"{paper.on} · {km}" if day.km else paper.on)
    for place, (one, bag) in enumerate(zip(day.visits, paper.bags, strict=True)):
        flow.heading(one.visit.host(lang))
        if one.held_off:
            flow.paragraph(_("The school is closed that day: nobody drives there."), STRONG)
            continue
        _draw_hours(flow, one, day.home(lang) if not place else "", lang)
        _draw_bag(flow, bag, one.school, lang)
        _draw_people(flow, one, lang)
    if day.home_at:
        flow.y += 2
        home_at = clock_time(day.home_at, lang)
        _at(flow, home_at, _("Home at about"), day.home(lang))
    late = day.centre_phone or _("Call your coordinator at once.")
    flow.paragraph(" ".join((_("Cannot come, or late?"), late)), STRONG)
    _draw_told(flow, paper.helpline, lang)


def _at(flow: Flow, time: str, words: str, more: str = "") -> None:
    """An hour and what happens then, never parted by the end of a page."""
    lines = [
        *wrapped(words, STRONG, INSIDE - TIME_COLUMN),
        *(wrapped(more, BODY, INSIDE - TIME_COLUMN) if more else []),
    ]
    flow.need((len(lines) + 1) * leading(BODY))
    top = flow.y + leading(BODY)
    flow.sheet.text(MARGIN, top, time, STRONG)
    bold = wrapped(words, STRONG, INSIDE - TIME_COLUMN)
    flow.y = flow.sheet.lines(MARGIN + TIME_COLUMN, top, bold, STRONG)
    if more:
        flow.y = flow.sheet.lines(MARGIN + TIME_COLUMN, flow.y + leading(BODY), lines[len(bold) :], BODY)
    flow.y += 1


def _draw_hours(flow: Flow, one: OwnVisit, home: str, lang: str) -> None:
    _, visit = translator(lang).gettext, one.visit
    if one.way and one.way.minutes:
        far = " · ".join(
            (
                " – ".join(part for part in (home, visit.place(lang)) if part),
                *((_("%(km)s km") % {"km": number(one.way.km, lang)},) if one.way.km is not None else ()),
                _("about %(minutes)s min") % {"minutes": number(one.way.minutes, lang)},
            )
        )
        _at(flow, clock_time(one.way.leaves_local, lang), _("Leave by"), far)
    online = " ".join((_("Held online:"), visit.online_link))
    where = online if visit.online_link else f"{visit.address(lang)}, {visit.place(lang)}"
    _at(flow, clock_time(one.arrives_local, lang) if one.arrives_local else "", visit.host(lang), where)
    for sitting in one.presentations:
        hours = f"{clock_time(sitting.starts_local, lang)}–{clock_time(sitting.ends_local, lang)}"
        venue = sitting.venue or one.school.venue
        about = [
            visit.programme(lang),
            *_heads(sitting, lang),
            *([venue.phrase(lang)] if venue else []),
        ]
        _at(
            flow,
            clock_time(sitting.starts_local, lang),
            f"{hours} · {sitting.classes}" if sitting.classes else hours,
            " · ".join(about),
        )


def _heads(sitting: PresentationRow, lang: str) -> list[str]:
    _n = translator(lang).ngettext
    expected = (
        (sitting.expected_pupils, _n("%(num)s pupil", "%(num)s pupils", sitting.expected_pupils)),
        (sitting.expected_parents, _n("%(num)s parent", "%(num)s parents", sitting.expected_parents)),
        (sitting.expected_teachers, _n("%(num)s teacher", "%(num)s teachers", sitting.expected_teachers)),
    )
    return [words % {"num": number(people, lang)} for people, words in expected if people]


def _draw_bag(flow: Flow, bag: tuple[str, ...], school: School, lang: str) -> None:
    _ = translator(lang).gettext
    flow.y += 2
    flow.paragraph(_("Take along"), STRONG)
    for thing in bag:
        flow.need(leading(BODY))
        flow.sheet.box((MARGIN, flow.y + leading(BODY) - BOX_SIDE + 0.4, BOX_SIDE, BOX_SIDE), stroke=MUTED)
        flow.paragraph(thing, BODY, indent=BOX_SIDE + 2.5)
        flow.y -= 0.8
    if school.step_free:
        flow.paragraph(_("The room has step-free access."))


def _draw_people(flow: Flow, one: OwnVisit, lang: str) -> None:
    _, school = translator(lang).gettext, one.school
    flow.y += 2
    flow.paragraph(_("People"), STRONG)
    for member in one.crew:
        flow.paragraph(" ".join((_("Crew:"), _member(member, lang))))
    if any(member.minor and not member.photo for member in one.crew):
        flow.paragraph(_("Take no photographs of the young presenter."), STRONG)
    if school.contact_name:
        flow.paragraph(" · ".join(part for part in (spelled(school.contact_name, lang), school.contact_phone) if part))
    if school.phone and school.phone != school.contact_phone:
        flow.paragraph(" ".join((_("School:"), school.phone)))
    if school.safeguarding_contact:
        flow.paragraph(_("Child protection: %(who)s") % {"who": school.safeguarding_contact})
    if school.teacher_stays:
        flow.paragraph(_("A teacher stays in the classroom throughout."))
    asks = [
        *([_("something happened there lately.")] if school.recent_incident else []),
        *([_("a pupil needs special care.")] if school.special_needs else []),
    ]
    if asks:
        flow.paragraph(" ".join((_("Ask the school before you begin:"), *asks)))
    if school.directions:
        flow.paragraph(" ".join((_("How to find it:"), school.directions)))


def _member(member: Companion, lang: str) -> str:
    _ = translator(lang).gettext
    name = spelled(member.name, lang) if member.name else _("A young presenter comes along")
    said = ""
    if member.me:
        said = _("you")
    elif member.state is AssignmentState.OFFERED:
        said = _("has not answered yet")
    elif member.minor:
        said = _("young, only with an adult")
    return f"{name} ({said})" if said else name


def _draw_told(flow: Flow, helpline: str, lang: str) -> None:
    _ = translator(lang).gettext
    flow.heading(_("If a child tells you something"), keep_with=26)
    advice = _("Write nothing about the child, here or anywhere. Advice, for you too: %(number)s.") % {
        "number": helpline
    }
    steps = (
        _("Listen. Do not question the child, and promise no secret."),
        _("Tell the school's person for child protection at once: before you leave."),
        advice,
    )
    for place, step in enumerate(steps, start=1):
        flow.paragraph(f"{place}. {step}")
    flow.paragraph(_("Nothing about a child is written here. Destroy this sheet after the visit."), SMALL)
