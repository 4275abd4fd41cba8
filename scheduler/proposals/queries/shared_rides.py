"""Rides of a proposal: what it says, and whether both facts still hold on the day of each."""

from collections.abc import Mapping

from sqlalchemy import ColumnElement, exists, select

from scheduler.core.db import db
from scheduler.people import queries as people_queries
from scheduler.policy import Actor, in_reach
from scheduler.proposals.models import ProposedRide, ProposedVisit
from scheduler.proposals.queries.pages import crew_name, proposal_of
from scheduler.proposals.terms.pages import RideView
from scheduler.proposals.terms.plan import ProposedSeat
from scheduler.requests.models import SchoolRequest
from scheduler.staffing.queries.driving import ride_facts


def rides_of(actor: Actor, proposal_id: int) -> tuple[RideView, ...]:
    """The rides of a proposal to what the actor reaches, by day and name. Raises: NotAllowed; NotFound."""
    proposal_of(actor, proposal_id)
    seat = (
        exists()
        .where(ProposedVisit.proposal_id == proposal_id, ProposedVisit.on_day == ProposedRide.on_day)
        .where(ProposedVisit.influencer_id == ProposedRide.presenter_id)
        .where(SchoolRequest.id == ProposedVisit.request_id, in_reach(actor, SchoolRequest))
    )
    rows = _rows(proposal_id, seat)
    ids = {who for one in rows for who in (one.presenter_id, one.driver_id)}
    people = people_queries.presenters_by_id(ids) if rows else {}
    facts = ride_facts(ids)
    return tuple(
        RideView(
            crew_name(people[one.presenter_id], one.on_day),
            crew_name(people[one.driver_id], one.on_day),
            one.on_day,
            one.km_saved,
            facts.may_ride(one.driver_id, one.presenter_id, one.on_day),
        )
        for one in rows
    )


def ridden(proposal_id: int, seats: Mapping[int, ProposedSeat]) -> tuple[set[int], set[int]]:
    """Of these seats, by request: whose young presenter rides with the educator, and of whom both facts no longer
    hold on that day.
    """
    rides = {(one.presenter_id, one.driver_id, one.on_day) for one in _rows(proposal_id)}
    facts = ride_facts({who for youth, driver, _day in rides for who in (youth, driver)})
    with_ride = {
        one: seat for one, seat in seats.items() if (seat.influencer_id, seat.educator_id, seat.on_day) in rides
    }
    ended = {
        one
        for one, seat in with_ride.items()
        if not facts.may_ride(seat.educator_id, seat.influencer_id or 0, seat.on_day)
    }
    return set(with_ride), ended


def _rows(proposal_id: int, *which: ColumnElement[bool]) -> list[ProposedRide]:
    wanted = select(ProposedRide).where(ProposedRide.proposal_id == proposal_id, *which)
    return list(db.session().scalars(wanted.order_by(ProposedRide.on_day, ProposedRide.presenter_id)))
