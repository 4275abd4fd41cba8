"""Several visits are offered to their crews, or confirmed, with one press: each in a transaction of its own.

The mails wait for `MAIL_WAITS`; until then the press is taken back. A visit that was changed since, or about which
anybody was written to, stays as it is.
"""

import datetime as dt
import json
import logging
import secrets
from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from scheduler import policy
from scheduler.acts import Act, change, rehearsal
from scheduler.core.db import db
from scheduler.core.errors import Conflict, GroundReason, NotFound, Rejected
from scheduler.messages.models import OutboxMessage
from scheduler.messages.service import let_wait, stop_messages
from scheduler.policy import Actor, in_reach
from scheduler.readiness.models import UndoableVisitAct
from scheduler.readiness.rules import may_think_again
from scheduler.readiness.service.earlier_states import restore_states, states_of
from scheduler.readiness.terms import (
    BulkVisitAct,
    BulkVisitsDone,
    BulkVisitsUndone,
    ChosenVisit,
    LeftOutVisit,
    ReadinessReason,
    VisitsPreview,
)
from scheduler.requests.rules.states import MAIL_WAITS
from scheduler.staffing.service.offers import Until, offer_in_time
from scheduler.visits.models.drive import Drive
from scheduler.visits.models.visits import Visit
from scheduler.visits.queries.lists import visits_where
from scheduler.visits.service.calendar_entries import touch
from scheduler.visits.service.confirm import confirm_visit
from scheduler.visits.service.locked_visit import lock_visit, open_visit, require

log = logging.getLogger(__name__)
MOST_VISITS = 40  # of one press: the preview rehearses each of them
LETTERS = {  # what each act sends; the first is the one that a preview shows
    BulkVisitAct.OFFER: ("visit_offered",),
    BulkVisitAct.CONFIRM: ("visit_confirmed", "crew_confirmed", "crew_online"),
}
THING = {BulkVisitAct.OFFER: "assignment", BulkVisitAct.CONFIRM: "visit"}  # what the single act updates


def preview_visits(
    actor: Actor, what: BulkVisitAct, numbers: Collection[str], *, until: Until, now: dt.datetime
) -> VisitsPreview:
    """What the act would do to the visits with these numbers, one after the other: it is rehearsed, nothing stays.

    Raises: NotAllowed; NotFound of a visit out of the actor's reach.
    """
    policy.require(actor, "update", THING[what], centre=policy.own_part(actor))
    with rehearsal(actor, now) as act:
        named = _in_reach(act.session, actor, Visit.number.in_(numbers), len(set(numbers)))
        left_out = []
        for visit_id, number in list(named.items())[:MOST_VISITS]:
            try:
                with act.session.begin_nested():
                    _carry_out(actor, what, visit_id, until, now)
            except (Conflict, Rejected) as refused:
                left_out.append(LeftOutVisit(visit_id, number, _as_conflict(refused)))
        ids = set(list(named)[:MOST_VISITS]) - {one.visit_id for one in left_out}
        mails = _mails(act, what, ids)
    first = next((mail for mail in mails if mail["kind"] == LETTERS[what][0]), None)
    told = {mail["about_id"] for mail in mails if mail["kind"] == LETTERS[what][0]}
    return VisitsPreview(
        rows=tuple(visits_where(Visit.id.in_(ids))),
        left_out=tuple(left_out),
        mails=len(mails),
        silent=len(ids - told) if what is BulkVisitAct.CONFIRM else 0,
        subject=first["subject"] if first else "",
        text=first["text"] if first else "",
        language=first["language"] if first else "",
    )


def act_on_visits(
    actor: Actor, what: BulkVisitAct, chosen: Sequence[ChosenVisit], *, until: Until, now: dt.datetime
) -> BulkVisitsDone:
    """Offer or confirm every chosen visit, each by itself; one that cannot be is left out with its reason.

    Raises: NotAllowed; NotFound of a visit out of the actor's reach; Rejected with {"rows": reason}.
    """
    policy.require(actor, "update", THING[what], centre=policy.own_part(actor))
    if not chosen or len(chosen) > MOST_VISITS:
        raise Rejected({"rows": GroundReason.NOTHING_TICKED if not chosen else GroundReason.TOO_MANY})
    seen = {one.visit_id: one.version for one in chosen}
    named = _in_reach(db.session(), actor, Visit.id.in_(seen), len(seen))
    batch, done, left_out = secrets.token_urlsafe(16), 0, []
    for visit_id, number in named.items():
        try:
            with change(actor, now) as act:
                act.session.execute(delete(UndoableVisitAct).where(UndoableVisitAct.done_at < now - dt.timedelta(1)))
                done += _act_on(act, what, visit_id, until, (batch, seen[visit_id]))
        except (Conflict, Rejected) as refused:
            left_out.append(LeftOutVisit(visit_id, number, _as_conflict(refused)))
    log.info("acted on several visits", extra={"act": what.value, "visits": done, "left_out": len(left_out)})
    return BulkVisitsDone(done, tuple(left_out), batch if done else "")


def take_back_visits(actor: Actor, batch: str, *, now: dt.datetime) -> BulkVisitsUndone:
    """As if the press had not been: visits, requests and crews stand as before, the mails stay in the house.

    Visits that have moved on are named and stay. Raises: NotAllowed; NotFound when there is nothing (more) to take
    back, or it is out of the actor's reach.
    """
    of_batch = select(UndoableVisitAct.visit_id).where(UndoableVisitAct.batch == batch)
    ids = set(db.session().scalars(of_batch))
    if not ids:
        raise NotFound("act")
    back, kept = 0, []
    for visit_id, number in _in_reach(db.session(), actor, Visit.id.in_(ids), len(ids)).items():
        try:
            with change(actor, now) as act:
                back += _take_back(act, batch, visit_id)
        except Conflict:
            kept.append(number)
    log.info("act on several visits taken back", extra={"visits": back, "kept": len(kept)})
    return BulkVisitsUndone(back, tuple(kept))


def _in_reach(session: Session, actor: Actor, which: Any, many: int) -> dict[int, str]:
    """The numbers of these visits by id, in order of their days. Raises: NotFound unless all are in reach."""
    wanted = select(Visit.id, Visit.number).where(which, in_reach(actor, Visit)).order_by(Visit.on_day, Visit.id)
    found = {row.id: row.number for row in session.execute(wanted)}
    if len(found) != many:
        raise NotFound("visit")
    return found


def _as_conflict(refused: Conflict | Rejected) -> Conflict:
    return refused if isinstance(refused, Conflict) else Conflict(next(iter(refused.problems.values())))


def _carry_out(
    actor: Actor, what: BulkVisitAct, visit_id: int, until: Until, now: dt.datetime, version: int | None = None
) -> None:
    """The single act. Raises: as it does."""
    if what is BulkVisitAct.CONFIRM:
        confirm_visit(actor, visit_id, now=now, version=version)
        return
    with change(actor, now) as act:
        offer_in_time(act, open_visit(act, visit_id), until, version)


def _act_on(act: Act, what: BulkVisitAct, visit_id: int, until: Until, press: tuple[str, int]) -> bool:
    """The act on one visit in its own transaction, its mails held back; False when it was so already."""
    batch, version = press
    visit = lock_visit(act.session, visit_id)
    before, version_before = states_of(act.session, visit)[0], visit.version
    if what is BulkVisitAct.CONFIRM:
        before["confirmation"] = _confirmation_of(act.session, visit)
    _carry_out(act.actor, what, visit_id, until, act.now, version)
    act.session.flush()
    act.session.refresh(visit)
    if visit.version == version_before:
        return False
    let_wait(("visit", visit_id), act.now, act.now + MAIL_WAITS)
    act.session.add(
        UndoableVisitAct(
            batch=batch,
            visit_id=visit_id,
            act=what,
            done_at=act.now,
            version_after=visit.version,
            before=json.dumps(before),
        )
    )
    return True


def _take_back(act: Act, batch: str, visit_id: int) -> bool:
    """One visit as before; False when another press was quicker. Raises: Conflict when it has moved on."""
    visit = lock_visit(act.session, visit_id)
    wanted = select(UndoableVisitAct).where(UndoableVisitAct.batch == batch, UndoableVisitAct.visit_id == visit_id)
    row = act.session.scalar(wanted)
    if row is None:
        return False
    require(act.actor, "update", THING[row.act], open_visit(act, visit_id))
    written_since = select(OutboxMessage.id).where(
        OutboxMessage.about == "visit", OutboxMessage.about_id == visit_id, OutboxMessage.created_at > row.done_at
    )
    if not (
        may_think_again(row.done_at, row.version_after, visit.version, act.now)
        and act.session.scalar(written_since.limit(1)) is None
        and all(stop_messages(("visit", visit_id), kind, row.done_at) for kind in LETTERS[row.act])
    ):
        raise Conflict(ReadinessReason.TOO_LATE_TO_TAKE_BACK)
    before = json.loads(row.before)
    restore_states(act, visit, before)
    if row.act is BulkVisitAct.CONFIRM:
        _restore_confirmation(act.session, visit, before["confirmation"])
    act.session.delete(row)
    act.session.flush()
    opened = open_visit(act, visit_id)
    touch(act, opened, opened.presentations)
    return True


def _confirmation_of(session: Session, visit: Visit) -> dict[str, Any]:
    """What an earlier confirmation has left on a visit: when it was, and who was to drive."""
    drives = session.scalars(select(Drive).where(Drive.visit_id == visit.id).order_by(Drive.id))
    return {
        "at": visit.confirmed_at.isoformat() if visit.confirmed_at else "",
        "kilometres": visit.kilometres,
        "drives": [(row.presenter_id, row.planned_kilometres, row.planned_minutes) for row in drives],
    }


def _restore_confirmation(session: Session, visit: Visit, before: dict[str, Any]) -> None:
    visit.confirmed_at = dt.datetime.fromisoformat(before["at"]) if before["at"] else None
    visit.kilometres = before["kilometres"]
    session.execute(delete(Drive).where(Drive.visit_id == visit.id))
    for who, kilometres, minutes in before["drives"]:
        session.add(Drive(visit_id=visit.id, presenter_id=who, planned_kilometres=kilometres, planned_minutes=minutes))


def _mails(act: Act, what: BulkVisitAct, visit_ids: Collection[int]) -> list[dict[str, Any]]:
    """What the rehearsal has put into the outbox, in the order in which it would leave."""
    wanted = (
        select(
            OutboxMessage.kind,
            OutboxMessage.about_id,
            OutboxMessage.subject,
            OutboxMessage.text,
            OutboxMessage.language,
        )
        .where(
            OutboxMessage.about == "visit",
            OutboxMessage.about_id.in_(visit_ids),
            OutboxMessage.created_at == act.now,
            OutboxMessage.kind.in_(LETTERS[what]),
        )
        .order_by(OutboxMessage.id)
    )
    return [dict(row) for row in act.session.execute(wanted).mappings()]
