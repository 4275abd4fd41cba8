"""Bounds of whose turn it is: seconds, days and weeks around a visit, a request, a mail and a post."""

import datetime as dt
from dataclasses import replace

from scheduler.posts.terms import PostState
from scheduler.requests.terms.school_request import RequestState
from scheduler.turns.rules import (
    school_knows,
    turn_of_post,
    turn_of_request,
    turn_of_visit,
    turns_of_visit,
    why_stale,
)
from scheduler.turns.terms import MailSince, Matter, RequestSince, StaleReason, VisitSince, VisitStanding
from scheduler.visits.terms.states import AssignmentState, VisitState
from tests.bounds import at_each_bound
from tests.factories import MONDAY
from tests.turns.standings import FAR, TODAY, a_request, a_visit, seat

DAY, SECOND = dt.timedelta(days=1), dt.timedelta(seconds=1)
AROUND = (-1, 0, 1)
ACCEPTED, OFFERED, WITHDRAWN = AssignmentState.ACCEPTED, AssignmentState.OFFERED, AssignmentState.WITHDRAWN
STARTS = dt.datetime.combine(FAR, dt.time(8), tzinfo=dt.UTC)
ENDS = STARTS + dt.timedelta(minutes=45)
HELD = a_visit(VisitState.CONFIRMED, seat(ACCEPTED), confirmed_at=MONDAY)


def matter(one: VisitStanding, now: dt.datetime) -> Matter:
    return turn_of_visit(one, now, now.date()).matter


def waits(one: VisitStanding, now: dt.datetime, some: Matter) -> bool:
    return any(turn.matter is some for turn in turns_of_visit(one, now, now.date()))


def unanswered(starts_in: dt.timedelta, ends_in: dt.timedelta) -> bool:
    """Somebody is asked for a visit, until some time before it."""
    now = STARTS - starts_in
    return matter(a_visit(VisitState.OFFERED, seat(OFFERED, until=now + ends_in)), now) is Matter.UNANSWERED


def knows(seconds: int) -> bool:
    """Whether a school knows who comes, if somebody left so many seconds after it was told."""
    gone = seat(WITHDRAWN, since=MONDAY + seconds * SECOND)
    return school_knows(a_visit(VisitState.CONFIRMED, gone, confirmed_at=MONDAY))


def checked(days: int) -> bool:
    """Whether the school's checklist waits so many days before the visit."""
    return waits(HELD, STARTS - days * DAY, Matter.CHECKLIST)


def not_counted(day: dt.date, ends_at: dt.datetime | None = None) -> bool:
    """Whether a coordinator asks for the numbers of a visit at noon of its day, or of a day after it."""
    one = a_visit(VisitState.DELIVERED, seat(ACCEPTED), day=day)
    if ends_at:
        one = replace(one, sittings=tuple(replace(sitting, ends_at=ends_at) for sitting in one.sittings))
    return waits(one, MONDAY + 3 * DAY / 24, Matter.NOT_COUNTED)


def stale(written: int = 0, today: dt.date = TODAY, **given: object) -> StaleReason | None:
    """A mail about who comes to a visit, written so many days after its day."""
    fair = {"number": "P-1", "on_day": TODAY, "state": VisitState.CONFIRMED, "state_since": MONDAY, "moved_at": None}
    visit = VisitSince(**(fair | {"left_at": None, "asked": False} | given))
    return why_stale(MailSince("visit_confirmed", MONDAY + written * DAY, visit=visit), today)


def off(seconds: int) -> StaleReason | None:
    return stale(state=VisitState.CANCELLED, state_since=MONDAY + seconds * SECOND)


def went_on(seconds: int) -> StaleReason | None:
    request = RequestSince("Z-1", RequestState.TRIAGE, MONDAY + seconds * SECOND)
    return why_stale(MailSince("request_question", MONDAY, request=request), TODAY)


def posted(days: int) -> Matter:
    return turn_of_post(PostState.READY, TODAY + days * DAY, TODAY).matter


WAITLISTED = a_request(RequestState.WAITLISTED)  # until five days after FAR
BOUNDS = (
    ("two weeks of a request are left", lambda n: turn_of_request(WAITLISTED, FAR - (n - 5) * DAY).ours, (13, 14, 15),
     (True, True, False)),
    ("a visit is over", lambda n: matter(a_visit(VisitState.PLANNED), ENDS + n * SECOND), AROUND,
     (Matter.NO_CREW, Matter.PASSED, Matter.PASSED)),
    ("a week before its day", lambda n: unanswered(7 * DAY + n * SECOND, 3 * DAY), AROUND, (True, True, False)),
    ("a day before an offer ends", lambda n: unanswered(9 * DAY, DAY + n * SECOND), AROUND, (True, True, False)),
    ("a presentation begins", lambda n: waits(HELD, STARTS + n * SECOND, Matter.TO_COUNT), AROUND, (False, True, True)),
    ("a week before a visit", checked, (6, 7, 8), (True, True, False)),
    ("left as the school was told", knows, AROUND, (True, True, False)),
    ("the day after a visit", lambda n: not_counted(TODAY + n * DAY), AROUND, (True, False, False)),
    ("its end", lambda n: not_counted(TODAY - DAY, MONDAY + 3 * DAY / 24 + n * SECOND), AROUND, (True, True, False)),
    ("moved as a mail was written", lambda n: stale(moved_at=MONDAY + n * SECOND), AROUND,
     (None, None, StaleReason.VISIT_MOVED)),
    ("off as a mail was written", off, AROUND, (None, None, StaleReason.VISIT_OFF)),
    ("written on its day", lambda n: stale(n, TODAY + 9 * DAY), AROUND,
     (StaleReason.VISIT_OVER, StaleReason.VISIT_OVER, None)),
    ("the day after it", lambda n: stale(today=TODAY + n * DAY), (0, 1, 2),
     (None, StaleReason.VISIT_OVER, StaleReason.VISIT_OVER)),
    ("left as a mail was written", lambda n: stale(left_at=MONDAY + n * SECOND), AROUND,
     (None, None, StaleReason.CREW_CHANGED)),
    ("went on as a mail was written", went_on, AROUND, (None, None, StaleReason.REQUEST_WENT_ON)),
    ("a post of today", posted, AROUND, (Matter.POST_DUE, Matter.POST_DUE, Matter.ITS_DAY)),
)  # fmt: skip


@at_each_bound(*BOUNDS)
def test_what_each_rule_answers_at_its_bound(rule, value, answer):
    assert rule(value) == answer
