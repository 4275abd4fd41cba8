"""Staff note on which day a presenter was trained, and take a slip back."""

import datetime as dt
import logging

from sqlalchemy import select

from scheduler import policy
from scheduler.acts import Act, change
from scheduler.core import clock
from scheduler.core.errors import GroundReason, NotFound, Reason, Rejected
from scheduler.people.models import Presenter
from scheduler.policy import Actor
from scheduler.staffing.models.trainings import PresenterTraining
from scheduler.staffing.terms.trainings import LONGEST_TRAINING, SHORTEST_TRAINING, TrainingDraft

log = logging.getLogger(__name__)


def note_training(actor: Actor, presenter_id: int, draft: TrainingDraft, *, now: dt.datetime) -> None:
    """Keep that she was trained. Raises: NotAllowed, NotFound; Rejected with {field: reason}."""
    with change(actor, now) as act:
        presenter = _presenter(act, presenter_id, "create")
        if problems := _problems(act, presenter.id, draft):
            raise Rejected(problems)
        row = PresenterTraining(
            presenter_id=presenter.id,
            on_day=draft.on_day,
            subject=draft.subject,
            minutes=draft.minutes,
            recorded_at=now,
            recorded_by_id=actor.user_id,
        )
        act.session.add(row)
        act.session.flush()
        act.record("training recorded", presenter, {"on": draft.on_day, "subject": draft.subject})
    log.info("training recorded", extra={"presenter_id": presenter_id})


def take_training_back(actor: Actor, presenter_id: int, training_id: int, *, now: dt.datetime) -> None:
    """Remove one that was noted by a slip. Raises: NotAllowed, NotFound."""
    with change(actor, now) as act:
        presenter = _presenter(act, presenter_id, "delete")
        row = act.session.scalar(select(PresenterTraining).filter_by(id=training_id, presenter_id=presenter.id))
        if row is None:
            raise NotFound("training")
        act.record("training taken back", presenter, {"on": row.on_day, "subject": row.subject})
        act.session.delete(row)


def _presenter(act: Act, presenter_id: int, verb: str) -> Presenter:
    presenter = act.session.get(Presenter, presenter_id, with_for_update=True)
    policy.require(act.actor, verb, "training", centre=presenter.centre_id if presenter else None)
    if presenter is None:
        raise NotFound("presenter")
    return presenter


def _problems(act: Act, presenter_id: int, draft: TrainingDraft) -> dict[str, Reason]:
    if draft.on_day > clock.local_day(act.now):
        return {"on_day": GroundReason.IN_THE_FUTURE}
    if not SHORTEST_TRAINING <= draft.minutes <= LONGEST_TRAINING:
        return {"minutes": GroundReason.TOO_FEW if draft.minutes < SHORTEST_TRAINING else GroundReason.TOO_MANY}
    same = select(PresenterTraining.id).filter_by(presenter_id=presenter_id, on_day=draft.on_day, subject=draft.subject)
    return {"subject": GroundReason.EXISTS} if act.session.scalar(same) else {}
