"""A proposal is asked for, finished by the worker, and forgotten after some weeks."""

import datetime as dt
import json
import logging
from collections.abc import Collection, Iterable

from sqlalchemy import delete, select

from scheduler import policy
from scheduler.acts import Act, change
from scheduler.booking.rules.days_that_suit import HORIZON_DAYS
from scheduler.core import clock
from scheduler.core.db import transaction
from scheduler.core.errors import Conflict, GroundReason, NotFound, Rejected
from scheduler.policy import Actor
from scheduler.proposals.models import PlanGround, PlanJourney, PlanProposal, ProposedNight, ProposedRide, ProposedVisit
from scheduler.proposals.queries.grounds import problems_with_ground
from scheduler.proposals.queries.pages import proposal_of, seat_in
from scheduler.proposals.terms.plan import (
    AT_HOME,
    MOST_NIGHTS_AWAY,
    PlannedJourney,
    ProposalDraft,
    ProposalReason,
    ProposalSums,
    ProposedRow,
    ProposedSeat,
)
from scheduler.staffing.queries.driving import ride_facts
from scheduler.work import service as work_service
from scheduler.work.terms import WorkKind

log = logging.getLogger(__name__)
PROPOSAL_LASTS = dt.timedelta(days=60)  # a plan of two months ago is read by nobody


def begin_proposal(
    actor: Actor, draft: ProposalDraft, *, now: dt.datetime, pinned: Collection[ProposedSeat] = ()
) -> PlanProposal:
    """Note what a plan is for; the worker draws it. `pinned` seats stay beside those that are pinned already.

    Raises: NotAllowed; NotFound; Rejected with {field: reason}.
    """
    policy.require(actor, "create", "plan", centre=actor.centre_id)
    if actor.centre_id is None or actor.user_id is None:
        raise NotFound("centre")
    _refuse(draft, clock.local_day(now))
    if problems := problems_with_ground(actor, draft, now=now):
        raise Rejected(problems)
    if draft.based_on is not None:
        proposal_of(actor, draft.based_on)
    with change(actor, now) as act:
        row = PlanProposal(centre_id=actor.centre_id, user_id=actor.user_id, created_at=now, **_values(draft))
        act.session.add(row)
        act.session.flush()
        if draft.mends:
            act.session.add(PlanGround(proposal_id=row.id, **vars(draft.mends)))
        if draft.nights or draft.rides:
            act.session.add(PlanJourney(proposal_id=row.id, most_nights=draft.nights, rides=draft.rides))
        row.work_id = work_service.begin(actor, WorkKind.PROPOSE_PLAN, now=now, content=str(row.id).encode())
        act.record("plan asked for", row)
        _keep_pinned(act, row, pinned)
    log.info("plan asked for", extra={"plan_proposal_id": row.id})
    return row


def _refuse(draft: ProposalDraft, today: dt.date) -> None:
    scope = draft.scope
    if scope.last_day < scope.first_day:
        raise Rejected({"last_day": GroundReason.DAYS_NOT_IN_ORDER})
    if scope.last_day < today:
        raise Rejected({"last_day": GroundReason.IN_THE_PAST})
    if (scope.first_day - today).days >= HORIZON_DAYS:
        raise Rejected({"first_day": ProposalReason.TOO_FAR_AHEAD})
    if draft.nights not in range(MOST_NIGHTS_AWAY + 1):
        raise Rejected({"nights": ProposalReason.NIGHTS_OUT_OF_RANGE})


def _values(draft: ProposalDraft) -> dict[str, object]:
    scope = draft.scope
    return {
        "based_on_id": draft.based_on,
        "first_day": scope.first_day,
        "last_day": scope.last_day,
        "districts": _ids(scope.districts),
        "programmes": _ids(scope.programmes),
        "people": _ids(scope.people),
    }


def _ids(ids: Iterable[int]) -> str:
    return ",".join(str(one) for one in sorted(set(ids)))


def _keep_pinned(act: Act, row: PlanProposal, pinned: Collection[ProposedSeat]) -> None:
    """The rows of the plan before that are pinned, and what is pinned just now."""
    seats = {seat.request_id: seat for seat in pinned}
    wanted = select(ProposedVisit).where(ProposedVisit.proposal_id == row.based_on_id, ProposedVisit.pinned.is_(True))
    for old in act.session.scalars(wanted.order_by(ProposedVisit.id)):
        if seat := seat_in(old):
            seats.setdefault(old.request_id, seat)
    act.session.add_all(as_stored(row.id, ProposedRow(one, seat, pinned=True)) for one, seat in sorted(seats.items()))


def as_stored(proposal_id: int, row: ProposedRow) -> ProposedVisit:
    """A row as it is kept."""
    seat, waiting = row.seat, row.waiting
    return ProposedVisit(
        proposal_id=proposal_id,
        request_id=row.request_id,
        on_day=seat.on_day if seat else None,
        starts_local=seat.starts_local if seat else None,
        educator_id=seat.educator_id if seat else None,
        influencer_id=seat.influencer_id if seat else None,
        pinned=row.pinned,
        cause=waiting.cause if waiting else None,
        lacking=waiting.kind if waiting else None,
        told=json.dumps(dict(row.told)),
    )


def finish_proposal(
    actor: Actor,
    proposal_id: int,
    rows: Collection[ProposedRow],
    sums: ProposalSums,
    *,
    now: dt.datetime,
    journey: PlannedJourney = AT_HOME,
) -> bool:
    """Store what came of it, all at once; False when another worker was first. Raises: NotAllowed; NotFound."""
    policy.require(actor, "create", "plan", centre=actor.centre_id)
    with transaction() as session:
        row = session.get(PlanProposal, proposal_id, with_for_update=True, populate_existing=True)
        if row is None or row.centre_id != actor.centre_id:
            raise NotFound("plan")
        if row.finished_at is not None:
            return False
        session.execute(delete(ProposedVisit).where(ProposedVisit.proposal_id == proposal_id))
        row.finished_at, row.cost, row.km, row.steps = now, sums.cost, sums.km, sums.steps
        row.served_weight, row.asked_weight, row.bound_weight = sums.served_weight, sums.asked_weight, sums.bound_weight
        if row.journey is not None:
            row.journey.km_saved = sums.km_saved
        session.flush()
        session.add_all(as_stored(proposal_id, one) for one in rows)
        session.add_all(ProposedNight(proposal_id=proposal_id, **vars(one)) for one in journey.nights)
        facts = ride_facts({who for one in journey.rides for who in (one.presenter_id, one.driver_id)})
        holds = [one for one in journey.rides if facts.may_ride(one.driver_id, one.presenter_id, one.on_day)]
        session.add_all(ProposedRide(proposal_id=proposal_id, **vars(one)) for one in holds)
    log.info("plan proposed", extra={"plan_proposal_id": proposal_id, "rows": len(rows), "cost": sums.cost})
    return True


def pin_rows(actor: Actor, proposal_id: int, request_ids: Collection[int], *, now: dt.datetime) -> None:
    """Let these seats stay when the plan is drawn anew, and no others. Raises: NotAllowed; NotFound; Conflict."""
    policy.require(actor, "update", "plan", centre=actor.centre_id)
    with change(actor, now) as act:
        if proposal_of(actor, proposal_id).finished_at is None:
            raise Conflict(ProposalReason.NOT_FINISHED)
        seats = select(ProposedVisit).where(ProposedVisit.proposal_id == proposal_id, ProposedVisit.on_day.is_not(None))
        for row in act.session.scalars(seats.with_for_update()):
            row.pinned = row.request_id in request_ids


def forget_old(now: dt.datetime) -> int:
    """Delete the proposals that nobody has needed for two months; visits that came of them stay."""
    with transaction() as session:
        gone = session.execute(delete(PlanProposal).where(PlanProposal.created_at <= now - PROPOSAL_LASTS))
        return int(getattr(gone, "rowcount", 0))
