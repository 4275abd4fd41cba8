"""How the board and a visit's page are worded: a block, a drive, an answer, a crew, ready for the templates."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any

from flask import url_for

from scheduler.board.terms import (
    AbsenceOfDay,
    Answer,
    Block,
    Board,
    BoardDay,
    BoardRow,
    Doubt,
    HeldBlock,
    Leg,
    ShiftsShown,
)
from scheduler.core import language as words_of
from scheduler.core.errors import GroundReason
from scheduler.core.language import day_of_month, span_of_days
from scheduler.places.terms.hosts import Extent, SchoolCalendar
from scheduler.places.terms.school_time import Shift
from scheduler.requests.terms.reasons import RequestReason
from scheduler.visits.terms.plans import Why
from scheduler.visits.terms.reasons import WhyNot
from scheduler.visits.terms.rows import CrewRow
from scheduler.visits.terms.states import OPEN_VISITS, AssignmentState, VisitState
from scheduler.web import labels
from scheduler.web.filters import Face, clock, genitive_moment, in_hours, short_weekday, state_face
from scheduler.web.forms import number_of
from scheduler.web.i18n import _, _l, _n, page_language, spelled_here
from scheduler.web.labels import closure_place, closure_reason
from scheduler.web.reads import note_given_names

AFTERNOON = dt.time(12, 30)
MOST_PEOPLE_TYPED = 1200  # signs of an address that name who stands on a page
JOINED_DASH = "\u2060–\u2060"  # no line begins or ends at it


SHIFTS = {
    Shift.MORNING: _l("morning shift"),
    Shift.MIDDLE: _l("middle shift"),
    Shift.AFTERNOON: _l("afternoon shift"),
}


def week_title(first: dt.date, last: dt.date) -> str:
    """Week 48: 23-27 November 2026."""
    return _(
        "Week %(number)s: %(days)s", number=first.isocalendar().week, days=span_of_days(first, last, page_language())
    )


def day_view(day: BoardDay, today: dt.date) -> dict[str, Any]:
    """The head of a column."""
    notes = [day.holiday(page_language())] if day.closed else []
    if len(day.breaks) == len(SchoolCalendar):
        notes.append(_("school break"))
    elif SchoolCalendar.VOJVODINA in day.breaks:
        notes.append(_("school break in Vojvodina"))
    elif SchoolCalendar.REPUBLIC in day.breaks:
        notes.append(_("school break outside Vojvodina"))
    notes += [f"{closure_place(row)}: {closure_reason(row)}" for row in day.closures]
    return {
        "day": day.day,
        "today": day.day == today,
        "name": f"{short_weekday(day.day)} {day_of_month(day.day, page_language())}",
        "notes": notes,
        "count": _n("%(num)s presentation", "%(num)s presentations", day.presentations),
        "shut": day.closed
        or len(day.breaks) == len(SchoolCalendar)
        or any(Extent() in row.extents for row in day.closures),
    }


def notes_of(days: Sequence[Mapping[str, Any]]) -> list[tuple[str, str]]:
    """Days without lessons and closures in words, neighbours that say the same together: for the month in small."""
    spans = [list(same) for notes, same in groupby(days, lambda day: ", ".join(day["notes"])) if notes]
    return [
        (
            span_of_days(same[0]["day"], same[-1]["day"], page_language()) if len(same) > 1 else same[0]["name"],
            ", ".join(same[0]["notes"]),
        )
        for same in spans
    ]


def row_view(row: BoardRow) -> dict[str, Any]:
    """The head of a row: a name, the town, and the load of the days shown."""
    facts = [_n("%(num)s visit", "%(num)s visits", row.visits)] if row.visits else []
    if row.minutes:
        facts.append(in_hours(row.minutes))
    if row.kilometres:
        facts.append(_("%(km)s km", km=words_of.number(row.kilometres, page_language())))
    return {
        "key": row.key,
        "to": str(row.presenter_id) if row.presenter_id else "same",  # where a visit goes that is dropped there
        "name": row.name(page_language()) or _("Abroad"),
        "home": row.home(page_language()),
        "facts": " · ".join(fact.replace(" ", words_of.NO_BREAK) for fact in facts),
        "usually": away_words(AbsenceOfDay(absent=False, free=usual)) if (usual := usual_hours(row)) else "",
        "minor": row.minor,
        "presenter_id": row.presenter_id,
        "idle": bool(row.presenter_id) and not any(cell.blocks or cell.held for cell in row.cells),
    }


def shown_people(found: Board) -> str:
    """7p12p340: who stands on the page, for an address; with signs for letters it could be read as identity number."""
    return "p".join(str(row.presenter_id) for row in found.rows if row.presenter_id)


def people_in(typed: str) -> set[int]:
    """The same back; what is nobody's number is left out."""
    return {who for one in typed[:MOST_PEOPLE_TYPED].split("p") if (who := number_of(one)) is not None}


def usual_hours(row: BoardRow) -> tuple[tuple[dt.time, dt.time], ...]:
    """A presenter's hours when they are the same on every working day shown: said once, not in each cell."""
    weekdays = [cell.away for cell in row.cells if cell.day.weekday() < 5 and not (cell.away and cell.away.absent)]
    free = {away.free if away else () for away in weekdays}
    return free.pop() if len(free) == 1 and len(weekdays) > 1 else ()


def away_words(away: AbsenceOfDay) -> str:
    """Why a presenter is not there, or only for a while."""
    if away.absent:
        return _("absent")
    if not away.free:
        return _("not one of the usual days")
    times = ", ".join(f"{clock(begins)}{JOINED_DASH}{clock(ends)}" for begins, ends in away.free)
    return _("usually %(times)s", times=times)


def block_view(block: Block, *, may_move: bool, back: Mapping[str, str]) -> dict[str, Any]:
    """A block as its component takes it."""
    visit, language, starts = block.visit, page_language(), block.starts_local
    open_now = visit.state in OPEN_VISITS and bool(visit.presentations)
    query: dict[str, Any] = {"from": block.mine.presenter_id if block.mine else None, **back}
    return {
        "anchor": f"visit-{visit.number}",
        "day": f"{short_weekday(visit.on_day)} {visit.on_day.day}",
        "times": f"{clock(starts)}–{clock(block.ends_local)}" if starts and block.ends_local else "",
        "late_shift": starts is not None and starts >= AFTERNOON,
        "host": visit.host(language),
        "place": visit.place(language),
        "href": url_for("visits.visit", number=visit.number),
        "move": url_for("board.place", number=visit.number, **query) if may_move and open_now else "",
        "kind": _kind(block),
        "notes": _notes(block),
        "leg": leg_view(block.leg) if block.leg else None,
    }


def held_view(held: HeldBlock) -> dict[str, Any]:
    """A held date as a block of the board: until when; for a school of the waiting list with its request."""
    until = _("held until %(moment)s", moment=genitive_moment(held.until))
    note = Face("wait", "hourglass", until)
    return {
        "day": f"{short_weekday(held.on_day)} {held.on_day.day}",
        "times": f"{clock(held.starts_local)}–{clock(held.ends_local)}",
        "late_shift": held.starts_local >= AFTERNOON,
        "host": held.where(page_language()),
        "place": _("waiting list") if held.request_number else _("booking"),
        "href": url_for("requests.show_request", number=held.request_number) if held.request_number else "",
        "move": "",
        "kind": "held",
        "notes": [note],
        "leg": None,
    }


def _kind(block: Block) -> str:
    """Which edge a block has: clash before everything, then what is not settled yet."""
    visit, mine = block.visit, block.mine
    if block.clash:
        return "clash"
    if visit.state is VisitState.DISRUPTED:
        return "struck"
    if visit.state is VisitState.DELIVERED:
        return "over"
    if mine is None:
        return {VisitState.OFFERED: "offered", VisitState.PLANNED: "waiting"}.get(visit.state, "settled")
    if mine.state is AssignmentState.OFFERED:
        return "offered"
    if mine.state is AssignmentState.SUGGESTED:
        return "waiting"
    return "youth" if block.beside else "settled"


def _notes(block: Block) -> list[Face]:
    """The lines under a block's place: what is wrong, how firm it is, who goes along."""
    visit, mine = block.visit, block.mine
    notes = [Face("stop", "alert", clash_words(block.clash))] if block.clash else []
    if mine is not None and mine.state in (AssignmentState.OFFERED, AssignmentState.SUGGESTED):
        notes.append(state_face("assignment", mine.state, until=mine.offered_until))
    elif mine is None or visit.state not in (VisitState.OFFERED, VisitState.PLANNED):
        notes.append(state_face("visit", visit.state, on_day=visit.on_day))
    else:
        notes.append(state_face("assignment", mine.state))
    notes += [_beside(one, mine) for one in block.beside]
    if mine is None:
        notes += _crew(block)
    if block.shifts:
        notes.append(_shifts(block.shifts))
    if visit.clock_wrong:
        notes.append(Face("stop", "alert", _("the clock time is not right")))
    return notes


def _shifts(shown: ShiftsShown) -> Face:
    """The shift in which the classes are that day, or that one of them is not in the building at its hour."""
    named = ", ".join(str(SHIFTS[one]) for one in shown.shifts)
    if shown.away:
        return Face("stop", "alert", _("the class is not in school then (%(shift)s)", shift=named))
    return Face("quiet", "school", named)


def _beside(other: CrewRow, mine: CrewRow | None) -> Face:
    if other.minor:
        note_given_names([other.presenter_id])
        return Face("youth", "duo", _("young: %(name)s", name=other.given_name))
    if mine is not None and mine.minor:
        return Face("youth", "duo", _("adult: %(name)s", name=other.full_name))
    return Face("quiet", "person", other.full_name)


def _crew(block: Block) -> list[Face]:
    """Who goes, in a row that is not a presenter's; without anybody, whom the programme wants."""
    if named := block.visit.promised_crew:
        note_given_names(one.presenter_id for one in named)
        return [Face("quiet", "person", ", ".join(_named(one) for one in named))]
    rule = block.visit.rule
    wanted = _n("%(num)s educator wanted", "%(num)s educators wanted", rule.educators)
    young = [_n("%(num)s young presenter", "%(num)s young presenters", rule.influencers)] if rule.influencers else []
    return [Face("wait", "people", ", ".join([wanted, *young]))]


def _named(one: CrewRow) -> str:
    """A name of the crew; of who was asked and has not answered, with that word."""
    name = spelled_here(one.given_name if one.minor else one.full_name)
    return _("%(name)s (asked)", name=name) if one.state is AssignmentState.OFFERED else name


def clash_words(why: Why) -> str:
    """Cannot arrive: 35 minutes late; never only "overlaps"."""
    if why.code is WhyNot.TAKEN:
        return _("two visits at one time")
    late = why.needed - why.available
    return _n("cannot arrive: %(num)s minute late", "cannot arrive: %(num)s minutes late", late)


def leg_view(leg: Leg) -> dict[str, Any]:
    """31 km, 40 min; when it does not fit, how much there is."""
    km = words_of.number(leg.km, page_language())
    if leg.fits:
        return {"fits": True, "words": _("%(km)s km · %(minutes)s min", km=km, minutes=leg.minutes)}
    text = _("%(km)s km · %(minutes)s min, there are %(have)s", km=km, minutes=leg.minutes, have=leg.available)
    return {"fits": False, "words": text}


OF_A_PLACE = {  # what the board says in its own words
    RequestReason.CLASS_NOT_THERE: _l("The class is not in the building then, by the shifts that the school told."),
    GroundReason.IN_THE_PAST: _l("That day is over."),
}


def doubt_words(doubt: Doubt) -> str:
    """One reason, in front of it whose it is."""
    text = str(OF_A_PLACE[doubt.why.code]) if doubt.why.code in OF_A_PLACE else labels.why(doubt.why)
    return f"{spelled_here(doubt.name)}: {text}" if doubt.name else text


def weeks_of(days: Sequence[BoardDay]) -> list[tuple[int, dt.date, int]]:
    """The weeks of a month's columns: number, a day to open it by, and how many columns it spans."""
    weeks: dict[int, list[dt.date]] = {}
    for one in days:
        weeks.setdefault(one.day.isocalendar().week, []).append(one.day)
    return [(week, columns[0], len(columns)) for week, columns in weeks.items()]


def answer_view(answer: Answer) -> dict[str, Any]:
    """What the panel says before anything moves."""
    tone = "stop" if answer.refused else "wait" if answer.doubts else "good"
    leg = leg_view(answer.leg)["words"] if answer.leg else ""
    return {
        "tone": tone,
        "changed": answer.changed,
        "may": answer.changed and not answer.refused,
        "anyway": bool(answer.doubts),
        "title": {"stop": _("Not possible."), "wait": _("Possible, but:"), "good": _("Fits.")}[tone],
        "beyond_reach": any(doubt.why.code is WhyNot.BEYOND_REACH for doubt in answer.doubts),
        "doubts": [doubt_words(doubt) for doubt in answer.doubts],
        "leg": _("From home: %(leg)s.", leg=leg) if leg else "",
        "asked": _("Will be asked: %(names)s.", names=_listed(answer.asked_again)) if answer.asked_again else "",
        "left": _("Will not be asked, the place falls open: %(names)s.", names=_listed(answer.left_behind))
        if answer.left_behind
        else "",
        "school": _("The school gets one mail.") if answer.school_told else "",
    }


def _listed(names: Iterable[str]) -> str:
    return ", ".join(map(spelled_here, names))


def cell_answer(answer: Answer) -> tuple[str, str]:
    """A cell's word before a block is dropped there: tone and text."""
    if not answer.changed:
        return "quiet", _("as it is now")
    if answer.doubts:
        worst = max(answer.doubts, key=lambda doubt: doubt.hard)
        return "stop" if worst.hard else "wait", doubt_words(worst)
    km = words_of.number(answer.leg.km, page_language()) if answer.leg else ""
    return "good", _("fits: %(km)s km", km=km) if km else _("fits")
