"""Visits that are open for hands: who could go, as coordinators see it, and what a presenter may put up a hand for."""

import datetime as dt
from collections.abc import Iterable

from sqlalchemy import ColumnElement, select

from scheduler import policy
from scheduler.core.db import db
from scheduler.core.errors import NotFound
from scheduler.policy import Actor
from scheduler.staffing.models.open_calls import OpenCall, RaisedHand
from scheduler.staffing.terms.crew import Candidate, Hand, OpenVisitRow
from scheduler.visits.models.visits import Assignment, Visit
from scheduler.visits.queries.lists import visits_where
from scheduler.visits.queries.pages import has_seat
from scheduler.visits.terms.states import LIVING, OPEN_VISITS


def call_is_open(visit_id: int) -> bool:
    """Whether presenters may put up a hand for a visit."""
    return db.session().scalar(select(OpenCall.id).where(_open(), OpenCall.visit_id == visit_id)) is not None


def _open() -> ColumnElement[bool]:
    return OpenCall.closed_at.is_(None)


def hands_of(visit_id: int, candidates: Iterable[Candidate]) -> tuple[Hand, ...]:
    """Who put up a hand and is not in the crew yet, the first first; `candidates` hold those whose hands are up."""
    raised = db.session().execute(
        select(RaisedHand.presenter_id, RaisedHand.raised_at)
        .where(RaisedHand.visit_id == visit_id)
        .order_by(RaisedHand.raised_at, RaisedHand.id)
    )
    known = {one.presenter_id: one for one in candidates}
    return tuple(Hand(known[who], at) for who, at in raised if who in known)


def open_visits_for(actor: Actor, now: dt.datetime) -> list[OpenVisitRow]:
    """The open visits of the presenter's centre that have not begun and for which she was not asked."""
    if actor.presenter_id is None or policy.scope_of(actor, "answer", "offer") is None:
        return []
    rows = [row for row in visits_where(*_for_her(actor)) if row.starts_at is not None and row.starts_at > now]
    mine = db.session().scalars(select(RaisedHand.visit_id).where(RaisedHand.presenter_id == actor.presenter_id))
    raised = set(mine)
    return [OpenVisitRow(row, row.id in raised) for row in rows]


def _for_her(actor: Actor) -> tuple[ColumnElement[bool], ...]:
    """In whose crew she neither is nor was: who said no or left hears of it from the coordinator only (TRUST S54)."""
    seat = has_seat(
        Assignment.presenter_id == actor.presenter_id,
        Assignment.state.in_(LIVING) | Assignment.offered_until.is_not(None),
    )
    return (
        Visit.centre_id == actor.centre_id,
        Visit.state.in_(OPEN_VISITS),
        Visit.id.in_(select(OpenCall.visit_id).where(_open())),  # few are: from them to their visits
        ~seat,
    )


def open_visit_id(actor: Actor, number: str) -> int:
    """The open visit of that number that a presenter may put up a hand for. Raises: NotFound."""
    found = db.session().scalar(select(Visit.id).where(Visit.number == number, *_for_her(actor)))
    if found is None or actor.presenter_id is None:
        raise NotFound("visit")
    return found
