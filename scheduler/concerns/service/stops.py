"""New visits of a presenter stop at once, and begin again when a safeguarding officer says why; a concern ends."""

import datetime as dt
import logging
from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler import policy
from scheduler.acts import Act, change
from scheduler.concerns.models import Concern, ConcernAbout
from scheduler.concerns.queries.reported import is_hers_to_read
from scheduler.concerns.terms import ConcernReason
from scheduler.core.errors import Conflict, NotFound
from scheduler.people.models import Presenter
from scheduler.policy import SYSTEM, Actor
from scheduler.safeguarding.models import AssignmentStop
from scheduler.safeguarding.terms import LiftedBecause
from scheduler.staffing.service.clearance import hold_visits
from scheduler.staffing.service.crew import finish_release, release
from scheduler.visits.terms.reasons import WhyNot
from scheduler.visits.terms.states import AssignmentState

log = logging.getLogger(__name__)
BEFORE_HER_YES = (AssignmentState.SUGGESTED, AssignmentState.OFFERED)


def stop_new_visits(act: Act, people: Collection[int]) -> dict[int, int]:
    """Stop these presenters, in the caller's transaction; {presenter: stop}. Who is stopped already stays so.

    What she was only asked for is taken back; what she has promised stays until somebody decides.
    """
    return {presenter_id: _stop(act, presenter_id) for presenter_id in sorted(people)}


def _stop(act: Act, presenter_id: int) -> int:
    opened_visits = hold_visits(act, presenter_id)
    act.session.execute(select(Presenter.id).where(Presenter.id == presenter_id).with_for_update(key_share=True))
    stop = _standing(act.session, presenter_id)
    if stop is None:
        stop = AssignmentStop(presenter_id=presenter_id, stopped_at=act.now)
        act.session.add(stop)
        act.session.flush()
        act.record("new visits stopped", stop)
    for opened in opened_visits:
        if rows := opened.of(presenter_id, *BEFORE_HER_YES):
            reason, product = WhyNot.TAKES_NOTHING_NEW.value, act.by(SYSTEM)
            asked_only = {presenter_id}
            left = release(product, opened, rows, reason=reason, to=AssignmentState.WITHDRAWN)
            finish_release(product, opened, left, reason=reason, asked_only=asked_only)
    return stop.id


def _standing(session: Session, presenter_id: int) -> AssignmentStop | None:
    hers = AssignmentStop.presenter_id == presenter_id, AssignmentStop.lifted_at.is_(None)
    return session.scalar(select(AssignmentStop).where(*hers).with_for_update())


def stop_all(actor: Actor, concern_id: int, *, now: dt.datetime) -> None:
    """One press: new visits of everybody whom a concern may be about stop. Raises: NotAllowed; NotFound."""
    with change(actor, now) as act:
        concern = _opened(act, concern_id)
        if concern.ended_at is not None:
            raise NotFound("concern")
        rows = act.session.scalars(
            select(ConcernAbout).where(ConcernAbout.concern_id == concern.id, ConcernAbout.stop_id.is_(None))
        ).all()
        stops = stop_new_visits(act, [row.presenter_id for row in rows])
        for row in rows:
            row.stop_id = stops[row.presenter_id]
    log.warning("new visits stopped", extra={"concern_id": concern_id})


def lift_stop(actor: Actor, presenter_id: int, because: LiftedBecause, *, now: dt.datetime) -> None:
    """New visits of a presenter begin again, for a reason; a safeguarding officer says so, and never of herself.

    Raises: NotAllowed; NotFound where nothing is stopped (a second press).
    """
    with change(actor, now) as act:
        person = act.session.get(Presenter, presenter_id)
        policy.require(actor, "update", "concern", centre=person.centre_id if person else None)
        stop = _standing(act.session, presenter_id)
        if person is None or stop is None or person.user_id == actor.user_id:
            raise NotFound("stop")
        stop.lifted_at, stop.lifted_because, stop.lifted_by_id = now, because, actor.user_id
        act.session.flush()
        act.record("stop lifted", stop, {"because": because.value})
    log.info("stop lifted", extra={"presenter_id": presenter_id})


def end_concern(actor: Actor, concern_id: int, *, now: dt.datetime) -> None:
    """The officer has looked into it: everybody of it is free again or suspended. Twice is once.

    Raises: NotAllowed; NotFound; Conflict("stop_stands").
    """
    with change(actor, now) as act:
        concern = _opened(act, concern_id)
        if concern.ended_at is not None:
            return
        undecided = (
            select(ConcernAbout.id)
            .join(AssignmentStop, AssignmentStop.id == ConcernAbout.stop_id)
            .join(Presenter, Presenter.id == ConcernAbout.presenter_id)
            .where(
                ConcernAbout.concern_id == concern.id,
                AssignmentStop.lifted_at.is_(None),
                Presenter.suspended_at.is_(None),
            )
        )
        if act.session.scalar(undecided.limit(1)) is not None:
            raise Conflict(ConcernReason.STOP_STANDS)
        concern.phone = ""
        concern.ended_at, concern.ended_by_id = now, actor.user_id
        act.session.flush()
        act.record("concern ended", concern)


def _opened(act: Act, concern_id: int) -> Concern:
    """A concern, locked, for an officer who may read it. Raises: NotAllowed; NotFound, also where it is about her."""
    concern = act.session.get(Concern, concern_id, with_for_update=True)
    policy.require(act.actor, "update", "concern", centre=concern.centre_id if concern else None)
    if concern is None or not is_hers_to_read(act.actor, concern_id):
        raise NotFound("concern")
    return concern
