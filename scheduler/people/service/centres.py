"""What an administrator settles about the centre: its names and address, the first steps, a mail to test mail with."""

import datetime as dt
import logging
from collections.abc import Mapping

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from scheduler import policy
from scheduler.core import audit
from scheduler.core.db import transaction
from scheduler.core.errors import GroundReason, NotFound, Rejected
from scheduler.messages.models import MessageDelay
from scheduler.messages.queries import delays_of
from scheduler.messages.rules import DELAYED, MINUTES
from scheduler.messages.service import queue_message
from scheduler.messages.terms import MessageDraft, MessageGroup
from scheduler.people import rules
from scheduler.people.models import Centre, SettledStep, User
from scheduler.people.terms import CentreChange, HandStep
from scheduler.policy import Actor

log = logging.getLogger(__name__)
TEST_MAIL = "test_mail"


def change_centre(actor: Actor, change: CentreChange, *, now: dt.datetime) -> None:
    """Store the names of the actor's centre, as papers print them, and where it is reached.

    Papers that were issued keep what they say. Raises: NotAllowed, NotFound; Rejected with {field: reason}.
    """
    policy.require(actor, "update", "settings", centre=actor.centre_id)
    if problems := rules.problems_with_centre(change):
        raise Rejected(problems)
    with transaction() as session:
        centre = session.get(Centre, actor.centre_id) if actor.centre_id is not None else None
        if centre is None:
            raise NotFound("centre")
        said = change.__dict__ | {
            "email": rules.address_of(change.email) if change.email else "",
            "name_en": change.name_en or change.name_sr_latn,
            "site": rules.site_of(change.site) or "",
        }
        different = audit.write_changes(centre, said)
        if "signatory" in different:
            different["signatory"] = ["…", "…"]  # a person's name is no value of an audit
        if different:
            audit.record(actor, "centre changed", centre, at=now, details={"changes": different})


def change_delays(actor: Actor, minutes: Mapping[MessageGroup, int], *, now: dt.datetime) -> None:
    """For how long the messages of each group wait in the house from now on; what waits already keeps its moment.

    Raises: NotAllowed, NotFound; Rejected with {group: reason}.
    """
    policy.require(actor, "update", "settings", centre=actor.centre_id)
    if wrong := [group for group, one in minutes.items() if group not in DELAYED or one not in MINUTES]:
        raise Rejected({group.value: GroundReason.NOT_A_CHOICE for group in wrong})
    with transaction() as session:
        centre = session.get(Centre, actor.centre_id, with_for_update=True) if actor.centre_id is not None else None
        if centre is None:
            raise NotFound("centre")
        before = delays_of(centre.id)
        different = {group: one for group, one in minutes.items() if before.get(group, 0) != one}
        old = MessageDelay.centre_id == centre.id, MessageDelay.kind.in_(different)
        session.execute(delete(MessageDelay).where(*old))
        session.add_all(MessageDelay(centre_id=centre.id, kind=group, minutes=one) for group, one in different.items())
        if different:
            changes = {group.value: [before.get(group, 0), one] for group, one in different.items()}
            audit.record(actor, "message delays changed", centre, at=now, details={"changes": changes})


def settle_step(actor: Actor, step: HandStep, *, now: dt.datetime) -> None:
    """Tick a first step, or put the list away; ticked stays ticked. Raises: NotAllowed, NotFound."""
    policy.require(actor, "update", "settings", centre=actor.centre_id)
    if actor.centre_id is None:
        raise NotFound("centre")
    with transaction() as session:
        if _settled(actor.centre_id, step, session) is None:
            row = SettledStep(centre_id=actor.centre_id, step=step, settled_at=now)
            session.add(row)
            session.flush()
            audit.record(actor, "first step settled", row, at=now, details={"step": step.value})


def reopen_step(actor: Actor, step: HandStep, *, now: dt.datetime) -> None:
    """Take a tick back, or the list out again; open stays open. Raises: NotAllowed, NotFound."""
    policy.require(actor, "update", "settings", centre=actor.centre_id)
    if actor.centre_id is None:
        raise NotFound("centre")
    with transaction() as session:
        row = _settled(actor.centre_id, step, session)
        if row is not None:
            audit.record(actor, "first step opened again", row, at=now, details={"step": step.value})
            session.delete(row)


def _settled(centre_id: int, step: HandStep, session: Session) -> SettledStep | None:
    return session.scalar(select(SettledStep).where(SettledStep.centre_id == centre_id, SettledStep.step == step))


def send_test_mail(actor: Actor, *, now: dt.datetime) -> None:
    """Queue a mail to the actor's own address: whether it arrives says whether mail works. Raises: NotAllowed."""
    policy.require(actor, "update", "settings", centre=actor.centre_id)
    with transaction() as session:
        user = session.get(User, actor.user_id) if actor.user_id is not None else None
        if user is None:
            raise NotFound("user")
        draft = MessageDraft(
            kind=TEST_MAIL,
            address=user.email,
            language=user.language,
            values={"path": "/settings/first-steps"},
            about=("centre", user.centre_id),
            centre_id=user.centre_id,
        )
        queue_message(draft, now=now)
    log.info("test mail queued", extra={"user_id": actor.user_id})
