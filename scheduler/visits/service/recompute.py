"""New time-zone data: the moments of what is still to come are computed anew from the wall clock that was agreed."""

import datetime as dt
import logging
from dataclasses import dataclass

from sqlalchemy import select

from scheduler import policy
from scheduler.acts import Act, change
from scheduler.core import clock
from scheduler.policy import Actor
from scheduler.visits.models.visits import Presentation
from scheduler.visits.service.calendar_entries import write_entries
from scheduler.visits.service.locked_visit import loaded_visit
from scheduler.visits.terms.states import HELD_STATES

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Recomputed:
    """What was looked at and changed."""

    presentations: int
    moved: int
    visits: int


def recompute_times(actor: Actor, *, now: dt.datetime) -> Recomputed:
    """Compute UTC moments and calendar texts of all presentations from today on anew; the agreed wall clock stays.

    What has been stays as it was. All or nothing; running it again changes nothing. Raises: NotAllowed; Conflict when
    the database refuses the new moments ("nobody_in_two_places": somebody is promised in two zones at once).
    """
    policy.require(actor, "recompute", "times")  # of every centre: a command of the product
    with change(actor, now) as act:
        rows = act.session.scalars(
            select(Presentation)
            .where(Presentation.on_day >= clock.local_day(now))
            .order_by(Presentation.starts_at, Presentation.id)
            .with_for_update()
            .execution_options(populate_existing=True)
        ).all()
        shifts = [(row, shift) for row in rows if row.state not in HELD_STATES and (shift := _shift_of(row))]
        later = [pair for pair in shifts if pair[1] > dt.timedelta(0)]
        earlier = [pair for pair in shifts if pair[1] < dt.timedelta(0)]
        for row, shift in [*reversed(later), *earlier]:  # nobody runs into the next who has not moved yet
            _move(act, row, shift)
        visits = sorted({row.visit_id for row in rows})
        for visit_id in visits:
            write_entries(act.session, loaded_visit(act.session, visit_id), now=now)
        done = Recomputed(presentations=len(rows), moved=len(shifts), visits=len(visits))
    log.info("times recomputed", extra={"presentations": done.presentations, "moved": done.moved})
    return done


def _shift_of(row: Presentation) -> dt.timedelta:
    """How far the stored start is from what the clocks at the host will show now; of two hours it may be either."""
    readings = (clock.moment_of(row.on_day, row.starts_local.replace(fold=fold), row.zone) for fold in (0, 1))
    return min((moment - row.starts_at for moment in readings), key=abs)


def _move(act: Act, row: Presentation, shift: dt.timedelta) -> None:
    row.starts_at += shift
    row.ends_at += shift
    row.busy_from += shift
    row.busy_until += shift
    row.sequence += 1
    row.edited_at = act.now
    act.session.flush()  # one after the other: the database compares at each step
    details = {"minutes": round(shift.total_seconds() / 60)}
    act.record("presentation recomputed", row, details=details)
