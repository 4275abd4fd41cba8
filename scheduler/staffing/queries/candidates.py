"""Who could go to a visit, and why the others cannot: law, road, topic, language, time."""

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import replace
from math import cos, radians
from typing import Any

from sqlalchemy import ColumnElement, Select, case, exists, false, func, or_, select
from sqlalchemy.orm import joinedload

from scheduler import policy
from scheduler.core.db import db
from scheduler.core.errors import NotFound
from scheduler.core.paging import Page, first_row
from scheduler.people import queries as people_queries
from scheduler.people.models import (
    AvailabilityException,
    AvailableHours,
    Presenter,
    PresenterLanguage,
    PresenterSkill,
    User,
)
from scheduler.people.rules import is_available, is_minor
from scheduler.people.terms import PresenterRow
from scheduler.places.models import Host, Municipality
from scheduler.places.rules.hosts import DETOUR
from scheduler.places.terms.trips import Trip
from scheduler.policy import Actor
from scheduler.programmes.queries import campaign_crew
from scheduler.safeguarding.models import GuardianConsent, Vetting
from scheduler.safeguarding.queries import consent_covers, takes_nothing_new, vetting_covers
from scheduler.staffing.models.open_calls import RaisedHand
from scheduler.staffing.queries.availability import availability_of
from scheduler.staffing.queries.young_load import promises_of_months, too_much_beside
from scheduler.staffing.terms.crew import Candidate
from scheduler.visits.models.visits import Assignment, Presentation, Visit
from scheduler.visits.queries.agenda import place_of, stops_of_visit, trip_to
from scheduler.visits.queries.clearance import clearance, town_of
from scheduler.visits.rules.arrival import clash_of
from scheduler.visits.rules.crew import why_not
from scheduler.visits.rules.limits import load_on, too_far, too_much
from scheduler.visits.rules.timetable import wall_end
from scheduler.visits.terms.plans import Why
from scheduler.visits.terms.states import LIVING, PROMISED, STAFFED

SHOWN_AT_ONCE = 30
ASKED_FIRST = 300  # of the nearest, for the pages of candidates
ROAD_KM_A_DEGREE = 111.2 * DETOUR  # of the way between two places, as `road_km` counts it
BARRED = 10  # weighs more than all that a coordinator may overrule


def candidates(
    actor: Actor, visit_id: int, *, now: dt.datetime, among: Collection[int] | None = None
) -> list[Candidate]:
    """Every presenter of the visit's centre, or those `among` these, who is not in its crew: who fits first, then the
    nearest.

    The number of queries does not depend on the number of presenters. Raises: NotAllowed, NotFound.
    """
    visit, presentations = _visit(visit_id)
    policy.require(actor, "create", "assignment", centre=policy.spot(visit))
    some = () if among is None else (Presenter.id.in_(among),)
    people = people_queries.presenters_of(visit.centre_id, Presenter.id.not_in(_seated(visit_id)), *some)
    return _judged(visit, presentations, people, now)


def candidates_by_need(
    actor: Actor, visit_id: int, *, now: dt.datetime, page: int = 1
) -> tuple[Page[Candidate], list[Candidate]]:
    """A page of them, and of all who are judged for it whoever has put up a hand: only these are loaded.

    Which page somebody stands on is the database's guess (`_guess`); what stands there of her is what is so.
    Raises: NotAllowed, NotFound.
    """
    visit, presentations = _visit(visit_id)
    policy.require(actor, "create", "assignment", centre=policy.spot(visit))
    not_seated = Presenter.id.not_in(_seated(visit_id))
    found, total = _page_of_guess(visit, presentations, page)
    shown = set(found)
    raised = Presenter.id.in_(select(RaisedHand.presenter_id).where(RaisedHand.visit_id == visit_id))
    people = people_queries.presenters_of(visit.centre_id, not_seated, or_(Presenter.id.in_(shown), raised))
    judged = _judged(visit, presentations, people, now)
    rows = [one for one in judged if one.presenter_id in shown]
    return Page(rows, page, total, SHOWN_AT_ONCE), judged


def _page_of_guess(visit: Visit, presentations: Sequence[Presentation], page: int) -> tuple[list[int], int]:
    """Who stands on a page, and how many there are on all.

    What speaks against somebody is asked of the nearest first. Where nothing speaks against anybody on the page, they
    are those who would stand there if all had been asked; else all are.
    """
    against, off = _guess(visit, presentations)
    crew = campaign_crew(visit.campaign_id) if visit.campaign_id is not None else frozenset[int]()
    meant = [case((Presenter.id.in_(crew), 0), else_=1)] if crew else []
    after = *off, User.family_name, User.given_name, Presenter.id
    own = (
        Presenter.centre_id == visit.centre_id,
        User.erased_at.is_(None),
        Presenter.id.not_in(_seated(visit.id)),
    )
    everybody = select(Presenter.id).join(Presenter.home).join(Presenter.user).where(*own)
    total = select(func.count(Presenter.id)).join(Presenter.user).where(*own).scalar_subquery()
    nearest = everybody.order_by(*after).limit(ASKED_FIRST).subquery()
    first = Presenter.id.in_(select(nearest.c.id)), Presenter.id.in_(crew)
    for among in ([or_(*first)], []):
        by_need = everybody.add_columns(against, total).where(*among).order_by(against, *meant, *after)
        found = db.session().execute(by_need.limit(SHOWN_AT_ONCE).offset(first_row(page, SHOWN_AT_ONCE))).all()
        if found and (found[0][2] <= ASKED_FIRST or (len(found) == SHOWN_AT_ONCE and not found[-1][1])):
            break
    return [row[0] for row in found], found[0][2] if found else 0


def _guess(
    visit: Visit, presentations: Sequence[Presentation]
) -> tuple[ColumnElement[int], list[ColumnElement[float]]]:
    """How much probably speaks against somebody, and how far off she lives, as the database sees it in one look.

    It only sorts: who is shown is judged by the rules (`_judged`), which know holidays and hours that touch.
    """
    day, who = visit.on_day, Presenter.id
    against = [
        (~exists().where(Vetting.presenter_id == who, *vetting_covers(day)), BARRED),
        (Presenter.suspended_at.is_not(None) | takes_nothing_new(), BARRED),
        (Presenter.may_present_from > day, BARRED),
        (
            (Presenter.adult_on > day) & ~exists().where(GuardianConsent.presenter_id == who, *consent_covers(day)),
            BARRED,
        ),
        (~Presenter.skills.any(PresenterSkill.topic == visit.programme.topic), 1),
        (_is_taken(presentations), 1),
        (_is_away(day, presentations), 1),
    ]
    if visit.school_request and visit.school_request.teaching_language:
        language = visit.school_request.teaching_language
        against.append((~Presenter.languages.any(PresenterLanguage.language == language), 1))
    weights = [case((said, weight), else_=0) for said, weight in against]
    all_against: ColumnElement[int] = sum(weights[1:], weights[0])
    host = place_of(visit)
    if host is None:
        return all_against, []
    north = Municipality.lat - host.latitude
    east = (Municipality.lon - host.longitude) * cos(radians(host.latitude))
    off = north * north + east * east
    beyond = case((Presenter.reach_km * Presenter.reach_km < off * ROAD_KM_A_DEGREE**2, 1), else_=0)
    return all_against + beyond, [off]


def _is_taken(presentations: Sequence[Presentation]) -> ColumnElement[bool]:
    begins = min((row.busy_from for row in presentations), default=None)
    if begins is None:
        return false()
    ends = max(row.busy_until for row in presentations)
    return exists().where(
        Assignment.presenter_id == Presenter.id,
        Assignment.state.in_(PROMISED),
        Assignment.busy_from < ends,
        Assignment.busy_until > begins,
    )


def _is_away(day: dt.date, presentations: Sequence[Presentation]) -> ColumnElement[bool]:
    """An exception says that she is absent, or no hours of that weekday hold the visit."""
    touches = (AvailabilityException.first_day <= day) & (AvailabilityException.last_day >= day)
    said = exists().where(AvailabilityException.presenter_id == Presenter.id, touches)
    absent = said.where(AvailabilityException.available.is_(False))
    hours = exists().where(AvailableHours.presenter_id == Presenter.id, AvailableHours.weekday == day.weekday())
    if presentations:
        first, last = presentations[0], presentations[-1]
        hours = hours.where(
            AvailableHours.from_local <= first.starts_local,
            AvailableHours.until_local >= wall_end(last.starts_local, last.minutes),
        )
    return absent | (~said & ~hours)


def _judged(
    visit: Visit, presentations: list[Presentation], people: Sequence[PresenterRow], now: dt.datetime
) -> list[Candidate]:
    """What speaks against each of these presenters; the best first."""
    ids = [row.presenter_id for row in people]
    here = stops_of_visit(visit, presentations)
    cleared = clearance(ids, visit.on_day, town_of(visit), promised_at=now)
    promises = promises_of_months(ids, here, [visit.on_day], except_visit=visit.id, now=now)
    free, host = _available(ids, visit, presentations), place_of(visit)
    language = visit.school_request.teaching_language if visit.school_request else None
    minors = [row.presenter_id for row in people if is_minor(row.adult_on, visit.on_day)]
    own, born = [row.minutes for row in presentations], {row.presenter_id: row.adult_on for row in people}
    full = too_much_beside(promises.taken, born, dict.fromkeys(minors, own), [visit.on_day], visit_id=visit.id)[
        visit.on_day
    ]
    meant = campaign_crew(visit.campaign_id) if visit.campaign_id is not None else frozenset()
    found = []
    for row in people:
        who = row.presenter_id
        reasons = [
            *cleared[who],
            *clash_of(here, promises.stops.get(who, [])),
            *why_not(row, visit.programme.topic, language, free[who]),
            *full.get(who, []),
            *too_far(row.home, host, row.reach_km),
            *too_much(*load_on(promises.load.get(who, {}), visit.on_day), more=len(presentations)),
        ]
        one = _candidate(row, visit, trip_to(row.home, visit, presentations), reasons)
        found.append(replace(one, of_campaign=who in meant))
    return sorted(found, key=_best_first)


def _best_first(one: Candidate) -> tuple[Any, ...]:
    return one.barred, len(one.reasons), not one.of_campaign, one.road_km or 0, one.full_name


def _visit(visit_id: int) -> tuple[Visit, list[Presentation]]:
    found = db.session().scalars(
        select(Visit)
        .where(Visit.id == visit_id)
        .options(
            joinedload(Visit.host).joinedload(Host.municipality),
            joinedload(Visit.programme),
            joinedload(Visit.school_request),
            joinedload(Visit.presentations),
        )
    )
    visit = found.unique().one_or_none()
    if visit is None:
        raise NotFound("visit")
    return visit, [row for row in visit.presentations if row.state in STAFFED]


def _seated(visit_id: int) -> Select[int]:
    return (
        select(Assignment.presenter_id)
        .join(Presentation, Presentation.id == Assignment.presentation_id)
        .where(Presentation.visit_id == visit_id, Assignment.state.in_(LIVING))
    )


def _available(ids: list[int], visit: Visit, presentations: list[Presentation]) -> dict[int, bool]:
    hours, exceptions = availability_of(ids, visit.on_day, visit.on_day)
    spans = [(row.starts_local, wall_end(row.starts_local, row.minutes)) for row in presentations]
    return {
        who: all(is_available(hours[who], exceptions[who], visit.on_day, begins, ends) for begins, ends in spans)
        for who in ids
    }


def _candidate(row: PresenterRow, visit: Visit, trip: Trip | None, reasons: list[Why]) -> Candidate:
    return Candidate(
        presenter_id=row.presenter_id,
        kind=row.kind,
        full_name=row.full_name,
        minor=is_minor(row.adult_on, visit.on_day),
        home_sr_cyrl=row.home_sr_cyrl,
        home_sr_latn=row.home_sr_latn,
        road_km=trip.km if trip else None,
        reasons=tuple(reasons),
        trip=trip,
        has_car=row.has_car,
    )
