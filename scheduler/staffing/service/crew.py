"""Who goes: suggested by a coordinator, withdrawn by a coordinator or by the presenter's own word."""

import datetime as dt
import logging
from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from scheduler.acts import Act, change
from scheduler.core.errors import Conflict, GroundReason, NotFound, Rejected
from scheduler.people.models import Presenter
from scheduler.people.queries import home_point
from scheduler.policy import Actor, Role
from scheduler.staffing.queries.young_load import refuse_too_much
from scheduler.staffing.terms.crew import Seat
from scheduler.visits.models.visits import Assignment, Presentation
from scheduler.visits.queries.agenda import place_of
from scheduler.visits.queries.clearance import refuse_new_promise
from scheduler.visits.rules.limits import too_far
from scheduler.visits.service import notify, transitions
from scheduler.visits.service.calendar_entries import touch
from scheduler.visits.service.locked_visit import OpenVisit, hold_time, open_visit, raise_version, require, require_seen
from scheduler.visits.terms.reasons import WhyNot
from scheduler.visits.terms.states import LIVING, OPEN_VISITS, PROMISED, TO_COME, AssignmentState, VisitState

log = logging.getLogger(__name__)


def suggest_presenter(
    actor: Actor,
    visit_id: int,
    presenter_id: int,
    *,
    now: dt.datetime,
    presentation_ids: Collection[int] | None = None,
    meant: bool = False,
) -> bool:
    """Note that somebody could go, to all presentations of a visit or to some; nobody is told and no time is taken.

    Who is in the crew already (a double click) stays as she is; then the answer is False. `meant`: further than she
    said she goes. Raises: NotFound; Conflict("suspended", "wrong_state", "beyond_reach" unless it is meant), or the
    database's own refusals: "presenter_is_vetted", "presenter_is_old_enough", "minor_has_consent",
    "minor_has_an_adult".
    """
    with change(actor, now) as act:
        return suggest(act, open_visit(act, visit_id), presenter_id, presentation_ids, meant=meant)


def suggest(
    act: Act,
    opened: OpenVisit,
    presenter_id: int,
    presentation_ids: Collection[int] | None = None,
    *,
    meant: bool = False,
) -> bool:
    """The same for a visit that is open already."""
    require(act.actor, "create", "assignment", opened)
    if opened.visit.state not in OPEN_VISITS:
        raise Conflict(GroundReason.WRONG_STATE)
    person = _presenter(act.session, presenter_id, opened.visit.centre_id)
    taken = {row.presentation_id for row in opened.of(presenter_id, *LIVING)}
    wanted = [
        presentation
        for presentation in opened.presentations
        if presentation.id not in taken and (presentation_ids is None or presentation.id in presentation_ids)
    ]
    if not wanted:
        return False
    if not meant:
        refuse_beyond_reach(opened, person)
    refuse_too_much(opened, [add_seat(act, opened, person, presentation) for presentation in wanted])
    raise_version(opened)
    log.info("presenter suggested", extra={"visit_id": opened.visit.id, "presenter_id": presenter_id})
    return True


def refuse_beyond_reach(opened: OpenVisit, person: Presenter) -> None:
    """Nobody is asked further than she said she goes without a word. Raises: Conflict("beyond_reach")."""
    far = too_far(home_point(person), place_of(opened.visit), person.reach_km)
    if any(why.code is WhyNot.BEYOND_REACH for why in far):
        raise Conflict(WhyNot.BEYOND_REACH)


def add_seat(
    act: Act, opened: OpenVisit, person: Presenter, presentation: Presentation, *, until: dt.datetime | None = None
) -> Assignment:
    """Suggest somebody for one presentation; her user and her home must be loaded. The database judges her at once.

    Raises: Conflict("guardian_changes", "older_text", "no_travel") where a minor takes no new visit, or not this one.
    """
    refuse_new_promise(person, presentation.id, presentation.on_day, act.now)
    row = Assignment(
        presentation_id=presentation.id,
        presenter_id=person.id,
        presenter=person,
        on_day=presentation.on_day,
        busy_from=presentation.busy_from,
        busy_until=presentation.busy_until,
        state=AssignmentState.SUGGESTED,
        state_since=act.now,
        offered_until=until,
    )
    act.session.add(row)
    act.session.flush()
    act.record("assignment suggested", row, details={"visit": opened.visit.id})
    opened.assignments.append(row)
    return row


def _presenter(session: Session, presenter_id: int, centre_id: int) -> Presenter:
    person = session.scalar(
        select(Presenter)
        .where(Presenter.id == presenter_id, Presenter.centre_id == centre_id)
        .options(joinedload(Presenter.user), joinedload(Presenter.home))
    )
    if person is None:
        raise NotFound("presenter")
    if person.suspended_at is not None:
        raise Conflict(WhyNot.SUSPENDED)
    return person


def withdraw_presenter(
    actor: Actor, visit_id: int, presenter_id: int, *, reason: str, now: dt.datetime, version: int | None = None
) -> None:
    """Take a presenter out of a visit: a coordinator any, a presenter herself after she accepted.

    Minors whom she would leave without an adult are withdrawn before her, in the same transaction. A confirmed visit
    that is short of its crew afterwards is offered again. Taken out for the same reason already (a double click),
    nothing changes and nobody is written to. Raises: Rejected({"reason": "missing"}); NotFound; Conflict.
    """
    _withdraw(actor, visit_id, Seat(presenter_id), reason, now, version)


def withdraw_from(
    actor: Actor, visit_id: int, seat: Seat, *, reason: str, now: dt.datetime, version: int | None = None
) -> None:
    """Take a presenter out of one presentation of a visit; she goes to the others as before. A coordinator's act.

    Everything else is as when she leaves the whole visit. Raises: as `withdraw_presenter`.
    """
    _withdraw(actor, visit_id, seat, reason, now, version)


def _withdraw(actor: Actor, visit_id: int, seat: Seat, reason: str, now: dt.datetime, version: int | None) -> None:
    if not reason:
        raise Rejected({"reason": GroundReason.MISSING})
    with change(actor, now) as act:
        opened = open_visit(act, visit_id)
        hers = Role.COORDINATOR not in actor.roles and actor.presenter_id == seat.presenter_id
        verb = "answer" if hers and seat.presentation_id is None else "delete"
        require(actor, verb, "offer" if verb == "answer" else "assignment", opened)
        rows = [row for row in opened.of(seat.presenter_id, *TO_COME) if seat.holds(row.presentation_id)]
        if not rows and _taken_out_last(act.session, visit_id, seat, reason):
            return
        require_seen(opened.visit, version)
        if not rows:
            raise NotFound("assignment")
        hold_time(act.session, opened.presenter_ids)
        told = release(act, opened, rows, reason=reason, to=AssignmentState.WITHDRAWN)
        short = finish_release(act, opened, told, reason=reason)
        if short and verb == "answer":
            notify.tell_coordinators("crew_short", opened, now=now)
    log.info("presenter withdrawn", extra={"visit_id": visit_id, "presenter_id": seat.presenter_id})


def _taken_out_last(session: Session, visit_id: int, seat: Seat, reason: str) -> bool:
    """Whether the last that happened to a presenter in this visit was this very withdrawal."""
    wanted = (
        select(Assignment.state, Assignment.reason)
        .join(Presentation, Presentation.id == Assignment.presentation_id)
        .where(Presentation.visit_id == visit_id, Assignment.presenter_id == seat.presenter_id)
    )
    if seat.presentation_id is not None:
        wanted = wanted.where(Assignment.presentation_id == seat.presentation_id)
    newest = session.execute(wanted.order_by(Assignment.id.desc()).limit(1)).one_or_none()
    return newest is not None and (newest.state, newest.reason) == (AssignmentState.WITHDRAWN, reason)


def release(
    act: Act, opened: OpenVisit, leaving: Collection[Assignment], *, reason: str, to: AssignmentState
) -> list[Assignment]:
    """End these assignments as `to`, after those of the minors whom they would leave alone ("withdrawn").

    Returns what was promised and is so no longer, to tell its presenters; the open visit keeps the living ones only.
    """
    alone = [row for row in opened.in_state(*TO_COME) if row not in leaving and _left_alone(row, opened, leaving)]
    promised = [row for row in (*alone, *leaving) if row.state in PROMISED]
    for row in alone:
        transitions.move_assignment(act, row, AssignmentState.WITHDRAWN, reason="adult_left")
    for row in sorted(leaving, key=lambda row: (not opened.minor(row), row.id)):
        transitions.move_assignment(act, row, to, reason=reason)
    opened.assignments = [row for row in opened.assignments if row.state in LIVING]
    return promised


def _left_alone(row: Assignment, opened: OpenVisit, leaving: Collection[Assignment]) -> bool:
    """Whether a minor would stand in her presentation without an adult as firm as she is."""
    if not opened.minor(row):
        return False
    firm = LIVING if row.state is AssignmentState.SUGGESTED else PROMISED
    return not any(
        other.presentation_id == row.presentation_id
        and other not in leaving
        and other.state in firm
        and not opened.minor(other)
        for other in opened.assignments
    )


def finish_release(
    act: Act, opened: OpenVisit, released: list[Assignment], *, reason: str = "", asked_only: Collection[int] = ()
) -> bool:
    """After somebody was released: the visit steps back if it is short, calendars change, who lost it is told.

    Returns whether it was confirmed and is so no longer: then the caller tells the coordinators, unless one of them
    did it. The school gets no mail: its page says that somebody else is sought.
    """
    was_confirmed = opened.visit.state in (VisitState.CONFIRMED, VisitState.READY)
    transitions.step_back_if_short(act, opened, reason=reason)
    raise_version(opened)
    gone = {row.presentation_id for row in released}
    if gone:
        touch(act, opened, [row for row in opened.presentations if row.id in gone])
    notify.tell_released(opened, released, now=act.now, asked_only=asked_only, by_herself=act.actor.presenter_id)
    return was_confirmed and opened.visit.state not in (VisitState.CONFIRMED, VisitState.READY)
