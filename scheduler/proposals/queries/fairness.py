"""Whether a proposal is fair: visits by group of schools, work by presenter, without it and with it."""

from collections import defaultdict
from collections.abc import Mapping

from sqlalchemy import exists, func, select

from scheduler.core.db import db
from scheduler.people import queries as people_queries
from scheduler.people.terms import PresenterRow
from scheduler.places.models import Host, Municipality
from scheduler.places.rules.hosts import days_of_school_year, school_year
from scheduler.policy import Actor, in_reach
from scheduler.programmes.models import Programme
from scheduler.proposals.models import PlanProposal, ProposedVisit
from scheduler.proposals.queries.pages import NOT_STANDING, crew_name, proposal_of, seats_of
from scheduler.proposals.rules.shares import AskedOfYear, group_shares
from scheduler.proposals.terms.pages import Fairness, LoadShare
from scheduler.proposals.terms.plan import ProposedSeat
from scheduler.requests.models import RequestedPresentation, SchoolRequest
from scheduler.requests.terms.school_request import RequestState
from scheduler.staffing.queries.availability import availability_of
from scheduler.staffing.rules.visit_lines import offered_minutes
from scheduler.visits.models.visits import Assignment, Presentation, Visit
from scheduler.visits.terms.states import PROMISED

_S = RequestState
NEVER_SENT = (_S.DRAFT, _S.UNVERIFIED, _S.MERGED_INTO, _S.WITHDRAWN, _S.EXPIRED)


def fairness_of(actor: Actor, proposal_id: int) -> Fairness:
    """Who gets visits and who gives them; eight questions. Raises: NotAllowed; NotFound."""
    row = proposal_of(actor, proposal_id)
    seats = seats_of(row.id)
    year = school_year(row.first_day)
    return Fairness(year, group_shares(_asked_in(actor, year, seats)), _loads(row, seats))


def _asked_in(actor: Actor, year: str, seats: Mapping[int, ProposedSeat]) -> list[AskedOfYear]:
    first, last = days_of_school_year(year)
    visited = exists().where(Visit.school_request_id == SchoolRequest.id, Visit.state.not_in(NOT_STANDING))
    rows = db.session().execute(
        select(
            SchoolRequest.id,
            SchoolRequest.special_needs,
            Host.place_sr_cyrl,
            Municipality.name_sr_cyrl,
            Municipality.city_sr_cyrl,
            visited.label("visited"),
        )
        .join(SchoolRequest.host)
        .outerjoin(Host.municipality)
        .where(
            in_reach(actor, SchoolRequest),
            SchoolRequest.first_day.between(first, last),
            SchoolRequest.state.not_in(NEVER_SENT),
        )
    )
    return [
        AskedOfYear(place, (town, city) if town is not None else (), special, bool(has_visit), one in seats)
        for one, special, place, town, city, has_visit in rows
    ]


def _loads(row: PlanProposal, seats: Mapping[int, ProposedSeat]) -> tuple[LoadShare, ...]:
    """Of everybody whom the proposal sends, who has most to do first; its own visits are no work from before."""
    more: dict[int, int] = defaultdict(int)
    asked = _minutes_of(seats)
    for seat in seats.values():
        for who in seat.crew:
            more[who] += asked.get(seat.request_id, 0)
    people = people_queries.presenters_by_id(more) if more else {}
    hours, exceptions = availability_of(list(people), row.first_day, row.last_day)
    before = _promised(row, people)
    loads = [
        LoadShare(
            who=crew_name(person, row.first_day),
            before=before.get(who, 0),
            after=before.get(who, 0) + more[who],
            offered=offered_minutes(hours[who], exceptions[who], row.first_day, row.last_day),
        )
        for who, person in people.items()
    ]
    return tuple(sorted(loads, key=lambda one: -one.after))


def _minutes_of(seats: Mapping[int, ProposedSeat]) -> dict[int, int]:
    """In front of people, as its request asks for it."""
    asked = (
        select(SchoolRequest.id, Programme.minutes * func.count(RequestedPresentation.id))
        .join(SchoolRequest.programme)
        .join(SchoolRequest.presentations)
        .where(SchoolRequest.id.in_(seats))
        .group_by(SchoolRequest.id, Programme.minutes)
    )
    rows = db.session().execute(asked)
    return {row[0]: row[1] for row in rows}


def _promised(row: PlanProposal, people: Mapping[int, PresenterRow]) -> dict[int, int]:
    own = select(ProposedVisit.visit_id).where(ProposedVisit.proposal_id == row.id, ProposedVisit.visit_id.is_not(None))
    wanted = (
        select(Assignment.presenter_id, func.sum(Presentation.minutes))
        .join(Presentation, Presentation.id == Assignment.presentation_id)
        .where(
            Assignment.presenter_id.in_(people),
            Assignment.on_day.between(row.first_day, row.last_day),
            Assignment.state.in_(PROMISED),
            Presentation.visit_id.not_in(own),
        )
        .group_by(Assignment.presenter_id)
    )
    return {who: int(minutes) for who, minutes in db.session().execute(wanted)}
