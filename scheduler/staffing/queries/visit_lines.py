"""The visits of one presenter, or at one school: what comes, and what was, page by page. One question for both."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, literal, select, union_all

from scheduler import policy
from scheduler.core.db import db
from scheduler.core.paging import Page, first_row
from scheduler.people.terms import PresenterPage
from scheduler.places.models import Host, Municipality
from scheduler.places.rules.hosts import road_km
from scheduler.places.terms.hosts import Point
from scheduler.policy import Actor, in_reach
from scheduler.staffing.rules.visit_lines import LOAD_WEEKS, offered_minutes
from scheduler.staffing.terms.visit_lines import Load, VisitLines, VisitOnPage
from scheduler.visits.models.visits import Assignment, Presentation, Visit
from scheduler.visits.queries.lists import visits_where
from scheduler.visits.queries.pages import has_seat, in_centre
from scheduler.visits.rules.limits import MOST_A_WEEK
from scheduler.visits.terms.rows import VisitRow
from scheduler.visits.terms.states import FIRM, GONE_VISITS, OPEN_VISITS, PROMISED, AssignmentState, PresentationState

COMING_SHOWN, PAST_SHOWN = 50, 10
COMES, WAS = "to come", "gone by"
WENT = (*FIRM, AssignmentState.ABSENT)
OFF = (PresentationState.CANCELLED, PresentationState.MERGED_INTO)


def visits_of_person(actor: Actor, presenter_id: int, home: Point | None, today: dt.date, page: int) -> VisitLines:
    """Of a presenter, in the reader's reach: what she has promised or is asked for, and where she was due.

    Who may read her page asks; she herself reads all that is hers.
    """
    hers = [Assignment.presenter_id == presenter_id]
    if actor.presenter_id != presenter_id:
        hers.append(in_reach(actor, Visit))
    lines = _lines().join(Assignment, Assignment.presentation_id == Presentation.id).where(*hers)
    firm = func.min(case((Assignment.state.in_(FIRM), 1), else_=0))
    coming = lines.where(Assignment.state.in_(PROMISED), Visit.state.in_(OPEN_VISITS), Visit.on_day >= today)
    past = lines.where(Assignment.state.in_(WENT), Visit.state.not_in(GONE_VISITS), Visit.on_day < today)
    return _both(coming.add_columns(firm), past.add_columns(firm), home, page)


def visits_at_host(actor: Actor, host_id: int, today: dt.date, page: int) -> VisitLines:
    """At a school, of the reader's centre: what is planned there, and what was. Raises: NotAllowed."""
    policy.require(actor, "read", "visit", centre=policy.own_part(actor))
    lines = _lines().where(Visit.host_id == host_id, in_centre(actor), Visit.state.not_in(GONE_VISITS))
    firm = func.min(1)
    coming, past = lines.where(Visit.on_day >= today), lines.where(Visit.on_day < today)
    return _both(coming.add_columns(firm), past.add_columns(firm), None, page)


def load_of(page: PresenterPage, lines: VisitLines, today: dt.date) -> Load:
    """How full the weeks ahead are, of what she offers in them."""
    last = today + dt.timedelta(days=7 * LOAD_WEEKS - 1)
    near = [one for one in lines.coming.rows if one.on_day <= last]
    return Load(
        presentations=sum(one.presentations for one in near),
        minutes=sum(one.minutes for one in near),
        kilometres=sum(2 * one.km for one in near),
        offered_minutes=offered_minutes(page.hours, page.exceptions, today, last),
        most_presentations=MOST_A_WEEK * LOAD_WEEKS,
    )


def _lines() -> Select[Any]:
    """Visits, each once, with their schools; `_both` adds whether all of it is promised."""
    said: tuple[Any, ...] = (
        *(Visit.number, Visit.on_day, Visit.state),
        *(Host.id, Host.name_sr_cyrl, Host.name_sr_latn, Host.place_sr_cyrl, Host.place_sr_latn),
        func.min(Presentation.starts_local),
        func.count(Presentation.id.distinct()),
        func.sum(Presentation.minutes),
        case((Visit.online_link == "", func.coalesce(Host.lat, Municipality.lat))),
        case((Visit.online_link == "", func.coalesce(Host.lon, Municipality.lon))),
        func.count().over().label("total"),
    )
    return (
        select(*said)
        .join(Host, Host.id == Visit.host_id)
        .outerjoin(Municipality, Municipality.id == Host.municipality_id)
        .join(Presentation, Presentation.visit_id == Visit.id)
        .where(Presentation.state.not_in(OFF))
        .group_by(Visit.id, Host.id, Municipality.id)
    )


def _both(coming: Select[Any], past: Select[Any], home: Point | None, page: int) -> VisitLines:
    """Two lists under each other; each row says of which it is."""
    first = coming.order_by(Visit.on_day, Visit.id).limit(COMING_SHOWN)
    newest: tuple[ColumnElement[Any], ...] = (Visit.on_day.desc(), Visit.id.desc())
    later = past.order_by(*newest).limit(PAST_SHOWN).offset(first_row(page, PAST_SHOWN))
    found = db.session().execute(union_all(_part(first, COMES), _part(later, WAS))).all()
    lines = sorted(found, key=lambda row: (row.on_day, row.place))
    to_come, gone_by = ([row for row in lines if row.part == part] for part in (COMES, WAS))
    return VisitLines(_page(to_come, home, 1, COMING_SHOWN), _page(gone_by[::-1], home, page, PAST_SHOWN))


def _part(wanted: Select[Any], part: str) -> Select[Any]:
    rows = wanted.add_columns(Visit.id.label("place")).subquery()
    return select(rows, literal(part).label("part"))


def _page(rows: Sequence[Any], home: Point | None, number: int, per_page: int) -> Page[VisitOnPage]:
    lines = []
    for row in rows:
        *said, lat, lon, _total, firm, _place, _part = tuple(row)
        km = round(road_km(home, Point(lat, lon))) if home is not None and lat is not None and lon is not None else 0
        lines.append(VisitOnPage._make((*said, bool(firm), km)))
    return Page(lines, number, rows[0].total if rows else 0, per_page)


def visits_of_presenter(presenter_id: int, first_day: dt.date, last_day: dt.date) -> list[VisitRow]:
    """The visits that a presenter goes to on these days, both included, in order of time."""
    going = has_seat(Assignment.presenter_id == presenter_id, Assignment.state.in_(FIRM))
    return visits_where(Visit.on_day.between(first_day, last_day), Visit.state.not_in(GONE_VISITS), going)
