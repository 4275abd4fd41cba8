"""The visits that a handover is about."""

from sqlalchemy import ColumnElement, or_, select

from scheduler import policy
from scheduler.places.models import Host, Municipality
from scheduler.policy import Actor, in_reach
from scheduler.requests.models import SchoolRequest
from scheduler.requests.queries.stand_ins import owned_within
from scheduler.requests.terms.handovers import HandoverDraft
from scheduler.visits.models.visits import Visit
from scheduler.visits.queries.lists import visits_where
from scheduler.visits.terms.rows import VisitRow
from scheduler.visits.terms.states import OPEN_VISITS


def covered_visits(actor: Actor, draft: HandoverDraft) -> list[VisitRow]:
    """The open visits of a handover's days, in order of time: those of the requests that it covers.

    With districts also the visits there that no request stands behind: nobody owns them, the region's coordinator sees
    to them. Raises: NotAllowed.
    """
    policy.require(actor, "read", "handover", centre=actor.centre_id)
    asked = select(SchoolRequest.id).where(owned_within(draft.away_id, draft.district_ids))
    theirs: ColumnElement[bool] = Visit.school_request_id.in_(asked)
    if draft.district_ids:
        towns = select(Host.id).join(Host.municipality).where(Municipality.district_id.in_(draft.district_ids))
        theirs = or_(theirs, Visit.school_request_id.is_(None) & Visit.host_id.in_(towns))
    days = Visit.on_day.between(draft.first_day, draft.last_day)
    return visits_where(in_reach(actor, Visit), Visit.state.in_(OPEN_VISITS), days, theirs)
