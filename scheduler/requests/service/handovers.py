"""Handing over during leave: a colleague looks after what somebody owns, until a day or until it is taken back."""

import datetime as dt
import logging

from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler import policy
from scheduler.core import audit, clock
from scheduler.core.db import advisory_lock, transaction
from scheduler.core.errors import Conflict, GroundReason, NotFound, Rejected
from scheduler.messages.service import queue_message
from scheduler.messages.terms import MessageDraft
from scheduler.people.models import User
from scheduler.people.queries import colleagues_of
from scheduler.places.models import District
from scheduler.policy import Actor
from scheduler.requests.models import Handover, HandoverDistrict
from scheduler.requests.queries.stand_ins import handover_rows
from scheduler.requests.rules.handovers import handover_state, problems_with_handover
from scheduler.requests.terms.handovers import HandoverDraft, HandoverState

log = logging.getLogger(__name__)
HANDOVERS_LOCK = 23  # kind of core.db.advisory_lock: the handovers of one centre


def check_handover(actor: Actor, draft: HandoverDraft, *, now: dt.datetime) -> None:
    """Whether it could be handed over so; nothing is stored. Raises: as `hand_over`."""
    policy.require(actor, "create", "handover", centre=actor.centre_id)
    _refuse_problems(actor.centre_id, draft, clock.local_day(now))


def hand_over(actor: Actor, draft: HandoverDraft, *, now: dt.datetime) -> int:
    """Let a colleague look after what somebody owns on some days; both are told, but for who does it.

    Owners stay as they are, so it ends by itself. Raises: NotAllowed; NotFound for a district that is none; Rejected
    with {field: reason}.
    """
    policy.require(actor, "create", "handover", centre=actor.centre_id)
    if actor.centre_id is None:
        raise NotFound("centre")
    with transaction() as session:
        advisory_lock(session, HANDOVERS_LOCK, [actor.centre_id])
        _refuse_problems(actor.centre_id, draft, clock.local_day(now))
        named = select(District.id).where(District.id.in_(draft.district_ids))
        if set(session.scalars(named)) != set(draft.district_ids):
            raise NotFound("district")
        row = Handover(
            centre_id=actor.centre_id,
            away_id=draft.away_id,
            stand_in_id=draft.stand_in_id,
            first_day=draft.first_day,
            last_day=draft.last_day,
        )
        row.districts = [HandoverDistrict(district_id=one) for one in sorted(set(draft.district_ids))]
        session.add(row)
        session.flush()
        said = {"away": row.away_id, "stand_in": row.stand_in_id, "from": row.first_day, "until": row.last_day}
        audit.record(actor, "handed over", row, at=now, details=said | {"districts": sorted(draft.district_ids)})
        _tell(session, actor, row, now, "handover_given", "handover_noted")
        number = row.id
    log.info("handed over", extra={"handover_id": number})
    return number


def _refuse_problems(centre_id: int | None, draft: HandoverDraft, today: dt.date) -> None:
    others = handover_rows(Handover.centre_id == centre_id, Handover.last_day >= today)
    colleagues = {who for who, _name in colleagues_of(centre_id)}
    if problems := problems_with_handover(draft, colleagues, others, today):
        raise Rejected(problems)


def take_handover_back(actor: Actor, handover_id: int, *, now: dt.datetime) -> None:
    """End a handover before its last day, or before it begins; both are told, but for who does it.

    Said twice, it is said once. Raises: NotAllowed; NotFound; Conflict("wrong_state") once it is over.
    """
    with transaction() as session:
        row = session.get(Handover, handover_id, with_for_update=True, populate_existing=True)
        policy.require(actor, "update", "handover", centre=row.centre_id if row else None)
        if row is None:
            raise NotFound("handover")
        if row.ended_at is not None:
            return
        [shown] = handover_rows(Handover.id == handover_id)
        if handover_state(shown, clock.local_day(now)) is HandoverState.OVER:
            raise Conflict(GroundReason.WRONG_STATE)
        row.ended_at = now
        audit.record(actor, "handover taken back", row, at=now)
        _tell(session, actor, row, now, "handover_ended", "handover_ended")
    log.info("handover taken back", extra={"handover_id": handover_id})


def _tell(session: Session, actor: Actor, row: Handover, now: dt.datetime, to_stand_in: str, to_away: str) -> None:
    """One mail to each of the two who did not press the button herself and can still sign in."""
    [shown] = handover_rows(Handover.id == row.id)
    for kind, who in ((to_stand_in, row.stand_in_id), (to_away, row.away_id)):
        person = session.get_one(User, who)
        if who == actor.user_id or person.suspended_at is not None:
            continue
        queue_message(
            MessageDraft(
                kind=kind,
                address=person.email,
                language=person.language,
                values={
                    "away": shown.away,
                    "stand_in": shown.stand_in,
                    "first_day": row.first_day,
                    "last_day": row.last_day,
                    "districts": ", ".join(one.name(person.language) for one in shown.districts),
                    "path": f"/handovers/{row.id}",
                },
                about=(Handover.__tablename__, row.id),
                centre_id=row.centre_id,
            ),
            now=now,
        )
