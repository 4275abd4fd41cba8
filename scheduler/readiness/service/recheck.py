"""Each night: is what was agreed still right? Flagged, and told once; never told again while it stays so."""

import datetime as dt
import logging

from sqlalchemy import select

from scheduler.acts import LEFT_BEHIND, Act, change
from scheduler.core.errors import Conflict, GroundReason
from scheduler.policy import SYSTEM, Actor
from scheduler.readiness.queries.findings import CHECK_STATES, found_against, found_in, visits_to_check
from scheduler.readiness.terms import FindingFact
from scheduler.staffing.service.clearance import release_not_cleared
from scheduler.visits.models.finding import Finding
from scheduler.visits.service import notify
from scheduler.visits.service.locked_visit import OpenVisit, open_visit, raise_version, require
from scheduler.visits.terms.states import PROMISED, FindingKind

log = logging.getLogger(__name__)
OF_THE_CLOCK = (FindingKind.CLOCK, FindingKind.CLOSED)  # what the school must answer


def recheck_visits(*, now: dt.datetime) -> int:
    """For the nightly job: look at every offered and confirmed visit to come again; how many have something new.

    Whose check or consent ended leaves the crew (`release_not_cleared`); a class that is not in the building, or a day
    without pupils, makes "clock wrong"; a presenter whose hours no longer hold the visit is told to the coordinators.
    Safe to run twice: what was told is stored.
    """
    release_not_cleared(now=now)
    changed = 0
    for visit_id in visits_to_check(now):
        try:
            changed += _recheck(visit_id, now)
        except LEFT_BEHIND:
            log.exception("visit not checked again", extra={"visit_id": visit_id})
    return changed


def _recheck(visit_id: int, now: dt.datetime) -> bool:
    with change(SYSTEM, now) as act:
        opened = open_visit(act, visit_id)
        if opened.visit.state not in CHECK_STATES or not opened.presentations or opened.starts_at <= now:
            return False
        crew = {row.presenter_id for row in opened.in_state(*PROMISED)}
        found = found_against(opened.visit, opened.presentations, crew)
        new = _store(act, opened, found)
        _flag(act, opened)
        if new:
            _tell(opened, new, now)
        return bool(new)


def _store(act: Act, opened: OpenVisit, found: set[FindingFact]) -> list[FindingFact]:
    """Remember what is new, forget what is so no longer; the new ones."""
    visit_id = opened.visit.id
    rows = act.session.scalars(select(Finding).where(Finding.visit_id == visit_id).order_by(Finding.id)).all()
    known = {found_in(row): row for row in rows}
    for gone in known.keys() - found:
        act.session.delete(known[gone])
    new = sorted(found - known.keys(), key=_in_order)
    act.session.add_all(Finding(visit_id=visit_id, found_at=act.now, **vars(one)) for one in new)
    act.session.flush()
    return new


def _in_order(one: FindingFact) -> tuple[str, int, str, str, int]:
    return one.kind, one.ordinal or 0, one.class_name or "", one.why or "", one.presenter_id or 0


def _flag(act: Act, opened: OpenVisit) -> None:
    """ "Clock wrong" with its reason, as long as a finding of the clock is not settled."""
    rows = act.session.scalars(
        select(Finding)
        .where(
            Finding.visit_id == opened.visit.id,
            Finding.kind.in_(OF_THE_CLOCK),
            Finding.settled_at.is_(None),
        )
        .order_by(Finding.id)
    ).all()
    wrong = rows[0].why if rows else None
    if wrong != opened.visit.clock_wrong:
        opened.visit.clock_wrong = wrong
        act.record("visit clock wrong" if wrong else "visit clock right", opened.visit)
        raise_version(opened)


def _tell(opened: OpenVisit, new: list[FindingFact], now: dt.datetime) -> None:
    """One mail to each coordinator with all that is new; one to the school when its hour or day is in question."""
    lines = [_line(opened, one) for one in new]
    notify.tell_coordinators("visit_rechecked", opened, now=now, lines=lines)
    asked = [line for one, line in zip(new, lines, strict=True) if one.kind in OF_THE_CLOCK]
    if asked:
        notify.tell_school("school_clock_wrong", opened, now=now, lines=asked)


def _line(opened: OpenVisit, one: FindingFact) -> dict[str, str]:
    """A finding as a mail tells it; of a minor only the first name."""
    if one.why is not None:
        return {"why": one.why.value, "who": one.class_name or ""}
    seat = next(row for row in opened.assignments if row.presenter_id == one.presenter_id)
    person = seat.presenter.user
    return {"why": "away", "who": person.given_name if opened.minor(seat) else person.full_name}


def confirm_clock(actor: Actor, visit_id: int, *, now: dt.datetime) -> None:
    """The school, or a coordinator who has asked it, says that day and hour are right all the same.

    The flag goes, and the same finding does not raise it again. Raises: NotAllowed; NotFound; Conflict("wrong_state")
    when nothing is in question.
    """
    with change(actor, now) as act:
        opened = open_visit(act, visit_id)
        require(actor, "answer", "visit", opened)
        rows = act.session.scalars(
            select(Finding).where(Finding.visit_id == visit_id, Finding.kind.in_(OF_THE_CLOCK)).order_by(Finding.id)
        ).all()
        if not rows:
            raise Conflict(GroundReason.WRONG_STATE)
        for row in rows:
            row.settled_at = row.settled_at or now
        act.session.flush()
        if opened.visit.clock_wrong:
            act.record("visit clock confirmed", opened.visit)
        opened.visit.clock_wrong = None
        raise_version(opened)
    log.info("clock confirmed", extra={"visit_id": visit_id})
