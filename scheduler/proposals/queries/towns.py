"""The towns of a proposal, for its map: where its plan goes, and where somebody waits."""

from sqlalchemy import case, func, select

from scheduler.core.db import db
from scheduler.places.models import Host, Municipality
from scheduler.policy import Actor, in_reach
from scheduler.proposals.models import ProposedVisit
from scheduler.proposals.queries.pages import proposal_of
from scheduler.proposals.terms.pages import TownOfPlan
from scheduler.requests.models import SchoolRequest


def towns_of(actor: Actor, proposal_id: int) -> tuple[TownOfPlan, ...]:
    """By name; a host without a municipality is on no map. Two questions. Raises: NotAllowed; NotFound."""
    row = proposal_of(actor, proposal_id)
    of_town = Municipality.name_sr_cyrl, Municipality.name_sr_latn, Municipality.lat, Municipality.lon
    placed = func.sum(case((ProposedVisit.on_day.is_not(None), 1), else_=0))
    found = db.session().execute(
        select(*of_town, placed, func.count())
        .join(SchoolRequest, SchoolRequest.id == ProposedVisit.request_id)
        .join(Host, Host.id == SchoolRequest.host_id)
        .join(Municipality, Municipality.id == Host.municipality_id)
        .where(ProposedVisit.proposal_id == row.id, in_reach(actor, SchoolRequest))
        .group_by(Municipality.id, *of_town)
        .order_by(Municipality.name_sr_cyrl, Municipality.id)
    )
    return tuple(
        TownOfPlan(cyrl, latn, lat, lon, seats, number - seats) for cyrl, latn, lat, lon, seats, number in found
    )
