"""How requests are worded: audiences, parts of the day, steps of the history, the line on a school's page."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from babel.support import LazyProxy

from scheduler.core import clock
from scheduler.core.errors import GroundReason
from scheduler.programmes.terms import Audience, SchoolLevel
from scheduler.requests.terms.doubts import TypedSlip
from scheduler.requests.terms.handovers import HandoverRow, HandoverState
from scheduler.requests.terms.pages import (
    Age,
    Kin,
    NextStep,
    RequestedPresentationRow,
    RequestHistoryLine,
    RequestPage,
    Show,
    Turn,
)
from scheduler.requests.terms.school_request import NotHeldReason, RequestState
from scheduler.requests.wording import StateWords, state_words
from scheduler.visits.terms.states import ClockWrong
from scheduler.web import filters, labels
from scheduler.web.i18n import _, _l, page_language, spelled_here

SCHOOL_KINDS = labels.SCHOOL_KINDS  # requests/found_hosts.html reads it of whichever page shows a school
LEVELS = {
    SchoolLevel.PRIMARY: _l("Primary school"),
    SchoolLevel.SECONDARY: _l("Secondary school"),
    SchoolLevel.NONE: _l("Not pupils"),
}
DOUBTS = {
    TypedSlip.WEEKEND: _l("The only days you named are a weekend. Shall we come then?"),
    TypedSlip.OTHER_LEVEL: _l("This programme is made for another level of school. Is it the one you want?"),
    TypedSlip.CLASS_WITH_PICTURE: _l("There is a picture among the letters of a class. Is the class really called so?"),
}
TURNS = {
    Turn.YOURS: _l("Waits for you"),
    Turn.OTHERS: _l("Waits for others"),
    Turn.ITSELF: _l("Runs by itself"),
    Turn.OVER: _l("Over"),
}
STEPS = {
    NextStep.TAKE: _l("Take it"),
    NextStep.DECIDE: _l("Decide"),
    NextStep.PLAN: _l("Plan the visit"),
    NextStep.REPLAN: _l("Find a new date"),
    NextStep.CHECK_COUNTS: _l("Check the numbers"),
    NextStep.LOOK: _l("Look"),
}
SHOWS = {
    Show.MINE: _l("Mine and nobody's"),
    Show.OPEN: _l("All open"),
    Show.WAITING: _l("Waiting list"),
    Show.OVER: _l("Over"),
    Show.LATE: _l("Later than promised"),
    Show.NEW: _l("New requests"),
    Show.TO_PLAN: _l("Agreed, to be planned"),
    Show.ASKED: _l("The school must answer"),
    Show.HANDED: _l("Handed to me"),
}
HANDOVERS = {
    HandoverState.COMING: filters.Face("wait", "clock", _l("To come")),
    HandoverState.RUNNING: filters.Face("move", "swap", _l("Handed over")),
    HandoverState.OVER: filters.Face("quiet", "check", _l("Over")),
    HandoverState.TAKEN_BACK: filters.Face("quiet", "undo", _l("Taken back")),
}
AGES = {
    Age.FRESH: _l("up to 2 days"),
    Age.DUE: _l("3 to 5 days"),
    Age.LATE: _l("6 to 21 days, later than promised"),
    Age.OLD: _l("22 days and more"),
}
REFUSED = {
    GroundReason.CHANGED_MEANWHILE: _l("somebody has changed it meanwhile"),
    GroundReason.WRONG_STATE: _l("not possible in its state"),
}
ACTIONS = {
    "school request unverified": _l("The school sent the request"),
    "school request new": _l("The request reached the centre"),
    "address corrected": _l("The school corrected its address"),
    "page shared": _l("The school handed on a page to read"),
    "school request triage": _l("Somebody at the centre works on it"),
    "school request needs_info": _l("The centre asked a question"),
    "school request declined": _l("Declined"),
    "school request waitlisted": _l("On the waiting list"),
    "school request proposed": _l("Dates offered to the school"),
    "school request agreed": _l("The centre accepted"),
    "school request staffing": _l("The visit is planned"),
    "school request confirmed": _l("The visit is confirmed"),
    "school request ready": _l("Everything is ready"),
    "school request delivered": _l("The presentation was held"),
    "school request reported": _l("The numbers are handed in"),
    "school request certified": _l("Certificates are issued"),
    "school request closed": _l("Closed"),
    "school request withdrawn": _l("The school withdrew"),
    "school request expired": _l("Expired: the address was not confirmed"),
    "school request cancelled_by_school": _l("Cancelled by the school"),
    "school request cancelled_by_centre": _l("Cancelled by the centre"),
    "school request disrupted": _l("Stopped by a closure"),
    "school request merged_into": _l("Joined with another request"),
    "owner changed": _l("A colleague took it over"),
    "owner restored": _l("Taken back: the owner is as before"),
    "school request back to new": _l("Taken back: a new request again"),
    **dict.fromkeys(  # off the waiting list, apart again, or its end taken back
        [f"school request back to {state}" for state in ("triage", "proposed", "needs_info", "waitlisted", "agreed")],
        _l("Taken back: the request is as before, the school was not told"),
    ),
    **dict.fromkeys(
        [f"school request back to {state}" for state in ("staffing", "confirmed", "ready", "disrupted")],
        _l("Taken back: the visit is as before"),
    ),
    "host merged": _l("The typed school was merged with one on the list"),
    "another merged into it": _l("Another request was joined with it"),
    "another taken apart": _l("Taken back: the other request is alone again"),
    "booked again": _l("Booked again"),
    "counts changed": _l("The numbers changed"),
    "counts seen": _l("The centre saw the new numbers"),
}
KIN = {
    Kin.MERGED_INTO: _l("Joined with"),
    Kin.MERGED_HERE: _l("Joined with it"),
    Kin.BOOKED_AGAIN_FROM: _l("Booked again after"),
    Kin.BOOKED_AGAIN_AS: _l("Booked again as"),
    Kin.BOOKED_WITH: _l("Sent together with"),
}
SIDES = {"centre": _l("the centre"), "school": _l("the school"), "product": _l("by itself")}
_S = RequestState
_PATH = (_S.NEW, _S.AGREED, _S.CONFIRMED, _S.DELIVERED, _S.CERTIFIED)
_REACHED = {  # how many stops of the line lie behind, by state
    _S.UNVERIFIED: 0,
    _S.NEW: 1,
    _S.TRIAGE: 1,
    _S.NEEDS_INFO: 1,
    _S.WAITLISTED: 1,
    _S.PROPOSED: 1,
    _S.AGREED: 2,
    _S.STAFFING: 2,
    _S.DISRUPTED: 2,
    _S.CONFIRMED: 3,
    _S.READY: 3,
    _S.DELIVERED: 4,
    _S.REPORTED: 4,
    _S.CERTIFIED: 5,
    _S.CLOSED: 5,
}
_DONE = {
    _S.NEW: _l("Request received"),
    _S.AGREED: _l("Accepted by the centre"),
    _S.CONFIRMED: _l("Confirmation of the visit"),
    _S.DELIVERED: _l("Presentation"),
    _S.CERTIFIED: _l("Numbers and the school's certificate"),
}
SOMEBODY_ELSE = _l(
    "The day stays as agreed. One presenter cannot come, so we look for another and write to you when it is settled."
)


NOT_HELD: dict[str, LazyProxy] = {  # why a visit was called off when its hour had come, as the history says it
    NotHeldReason.NO_SHOW_HOST: _l("Not held: nobody of the school was there"),
    NotHeldReason.NO_SHOW_PRESENTER: _l("Not held: the presenters did not come"),
}


def words_of(page: RequestPage) -> StateWords:
    """The state of a request as its school reads it."""
    return state_words(page.school_state, page_language())


def next_of(page: RequestPage) -> str:
    """What happens next, and what the school has to do, if anything."""
    found = words_of(page)
    return found.next if page.with_pupils else found.for_adults or found.next


CLOCK = {  # why a time no longer fits, as the school reads it
    ClockWrong.CLOSED: _l("You have no pupils on that day: a closure, a holiday or the school calendar."),
    ClockWrong.RUNS_OVER: _l("The lessons of a class end before the presentation does."),
    ClockWrong.TOO_EARLY: _l("A class is not in school yet at that hour."),
    ClockWrong.TOO_LATE: _l("A class is not in school any more at that hour."),
    ClockWrong.YEAR_ENDED: _l("A class has no lessons on that day: its grade ends the school year earlier."),
}


def clock_words(why: ClockWrong) -> str:
    """Why the clock is not right."""
    return str(CLOCK[why])


def who_is_expected(asked: RequestedPresentationRow) -> str:
    """Whom a presentation is for; with two kinds of people each with its number, so that their sum explains itself."""
    numbers = {
        Audience.PUPILS: asked.pupils,
        Audience.PARENTS: asked.parents,
        Audience.TEACHERS: asked.teachers,
    }
    some = {kind: people for kind, people in numbers.items() if people}
    if len(some) < 2:
        return str(labels.AUDIENCES[asked.audience])
    return ", ".join(f"{labels.AUDIENCES[kind]} {people}" for kind, people in some.items())


@dataclass(frozen=True)
class Milestone:
    """One stop of the standing line."""

    state: str  # done, here, ahead
    title: str
    text: str = ""
    href: str = ""


def stops_of(page: RequestPage, held_on: dt.date | None) -> list[Milestone]:
    """Where the school's request is: what lies behind, where it stands in words, what is still to come."""
    state = page.row.state
    when = {line.action.removeprefix("school request "): _day(line.at) for line in page.history}
    if held_on:
        when[_S.DELIVERED] = filters.short_day(held_on)  # not the day on which somebody counted
    if state not in _REACHED:  # over: the stops that it came to, then how it ended
        passed = [Milestone("done", str(_DONE[stop]), when[stop.value]) for stop in _PATH if stop.value in when]
        return [*passed, Milestone("done", words_of(page).sentence, _day(page.row.state_since))]
    reached = _REACHED[state]
    done = [
        Milestone("done", str(_DONE[stop]), when.get(stop.value, "")) for stop in _PATH[:reached] if stop is not state
    ]
    here = Milestone("here", words_of(page).sentence, _day(page.row.state_since))
    return [*done, here, *(Milestone("ahead", str(_DONE[stop])) for stop in _PATH[reached:])]


def _day(at: dt.datetime) -> str:
    """The day alone: on a school's page the minute says nothing and costs a line."""
    return filters.short_day(clock.local_day(at))


def _happened(line: RequestHistoryLine) -> str:
    return str(NOT_HELD.get(line.reason) or ACTIONS[line.action])


def milestones(page: RequestPage) -> list[RequestHistoryLine]:
    """The history that has words."""
    return [line for line in page.history if line.action in ACTIONS]


def history_of(page: RequestPage) -> list[Milestone]:
    """The whole history for staff: what, when and by whom."""
    return [
        Milestone("done", _happened(line), f"{filters.moment(line.at)} · {spelled_here(line.who) or SIDES[line.by]}")
        for line in milestones(page)
    ]


def where_handed(row: HandoverRow) -> str:
    """The districts of a handover in words."""
    return ", ".join(one.name(page_language()) for one in row.districts) or _("all districts")


def asked_about(doubts: Mapping[str, TypedSlip]) -> list[str]:
    """What is most likely a slip, each question once."""
    return [str(DOUBTS[doubt]) for doubt in dict.fromkeys(doubts.values())]
