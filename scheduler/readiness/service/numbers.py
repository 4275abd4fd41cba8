"""A school says that others come than were agreed: who goes is told, and beyond a limit a coordinator decides."""

import datetime as dt
import logging
from collections.abc import Iterable, Sequence

from sqlalchemy import select

from scheduler.acts import Act, change
from scheduler.core.db import transaction
from scheduler.core.errors import Conflict, GroundReason, Rejected
from scheduler.policy import Actor, Role
from scheduler.readiness.models import NumbersAsked
from scheduler.readiness.rules import needs_decision
from scheduler.readiness.terms import NumbersOutcome, ReadinessReason
from scheduler.requests.models import SchoolRequest
from scheduler.requests.rules.states import may_change_counts
from scheduler.requests.service import desk, school
from scheduler.requests.service.locked_request import locked_request, write_to_centre
from scheduler.requests.terms.reasons import RequestReason
from scheduler.requests.terms.school_request import ExpectedCounts
from scheduler.visits.models.visits import Presentation, Visit
from scheduler.visits.service import notify
from scheduler.visits.service.locked_visit import OpenVisit, open_visit, raise_version, require
from scheduler.visits.terms.states import OPEN_VISITS, PROMISED

log = logging.getLogger(__name__)
Changes = dict[str, list[list[int]]]  # by presentation of the request: pupils, parents, teachers before and after


def change_numbers(
    actor: Actor, request_id: int, counts: Sequence[ExpectedCounts], *, now: dt.datetime, version: int | None = None
) -> bool:
    """Say that more or fewer people come; whether a coordinator has to decide about some of it.

    With a visit the numbers reach it and whoever is on its crew is told. More than a presentation takes is kept as
    asked until a coordinator decides; what was agreed stays until then. Raises: NotFound; Conflict, also
    "visit_has_begun": from then on heads are counted; Rejected as `change_counts`.
    """
    with change(actor, now) as act:
        wanted = select(Visit.id).where(Visit.school_request_id == request_id, Visit.state.in_(OPEN_VISITS))
        visit_id = act.session.scalar(wanted)
        if visit_id is None:
            school.change_counts(actor, request_id, counts, now=now, version=version)
            return False
        opened = open_visit(act, visit_id)
        row = locked_request(act.session, actor, "update", request_id, version=version)
        if not may_change_counts(row.state):
            raise Conflict(GroundReason.WRONG_STATE)
        if opened.presentations and now >= opened.starts_at:
            raise Conflict(ReadinessReason.VISIT_HAS_BEGUN)
        problems = school.problems_with_change(row, counts)
        if any(reason is not RequestReason.OVER_GROUP_SIZE for reason in problems.values()):
            raise Rejected(problems)
        beyond = {one.ordinal for one in counts if _is_beyond(opened, row, one, counts)}
        _replace_open(act, visit_id, {one.ordinal for one in counts})
        asked = _ask(act, opened, row, [one for one in counts if one.ordinal in beyond])
        changes = _apply(act, opened, row, [one for one in counts if one.ordinal not in beyond])
        row.attention = bool(_open_rows(act, visit_id))
        _tell_centre(act, opened, row, changes, asked)
    log.info("numbers changed", extra={"request_id": request_id, "asked": len(asked)})
    return bool(asked)


def note_numbers(actor: Actor, request_id: int, *, now: dt.datetime, version: int | None = None) -> None:
    """Somebody has looked at the numbers that the school changed. Raises: Conflict while some of them wait for her."""
    with transaction() as session:
        desk.note_counts(actor, request_id, now=now, version=version)
        waits = select(NumbersAsked.id).join(Visit, Visit.id == NumbersAsked.visit_id).limit(1)
        if session.scalar(waits.where(Visit.school_request_id == request_id, NumbersAsked.answered_at.is_(None))):
            raise Conflict(ReadinessReason.NUMBERS_WAIT)


def decide_numbers(
    actor: Actor, visit_id: int, *, accept: bool, reason: str, now: dt.datetime, version: int | None = None
) -> None:
    """A coordinator takes the asked numbers, or leaves the agreed ones and says why; the school is told.

    Raises: NotAllowed; NotFound; Rejected({"reason": "missing"}); Conflict("wrong_state") when nothing is asked.
    """
    if not accept and not reason:
        raise Rejected({"reason": GroundReason.MISSING})
    with change(actor, now) as act:
        opened = open_visit(act, visit_id, version=version)
        require(actor, "update", "visit", opened)
        asked = _open_rows(act, visit_id)
        if not asked or opened.visit.state not in OPEN_VISITS or opened.visit.school_request_id is None:
            raise Conflict(GroundReason.WRONG_STATE)
        row = locked_request(act.session, actor, "update", opened.visit.school_request_id)
        for one in asked:
            one.answered_at, one.reason = now, reason
            one.outcome = NumbersOutcome.ACCEPTED if accept else NumbersOutcome.DECLINED
        act.record("numbers accepted" if accept else "numbers declined", opened.visit, {"reason": reason})
        if accept:
            taken = [ExpectedCounts(one.ordinal, one.pupils, one.parents, one.teachers) for one in asked]
            _apply(act, opened, row, taken)
        row.attention = False
        raise_version(opened)
        changes = sorted(_as_changes(asked).items())
        notify.tell_school("numbers_decided", opened, now=now, accepted=accept, reason=reason, changes=changes)
    log.info("numbers decided", extra={"visit_id": visit_id, "accepted": accept})


def _target(opened: OpenVisit, ordinal: int) -> Presentation | None:
    """The presentation in which those sit for whom the school asked as its so-and-so-many-eth; None: none is held."""
    row = next((one for one in opened.every if one.ordinal == ordinal), None)
    while row is not None and row.merged_into_id is not None:
        row = opened.presentation(row.merged_into_id)
    return row if row in opened.presentations else None


def _numbers_then(
    opened: OpenVisit, row: SchoolRequest, new: ExpectedCounts, counts: Iterable[ExpectedCounts]
) -> tuple[int, int, int]:
    """How many sit there when all `counts` are taken: with those of a presentation that was merged into it."""
    target = _target(opened, new.ordinal)
    if target is None:
        return new.pupils, new.parents, new.teachers
    agreed = {one.ordinal: one for one in row.presentations}
    pupils, parents, teachers = target.expected_pupils, target.expected_parents, target.expected_teachers
    for one in counts:
        if _target(opened, one.ordinal) is target:
            pupils += one.pupils - agreed[one.ordinal].pupils
            parents += one.parents - agreed[one.ordinal].parents
            teachers += one.teachers - agreed[one.ordinal].teachers
    return max(0, pupils), max(0, parents), max(0, teachers)


def _is_beyond(opened: OpenVisit, row: SchoolRequest, new: ExpectedCounts, counts: Iterable[ExpectedCounts]) -> bool:
    """Whether a coordinator decides: more come than before, and than a presentation takes."""
    old = next(one for one in row.presentations if one.ordinal == new.ordinal)
    more = new.pupils > old.pupils or new.parents > old.parents or new.teachers > old.teachers
    return more and needs_decision(*_numbers_then(opened, row, new, counts), opened.visit.programme.group_size)


def _open_rows(act: Act, visit_id: int) -> list[NumbersAsked]:
    wanted = select(NumbersAsked).where(NumbersAsked.visit_id == visit_id, NumbersAsked.answered_at.is_(None))
    return list(act.session.scalars(wanted.order_by(NumbersAsked.ordinal).with_for_update()))


def _replace_open(act: Act, visit_id: int, ordinals: set[int]) -> None:
    """What the school asked before about these presentations is no question any more."""
    for row in _open_rows(act, visit_id):
        if row.ordinal in ordinals:
            row.answered_at, row.outcome = act.now, NumbersOutcome.REPLACED
    act.session.flush()


def _ask(act: Act, opened: OpenVisit, row: SchoolRequest, counts: Iterable[ExpectedCounts]) -> list[NumbersAsked]:
    """Keep numbers as asked, beside the agreed ones."""
    agreed = {one.ordinal: one for one in row.presentations}
    asked = [
        NumbersAsked(
            visit_id=opened.visit.id,
            ordinal=new.ordinal,
            pupils_before=agreed[new.ordinal].pupils,
            parents_before=agreed[new.ordinal].parents,
            teachers_before=agreed[new.ordinal].teachers,
            pupils=new.pupils,
            parents=new.parents,
            teachers=new.teachers,
            asked_at=act.now,
        )
        for new in counts
    ]
    act.session.add_all(asked)
    act.session.flush()
    if asked:
        raise_version(opened)
        act.record("numbers asked", opened.visit, {"presentations": _as_changes(asked)})
    return asked


def _apply(act: Act, opened: OpenVisit, row: SchoolRequest, counts: Sequence[ExpectedCounts]) -> Changes:
    """Write numbers to the request and its visit, and tell those of the crew whom they concern."""
    then = {new.ordinal: _numbers_then(opened, row, new, counts) for new in counts}
    changes = school.take_over(row, counts)
    if not changes:
        return {}
    touched: dict[int, Presentation] = {}
    for ordinal in map(int, changes):
        if (target := _target(opened, ordinal)) is not None:
            target.expected_pupils, target.expected_parents, target.expected_teachers = then[ordinal]
            touched[target.id] = target
    act.record("counts changed", row, {"presentations": changes})
    raise_version(opened)
    seats = [seat for seat in opened.in_state(*PROMISED) if seat.presentation_id in touched]
    told = [
        (f"{one.starts_local:%H:%M}", one.expected_pupils, one.expected_parents, one.expected_teachers)
        for one in touched.values()
    ]
    notify.tell_presenters("numbers_changed", opened, seats, now=act.now, path="/calendar", sittings=told)
    return changes


def _tell_centre(act: Act, opened: OpenVisit, row: SchoolRequest, changes: Changes, asked: list[NumbersAsked]) -> None:
    if Role.SCHOOL_CONTACT not in act.actor.roles:
        return
    if changes:
        write_to_centre(row, "request_counts_changed", now=act.now, changes=sorted(changes.items()))
    if asked:
        changed = sorted(_as_changes(asked).items())
        act.session.refresh(opened.visit.host, ["municipality"])  # whose district says who stands in
        notify.tell_coordinators(
            "numbers_to_decide", opened, now=act.now, changes=changed, group_size=opened.visit.programme.group_size
        )


def _as_changes(rows: Iterable[NumbersAsked]) -> Changes:
    return {
        str(one.ordinal): [
            [one.pupils_before, one.parents_before, one.teachers_before],
            [one.pupils, one.parents, one.teachers],
        ]
        for one in rows
    }
