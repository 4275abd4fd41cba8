"""What waits, said in words, and the act that ends it: on the first page, in the inbox and wherever a turn is shown."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from babel.support import LazyProxy
from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from scheduler.readiness.terms import BulkVisitAct
from scheduler.turns import wording
from scheduler.turns.rules import OF_POSTS
from scheduler.turns.terms import Matter, PutOffReason, TurnRow
from scheduler.web.filters import day_and_month, short_weekday
from scheduler.web.i18n import _, _l, page_language
from scheduler.web.seen_forms import answer_until

FIND_CREW, NOBODY_GOES = _l("Find a crew"), _l("nobody goes")
NO_REPORT, LATER = _l("it counts in no report, and no certificate comes"), _l("the school waits longer than promised")
WORDS: Mapping[Matter, tuple[LazyProxy, LazyProxy]] = {  # the verb of the act, and what follows if nobody acts
    Matter.DECIDE_NOW: (_l("Decide"), NOBODY_GOES),
    Matter.SUBSTITUTE_SOUGHT: (_l("See who is asked"), _l("three hours before it begins the decision is yours")),
    Matter.CREW_LOST: (FIND_CREW, _l("the school expects a whole crew")),
    Matter.CLASH: (_l("Choose somebody else"), _l("it cannot be offered")),
    Matter.PASSED: (_l("Move or cancel"), _l("the school never hears from us")),
    Matter.CLOSED_DAY: (_l("Find a new date"), _l("the school gets no visit")),
    Matter.DAY_NAMED: (_l("Find a new date"), _l("the school gets no visit")),
    Matter.CLOCK_WRONG: (_l("Ask the school"), _l("the crew finds no class")),
    Matter.OFFER_GONE: (_l("Ask somebody else"), NOBODY_GOES),
    Matter.TO_CONFIRM: (_l("Confirm and tell"), _l("the school does not learn who comes")),
    Matter.CONFIRM_ANEW: (_l("Confirm and tell"), _l("the school expects somebody else")),
    Matter.NO_PROMISE: (_l("Ask the school"), _l("it cannot be confirmed")),
    Matter.NOT_OFFERED: (_l("Send the offer"), _l("nobody of them knows of it")),
    Matter.NO_CREW: (FIND_CREW, NOBODY_GOES),
    Matter.CREW_SHORT: (FIND_CREW, _l("it cannot be confirmed")),
    Matter.PLACE_OPEN: (_l("Ask somebody else"), _l("the crew may not come whole")),
    Matter.UNANSWERED: (_l("See who is asked"), _l("the offer ends, and nobody goes")),
    Matter.SCHOOL_TO_TELL: (_l("Tell the school"), _l("the school expects somebody else")),
    Matter.CREW_AWAY: (_l("See who goes"), _l("the crew may not come whole")),
    Matter.DATE_WISH: (_l("Answer"), _l("the agreed date stays, unanswered")),
    Matter.NUMBERS_ASKED: (_l("Decide"), _l("the crew prepares for the old ones")),
    Matter.NOT_COUNTED: (_l("Enter the numbers"), NO_REPORT),
    Matter.DISPUTED: (_l("Settle the numbers"), NO_REPORT),
    Matter.FAR_COUNT: (_l("Settle the numbers"), NO_REPORT),
    Matter.SILENT: (_l("Lock the numbers"), NO_REPORT),
    Matter.HOST_TYPED: (_l("Find it on the list"), _l("it stands there twice, or nobody finds it again")),
    Matter.REQUEST_NEW: (_l("Take it"), LATER),
    Matter.REQUEST_TRIAGE: (_l("Decide"), LATER),
    Matter.STANDS_STILL: (_l("Move it on"), _l("the school gets no visit")),
    Matter.COUNTS_CHANGED: (_l("Check the numbers"), _l("the crew prepares for the old ones")),
    Matter.REQUEST_AGREED: (_l("Plan the visit"), LATER),
    Matter.DATES_OVER: (_l("Find a date"), _l("the days that it asked for are over")),
    Matter.POST_DUE: (_l("Post it"), _l("nobody reads it on its day")),
    Matter.POST_UNREADY: (_l("Write it"), _l("nobody reads it on its day")),
    Matter.MAIL_FAILED: (_l("Send again or settle"), _l("its reader does not know what it says")),
    Matter.MAIL_HELD: (_l("Send or discard"), _l("its reader does not know what it says")),
}
PAGES = {  # the very place where the act is done; of the others the page of the visit
    Matter.DECIDE_NOW: ("visits.visit", "substitute"),
    Matter.SUBSTITUTE_SOUGHT: ("visits.visit", "substitute"),
    Matter.PASSED: ("visits.move", ""),
    Matter.CLOSED_DAY: ("visits.replan", ""),
    Matter.DAY_NAMED: ("visits.replan", ""),
    Matter.CLOCK_WRONG: ("visits.visit", ""),
    Matter.NO_PROMISE: ("visits.visit", "promise"),
    Matter.SCHOOL_TO_TELL: ("visits.text", ""),
    Matter.DATE_WISH: ("visits.visit", ""),
    Matter.NUMBERS_ASKED: ("visits.decide_numbers", ""),
    Matter.NOT_COUNTED: ("attendance.count_heads", ""),
    Matter.DISPUTED: ("attendance.show_attendance", ""),
    Matter.FAR_COUNT: ("attendance.show_attendance", ""),
    Matter.SILENT: ("attendance.show_attendance", ""),
    Matter.REQUEST_TRIAGE: ("visits.plan_visit", ""),
    Matter.STANDS_STILL: ("requests.show_request", ""),
    Matter.COUNTS_CHANGED: ("requests.show_request", ""),
    Matter.REQUEST_AGREED: ("visits.plan_visit", ""),
    Matter.DATES_OVER: ("requests.show_request", ""),
    Matter.POST_DUE: ("posts.post", ""),
    Matter.POST_UNREADY: ("posts.post", ""),
}
OF_REQUESTS = frozenset(
    {
        Matter.REQUEST_NEW,
        Matter.REQUEST_TRIAGE,
        Matter.STANDS_STILL,
        Matter.COUNTS_CHANGED,
        Matter.REQUEST_AGREED,
        Matter.DATES_OVER,
    }
)
CALLED = frozenset(  # matters that a call to the school moves on
    {
        Matter.DECIDE_NOW,
        Matter.CREW_LOST,
        Matter.PASSED,
        Matter.CLOSED_DAY,
        Matter.DAY_NAMED,
        Matter.CLOCK_WRONG,
        Matter.NO_PROMISE,
        Matter.SCHOOL_TO_TELL,
        Matter.DATE_WISH,
        Matter.NUMBERS_ASKED,
        Matter.HOST_TYPED,
        Matter.STANDS_STILL,
        Matter.DATES_OVER,
        Matter.DISPUTED,
        Matter.FAR_COUNT,
        Matter.SILENT,
    }
)


PUT_OFF: Mapping[PutOffReason, tuple[LazyProxy, LazyProxy]] = {  # the press, and its trace
    PutOffReason.NOBODY_THERE: (_l("I rang, nobody answered"), _l("nobody answered")),
    PutOffReason.ASKED_AGAIN: (_l("I asked again"), _l("asked again")),
    PutOffReason.UNTIL_MONDAY: (_l("Put off until Monday"), _l("put off")),
}
WITH_DAY = (Matter.DATE_WISH, Matter.DAY_NAMED)


@dataclass(frozen=True)
class BulkAnswer:
    """An act that ends several rows of the first page at once: under which filter it stands, and what it ends."""

    kind: str
    matters: tuple[Matter, ...]
    words: LazyProxy


BULK_ACTS: Mapping[BulkVisitAct, BulkAnswer] = {
    BulkVisitAct.OFFER: BulkAnswer("crew", (Matter.NOT_OFFERED,), _l("Send all offers")),
    BulkVisitAct.CONFIRM: BulkAnswer(
        "confirm", (Matter.TO_CONFIRM, Matter.CONFIRM_ANEW), _l("Confirm all and tell the schools")
    ),
}


@dataclass(frozen=True)
class TurnAct:
    """How a row is ended: one press (then `fields` are what the form sends) or a page; where its thing is shown."""

    verb: str
    href: str
    about: str
    fields: Mapping[str, object] = field(default_factory=dict)
    phone: str = ""


def why_of(row: TurnRow) -> str:
    """What happened, in words; of a wish for another date the day."""
    told = wording.why_of(row.matter, page_language())
    day = f"{short_weekday(row.wished_day)} {day_and_month(row.wished_day)}" if row.wished_day else ""
    return f"{told}: {day}" if day and row.matter in WITH_DAY else told


def unless_of(row: TurnRow) -> str:
    """What follows if nobody acts."""
    return str(WORDS[row.matter][1])


def act_of(row: TurnRow, now: dt.datetime) -> TurnAct:
    """The act that ends a row, done from the row where one press is enough."""
    verb, phone = str(WORDS[row.matter][0]), row.host.phone if row.host and row.matter in CALLED else ""
    if row.matter in (Matter.MAIL_FAILED, Matter.MAIL_HELD):
        place = url_for("messages.message", message_id=row.mail_id)
        return TurnAct(verb, place, place)
    if row.matter in OF_POSTS:
        place = url_for("posts.post", number=row.number)
        return TurnAct(verb, place, place)
    if row.matter is Matter.HOST_TYPED:
        place = url_for("places.host", host_id=row.host_id)
        return TurnAct(verb, place, place, phone=phone)
    about = url_for("requests.show_request" if row.matter in OF_REQUESTS else "visits.visit", number=row.number)
    seen: dict[str, object] = {"from": from_desk(), "version": row.version}
    if row.matter is Matter.REQUEST_NEW:
        return TurnAct(verb, url_for("requests.press_undoable", number=row.number, act="take"), about, seen)
    if row.matter in (Matter.TO_CONFIRM, Matter.CONFIRM_ANEW):
        return TurnAct(verb, url_for("visits.confirm", number=row.number), about, seen)
    until = answer_until(row.starts_at, now)
    if row.matter is Matter.NOT_OFFERED and until is not None:
        asked = {"until_day": until.date().isoformat(), "until_time": until.strftime("%H:%M")}
        return TurnAct(verb, url_for("visits.offer", number=row.number), about, {**seen, **asked})
    endpoint, part = PAGES.get(row.matter, ("visits.visit", "crew"))
    more: dict[str, Any] = {"_anchor": part} if part else {}
    if row.wished_day and row.matter is Matter.DAY_NAMED:
        more["day"] = row.wished_day.isoformat()
    place = url_for(endpoint, number=row.number, **more)
    return TurnAct(verb, place, about, phone=phone)


def from_desk() -> str:
    """What a form of the first page says of where it was pressed: the filter and the page of its list."""
    return "/".join(("desk", request.args.get("of", ""), request.args.get("page", "")))


def undo_for(endpoint: str, **values: Any) -> str:
    """The address that takes an act back, and leads to where the act was done."""
    done_at: dict[str, Any] = {"from": request.values.get("from") or None}
    return url_for(endpoint, **values, **done_at)


def taken_back(words: str, kept: Sequence[str]) -> str:
    """What was taken back, in words, and the numbers of those that have moved on and stay."""
    if not kept:
        return words
    stay = _("Not taken back, because something has happened since: %(numbers)s.", numbers=", ".join(kept))
    return f"{words} {stay}"


def back(otherwise: str) -> ResponseReturnValue:
    """Where an act leads: to the same page of the first page when it was done from a row there, else to its thing."""
    place, of, page = (*request.values.get("from", "").split("/"), "", "")[:3]
    return redirect(url_for("desk.today", of=of or None, page=page or None) if place == "desk" else otherwise)
