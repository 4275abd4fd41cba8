"""What a coordinator does next: one line for each thing that waits for the centre, one verb each.

What has a day that comes nearer stands first, the nearest day on top; then what waits, the longest on top.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from babel.support import LazyProxy
from flask import url_for

from scheduler.attendance.terms import CountedVisit
from scheduler.core.language import pick
from scheduler.messages.terms import MessageRow
from scheduler.readiness.terms import WishLine
from scheduler.requests.terms.pages import NextStep, RequestRow, Turn
from scheduler.visits.terms.rows import VisitRow
from scheduler.visits.terms.states import AssignmentState
from scheduler.web.filters import long_day
from scheduler.web.i18n import _, _l, page_language

MOST_ACTIONS = 12
URGENT_BEFORE = dt.timedelta(days=7)  # an unconfirmed visit is on the list from then on
ENDING_BEFORE = dt.timedelta(hours=24)
VERBS: dict[NextStep, LazyProxy] = {
    NextStep.TAKE: _l("Take it"),
    NextStep.DECIDE: _l("Decide"),
    NextStep.PLAN: _l("Plan the visit"),
    NextStep.REPLAN: _l("Find a new date"),
    NextStep.CHECK_COUNTS: _l("Check the numbers"),
    NextStep.LOOK: _l("Look"),
}
WHY: dict[NextStep, LazyProxy] = {
    NextStep.TAKE: _l("A new request that nobody has taken"),
    NextStep.DECIDE: _l("The school waits for an answer"),
    NextStep.PLAN: _l("Agreed, but no visit is planned"),
    NextStep.REPLAN: _l("A closure stopped the visit"),
    NextStep.CHECK_COUNTS: _l("The school changed its numbers"),
    NextStep.LOOK: _l("Something has changed"),
}


@dataclass(frozen=True)
class NextAction:
    """One thing to do: since when it waits, what it is about, why, and the verb that leads to where it is done."""

    since: dt.datetime
    what: str
    why: str
    verb: str
    href: str


@dataclass(frozen=True)
class Waiting:
    """What the page has read of everything that waits for a coordinator."""

    requests: Iterable[RequestRow]
    unconfirmed: Iterable[VisitRow]
    ending: Iterable[VisitRow]
    wishes: Iterable[WishLine]
    uncounted: Iterable[CountedVisit]
    disputed: Iterable[CountedVisit]
    failed: Iterable[MessageRow]


def next_actions(waiting: Waiting) -> list[NextAction]:
    """All of it in one list. No question is asked here."""
    nearing = [_of_unconfirmed(visit) for visit in sorted(waiting.unconfirmed, key=_starts)]
    nearing += sorted(map(_of_ending, waiting.ending), key=lambda one: (one.since, one.what))
    found = [_of_request(row) for row in waiting.requests if row.turn is Turn.YOURS]
    found += [_of_wish(wish) for wish in waiting.wishes]
    found += [_of_uncounted(visit) for visit in waiting.uncounted]
    found += [_of_disputed(visit) for visit in waiting.disputed if any(one.disputed for one in visit.presentations)]
    found += [_of_failed(mail) for mail in waiting.failed]
    return nearing + sorted(found, key=lambda one: (one.since, one.what))


def _of_request(row: RequestRow) -> NextAction:
    step = row.next_step
    href = url_for("requests.show_request", number=row.number)
    return NextAction(row.state_since, row.host.name(page_language()), str(WHY[step]), str(VERBS[step]), href)


def _of_unconfirmed(visit: VisitRow) -> NextAction:
    since = _starts(visit) - URGENT_BEFORE
    why = _("The visit is within seven days and not confirmed")
    return NextAction(since, visit.host(page_language()), why, _("Confirm"), _visit(visit.number))


def _of_ending(visit: VisitRow) -> NextAction:
    ends = [one.offered_until for one in visit.crew if one.offered_until and one.state is AssignmentState.OFFERED]
    since = min(ends, default=_noon(visit.on_day)) - ENDING_BEFORE
    why = _("An offer ends within a day and nobody has answered")
    return NextAction(since, visit.host(page_language()), why, _("Find a crew"), _visit(visit.number))


def _of_wish(wish: WishLine) -> NextAction:
    host = pick(page_language(), wish.host_sr_cyrl, wish.host_sr_latn)
    why = _("The school asks for another date: %(day)s", day=long_day(wish.first_choice))
    return NextAction(wish.asked_at, host, why, _("Answer"), _visit(wish.number))


def _of_uncounted(visit: CountedVisit) -> NextAction:
    href = url_for("attendance.show_attendance", number=visit.number)
    return NextAction(_begun(visit), _host(visit), _("Held, but nobody has counted"), _("Ask for the numbers"), href)


def _of_disputed(visit: CountedVisit) -> NextAction:
    href = url_for("attendance.show_attendance", number=visit.number)
    why = _("The school counted otherwise than the educator")
    return NextAction(_begun(visit), _host(visit), why, _("Settle the numbers"), href)


def _of_failed(mail: MessageRow) -> NextAction:
    href = url_for("messages.message", message_id=mail.id)
    return NextAction(mail.created_at, mail.subject, _("The mail did not arrive"), _("Mend the address"), href)


def _starts(visit: VisitRow) -> dt.datetime:
    return visit.starts_at or _noon(visit.on_day)


def _visit(number: str) -> str:
    return url_for("visits.visit", number=number)


def _host(visit: CountedVisit) -> str:
    return pick(page_language(), visit.host_name_sr_cyrl, visit.host_name_sr_latn)


def _begun(visit: CountedVisit) -> dt.datetime:
    return min((one.starts_at for one in visit.presentations), default=_noon(visit.on_day))


def _noon(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(12), tzinfo=dt.UTC)
