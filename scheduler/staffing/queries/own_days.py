"""A presenter's own days: visits, roads, schools and crews together. More days never mean more queries."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from zoneinfo import ZoneInfo

from sqlalchemy import and_, func, select
from sqlalchemy.orm import joinedload, selectinload

from scheduler import policy
from scheduler.core.db import db
from scheduler.core.errors import NotFound
from scheduler.people.models import Presenter, User
from scheduler.people.queries import home_point
from scheduler.people.rules import is_minor
from scheduler.places.models import Host
from scheduler.places.rules.hosts import road_km, road_minutes
from scheduler.places.rules.trips import comes_home, sets_out
from scheduler.places.terms.hosts import Point
from scheduler.places.terms.trips import Trip
from scheduler.policy import Actor
from scheduler.staffing.queries.visit_lines import visits_of_presenter
from scheduler.staffing.rules.own_days import contact_is_shown, kit_of
from scheduler.staffing.terms.own_days import OwnDay, OwnVisit, OwnYear, School, Way
from scheduler.visits.models.visits import Assignment, Presentation, Visit
from scheduler.visits.queries.agenda import place_of, trip_to
from scheduler.visits.queries.clearance import photographed
from scheduler.visits.queries.lists import visits_where
from scheduler.visits.queries.pages import has_seat
from scheduler.visits.rules.crew import companions
from scheduler.visits.terms.rows import PresentationRow, VisitRow
from scheduler.visits.terms.states import FIRM, OPEN_VISITS, AssignmentState, PresentationState, VisitState

OFF = (PresentationState.CANCELLED, PresentationState.MERGED_INTO)


@dataclass(frozen=True)
class _Reader:
    """For whom the days are read."""

    person: Presenter
    today: dt.date
    may_call: bool


def days_of(actor: Actor, first_day: dt.date, last_day: dt.date, *, today: dt.date) -> list[OwnDay]:
    """The days on which the actor presents, both ends included, in order; days without a visit are left out.

    Raises: NotAllowed; NotFound when the actor is no presenter.
    """
    policy.require(actor, "read", "day", presenters=[actor.presenter_id])
    if actor.presenter_id is None:
        raise NotFound("presenter")
    rows = visits_of_presenter(actor.presenter_id, first_day, last_day)
    person = db.session().scalars(
        select(Presenter)
        .where(Presenter.id == actor.presenter_id)
        .options(joinedload(Presenter.home), joinedload(Presenter.user).joinedload(User.centre))
        .execution_options(populate_existing=True)
    )
    reader = _Reader(person.one(), today, policy.scope_of(actor, "read", "contact") is not None)
    stored = _stored([row.id for row in rows])
    visits = [_own_visit(reader, row, stored[row.id]) for row in rows]
    with_seat = [one for one in visits if one.presentations]
    return [_day(reader, day, list(group), stored) for day, group in groupby(_in_order(with_seat), _day_of)]


def _in_order(visits: list[OwnVisit]) -> list[OwnVisit]:
    return sorted(visits, key=lambda one: (one.visit.on_day, one.begins_at, one.visit.id))


def _day_of(one: OwnVisit) -> dt.date:
    return one.visit.on_day


def _stored(visit_ids: Sequence[int]) -> dict[int, Visit]:
    """These visits with what lists do not show: the host's place, the school's own words, when the set-up begins."""
    rows = db.session().scalars(
        select(Visit)
        .where(Visit.id.in_(visit_ids))
        .options(
            joinedload(Visit.host).joinedload(Host.municipality),
            joinedload(Visit.school_request),
            selectinload(Visit.presentations),
        )
        .order_by(Visit.id)
        .execution_options(populate_existing=True)
    )
    return {visit.id: visit for visit in rows}


def _set_up_from(visit: Visit, presentations: Sequence[PresentationRow]) -> dt.datetime:
    """When the presenter has to be there, on the wall clock of the host."""
    own = {row.id for row in presentations}
    return min(row.busy_from for row in visit.presentations if row.id in own).astimezone(ZoneInfo(visit.zone))


def _own_visit(reader: _Reader, row: VisitRow, visit: Visit) -> OwnVisit:
    me = next(one for one in row.crew if one.presenter_id == reader.person.id)
    mine = tuple(one for one in row.presentations if me.states.get(one.id) in FIRM and one.state not in OFF)
    school = _school(reader, row, visit)
    return OwnVisit(
        visit=row,
        presentations=mine,
        school=school,
        crew=companions(row, reader.person.id, reader.today, photographed(row, reader.today)),
        kit=kit_of(school, mine),
        point=place_of(visit) if visit.host.lat is not None else None,
        arrives_local=_set_up_from(visit, mine).time() if mine else None,
        way=None,
    )


def _school(reader: _Reader, row: VisitRow, visit: Visit) -> School:
    may_call = reader.may_call and contact_is_shown(row.on_day, reader.today)
    phone = visit.host.phone if may_call else ""
    asked, pupils = visit.school_request, row.with_pupils
    if asked is None:
        return School(
            phone=phone,
            teacher_stays=row.teacher_stays and pupils,
            safeguarding_contact=row.safeguarding_contact,
        )
    return School(
        contact_name=asked.contact_name if may_call else "",
        contact_phone=asked.contact_phone if may_call else "",
        phone=phone,
        venue=asked.venue,
        directions=asked.directions,
        step_free=asked.step_free,
        has_projector=asked.has_projector,
        has_sound=asked.has_sound,
        has_internet=asked.has_internet,
        recent_incident=asked.recent_incident and may_call,
        special_needs=asked.special_needs and may_call,
        teacher_stays=asked.teacher_stays and pupils,
        safeguarding_contact=asked.safeguarding_contact,
    )


def _day(reader: _Reader, day: dt.date, visits: list[OwnVisit], stored: dict[int, Visit]) -> OwnDay:
    """The visits of a day joined by the roads between them, from home and back."""
    person, at, km, placed, over = reader.person, home_point(reader.person), 0.0, [], None
    minor = is_minor(person.adult_on, day)
    for one in visits:
        visit = stored[one.visit.id]
        there = place_of(visit)
        if one.held_off or there is None:
            placed.append(one)
            continue
        way = _way(at, there, _set_up_from(visit, one.presentations), minor=minor)
        placed.append(_with_way(one, way))
        km, at, over = km + road_km(at, there), there, one.over_at.astimezone(ZoneInfo(one.visit.zone))
    centre = person.user.centre
    back = road_minutes(at, home_point(person)) if over else 0
    return OwnDay(
        on_day=day,
        name=person.user.given_spelled if is_minor(person.adult_on, reader.today) else person.user.full_name,
        home_sr_cyrl=person.home.name_sr_cyrl,
        home_sr_latn=person.home.name_sr_latn,
        visits=tuple(placed),
        home_at=comes_home(over, back) if over else None,
        km=round(km + road_km(at, home_point(person))) if over and not minor else 0,  # rounded once, as the plan does
        centre_sr_cyrl=centre.name_sr_cyrl,
        centre_sr_latn=centre.name_sr_latn,
        centre_en=centre.name_en,
        centre_phone=centre.phone,
    )


def _way(here: Point, there: Point, arrives: dt.datetime, *, minor: bool) -> Way:
    minutes = road_minutes(here, there)
    return Way(sets_out(arrives, minutes), None if minor else round(road_km(here, there)), minutes)


def _with_way(one: OwnVisit, way: Way) -> OwnVisit:
    return OwnVisit(**(one.__dict__ | {"way": way}))


def trips_for(presenter_id: int, wanted: Mapping[int, Sequence[PresentationRow]]) -> dict[int, Trip]:
    """Her way there and back, by visit, for the presentations to which she would go; nothing where nobody drives."""
    if not wanted:
        return {}
    person = select(Presenter).where(Presenter.id == presenter_id).options(joinedload(Presenter.home))
    hers = db.session().scalars(person).one()
    home = home_point(hers)
    stored = _stored(list(wanted))
    own = {one: {row.id for row in rows} for one, rows in wanted.items()}
    found = {
        one: trip_to(
            home,
            row,
            [each for each in row.presentations if each.id in own[one]],
            minor=is_minor(hers.adult_on, row.on_day),
        )
        for one, row in stored.items()
    }
    return {visit_id: trip for visit_id, trip in found.items() if trip is not None}


def visits_to_leave(presenter_id: int, first_day: dt.date, last_day: dt.date, *, now: dt.datetime) -> list[VisitRow]:
    """The visits of these days that a presenter has promised or is asked for, and that have not begun."""
    asked = has_seat(
        Assignment.presenter_id == presenter_id,
        Assignment.state.in_((AssignmentState.OFFERED, AssignmentState.ACCEPTED)),
    )
    found = visits_where(Visit.on_day.between(first_day, last_day), Visit.state.in_(OPEN_VISITS), asked)
    return [row for row in found if row.starts_at is not None and row.starts_at > now]


def year_of(presenter_id: int, year: int) -> OwnYear:
    """What a presenter has done in a year, as counted in the room: she was present, and the visit was held."""
    held = (
        db.session()
        .execute(
            select(Visit.id, Visit.kilometres, func.count(Assignment.id))
            .join(Presentation, Presentation.visit_id == Visit.id)
            .join(
                Assignment,
                and_(
                    Assignment.presentation_id == Presentation.id,
                    Assignment.presenter_id == presenter_id,
                    Assignment.state == AssignmentState.PRESENT,
                ),
            )
            .where(
                Visit.state == VisitState.DELIVERED,
                Visit.on_day.between(dt.date(year, 1, 1), dt.date(year, 12, 31)),
            )
            .group_by(Visit.id, Visit.kilometres)
            .order_by(Visit.id)
        )
        .all()
    )
    return OwnYear(year, len(held), sum(row[2] for row in held), sum(row[1] for row in held))
