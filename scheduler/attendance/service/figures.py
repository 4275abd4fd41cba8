"""Kept figures follow what is counted: whoever changed it takes the mark that the database left, or the job does.

A mark means: these figures are old, count the rows. So whoever forgets to take it makes a page slow, never wrong.
"""

import logging

from sqlalchemy import delete, select, tuple_
from sqlalchemy.orm import Session

from scheduler.acts import Act
from scheduler.attendance.models import StaleFigure
from scheduler.attendance.queries.figures import MARK_ALL
from scheduler.core.db import advisory_lock, let_others_write, transaction
from scheduler.visits.models.visits import Visit

log = logging.getLogger(__name__)
FIGURES_LOCK = 57  # kind of core.db.advisory_lock
PLACES_AT_ONCE = 15  # places and years that one short transaction adds up


def add_up(act: Act, visit: Visit) -> None:
    """Add up anew where a visit is counted, in the transaction that locked or corrected its numbers."""
    _in_turn(act.session)
    of_year = (StaleFigure.year == visit.on_day.year, StaleFigure.centre_id == visit.centre_id)
    act.session.execute(delete(StaleFigure).where(*of_year).execution_options(synchronize_session=False))


def add_up_marked() -> int:
    """Add up all that is marked, a piece in each transaction; how many. Two at once add up each once."""
    total = 0
    key = tuple_(StaleFigure.year, StaleFigure.centre_id, StaleFigure.town)
    while True:
        with transaction() as session:
            _in_turn(session)
            marked = select(StaleFigure.year, StaleFigure.centre_id, StaleFigure.town)
            wanted = session.execute(marked.order_by(*key.clauses).limit(PLACES_AT_ONCE)).all()
            if wanted:
                taken = delete(StaleFigure).where(key.in_([tuple(row) for row in wanted]))
                session.execute(taken.execution_options(synchronize_session=False))
        if not wanted:
            return total
        total += len(wanted)
        if len(wanted) == PLACES_AT_ONCE:
            let_others_write()


def _in_turn(session: Session) -> None:
    """Who takes marks does so alone: the last to come waits here, before it holds what the first one needs."""
    advisory_lock(session, FIGURES_LOCK, [1])


def add_up_everything() -> int:
    """Add up every figure anew, for an operator whom a check told of a wrong one; how many places and years."""
    with transaction() as session:
        _in_turn(session)
        session.execute(MARK_ALL)  # a mark that stands is not taken here: that would add its place up twice
    total = add_up_marked()
    log.info("figures added up", extra={"places": total})
    return total
