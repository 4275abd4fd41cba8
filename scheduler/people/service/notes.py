"""What was agreed with a presenter by telephone, for whoever plans next."""

import datetime as dt
import logging

from scheduler import policy
from scheduler.core import audit, clock
from scheduler.core.db import transaction
from scheduler.core.errors import GroundReason, NotFound, Rejected
from scheduler.people.models import Presenter, PresenterNote
from scheduler.people.rules import is_minor
from scheduler.people.terms import PersonReason
from scheduler.policy import Actor

log = logging.getLogger(__name__)


def write_presenter_note(actor: Actor, presenter_id: int, text: str, *, now: dt.datetime) -> None:
    """Keep what was agreed. Of a minor nothing is written: her guardian is called. Raises: NotAllowed; NotFound;
    Rejected({"text": "missing" or "note_about_a_minor"}).
    """
    if not text.strip():
        raise Rejected({"text": GroundReason.MISSING})
    today = clock.local_day(now)
    with transaction() as session:
        presenter = session.get(Presenter, presenter_id)
        if presenter is None:
            raise NotFound("presenter")
        policy.require(actor, "create", "presenter_note", centre=presenter.centre_id)
        if is_minor(presenter.adult_on, today):
            raise Rejected({"text": PersonReason.NOTE_ABOUT_A_MINOR})
        session.add(PresenterNote(presenter_id=presenter_id, said_on=today, by=actor.label, text=text))
        session.flush()
        audit.record(actor, "presenter note written", presenter, at=now)
    log.info("presenter note written", extra={"presenter_id": presenter_id})
