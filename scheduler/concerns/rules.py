"""When a hand-off is noted and taken back, and when what somebody says of a presenter can be so. Pure."""

import datetime as dt

from scheduler.concerns.terms import ConcernReason, OpenConcern
from scheduler.core.errors import GroundReason, Reason
from scheduler.people.rules import phone_of

NOTED_WITHIN = dt.timedelta(days=7)  # after a visit: a child may tell it later, too
LONGEST_AGO = dt.timedelta(days=3 * 366)
MOST_ALARMS_A_DAY = 20  # mails about what anybody said, to one centre in 24 hours; the page shows all of it


def problem_with_hand_off(told_at: dt.datetime, visit_day: dt.date, today: dt.date, now: dt.datetime) -> Reason | None:
    """Why a hand-off is not noted as typed: on the visit's day or within a week after, and never ahead of the clock."""
    if not visit_day <= today <= visit_day + NOTED_WITHIN:
        return ConcernReason.NOT_ON_ITS_DAY
    return GroundReason.IN_THE_FUTURE if told_at > now else None


def problems_with_concern(draft: OpenConcern, today: dt.date) -> dict[str, Reason]:
    """What is wrong with a concern as typed: {field: reason}."""
    problems: dict[str, Reason] = {}
    if draft.on_day > today:
        problems["on_day"] = GroundReason.IN_THE_FUTURE
    elif today - draft.on_day > LONGEST_AGO:
        problems["on_day"] = GroundReason.TOO_LONG
    if draft.phone and phone_of(draft.phone) is None:
        problems["phone"] = GroundReason.NOT_A_PHONE
    return problems
