"""A proposal becomes visits: each row is asked of the rules again, in the transaction that plans it (TRUST R14)."""

import datetime as dt
import logging
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from sqlalchemy import select

from scheduler import policy
from scheduler.acts import Act, change
from scheduler.booking.queries.plan_as_asked import one_after_the_other, plans_as_asked
from scheduler.core import clock
from scheduler.core.errors import Conflict, GroundReason, NotFound, Rejected
from scheduler.policy import Actor, in_reach
from scheduler.programmes.queries import fits_campaign
from scheduler.proposals.models import ProposedVisit
from scheduler.proposals.queries.pages import draft_of, proposal_of, seat_in
from scheduler.proposals.queries.to_plan import asked_again
from scheduler.proposals.rules.standing import seats_that_stand
from scheduler.proposals.terms import AskedVisit, PlanChanged, ProposalReason, ProposedSeat, WhyChanged
from scheduler.requests.models import SchoolRequest
from scheduler.requests.terms.school_request import RequestState
from scheduler.staffing.service.crew import suggest_presenter
from scheduler.visits.models.visits import Visit
from scheduler.visits.service.locked_visit import hold_time
from scheduler.visits.service.plan_and_move import plan_visit
from scheduler.visits.terms.plans import VisitDraft

log = logging.getLogger(__name__)
A_WEEK = dt.timedelta(days=7)


def apply_rows(
    actor: Actor, proposal_id: int, request_ids: Collection[int], *, now: dt.datetime, without_changed: bool = False
) -> list[int]:
    """Plan the visits of these rows and suggest their crews; nobody is asked yet. The ids of the visits.

    Rows that were applied already are left as they are. Raises: NotAllowed; NotFound; Rejected where nothing is
    ticked; Conflict of a proposal that is not finished; PlanChanged, with nothing applied, where a row no longer holds
    and nobody has said that the others shall be applied without it.
    """
    policy.require(actor, "update", "plan", centre=actor.centre_id)
    with change(actor, now) as act:
        proposal = proposal_of(actor, proposal_id, lock=True)
        if not request_ids:
            raise Rejected({"rows": GroundReason.NOTHING_TICKED})
        if proposal.finished_at is None:
            raise Conflict(ProposalReason.NOT_FINISHED)
        rows = _rows(act, proposal_id, request_ids)
        scope = replace(draft_of(proposal).scope, people=())
        seats = {row.request_id: seat for row in rows if (seat := seat_in(row))}
        hold_time(act.session, {who for seat in seats.values() for who in seat.crew})
        beside = {seat.request_id: seat for seat in _beside(act, proposal_id, seats)}
        asked = asked_again([*seats, *beside], scope, now=now)
        changed = changed_since(asked, seats, beside.values())
        good = [row for row in rows if row.request_id not in changed]
        visits = {}
        for row in good if without_changed or not changed else ():
            try:
                with act.session.begin_nested():
                    visits[row.request_id] = plan_seat(act, asked[row.request_id][1], seats[row.request_id])
            except (Conflict, Rejected):  # what only the act itself finds out
                changed[row.request_id] = WhyChanged.NOT_FREE
        if changed and not without_changed:
            raise PlanChanged(changed)
        for row in good:
            row.visit_id = visits.get(row.request_id)
        if visits:
            act.record("plan applied", proposal, {"visits": sorted(visits.values())})
    log.info("plan applied", extra={"plan_proposal_id": proposal_id, "visits": len(visits), "changed": len(changed)})
    return sorted(visits.values())


def _rows(act: Act, proposal_id: int, request_ids: Collection[int]) -> list[ProposedVisit]:
    """The rows that have a seat and no visit yet, locked; as far as the actor reaches. Raises: NotFound."""
    wanted = (
        select(ProposedVisit)
        .join(SchoolRequest, SchoolRequest.id == ProposedVisit.request_id)
        .where(
            ProposedVisit.proposal_id == proposal_id,
            ProposedVisit.request_id.in_(request_ids),
            in_reach(act.actor, SchoolRequest),
            ProposedVisit.on_day.is_not(None),
        )
        .order_by(ProposedVisit.on_day, ProposedVisit.starts_local, ProposedVisit.id)
        .with_for_update(of=ProposedVisit)
        .execution_options(populate_existing=True)
    )
    rows = list(act.session.scalars(wanted))
    if {row.request_id for row in rows} != set(request_ids):
        raise NotFound("plan")
    return [row for row in rows if row.visit_id is None]


def _beside(act: Act, proposal_id: int, seats: Mapping[int, ProposedSeat]) -> list[ProposedSeat]:
    """What was applied of this proposal before, within a week of these, with somebody of their crews."""
    going = {who for seat in seats.values() for who in seat.crew}
    days = [seat.on_day for seat in seats.values()]
    if not days:
        return []
    wanted = select(ProposedVisit).where(
        ProposedVisit.proposal_id == proposal_id,
        ProposedVisit.visit_id.is_not(None),
        ProposedVisit.on_day.between(min(days) - A_WEEK, max(days) + A_WEEK),
    )
    return [seat for row in act.session.scalars(wanted) if (seat := seat_in(row)) and going & set(seat.crew)]


def changed_since(
    asked: Mapping[int, tuple[AskedVisit, SchoolRequest]],
    seats: Mapping[int, ProposedSeat],
    beside: Iterable[ProposedSeat] = (),
    *,
    in_order: bool = False,
) -> dict[int, WhyChanged]:
    """Which of these rows no longer hold: asked of free dates as they are in this very transaction."""
    agreed = {one for one, (_asked, row) in asked.items() if row.state is RequestState.AGREED}
    fair = [seat for one, seat in seats.items() if one in agreed]
    facts = {number: one for number, (one, _row) in asked.items()}
    stand = seats_that_stand(facts, fair, clock.moment_of, beside=beside, in_order=in_order)
    return {
        one: WhyChanged.NOT_FREE if one in agreed else WhyChanged.ANSWERED
        for one in seats
        if one not in agreed or one not in stand
    }


def plan_seat(act: Act, asked: SchoolRequest, seat: ProposedSeat) -> int:
    """The visit as the school asked for it, at this day and hour, and its crew suggested; by the usual services."""
    campaign = asked.campaign_id
    if campaign is not None and not fits_campaign(campaign, asked.programme_id, seat.on_day):
        campaign = None
    draft = VisitDraft(
        asked.programme_id,
        asked.host_id,
        seat.on_day,
        plans_as_asked(asked, one_after_the_other(asked, seat.starts_local)),
        school_request_id=asked.id,
        campaign_id=campaign,
    )
    visit: Visit = plan_visit(act.actor, draft, now=act.now)
    for who in seat.crew:
        suggest_presenter(act.actor, visit.id, who, now=act.now)
    return visit.id
