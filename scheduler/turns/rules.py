"""Whose turn a visit, a request, a mail or a post is, for every state. Pure; nothing else in the house decides it.

Proofs and concerns have lists of their own, by their own dates.

A new reason to act: a member of `Matter`, a line where its kind of thing is judged, its words in `web/turn_words`.
"""

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import replace

from scheduler.attendance.terms import AttendanceState
from scheduler.messages.terms import MessageState
from scheduler.posts.terms import LIVING_POSTS, PostState
from scheduler.requests.rules.states import HIDDEN, OVER, PROMISED_DAYS
from scheduler.requests.terms.school_request import RequestState
from scheduler.turns.terms import (
    MailSince,
    Matter,
    PutOffReason,
    RequestStanding,
    SeatStanding,
    SittingStanding,
    StaleReason,
    TurnRow,
    Verdict,
    VisitSince,
    VisitStanding,
    Whose,
)
from scheduler.visits.rules.crew import is_whole, may_go_short, promise_problems
from scheduler.visits.terms.plans import CrewMember
from scheduler.visits.terms.states import (
    FIRM,
    GONE_VISITS,
    HELD_STATES,
    LEFT,
    OFF_VISITS,
    STAFFED,
    AssignmentState,
    SubstituteSearchState,
    VisitState,
)

DAY = dt.timedelta(days=1)
ENDS_WITHIN = DAY  # an offer that ends within this, and nobody has answered
CHECKLIST_WITHIN = 7 * DAY
POSTED_WITHIN = 2 * DAY  # so long before its day a post is to be ready
PASSES_WITHIN = 14 * DAY  # so long before the asked days of a request on the waiting list are over
SETTLE_WITHIN = 14 * DAY  # after the visit
RESTS = {PutOffReason.NOBODY_THERE: DAY, PutOffReason.ASKED_AGAIN: 3 * DAY}
LONGEST_REST = 7 * DAY
TRACE_KEPT = 90 * DAY  # of what was put off
OF_POSTS = (Matter.POST_DUE, Matter.POST_UNREADY)
_A, _R, _V = AssignmentState, RequestState, VisitState

DONE = Verdict(Whose.NOBODY, Matter.NOTHING)
ITS_DAY = Verdict(Whose.PRODUCT, Matter.ITS_DAY)
_ASKED = {  # of a request without a visit
    _R.DRAFT: (Whose.SCHOOL, Matter.ADDRESS_UNPROVEN),
    _R.UNVERIFIED: (Whose.SCHOOL, Matter.ADDRESS_UNPROVEN),
    _R.NEW: (Whose.COORDINATOR, Matter.REQUEST_NEW),
    _R.TRIAGE: (Whose.COORDINATOR, Matter.REQUEST_TRIAGE),
    _R.NEEDS_INFO: (Whose.SCHOOL, Matter.QUESTION_ASKED),
    _R.PROPOSED: (Whose.SCHOOL, Matter.DATES_PROPOSED),
    _R.WAITLISTED: (Whose.PRODUCT, Matter.ITS_PLACE_IN_LINE),
    _R.DELIVERED: (Whose.PRODUCT, Matter.PAPERS),
    _R.REPORTED: (Whose.PRODUCT, Matter.PAPERS),
    _R.CERTIFIED: (Whose.PRODUCT, Matter.PAPERS),
}
WITHOUT_VISIT = frozenset({_R.AGREED, _R.STAFFING, _R.CONFIRMED, _R.READY, _R.DISRUPTED})  # a visit is planned next
COUNTS = {
    AttendanceState.OPEN: Verdict(Whose.PRESENTER, Matter.TO_COUNT),
    AttendanceState.SUBMITTED: Verdict(Whose.SCHOOL, Matter.TO_SIGN),
    AttendanceState.COUNTERSIGNED: Verdict(Whose.COORDINATOR, Matter.DISPUTED),
    AttendanceState.ASSUMED: Verdict(Whose.COORDINATOR, Matter.SILENT),
    AttendanceState.LOCKED: Verdict(Whose.PRODUCT, Matter.PAPERS),
    AttendanceState.CORRECTED: Verdict(Whose.PRODUCT, Matter.PAPERS),
}
MAILS = {
    MessageState.WAITING: Verdict(Whose.PRODUCT, Matter.ITS_DAY),
    MessageState.SENDING: Verdict(Whose.PRODUCT, Matter.ITS_DAY),
    MessageState.HELD: Verdict(Whose.COORDINATOR, Matter.MAIL_HELD),
    MessageState.FAILED: Verdict(Whose.COORDINATOR, Matter.MAIL_FAILED),
}
_SEARCHES = {
    SubstituteSearchState.SEARCHING: Matter.SUBSTITUTE_SOUGHT,
    SubstituteSearchState.STOPPED: Matter.DECIDE_NOW,
    SubstituteSearchState.CHOOSING: Matter.DECIDE_NOW,
}
RANKS = {matter: rank for rank, matter in enumerate(Matter)}
_NOT_GOING = frozenset({_A.DECLINED, _A.LAPSED, *LEFT})
_SAYS_WHO_COMES = frozenset(
    {"visit_confirmed", "crew_confirmed", "crew_settled", "checklist_opens", "visit_soon", "crew_soon"}
)
_WAITS_IN = {  # what these mails ask for can be done in one state alone
    "request_question": _R.NEEDS_INFO,
    "request_proposed": _R.PROPOSED,
    "request_waitlisted": _R.WAITLISTED,
}
_TO_BE_HELD = frozenset({*STAFFED, *HELD_STATES})
_LATE_COUNTS = (AttendanceState.COUNTERSIGNED, AttendanceState.ASSUMED)
HOLES = frozenset(  # as it stands the visit does not go, or its school does not know that it does
    {
        Matter.DECIDE_NOW,
        Matter.SUBSTITUTE_SOUGHT,
        Matter.CREW_LOST,
        Matter.CLASH,
        Matter.OFFER_GONE,
        Matter.TO_CONFIRM,
        Matter.CONFIRM_ANEW,
        Matter.NO_PROMISE,
        Matter.NOT_OFFERED,
        Matter.NO_CREW,
        Matter.CREW_SHORT,
        Matter.PLACE_OPEN,
        Matter.UNANSWERED,
        Matter.CREW_AWAY,
    }
)


def turn_of_request(one: RequestStanding, today: dt.date) -> Verdict:
    """Whose turn a request is; once it has a visit, only what concerns the request itself."""
    if one.state in OVER:
        return DONE
    answer_by = (one.state_since + PROMISED_DAYS * DAY).date()
    if one.attention and one.state not in HIDDEN:
        return Verdict(Whose.COORDINATOR, Matter.COUNTS_CHANGED, answer_by)
    if one.too_long and not one.has_visit:
        still_since = one.state_since + one.silent_days * DAY
        return Verdict(Whose.COORDINATOR, Matter.STANDS_STILL, still_since.date())
    if one.state in WITHOUT_VISIT:
        return ITS_DAY if one.has_visit else Verdict(Whose.COORDINATOR, Matter.REQUEST_AGREED, answer_by)
    if one.state is _R.WAITLISTED and one.last_day - today <= PASSES_WITHIN:
        return Verdict(Whose.COORDINATOR, Matter.DATES_OVER, one.last_day)
    return Verdict(*_ASKED[one.state], answer_by)


def turn_of_typed_host(asked_at: dt.datetime) -> Verdict:
    """A school that is not on the list is put there, or found there, before its request is answered."""
    return Verdict(Whose.COORDINATOR, Matter.HOST_TYPED, (asked_at + PROMISED_DAYS * DAY).date())


def turn_of_visit(one: VisitStanding, now: dt.datetime, today: dt.date) -> Verdict:
    """Whose turn a visit is, for its most pressing matter: the coordinators' first, then anybody's, then time's."""
    return turns_of_visit(one, now, today)[0]


def turns_of_visit(one: VisitStanding, now: dt.datetime, today: dt.date) -> list[Verdict]:
    """All that waits about a visit, the most pressing first; of the same matter what is due first."""
    found = sorted(_all_turns(one, now, today), key=lambda turn: (not turn.ours, RANKS[turn.matter]))
    return found or [ITS_DAY]


def _all_turns(one: VisitStanding, now: dt.datetime, today: dt.date) -> Iterator[Verdict]:
    if one.state in GONE_VISITS:
        yield DONE
    elif one.state is _V.DISRUPTED:
        matter = Matter.CLOSED_DAY if one.wished_day is None else Matter.DAY_NAMED
        yield Verdict(Whose.COORDINATOR, matter, _due(one, one.wished_at if one.wished_day else None))
    elif one.state is _V.DELIVERED:
        yield from _after(one, now, today)
    elif one.sittings and all(sitting.ends_at <= now for sitting in one.sittings):
        yield from _over(one, now, today)
    else:
        yield from _speaking_against(one)
        yield from _crew_turns(one, now) if one.state in (_V.PLANNED, _V.OFFERED) else _confirmed(one, now, today)


def _due(one: VisitStanding, answered_at: dt.datetime | None = None) -> dt.date:
    """The day after the last answer; without one so many days before the visit. Never the visit's own day."""
    if answered_at is None:
        return one.on_day - one.due_days_before * DAY
    return min(answered_at.date() + DAY, one.on_day - DAY)


def _last_answer(seats: Iterable[SeatStanding]) -> dt.datetime | None:
    waiting = (_A.SUGGESTED, _A.OFFERED)
    return max((seat.since for seat in seats if seat.member.state not in waiting), default=None)


def _speaking_against(one: VisitStanding) -> Iterator[Verdict]:
    """What may be wrong with a visit to come, whatever its state."""
    ours = Whose.COORDINATOR
    if one.search is not None:
        matter = _SEARCHES[one.search]
        yield Verdict(ours, matter, None if matter is Matter.DECIDE_NOW else _due(one))
    if one.clash:
        yield Verdict(ours, Matter.CLASH, _due(one))
    if one.clock_wrong is not None:
        yield Verdict(ours, Matter.CLOCK_WRONG, _due(one))
    if one.crew_away:
        yield Verdict(ours, Matter.CREW_AWAY, _due(one))
    if one.wished_day is not None:
        since = one.wished_at.date() if one.wished_at else one.on_day
        yield Verdict(ours, Matter.DATE_WISH, min(one.on_day - DAY, since + PROMISED_DAYS * DAY))
    if one.numbers_asked_at is not None:
        by = one.numbers_asked_at.date() + PROMISED_DAYS * DAY
        yield Verdict(ours, Matter.NUMBERS_ASKED, min(one.on_day - DAY, by))


def _crew_turns(one: VisitStanding, now: dt.datetime) -> Iterator[Verdict]:
    """A visit whose crew is still sought: the coordinators' turn, or of those who are asked."""
    seats = [seat for sitting in one.sittings for seat in sitting.seats]
    states = {seat.member.state for seat in seats}
    whole = is_whole(([seat.member for seat in sitting.seats] for sitting in _staffed(one)), one.rule, one.on_day)
    matter = Matter.NO_CREW
    if _A.OFFERED in states:
        yield from _offered(one, seats, now)
        return
    if whole:
        missing = promise_problems((row.audience for row in one.sittings), one.teacher_stays, one.safeguarding_contact)
        anew = Matter.TO_CONFIRM if one.confirmed_at is None else Matter.CONFIRM_ANEW
        matter = Matter.NO_PROMISE if missing else anew
    elif one.confirmed_at is not None:
        matter = Matter.CREW_LOST
    elif _A.SUGGESTED in states:
        matter = Matter.NOT_OFFERED
    elif states & {_A.DECLINED, _A.LAPSED, _A.WITHDRAWN}:
        matter = Matter.OFFER_GONE
    elif _A.ACCEPTED in states:
        matter = Matter.CREW_SHORT
    yield Verdict(Whose.COORDINATOR, matter, _due(one, _last_answer(seats)))


def _offered(one: VisitStanding, seats: list[SeatStanding], now: dt.datetime) -> Iterator[Verdict]:
    """Somebody is asked: hers, until her answer or the day is near. A substitute is asked by the search itself."""
    ends = min((seat.until for seat in seats if seat.until and seat.member.state is _A.OFFERED), default=None)
    starts = one.starts_at
    near = starts is not None and starts - now <= one.due_days_before * DAY
    soon = ends is not None and ends - now <= ENDS_WITHIN
    by = min([one.on_day - DAY, *([ends.date()] if ends else [])])
    if (near or soon) and one.search is None:
        yield Verdict(Whose.COORDINATOR, Matter.UNANSWERED, by)
    if _place_is_open(one, seats) and one.search is None:
        chosen = any(seat.member.state is _A.SUGGESTED for seat in seats)
        matter = Matter.NOT_OFFERED if chosen else Matter.PLACE_OPEN
        yield Verdict(Whose.COORDINATOR, matter, _due(one, _last_answer(seats)))
    yield Verdict(Whose.PRESENTER, Matter.OFFER_OPEN, by)


def _place_is_open(one: VisitStanding, seats: list[SeatStanding]) -> bool:
    """Whether somebody left, and the crew is not whole even if everybody says yes who is asked."""
    if not any(seat.member.state in _NOT_GOING for seat in seats):
        return False
    crews = ([_saying_yes(seat.member) for seat in sitting.seats] for sitting in _staffed(one))
    return not is_whole(crews, one.rule, one.on_day)


def _saying_yes(member: CrewMember) -> CrewMember:
    return replace(member, state=_A.ACCEPTED) if member.state is _A.OFFERED else member


def _confirmed(one: VisitStanding, now: dt.datetime, today: dt.date) -> Iterator[Verdict]:
    """A confirmed visit to come: its crew must still stand, and the school must know it."""
    crews = [[seat.member for seat in sitting.seats] for sitting in _staffed(one)]
    goes = is_whole(crews, one.rule, one.on_day) or (one.goes_short and may_go_short(crews, one.on_day))
    if not goes and one.sittings:
        yield Verdict(Whose.COORDINATOR, Matter.CREW_LOST, _due(one, _last_departure(one)))
    elif not school_knows(one):
        yield Verdict(Whose.COORDINATOR, Matter.SCHOOL_TO_TELL, _due(one, _last_departure(one)))
    if any(sitting.starts_at <= now and sitting.count is AttendanceState.OPEN for sitting in _held(one)):
        yield Verdict(Whose.PRESENTER, Matter.TO_COUNT, one.on_day)
    if one.state is _V.CONFIRMED and one.on_day - today <= CHECKLIST_WITHIN:
        yield Verdict(Whose.SCHOOL, Matter.CHECKLIST, one.on_day)
    yield Verdict(Whose.PRODUCT, Matter.ITS_DAY, one.on_day)


def school_knows(one: VisitStanding) -> bool:
    """Whether the school knows who comes: nobody of whom it was told has left since, or it was told of that, too."""
    told, left_at = max(filter(None, (one.confirmed_at, one.told_at)), default=None), _last_departure(one)
    return told is None or left_at is None or left_at <= told


def _last_departure(one: VisitStanding) -> dt.datetime | None:
    seats = (seat for sitting in one.sittings for seat in sitting.seats)
    gone = (seat.since for seat in seats if seat.member.state in LEFT and not _still_goes(one, seat))
    return max(gone, default=None)


def _still_goes(one: VisitStanding, gone: SeatStanding) -> bool:
    who = gone.member.presenter_id
    members = (seat.member for sitting in one.sittings for seat in sitting.seats)
    return any(member.presenter_id == who and member.state in FIRM for member in members)


def _over(one: VisitStanding, now: dt.datetime, today: dt.date) -> Iterator[Verdict]:
    """Its time is over, and it is not counted: the presenter counts, from the next day on a coordinator asks."""
    if one.state in (_V.PLANNED, _V.OFFERED):
        yield Verdict(Whose.COORDINATOR, Matter.PASSED, one.on_day + DAY)
        return
    yield from _after(one, now, today)
    if one.on_day < today and not_counted(one):
        yield Verdict(Whose.COORDINATOR, Matter.NOT_COUNTED, one.on_day + DAY)


def _after(one: VisitStanding, now: dt.datetime, today: dt.date) -> Iterator[Verdict]:
    """After it was held: its numbers, then its papers."""
    for sitting in _held(one):
        turn = COUNTS[sitting.count]
        if sitting.count in _LATE_COUNTS:
            agreed = sitting.count is AttendanceState.COUNTERSIGNED and not sitting.differs
            turn = Verdict(turn.whose, Matter.FAR_COUNT if agreed else turn.matter, one.on_day + SETTLE_WITHIN)
        if turn.whose is not Whose.PRODUCT:
            yield turn
            if sitting.count is AttendanceState.OPEN and one.on_day < today and sitting.ends_at <= now:
                yield Verdict(Whose.COORDINATOR, Matter.NOT_COUNTED, one.on_day + DAY)
    yield DONE if one.papers_settled else Verdict(Whose.PRODUCT, Matter.PAPERS)


def _staffed(one: VisitStanding) -> list[SittingStanding]:
    return [sitting for sitting in one.sittings if sitting.state in STAFFED]


def _held(one: VisitStanding) -> list[SittingStanding]:
    return [sitting for sitting in one.sittings if sitting.state in _TO_BE_HELD]


def not_counted(one: VisitStanding) -> list[SittingStanding]:
    """What of a visit was to be held, and has no numbers."""
    return [sitting for sitting in _held(one) if sitting.count is AttendanceState.OPEN]


def turn_of_mail(state: MessageState) -> Verdict:
    return MAILS.get(state, DONE)


def why_stale(mail: MailSince, today: dt.date) -> StaleReason | None:
    """Why a mail that was given up, held or sent does not leave once more: what it says is so no longer."""
    if mail.anew:
        return StaleReason.WRITTEN_ANEW
    if mail.visit is not None:
        return _stale_of_visit(mail, mail.visit, today)
    asked = mail.request
    if asked is not None and asked.state_since > mail.written_at:
        waited_for = _WAITS_IN.get(mail.kind)
        if asked.state in OVER or waited_for not in (None, asked.state):
            return StaleReason.REQUEST_WENT_ON
    return None


def _stale_of_visit(mail: MailSince, visit: VisitSince, today: dt.date) -> StaleReason | None:
    written_at = mail.written_at
    if visit.moved_at is not None and visit.moved_at > written_at:
        return StaleReason.VISIT_MOVED
    if visit.state in OFF_VISITS and visit.state_since > written_at:
        return StaleReason.VISIT_OFF
    if written_at.date() <= visit.on_day < today:
        return StaleReason.VISIT_OVER
    if mail.kind in _SAYS_WHO_COMES and visit.left_at is not None and visit.left_at > written_at:
        return StaleReason.CREW_CHANGED
    return StaleReason.NOT_ASKED_ANY_MORE if mail.kind == "visit_offered" and not visit.asked else None


def turn_of_post(state: PostState, on_day: dt.date, today: dt.date) -> Verdict:
    """A post is to be ready before its day; on its day it is posted, both by whoever posts it."""
    if state not in LIVING_POSTS:
        return DONE
    if state is PostState.READY:
        return Verdict(Whose.COORDINATOR, Matter.POST_DUE, on_day) if on_day <= today else ITS_DAY
    return Verdict(Whose.COORDINATOR, Matter.POST_UNREADY, on_day)


def in_order(rows: Iterable[TurnRow], today: dt.date) -> tuple[TurnRow, ...]:
    """One row for each visit, request and mail, its most pressing; what is due first stands first, so the overdue.

    Of one day the more pressing matter comes first. What keeps a visit of today or tomorrow from going stands before
    all, then a crew that fell short, and nobody is found: that is due now, however far its day.
    """
    found, seen = list[TurnRow](), set[tuple[str, object]]()
    for row in sorted(rows, key=lambda row: RANKS[row.matter]):
        ids = (("request", row.request_id), ("asked", row.request_number), ("host", row.host_id), ("mail", row.mail_id))
        about = {pair for pair in ids if pair[1]} or {("number", row.number)}
        if seen.isdisjoint(about):
            found.append(row)
            seen |= about

    def due(row: TurnRow) -> tuple[dt.date, bool, dt.date, int, str]:
        near = row.on_day if row.on_day and is_hole(row, today) else dt.date.max
        return near, row.matter is not Matter.DECIDE_NOW, row.due_on or today, RANKS[row.matter], row.number

    return tuple(sorted(found, key=due))


def may_be_put_off(row: TurnRow, today: dt.date) -> bool:
    """Whether a row of a visit or request can rest: not while nobody is found, nor on its day or the day before."""
    of_a_thing = row.number and not row.mail_id and row.matter not in OF_POSTS
    return bool(of_a_thing) and row.matter is not Matter.DECIDE_NOW and not _is_near(row, today)


def rests_until(row: TurnRow, reason: PutOffReason, today: dt.date) -> dt.date:
    """The working day on which a row that is put off now is back, the day before a day to come at the latest."""
    wanted = today + RESTS[reason] if reason in RESTS else today + (7 - today.weekday()) * DAY
    back = wanted + max(0, 7 - wanted.weekday()) * DAY if wanted.weekday() > 4 else wanted
    return min(back, row.on_day - DAY) if row.on_day and row.on_day > today else back


def rests(row: TurnRow, today: dt.date) -> bool:
    """Whether a row was put off and is not back yet; one that a clock ahead put off for longer is back at once."""
    if not row.put_off or not may_be_put_off(row, today):
        return False
    return today < row.put_off[-1].until_on <= today + LONGEST_REST


def _is_near(row: TurnRow, today: dt.date) -> bool:
    return row.on_day is not None and today <= row.on_day <= today + DAY


def is_hole(row: TurnRow, today: dt.date) -> bool:
    """Whether a visit of today or tomorrow cannot go as it stands, or its school does not know of it."""
    return row.matter in HOLES and _is_near(row, today)
