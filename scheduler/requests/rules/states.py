"""Who must move next, and what may still be done in which state."""

import datetime as dt

from scheduler.requests.terms.acts import BulkAct
from scheduler.requests.terms.pages import NextStep, Turn
from scheduler.requests.terms.school_request import REQUEST_MACHINE, RequestState

PROMISED_DAYS = 5
AGES = (3, PROMISED_DAYS + 1, 22)  # days from which on a request is due, late, old
LETTERS = {  # what these acts mail
    BulkAct.WAITLIST: "request_waitlisted",
    BulkAct.AGREE: "request_agreed",
    BulkAct.MERGE: "request_merged",
    BulkAct.DECLINE: "request_declined",
    BulkAct.END: "request_ended",
}
UNDO_WITHIN = dt.timedelta(hours=1)
MAIL_WAITS = dt.timedelta(minutes=10)  # so long a mail of an act for several stays in the house, for who thinks again

_S = RequestState
HIDDEN = frozenset({_S.DRAFT, _S.UNVERIFIED})  # staff see a request when its address is proven
OVER = REQUEST_MACHINE.ends()
OPEN = frozenset(RequestState) - HIDDEN - OVER
WITH_DATE = frozenset({_S.AGREED, _S.STAFFING, _S.CONFIRMED, _S.READY})
AFTER_VISIT = frozenset({_S.DELIVERED, _S.REPORTED, _S.CERTIFIED, _S.CLOSED})
FOLLOWED = frozenset(
    {
        _S.AGREED,
        _S.STAFFING,
        _S.CONFIRMED,
        _S.READY,
        _S.DELIVERED,
        _S.REPORTED,
        _S.CERTIFIED,
        _S.CLOSED,
        _S.DISRUPTED,
        _S.CANCELLED_BY_SCHOOL,
        _S.CANCELLED_BY_CENTRE,
    }
)

REMINDED = (_S.NEEDS_INFO, _S.AGREED)  # what stands here for long is forgotten by somebody
REMIND_AFTER_DAYS = 7  # the school; later the centre is asked to call it (a setting)
FINISHED = (_S.REPORTED, _S.CERTIFIED)
CLOSED_AFTER = dt.timedelta(days=30)  # after its certificates nothing more is expected of a request

STEPS: dict[RequestState, tuple[Turn, NextStep]] = {
    _S.NEW: (Turn.YOURS, NextStep.TAKE),
    _S.TRIAGE: (Turn.YOURS, NextStep.DECIDE),
    _S.AGREED: (Turn.YOURS, NextStep.PLAN),
    _S.DISRUPTED: (Turn.YOURS, NextStep.REPLAN),
    _S.NEEDS_INFO: (Turn.OTHERS, NextStep.LOOK),
    _S.PROPOSED: (Turn.OTHERS, NextStep.LOOK),
    _S.STAFFING: (Turn.OTHERS, NextStep.LOOK),
    _S.DELIVERED: (Turn.OTHERS, NextStep.LOOK),
    _S.WAITLISTED: (Turn.ITSELF, NextStep.LOOK),
    _S.CONFIRMED: (Turn.ITSELF, NextStep.LOOK),
    _S.READY: (Turn.ITSELF, NextStep.LOOK),
    _S.REPORTED: (Turn.ITSELF, NextStep.LOOK),
    _S.CERTIFIED: (Turn.ITSELF, NextStep.LOOK),
}


def turn_of(state: RequestState, *, attention: bool) -> tuple[Turn, NextStep]:
    """Whose move it is, and the verb at the end of the row."""
    if state in OVER or state in HIDDEN:
        return Turn.OVER, NextStep.LOOK
    return (Turn.YOURS, NextStep.CHECK_COUNTS) if attention else STEPS[state]


def age_days(since: dt.datetime, now: dt.datetime) -> int:
    """Whole days that a request has waited."""
    return max(0, (now - since).days)


def is_late(turn: Turn, waited_days: int) -> bool:
    """Whether the centre keeps a school waiting longer than it promised."""
    return turn is Turn.YOURS and waited_days > PROMISED_DAYS


def may_move(state: RequestState, to: RequestState) -> bool:
    """Whether an answer of that kind can be given now."""
    return REQUEST_MACHINE.may(state, to)


def may_accept(state: RequestState) -> bool:
    """Whether the centre can say yes now: nobody has yet, and no visit is planned."""
    return may_move(state, _S.AGREED) and state not in WITH_DATE


def may_plan(state: RequestState) -> bool:
    """Whether a visit can be planned now: a new request is taken and accepted by the same press."""
    return state in (_S.NEW, _S.AGREED) or may_accept(state)


def may_together(act: BulkAct, state: RequestState) -> bool:
    """Whether an act for several is meant for a request in that state."""
    if act is BulkAct.WAITLIST:  # what a closure stopped keeps its place: it is planned again, not put on a list
        return REQUEST_MACHINE.may(state, _S.WAITLISTED) and state is not _S.DISRUPTED
    if act is BulkAct.AGREE:  # a new one is taken by the same press; where dates are proposed the school chooses one
        return state in (_S.NEW, _S.TRIAGE, _S.WAITLISTED)
    return state in OPEN


def way_out(state: RequestState) -> RequestState | None:
    """The state in which a school's withdrawal ends; None when a date binds both, or all is over."""
    if REQUEST_MACHINE.may(state, _S.WITHDRAWN):
        return _S.WITHDRAWN
    return _S.CANCELLED_BY_SCHOOL if state is _S.AGREED else None


def way_to_end(state: RequestState, *, by_school: bool) -> RequestState | None:
    """The state in which a coordinator ends a request without a visit, for the school or for the centre; else None."""
    if by_school or state in HIDDEN:
        return None if state in HIDDEN else way_out(state)
    without_visit = REQUEST_MACHINE.may(state, _S.WITHDRAWN) or state is _S.AGREED
    return _S.CANCELLED_BY_CENTRE if without_visit else None


def waits_too_long(state: RequestState, since: dt.datetime, now: dt.datetime, days: int) -> bool:
    """Whether a request has waited so many days for a word that nobody gives: then it is the coordinator's turn."""
    return state in REMINDED and now - since >= dt.timedelta(days=days)


def may_book_again(state: RequestState) -> bool:
    """Whether the same can be asked for anew: once the old request is over, and was not made part of another."""
    return state in OVER and state not in (_S.MERGED_INTO, _S.EXPIRED)


def may_ask_again(state: RequestState) -> bool:
    """Whether a school asks anew from its own page: once the request is over, or the visit was held."""
    return may_book_again(state) or state in (_S.DELIVERED, _S.REPORTED, _S.CERTIFIED, _S.CLOSED)


def keeps_place(state: RequestState) -> bool:
    """Whether a request booked again stands in line since the old one came: not when its visit was held."""
    return state in (_S.CANCELLED_BY_CENTRE, _S.CANCELLED_BY_SCHOOL, _S.DECLINED, _S.WITHDRAWN)


def may_change_counts(state: RequestState) -> bool:
    """Until the presentation is held, the school may say that more or fewer come."""
    return state in OPEN and state not in {_S.DELIVERED, _S.REPORTED, _S.CERTIFIED}
