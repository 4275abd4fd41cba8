"""Who could go to a visit, and why the others cannot: law, road, topic, language, time."""

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from scheduler import policy
from scheduler.core.db import db
from scheduler.core.errors import NotFound
from scheduler.people import queries as people_queries
from scheduler.people.models import Presenter
from scheduler.people.rules import is_available, is_minor
from scheduler.people.terms import PresenterRow
from scheduler.places.models import Host
from scheduler.places.rules.hosts import road_km
from scheduler.places.terms.hosts import Point
from scheduler.policy import Actor
from scheduler.visits.models.visits import Assignment, Presentation, Visit
from scheduler.visits.queries.agenda import home_point, place_of, promised_presentations, promised_stops, stops_of_visit
from scheduler.visits.queries.clearance import clearance, no_new_promise, town_of
from scheduler.visits.rules.arrival import clash_of
from scheduler.visits.rules.crew import why_not
from scheduler.visits.rules.limits import load_on, too_far, too_much
from scheduler.visits.rules.timetable import wall_end
from scheduler.visits.terms.plans import Why
from scheduler.visits.terms.rows import Candidate
from scheduler.visits.terms.states import LIVING, STAFFED


def candidates(actor: Actor, visit_id: int, *, now: dt.datetime) -> list[Candidate]:
    """Every presenter of the visit's centre who is not in its crew: who fits first, then the nearest.

    The number of queries does not depend on the number of presenters. Raises: NotAllowed, NotFound.
    """
    visit, presentations = _visit(visit_id)
    policy.require(actor, "create", "assignment", centre=visit.centre_id)
    crew = _crew(visit_id)
    people = [row for row in people_queries.presenters_of(visit.centre_id) if row.presenter_id not in crew]
    ids = [row.presenter_id for row in people]
    here = stops_of_visit(visit, presentations)
    cleared, promised = (
        clearance(ids, visit.on_day, town_of(visit)),
        promised_stops(ids, here, except_visit=visit.id, now=now),
    )
    free, homes, host = _available(ids, visit, presentations), homes_of(ids), place_of(visit)
    waiting = no_new_promise(ids, visit.on_day, now)
    language = visit.school_request.teaching_language if visit.school_request else None
    load = promised_presentations(ids, [visit.on_day], except_visit=visit.id, now=now)
    found = []
    for row in people:
        who = row.presenter_id
        reasons = [
            *cleared[who],
            *waiting.get(who, []),
            *clash_of(here, promised.get(who, [])),
            *why_not(row, visit.programme.topic, language, free[who]),
            *too_far(homes[who], host),
            *too_much(*load_on(load[who], visit.on_day), more=len(presentations)),
        ]
        found.append(_candidate(row, visit, round(road_km(homes[who], host)) if host else None, reasons))
    return sorted(found, key=lambda one: (one.barred, len(one.reasons), one.road_km or 0, one.full_name))


def _visit(visit_id: int) -> tuple[Visit, list[Presentation]]:
    visit = db.session().scalar(
        select(Visit)
        .where(Visit.id == visit_id)
        .options(
            joinedload(Visit.host).joinedload(Host.municipality),
            joinedload(Visit.programme),
            joinedload(Visit.school_request),
            selectinload(Visit.presentations),
        )
    )
    if visit is None:
        raise NotFound("visit")
    return visit, [row for row in visit.presentations if row.state in STAFFED]


def _crew(visit_id: int) -> set[int]:
    rows = db.session().scalars(
        select(Assignment.presenter_id)
        .join(Presentation, Presentation.id == Assignment.presentation_id)
        .where(Presentation.visit_id == visit_id, Assignment.state.in_(LIVING))
    )
    return set(rows)


def _available(ids: list[int], visit: Visit, presentations: list[Presentation]) -> dict[int, bool]:
    hours = people_queries.hours_of(ids)
    exceptions = people_queries.exceptions_of(ids, visit.on_day, visit.on_day)
    spans = [(row.starts_local, wall_end(row.starts_local, row.minutes)) for row in presentations]
    return {
        who: all(is_available(hours[who], exceptions[who], visit.on_day, begins, ends) for begins, ends in spans)
        for who in ids
    }


def homes_of(ids: Sequence[int]) -> dict[int, Point]:
    """Where each of these presenters sets out from."""
    rows = db.session().scalars(
        select(Presenter).where(Presenter.id.in_(ids)).options(joinedload(Presenter.home)).order_by(Presenter.id)
    )
    return {row.id: home_point(row) for row in rows}


def _candidate(row: PresenterRow, visit: Visit, km: int | None, reasons: list[Why]) -> Candidate:
    return Candidate(
        presenter_id=row.presenter_id,
        kind=row.kind,
        full_name=row.full_name,
        minor=is_minor(row.adult_on, visit.on_day),
        home_sr_cyrl=row.home_sr_cyrl,
        home_sr_latn=row.home_sr_latn,
        road_km=km,
        reasons=tuple(reasons),
    )
