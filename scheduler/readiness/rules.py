"""What a school may do with an agreed visit by its link, and until when."""

import datetime as dt
from collections.abc import Sequence

from scheduler.closures.terms import ClosingReason
from scheduler.core.errors import GroundReason, Reason
from scheduler.messages.rules import REMINDERS
from scheduler.messages.terms import Reminder
from scheduler.people.rules import is_available
from scheduler.people.terms import ExceptionRow, Hours
from scheduler.readiness.terms import ReadinessReason, WishDraft
from scheduler.requests.rules.states import MAIL_WAITS
from scheduler.visits.rules.cancelling import LATE_CANCEL

CHECKLIST_DAYS = dt.timedelta(days=-REMINDERS[Reminder.CHECKLIST].first)
FURTHEST_WISH_DAYS = 365


def asked_until(starts_at: dt.datetime) -> dt.datetime:
    """Until when a school may ask for another date, or call off without being late: 48 hours before it begins."""
    return starts_at - LATE_CANCEL


def problems_with_wish(
    draft: WishDraft, on_day: dt.date, today: dt.date, *, stopped: bool = False
) -> dict[str, Reason]:
    """{field: reason code} of a wish for another date than `on_day`; of a stopped one no reason is asked."""
    problems: dict[str, Reason] = {} if draft.reason or stopped else {"reason": GroundReason.MISSING}
    wished = {"first_choice": draft.first_choice}
    if draft.second_choice is not None:
        wished["second_choice"] = draft.second_choice
    for field, day in wished.items():
        if day <= today:
            problems[field] = GroundReason.IN_THE_PAST
        elif (day - today).days > FURTHEST_WISH_DAYS:
            problems[field] = GroundReason.TOO_LATE
        elif stopped and day < on_day:
            problems[field] = ClosingReason.BEFORE_IT_FELL_OUT
        elif day == on_day:
            problems[field] = ReadinessReason.THE_AGREED_DAY
    if draft.second_choice == draft.first_choice:
        problems.setdefault("second_choice", ReadinessReason.THE_SAME_DAY)
    return problems


def needs_decision(pupils: int, parents: int, teachers: int, group_size: int) -> bool:
    """Whether so many are more than one presentation takes, so that a hall and one more presenter must be found.

    A programme has so many presenters for each presentation of at most `group_size` listeners; who accompanies a class
    is over that number.
    """
    return max(pupils + parents, teachers) > group_size


def checklist_is_open(on_day: dt.date, today: dt.date) -> bool:
    """Whether a school ticks its checklist now: in the two weeks before the visit, and on its day."""
    return dt.timedelta(0) <= on_day - today <= CHECKLIST_DAYS


def checklist_is_told(on_day: dt.date, today: dt.date) -> bool:
    """Whether a school is reminded of its checklist today: while it is open and there is a day left to prepare."""
    return checklist_is_open(on_day, today) and on_day > today


def may_think_again(done_at: dt.datetime, version_after: int | None, version: int, now: dt.datetime) -> bool:
    """Whether a cancellation may be taken back: its mails still wait, and nobody has changed the visit since."""
    return version_after == version and now - done_at < MAIL_WAITS


def comes_usually(
    hours: Sequence[Hours], away: Sequence[ExceptionRow], day: dt.date, spans: Sequence[tuple[dt.time, dt.time]]
) -> bool:
    """Whether somebody can usually come then; who has named no hours only when she is not absent."""
    if not hours:
        return all(row.available for row in away if row.first_day <= day <= row.last_day)
    return all(is_available(hours, away, day, begins, ends) for begins, ends in spans)
