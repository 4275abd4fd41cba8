"""Closures: which visits they stop, and on which of the next days each could be held instead."""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence

from sqlalchemy import ColumnElement, false, func, or_, select, true

from scheduler import policy
from scheduler.booking.queries.school_days import SchoolDays, days_of_crews, visits_to_place
from scheduler.closures.models import Disruption
from scheduler.closures.rules import best_days
from scheduler.closures.terms import CLOSURE_REASON, Affected, NewDays, ToPlace
from scheduler.core.counting import capped_count
from scheduler.core.db import db
from scheduler.core.errors import NotFound
from scheduler.core.paging import Page, counted_until, first_row
from scheduler.people import queries as people_queries
from scheduler.people.rules import is_minor
from scheduler.people.terms import PresenterRow
from scheduler.places import queries as place_queries
from scheduler.places.models import Closure, District, Host, Municipality
from scheduler.places.terms.hosts import ClosureDraft, ClosureRow, Extent
from scheduler.policy import Actor, Spot
from scheduler.visits.models.visits import Assignment, DateWish, Presentation, Visit
from scheduler.visits.queries.agenda import point_of
from scheduler.visits.queries.pages import visits_between
from scheduler.visits.terms.plans import PresentationPlan
from scheduler.visits.terms.states import LIVING, OPEN_VISITS, AssignmentState, PresentationState, VisitState

DAYS_PROPOSED = 3
ON_A_PAGE = 25


def require_places(actor: Actor, verb: str, extents: Iterable[Extent]) -> None:
    """Refuse a closure when the actor may not act in one of its places. Raises: NotAllowed; OutOfReach."""
    for extent in extents:
        policy.require(actor, verb, "closure", centre=_spot_of(actor, extent))


def _spot_of(actor: Actor, extent: Extent) -> Spot:
    """Where a place lies, as far as it matters to the actor: the country and a school calendar lie in no district."""
    if extent.municipality_id is None or not actor.districts:
        return Spot(actor.centre_id, district_id=extent.district_id)
    town = select(Municipality.district_id).where(Municipality.id == extent.municipality_id)
    return Spot(actor.centre_id, district_id=db.session().scalar(town))


def closures_since(day: dt.date, page: int = 1) -> Page[ClosureRow]:
    """A page of the closures whose days reach past a day, lifted ones too, newest first."""
    wanted = place_queries.whole_closures().where(Closure.last_day >= day)
    total, more = capped_count(wanted, counted_until(page, ON_A_PAGE))
    ordered = wanted.order_by(Closure.first_day.desc(), Closure.id.desc())
    rows = db.session().scalars(ordered.limit(ON_A_PAGE).offset(first_row(page, ON_A_PAGE))).unique()
    return Page([place_queries.closure_row(row) for row in rows], page, total, ON_A_PAGE, more)


def affected_by(actor: Actor, draft: ClosureDraft) -> Affected:
    """What a closure would stop, each visit once. Raises: NotAllowed."""
    require_places(actor, "create", draft.extents)
    ids = ids_in(draft.extents, draft.first_day, draft.last_day)
    return _affected(actor, ids, draft.first_day, draft.last_day, LIVING)


def stopped_by(actor: Actor, closure_id: int) -> Affected:
    """What a closure has stopped. Raises: NotAllowed; NotFound."""
    policy.require(actor, "read", "closure", centre=policy.own_part(actor))
    closure = place_queries.closure_of(closure_id)
    ids = set(db.session().scalars(select(Disruption.visit_id).where(Disruption.closure_id == closure_id)))
    released = (AssignmentState.WITHDRAWN,)
    return _affected(actor, ids, closure.first_day, closure.last_day, released)


def ids_in(extents: Iterable[Extent], first: dt.date, last: dt.date) -> set[int]:
    """Visits of every centre that are to be held on these days at hosts that the closure reaches."""
    wanted = (
        select(Visit.id)
        .join(Host, Host.id == Visit.host_id)
        .join(Municipality, Municipality.id == Host.municipality_id)
        .join(District, District.id == Municipality.district_id)
        .where(Visit.state.in_(OPEN_VISITS), Visit.on_day.between(first, last))
        .where(or_(false(), *map(_reached, extents)))
    )
    return set(db.session().scalars(wanted))


def _reached(extent: Extent) -> ColumnElement[bool]:
    if extent.municipality_id is not None:
        return Municipality.id == extent.municipality_id
    if extent.district_id is not None:
        return District.id == extent.district_id
    return true() if extent.calendar is None else District.school_calendar == extent.calendar


def _affected(
    actor: Actor, ids: Collection[int], first: dt.date, last: dt.date, states: Sequence[AssignmentState]
) -> Affected:
    count = func.count(Presentation.id), func.coalesce(func.sum(Presentation.expected_pupils), 0)
    sittings, pupils = db.session().execute(select(*count).where(Presentation.visit_id.in_(ids))).one()
    schools = db.session().scalar(select(func.count(Visit.host_id.distinct())).where(Visit.id.in_(ids)))
    people = db.session().scalar(
        select(func.count(Assignment.presenter_id.distinct()))
        .join(Presentation, Presentation.id == Assignment.presentation_id)
        .where(Presentation.visit_id.in_(ids), Assignment.state.in_(states))
    )
    own = tuple(visit for visit in visits_between(actor, first, last) if visit.id in ids)
    return Affected(frozenset(ids), own, sittings, int(pupils), schools or 0, people or 0)


def stopped_counts(closure_ids: Collection[int]) -> dict[int, int]:
    """How many visits each of these closures has stopped."""
    rows = db.session().execute(
        select(Disruption.closure_id, func.count().label("visits"))
        .where(Disruption.closure_id.in_(closure_ids))
        .group_by(Disruption.closure_id)
        .order_by(Disruption.closure_id)
    )
    return {row.closure_id: row.visits for row in rows}


def new_days(actor: Actor, closure_id: int, *, now: dt.datetime) -> list[NewDays]:
    """For each stopped visit of the centre that has no new date: three days on which the same crew is free, one best.

    By the calendar that schools are shown, after the day that fell out: what the school proposes, then the next ones.
    What one visit is offered is not held: the act looks again. Raises: NotAllowed.
    """
    waiting = [row for row in stopped_by(actor, closure_id).visits if row.state is VisitState.DISRUPTED]
    visits = visits_to_place([row.id for row in waiting])
    crews = [(visits[row.id], released_crew(visits[row.id])) for row in waiting]
    people = people_queries.presenters_by_id({who for _visit, crew in crews for who in crew})
    named, looked = days_named([row.id for row in waiting]), days_of_crews(crews, now=now)
    placed = [_to_place(visit, crew, days, named) for (visit, crew), days in zip(crews, looked, strict=True)]
    return [
        NewDays(
            row,
            tuple((who, _name(people[who], row.on_day)) for who in one.crew if who in people),
            _shown(best, one.days),
            days.found.days[-1].day,
            best,
            one.named,
        )
        for row, one, days, best in zip(waiting, placed, looked, best_days(placed), strict=True)
    ]


def days_named(visit_ids: Collection[int]) -> dict[int, tuple[dt.date, ...]]:
    """The days that schools propose for these visits, the better first."""
    wanted = select(DateWish).where(DateWish.visit_id.in_(visit_ids), DateWish.answered_at.is_(None))
    rows = db.session().scalars(wanted.order_by(DateWish.id))
    return {row.visit_id: tuple(filter(None, (row.first_choice, row.second_choice))) for row in rows}


def _to_place(visit: Visit, crew: Sequence[int], days: SchoolDays, named: Mapping[int, Sequence[dt.date]]) -> ToPlace:
    free = [one.day for one in days.found.free if days.wish.kept]
    welcome = tuple(day for day in named.get(visit.id, ()) if day in free)
    return ToPlace(
        visit.id,
        tuple(crew),
        tuple((one.starts_local, one.minutes) for one in days.wish.kept),
        visit.programme.set_up_minutes,
        point_of(visit.host),
        tuple(dict.fromkeys([*welcome, *free])),
        welcome,
    )


def _shown(best: dt.date | None, days: Sequence[dt.date]) -> tuple[dt.date, ...]:
    first = dict.fromkeys([*([best] if best else []), *days])
    return tuple(sorted(list(first)[:DAYS_PROPOSED]))


def visit_with_crew(visit_id: int) -> Visit:
    """A visit with its presentations and everybody who was to go. Raises: NotFound."""
    found = visits_to_place([visit_id]).get(visit_id)
    if found is None:
        raise NotFound("visit")
    return found


def released_crew(visit: Visit) -> list[int]:
    """Who was to go before the closure; presentations and assignments must be loaded."""
    seats = [seat for row in visit.presentations for seat in row.assignments]
    gone = {s.presenter_id for s in seats if s.state is AssignmentState.WITHDRAWN and s.reason == CLOSURE_REASON}
    return sorted(gone)


def plans_of(visit: Visit) -> tuple[PresentationPlan, ...]:
    """The stopped presentations of a visit as they would be planned again."""
    return tuple(
        PresentationPlan(
            starts_local=row.starts_local,
            minutes=row.minutes,
            audience=row.audience,
            level=row.level,
            classes=row.classes,
            venue=row.venue,
            expected_pupils=row.expected_pupils,
            expected_parents=row.expected_parents,
            expected_teachers=row.expected_teachers,
            outside_shift=row.outside_shift,
        )
        for row in visit.presentations
        if row.state is PresentationState.DISRUPTED
    )


def _name(person: PresenterRow, day: dt.date) -> str:
    return person.given_name if is_minor(person.adult_on, day) else person.full_name
