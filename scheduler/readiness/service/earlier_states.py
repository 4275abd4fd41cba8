"""The states of a visit, its request and its crew before an act, and how they are restored when it is taken back."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from scheduler.acts import Act
from scheduler.core import states
from scheduler.core.machines import Machine
from scheduler.people.models import Presenter
from scheduler.people.rules import is_minor
from scheduler.requests.models import SchoolRequest
from scheduler.requests.service.locked_request import request_of_visit
from scheduler.requests.terms.school_request import REQUEST_MACHINE, RequestState
from scheduler.visits.models.visits import Assignment, Presentation, Visit
from scheduler.visits.service.locked_visit import hold_time
from scheduler.visits.terms.states import (
    ASSIGNMENT_MACHINE,
    PRESENTATION_MACHINE,
    PROMISED,
    STAFFED,
    TO_COME,
    VISIT_MACHINE,
    AssignmentState,
    PresentationState,
    VisitState,
)


def states_of(session: Session, visit: Visit) -> tuple[dict[str, Any], dt.datetime | None]:
    """The states that an act may change, ready for JSON, and when the visit is to begin."""
    sittings = session.scalars(
        select(Presentation).where(Presentation.visit_id == visit.id, Presentation.state.in_(STAFFED))
    ).all()
    seats = session.scalars(
        select(Assignment).where(
            Assignment.presentation_id.in_([row.id for row in sittings]), Assignment.state.in_(TO_COME)
        )
    ).all()
    asked = session.get(SchoolRequest, visit.school_request_id or 0)
    told = {
        "visit": _states([visit]),
        "school_request": _states([asked] if asked else []),
        "presentation": _states(sittings),
        "assignment": _states(seats),
    }
    return told, min((row.starts_at for row in sittings), default=None)


def _states(rows: Iterable[Any]) -> dict[str, tuple[str, str, str]]:
    return {str(row.id): (row.state.value, row.state_since.isoformat(), row.reason) for row in rows}


def restore_states(act: Act, visit: Visit, before: dict[str, Any]) -> None:
    """Put the locked visit, its request, its presentations and its crew back into the states of before."""
    seats = act.session.scalars(
        select(Assignment)
        .where(Assignment.id.in_(map(int, before["assignment"])))
        .options(joinedload(Assignment.presenter).joinedload(Presenter.user))
        .order_by(Assignment.id)
        .execution_options(populate_existing=True)
    ).all()
    hold_time(act.session, {seat.presenter_id for seat in seats})
    visit.cancelled_by = None
    _back(act, VISIT_MACHINE, visit, VisitState, before["visit"])
    asked = request_of_visit(act.session, visit.school_request_id)
    if asked is not None:
        _back(act, REQUEST_MACHINE, asked, RequestState, before["school_request"])
    for sitting in act.session.scalars(
        select(Presentation).where(Presentation.id.in_(map(int, before["presentation"]))).order_by(Presentation.id)
    ).all():
        sitting.notice_hours = None
        _back(act, PRESENTATION_MACHINE, sitting, PresentationState, before["presentation"])
    for seat in sorted(seats, key=_adults_hold_longest):
        _back(act, ASSIGNMENT_MACHINE, seat, AssignmentState, before["assignment"])
        if seat.state is AssignmentState.SUGGESTED:
            seat.offered_until = None
        act.session.flush()


def _adults_hold_longest(seat: Assignment) -> tuple[bool, int]:
    """Adults return first to a crew that was ended, and step down last from an offer: no minor is ever alone."""
    return is_minor(seat.presenter.adult_on, seat.on_day) is (seat.state not in PROMISED), seat.id


def _back(act: Act, machine: Machine, thing: Any, kind: Any, stood: dict[str, tuple[str, str, str]]) -> None:
    state, since, reason = stood[str(thing.id)]
    if thing.state is kind(state):
        return
    thing.reason = reason
    at = dt.datetime.fromisoformat(since)
    states.take_back(machine, thing, kind(state), since=at, actor=act.actor, at=act.now)
