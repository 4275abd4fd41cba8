"""Adults count themselves at a parents' evening: by the code on the poster, without a name."""

import datetime as dt
import logging

from scheduler.acts import change
from scheduler.attendance import rules
from scheduler.attendance.models import TallyMark
from scheduler.attendance.queries.tally import tally_of
from scheduler.attendance.terms import AttendanceReason, Tally
from scheduler.core.errors import Conflict, Rejected
from scheduler.policy import ANONYMOUS
from scheduler.visits.service.locked_visit import lock_visit_of

log = logging.getLogger(__name__)


def count_in(tally: Tally, people: int, *, now: dt.datetime) -> int:
    """Adults count themselves with one press; how many are counted now. The code has been checked by the caller.

    Raises: Rejected({"people": reason}), also beyond what a hall holds; Conflict("tally_not_open") before people come
    and after they have left.
    """
    if not 1 <= people <= rules.MOST_A_PRESS:
        raise Rejected({"people": AttendanceReason.ONE_PRESS})
    if not tally.opens_at <= now <= tally.closes_at:
        raise Conflict(AttendanceReason.TALLY_NOT_OPEN)
    with change(ANONYMOUS, now) as act:
        lock_visit_of(act.session, tally.presentation_id)  # presses are added up one after the other
        so_far = tally_of(tally.presentation_id)
        if so_far + people > tally.most:
            raise Rejected({"people": AttendanceReason.HALL_IS_FULL})
        act.session.add(TallyMark(presentation_id=tally.presentation_id, people=people, marked_at=now))
    log.info("adults counted themselves", extra={"presentation_id": tally.presentation_id})
    return so_far + people
