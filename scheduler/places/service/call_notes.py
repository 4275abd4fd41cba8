"""Notes of calls with a host, for whoever calls next."""

import datetime as dt
import logging

from scheduler import policy
from scheduler.core import audit
from scheduler.core.db import transaction
from scheduler.core.errors import GroundReason, NotFound, Rejected
from scheduler.places.models import CallNote, Host
from scheduler.policy import Actor

log = logging.getLogger(__name__)


def write_call_note(actor: Actor, host_id: int, text: str, *, now: dt.datetime) -> None:
    """Keep what was said on the telephone. Raises: NotAllowed; NotFound; Rejected when nothing is said."""
    policy.require(actor, "create", "call_note")
    if not text.strip():
        raise Rejected({"text": GroundReason.MISSING})
    with transaction() as session:
        if session.get(Host, host_id) is None:
            raise NotFound("host")
        note = CallNote(host_id=host_id, at=now, by=actor.label, text=text)
        session.add(note)
        session.flush()
        audit.record(actor, "call note written", note, at=now, details={"host_id": host_id})
    log.info("call note written", extra={"host_id": host_id})
