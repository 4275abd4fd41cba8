"""What an administrator does with programmes: describe one, change it, retire it, offer it again."""

import datetime as dt
import logging

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from scheduler import policy
from scheduler.core import audit
from scheduler.core.db import transaction
from scheduler.core.errors import NotFound, Rejected
from scheduler.core.text import to_latin
from scheduler.policy import Actor
from scheduler.programmes import rules
from scheduler.programmes.models import Programme, ProgrammeAudience
from scheduler.programmes.terms import Audience, ProgrammeDraft

log = logging.getLogger(__name__)


def create_programme(actor: Actor, draft: ProgrammeDraft, *, now: dt.datetime) -> int:
    """Describe a programme that schools can ask for from now on; its id.

    Raises: NotAllowed, NotFound; Rejected with {field: reason}.
    """
    policy.require(actor, "create", "programme", centre=actor.centre_id)
    if actor.centre_id is None:
        raise NotFound("centre")
    if problems := rules.problems_with(draft):
        raise Rejected(problems)
    with transaction() as session:
        slug = rules.slug_of(draft.name_en or draft.name_sr_cyrl, session.scalars(select(Programme.slug)))
        programme = Programme(centre_id=actor.centre_id, slug=slug, open=True, **_values(draft))
        programme.audiences = [ProgrammeAudience(audience=one) for one in draft.audiences]
        session.add(programme)
        session.flush()
        audit.record(actor, "programme described", programme, at=now)
        programme_id = programme.id
    log.info("programme described", extra={"programme_id": programme_id})
    return programme_id


def change_programme(actor: Actor, programme_id: int, draft: ProgrammeDraft, *, now: dt.datetime) -> None:
    """Change its words and limits; its address stays, and what was agreed with schools stays as it was agreed.

    Raises: NotAllowed, NotFound; Rejected with {field: reason}.
    """
    with transaction() as session:
        programme = _own(session, actor, programme_id)
        if problems := rules.problems_with(draft):
            raise Rejected(problems)
        said = _values(draft)
        different = sorted(name for name, value in said.items() if getattr(programme, name) != value)
        for name in different:
            setattr(programme, name, said[name])
        different += _change_audiences(programme, draft.audiences)
        if different:
            audit.record(actor, "programme changed", programme, at=now, details={"fields": different})


def retire_programme(actor: Actor, programme_id: int, *, now: dt.datetime) -> None:
    """Nobody can ask for it any more; requests and visits that exist go on. Raises: NotAllowed, NotFound."""
    _offer(actor, programme_id, now, offered=False)


def reopen_programme(actor: Actor, programme_id: int, *, now: dt.datetime) -> None:
    """Let schools ask for it again. Raises: NotAllowed, NotFound."""
    _offer(actor, programme_id, now, offered=True)


def _offer(actor: Actor, programme_id: int, now: dt.datetime, *, offered: bool) -> None:
    with transaction() as session:
        programme = _own(session, actor, programme_id)
        if programme.open is not offered:
            programme.open = offered
            audit.record(actor, "programme offered" if offered else "programme retired", programme, at=now)


def _own(session: Session, actor: Actor, programme_id: int) -> Programme:
    wanted = select(Programme).where(Programme.id == programme_id).options(selectinload(Programme.audiences))
    programme = session.scalar(wanted)
    policy.require(actor, "update", "programme", centre=programme.centre_id if programme else None)
    if programme is None:
        raise NotFound("programme")
    return programme


def _values(draft: ProgrammeDraft) -> dict[str, object]:
    said = {name: value for name, value in draft.__dict__.items() if name != "audiences"}
    for name in list(said):
        if name.endswith("_en") and not said[name]:
            said[name] = to_latin(str(said[name.removesuffix("_en") + "_sr_cyrl"]))
    return said


def _change_audiences(programme: Programme, wanted: tuple[Audience, ...]) -> list[str]:
    held = {row.audience for row in programme.audiences}
    if held == set(wanted):
        return []
    programme.audiences = [row for row in programme.audiences if row.audience in wanted]
    programme.audiences += [ProgrammeAudience(audience=one) for one in wanted if one not in held]
    return ["audiences"]
