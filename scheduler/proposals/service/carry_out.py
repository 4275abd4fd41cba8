"""A proposal becomes visits: each row is asked of the rules again, in the transaction that plans it (TRUST R14)."""

import datetime as dt
import json
import logging
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from sqlalchemy import select

from scheduler import policy
from scheduler.acts import Act, change
from scheduler.booking.queries.plan_as_asked import one_after_the_other, plans_as_asked
from scheduler.core import clock
from scheduler.core.errors import Conflict, GroundReason, NotFound, Rejected
from scheduler.people.models import Presenter
from scheduler.policy import Actor, in_reach
from scheduler.programmes.queries import fits_campaign
from scheduler.proposals.models import ProposedVisit
from scheduler.proposals.queries.overnight import sleeping_in
from scheduler.proposals.queries.pages import draft_of, proposal_of, seat_in
from scheduler.proposals.queries.shared_rides import ridden
from scheduler.proposals.queries.to_mend import mended_again
from scheduler.proposals.queries.to_plan import asked_again
from scheduler.proposals.rules.mending import NOBODY
from scheduler.proposals.rules.sleeping import Sleeping, as_slept, stand_with_nights
from scheduler.proposals.rules.standing import seats_that_stand
from scheduler.proposals.service.mend import mend_visit
from scheduler.proposals.terms.plan import (
    AskedVisit,
    PlanChanged,
    ProposalDraft,
    ProposalReason,
    ProposedSeat,
    StandingVisit,
    WhyChanged,
    seat_from,
)
from scheduler.requests.models import SchoolRequest
from scheduler.requests.terms.school_request import RequestState
from scheduler.staffing.service.crew import suggest_presenter
from scheduler.staffing.service.pick_ups import arrange_ride
from scheduler.visits.models.visits import Visit
from scheduler.visits.service.locked_visit import hold_time, lock_visits
from scheduler.visits.service.plan_and_move import plan_visit
from scheduler.visits.terms.plans import PresentationPlan, VisitDraft

log = logging.getLogger(__name__)
A_WEEK = dt.timedelta(days=7)
Plans = tuple[PresentationPlan, ...]


def apply_rows(
    actor: Actor, proposal_id: int, request_ids: Collection[int], *, now: dt.datetime, without_changed: bool = False
) -> list[int]:
    """Plan the visits of these rows and suggest their crews, or mend those that stand; nobody new is asked yet. The ids
    of the visits.

    Rows that were applied already are left as they are. Raises: NotAllowed; NotFound; Rejected where nothing is
    ticked; Conflict of a proposal that is not finished; PlanChanged, with nothing applied, where a row no longer holds
    and nobody has said that the others shall be applied without it.
    """
    policy.require(actor, "update", "plan", centre=actor.centre_id)
    with change(actor, now) as act:
        proposal = proposal_of(actor, proposal_id, lock=True)
        if not request_ids:
            raise Rejected({"rows": GroundReason.NOTHING_TICKED})
        draft = draft_of(proposal)
        if proposal.finished_at is None:
            raise Conflict(ProposalReason.NOT_FINISHED)
        rows = {row.request_id: row for row in _rows(act, proposal_id, request_ids)}
        seats = {one: seat for one, row in rows.items() if (seat := seat_in(row))}
        stood = _lock_what_stands(act, rows.values())
        hold_time(act.session, stood | {who for seat in seats.values() for who in seat.crew})
        if draft.rides or draft.nights:
            _hold_words(act, seats)
        sleeping = sleeping_in(act.actor, proposal_id, draft, now=act.now)
        judged = _judged(act, draft, rows, seats, sleeping)
        if draft.rides:
            _ask_about_rides(act, judged, proposal_id, seats)
        visits = _carried_out(act, judged, seats) if without_changed or not judged.changed else {}
        if judged.changed and not without_changed:
            raise PlanChanged(judged.changed)
        for one, visit_id in visits.items():
            rows[one].visit_id = visit_id
        if visits:
            act.record("plan applied", proposal, {"visits": sorted(visits.values())})
    told = {"plan_proposal_id": proposal_id, "visits": len(visits), "changed": len(judged.changed)}
    log.info("plan applied", extra=told)
    return sorted(visits.values())


def _lock_what_stands(act: Act, rows: Iterable[ProposedVisit]) -> set[int]:
    """Lock the visits of a repair before anybody's time, as every change does; who was to go there."""
    stood = [found for row in rows if (found := json.loads(row.told).get("stood"))]
    lock_visits(act.session, [one["visit"] for one in stood])
    return {who for one in stood for who in one["crew"]} - {NOBODY}


@dataclass
class _Judged:
    """The rows as they are in this very transaction: what they ask for, how they stand, which no longer hold."""

    asked: Mapping[int, tuple[AskedVisit, SchoolRequest]]
    stands: Mapping[int, StandingVisit]
    draft: ProposalDraft
    changed: dict[int, WhyChanged]
    sleeping: Sleeping
    beside: Sequence[ProposedSeat]
    rides: set[int] = field(default_factory=set)  # of which requests the young presenter goes in the educator's car


def _judged(
    act: Act,
    draft: ProposalDraft,
    rows: Mapping[int, ProposedVisit],
    seats: Mapping[int, ProposedSeat],
    sleeping: Sleeping,
) -> _Judged:
    """Every rule asked again: of free dates from where people sleep, and of a repair how its visits stand."""
    beside = {seat.request_id: seat for seat in _beside(act, rows, seats)}
    stands: dict[int, StandingVisit] = {}
    if draft.mends is not None:
        wanted = [*seats.values(), *beside.values()]
        asked, stands = mended_again(act.actor, wanted, draft, draft.mends, now=act.now)
    else:
        asked = asked_again([*seats, *beside], replace(draft.scope, people=()), now=act.now)
    fair = {one for one, row in rows.items() if _is_as_it_was(row, asked, stands)}
    otherwise = WhyChanged.STANDS_OTHERWISE if draft.mends else WhyChanged.ANSWERED
    judged = _Judged(asked, stands, draft, dict.fromkeys(seats.keys() - fair, otherwise), sleeping, [*beside.values()])
    judged.changed |= _not_free_from_there(judged, [seats[one] for one in fair])
    return judged


def _hold_words(act: Act, seats: Mapping[int, ProposedSeat]) -> None:
    """Nobody's consent, check or wish about nights changes meanwhile."""
    crews = {who for seat in seats.values() for who in seat.crew}
    act.session.scalars(select(Presenter.id).where(Presenter.id.in_(crews)).order_by(Presenter.id).with_for_update())


def _not_free_from_there(judged: _Judged, seats: Sequence[ProposedSeat]) -> dict[int, WhyChanged]:
    """Which of these seats free dates would not offer from where their people sleep; who sleeps there is asked, too."""
    facts = {number: one for number, (one, _row) in judged.asked.items()}
    stand, held = stand_with_nights(facts, seats, judged.sleeping, clock.moment_of, judged.beside)
    gone = {seat.request_id for seat in seats} - stand
    if not gone or held == judged.sleeping.nights:
        return dict.fromkeys(gone, WhyChanged.NOT_FREE)
    slept = as_slept(facts, judged.sleeping)
    by_night = seats_that_stand(slept, seats, clock.moment_of, beside=judged.beside)
    return {one: WhyChanged.NIGHT_ENDED if one in by_night else WhyChanged.NOT_FREE for one in gone}


def _ask_about_rides(act: Act, judged: _Judged, proposal_id: int, seats: Mapping[int, ProposedSeat]) -> None:
    """Of rows with a ride: neither the consent nor the check has ended since."""
    judged.rides, ended = ridden(proposal_id, seats)
    judged.changed |= dict.fromkeys(ended - judged.changed.keys(), WhyChanged.RIDE_ENDED)


def changed_since(
    asked: Mapping[int, tuple[AskedVisit, SchoolRequest]], seats: Mapping[int, ProposedSeat]
) -> dict[int, WhyChanged]:
    """Which of these seats no longer hold, asked one after the other as they are given, in this very transaction."""
    agreed = {one for one, (_asked, row) in asked.items() if row.state is RequestState.AGREED}
    facts, fair = {one: visit for one, (visit, _row) in asked.items()}, [seats[one] for one in seats if one in agreed]
    stand = seats_that_stand(facts, fair, clock.moment_of, in_order=True)
    not_free = dict.fromkeys({seat.request_id for seat in fair} - stand, WhyChanged.NOT_FREE)
    return dict.fromkeys(seats.keys() - agreed, WhyChanged.ANSWERED) | not_free


def plan_seat(act: Act, asked: SchoolRequest, seat: ProposedSeat) -> int:
    """A visit as the school asked for it where a hand has put it."""
    return _plan(act, asked, seat, _plans(asked, seat))


def _is_as_it_was(
    row: ProposedVisit, asked: Mapping[int, tuple[AskedVisit, SchoolRequest]], stands: Mapping[int, StandingVisit]
) -> bool:
    """Whether a request still waits, or its visit stands as the repair has found it."""
    stood = json.loads(row.told).get("stood")
    if stood is None:
        return row.request_id in asked and asked[row.request_id][1].state is RequestState.AGREED
    now = stands.get(row.request_id)
    return now is not None and (now.visit_id, now.seat) == (stood["visit"], seat_from(stood))


def _carried_out(act: Act, judged: _Judged, seats: Mapping[int, ProposedSeat]) -> dict[int, int]:
    """The visits by request. Of rows that make room for each other one comes before the other: who cannot yet, is tried
    again after the others; who never can has changed.
    """
    waiting = [one for one in seats if one not in judged.changed]
    plans = {one: _plans(judged.asked[one][1], seats[one]) for one in waiting}
    visits: dict[int, int] = {}
    while waiting:
        left = []
        for one in waiting:
            try:
                with act.session.begin_nested():
                    visits[one] = _carry_out(act, judged, seats[one], plans[one])
            except (Conflict, Rejected, NotFound):  # what only the act itself finds out
                left.append(one)
        if len(left) == len(waiting):
            break
        waiting = left
    judged.changed.update(dict.fromkeys(waiting, WhyChanged.NOT_FREE))
    if waiting and (alone := _not_free_from_there(judged, [seats[one] for one in visits])):
        raise PlanChanged(judged.changed | alone)  # who would sleep where one of these was
    return visits


def _plans(asked: SchoolRequest, seat: ProposedSeat) -> Plans:
    return plans_as_asked(asked, one_after_the_other(asked, seat.starts_local))


def _carry_out(act: Act, judged: _Judged, seat: ProposedSeat, plans: Plans) -> int:
    stood = judged.stands.get(seat.request_id)
    if stood is None or judged.draft.mends is None:
        visit_id = _plan(act, judged.asked[seat.request_id][1], seat, plans)
        if seat.request_id in judged.rides and seat.influencer_id is not None:
            arrange_ride(act, visit_id, seat.influencer_id, seat.educator_id, seat.on_day)
        return visit_id
    return mend_visit(act, stood, seat, plans, judged.draft.mends)


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


def _beside(act: Act, rows: Mapping[int, ProposedVisit], seats: Mapping[int, ProposedSeat]) -> list[ProposedSeat]:
    """What was applied of this proposal before, within a week of these, with somebody of their crews."""
    going = {who for seat in seats.values() for who in seat.crew}
    days = [seat.on_day for seat in seats.values()]
    if not days:
        return []
    wanted = select(ProposedVisit).where(
        ProposedVisit.proposal_id.in_({row.proposal_id for row in rows.values()}),
        ProposedVisit.visit_id.is_not(None),
        ProposedVisit.on_day.between(min(days) - A_WEEK, max(days) + A_WEEK),
    )
    return [seat for row in act.session.scalars(wanted) if (seat := seat_in(row)) and going & set(seat.crew)]


def _plan(act: Act, asked: SchoolRequest, seat: ProposedSeat, plans: Plans) -> int:
    """The visit as the school asked for it, at this day and hour, and its crew suggested; by the usual services."""
    campaign = asked.campaign_id
    if campaign is not None and not fits_campaign(campaign, asked.programme_id, seat.on_day):
        campaign = None
    draft = VisitDraft(
        asked.programme_id,
        asked.host_id,
        seat.on_day,
        plans,
        school_request_id=asked.id,
        campaign_id=campaign,
    )
    visit: Visit = plan_visit(act.actor, draft, now=act.now)
    for who in seat.crew:
        suggest_presenter(act.actor, visit.id, who, now=act.now)
    return visit.id
