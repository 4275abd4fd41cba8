"""Each night: is what was agreed still right? Flagged, and told once; never told again while it stays so."""

import datetime as dt
import logging
from collections.abc import Collection, Mapping, Sequence
from itertools import groupby

from sqlalchemy import delete, insert, select

from scheduler.acts import LEFT_BEHIND, Act, change
from scheduler.core.db import reading
from scheduler.core.errors import Conflict, GroundReason
from scheduler.policy import SYSTEM, Actor
from scheduler.readiness.queries.findings import CHECK_STATES, found_in, visits_to_check
from scheduler.readiness.queries.standing import OF_THE_CLOCK, Promised, found_against, visits_with_news, wrong_in
from scheduler.readiness.terms import FindingFact
from scheduler.staffing.service.clearance import release_not_cleared
from scheduler.visits.models.finding import Finding
from scheduler.visits.service import notify
from scheduler.visits.service.locked_visit import (
    OpenVisit,
    open_visit,
    open_visits,
    raise_version,
    require,
    require_seen,
)
from scheduler.visits.terms.states import PROMISED, ClockWrong, FindingKind

log = logging.getLogger(__name__)
LOOKED_AT = 500  # visits that are read together
AT_ONCE = 100  # visits of one transaction


def recheck_visits(*, now: dt.datetime) -> int:
    """For the nightly job: look at every offered and confirmed visit to come again; how many have something new.

    Whose check or consent ended leaves the crew (`release_not_cleared`); a class that is not in the building, or a day
    without pupils, makes "clock wrong"; a presenter whose hours no longer hold the visit is told to the coordinators.
    All are read without a lock; only those of which something else is so now are opened, a hundred in a transaction.
    Safe to run twice: what was told is stored.
    """
    release_not_cleared(now=now)
    visits, news = visits_to_check(now), list[int]()
    with reading() as session:
        for start in range(0, len(visits), LOOKED_AT):
            news += visits_with_news(session, visits[start : start + LOOKED_AT], now)
            session.expunge_all()
    return sum(_recheck_hundred(news[start : start + AT_ONCE], now) for start in range(0, len(news), AT_ONCE))


def _recheck_hundred(visit_ids: Sequence[int], now: dt.datetime) -> int:
    """One that cannot be checked keeps no other one from it: then each goes by itself."""
    try:
        return _recheck(visit_ids, now)
    except LEFT_BEHIND:
        if len(visit_ids) > 1:
            return sum(_recheck_hundred([one], now) for one in visit_ids)
        log.exception("visit not checked again", extra={"visit_id": visit_ids[0]})
        return 0


def _recheck(visit_ids: Sequence[int], now: dt.datetime) -> int:
    with change(SYSTEM, now) as act:
        to_check = [opened for opened in open_visits(act, visit_ids) if _is_to_check(opened, now)]
        found = found_against(
            [
                Promised(opened.visit, opened.presentations, {row.presenter_id for row in opened.in_state(*PROMISED)})
                for opened in to_check
            ]
        )
        news = _store(act, found)
        wrong = _wrong_now(act, list(found))
        for opened in to_check:
            _flag(act, opened, wrong.get(opened.visit.id))
            if new := news[opened.visit.id]:
                _tell(opened, new, now)
        return sum(1 for new in news.values() if new)


def _is_to_check(opened: OpenVisit, now: dt.datetime) -> bool:
    return opened.visit.state in CHECK_STATES and bool(opened.presentations) and opened.starts_at > now


def _store(act: Act, found: Mapping[int, set[FindingFact]]) -> dict[int, list[FindingFact]]:
    """Remember what is new, forget what is so no longer; the new ones of each visit."""
    known: dict[int, dict[FindingFact, int]] = {visit_id: {} for visit_id in found}
    for row in _stored(act, found):
        known[row.visit_id][found_in(row)] = row.id
    gone = [row_id for visit_id, rows in known.items() for one, row_id in rows.items() if one not in found[visit_id]]
    new = {visit_id: sorted(found[visit_id] - known[visit_id].keys(), key=_in_order) for visit_id in found}
    if gone:
        act.session.execute(delete(Finding).where(Finding.id.in_(gone)))
    if rows := [vars(one) | {"visit_id": at, "found_at": act.now} for at, facts in new.items() for one in facts]:
        act.session.execute(insert(Finding).execution_options(render_nulls=True), rows)
    return new


def _stored(act: Act, visit_ids: Collection[int]) -> Sequence[Finding]:
    wanted = select(Finding).where(Finding.visit_id.in_(visit_ids)).order_by(Finding.visit_id, Finding.id)
    return act.session.scalars(wanted).all()


def _wrong_now(act: Act, visit_ids: Collection[int]) -> dict[int, ClockWrong | None]:
    """Why the clock of each visit is in question, of what is stored by now."""
    rows = groupby(_stored(act, visit_ids), key=lambda row: row.visit_id)
    return {visit_id: wrong_in(list(group)) for visit_id, group in rows}


def _in_order(one: FindingFact) -> tuple[str, int, str, str, int]:
    return one.kind, one.ordinal or 0, one.class_name or "", one.why or "", one.presenter_id or 0


def _flag(act: Act, opened: OpenVisit, wrong: ClockWrong | None) -> None:
    """ "Clock wrong" with its reason, as long as a finding of the clock is not settled."""
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
    return {"why": "away", "who": person.given_spelled if opened.minor(seat) else person.full_name}


def confirm_clock(actor: Actor, visit_id: int, *, now: dt.datetime) -> None:
    """The school, or a coordinator who has asked it, says that day and hour are right all the same.

    The flag goes, and the same finding does not raise it again. Raises: NotAllowed; NotFound; Conflict("wrong_state")
    when nothing is in question.
    """
    with change(actor, now) as act:
        opened = open_visit(act, visit_id)
        require(actor, "answer", "visit", opened)
        _settle(act, opened, OF_THE_CLOCK)
        if opened.visit.clock_wrong:
            act.record("visit clock confirmed", opened.visit)
        opened.visit.clock_wrong = None
        raise_version(opened)
    log.info("clock confirmed", extra={"visit_id": visit_id})


def confirm_crew(actor: Actor, visit_id: int, *, now: dt.datetime, version: int | None = None) -> None:
    """Whoever has no time by her hours was asked, and comes all the same: it is not raised again for this day.

    Raises: NotAllowed; NotFound; Conflict("changed_meanwhile"), or Conflict("wrong_state") when nobody is away.
    """
    with change(actor, now) as act:
        opened = open_visit(act, visit_id)
        require(actor, "update", "visit", opened)
        if not _settle(act, opened, (FindingKind.AWAY,)):
            return  # the second press of a double click
        require_seen(opened.visit, version)
        act.record("visit crew comes", opened.visit)
        raise_version(opened)
    log.info("crew comes", extra={"visit_id": visit_id})


def _settle(act: Act, opened: OpenVisit, kinds: Collection[FindingKind]) -> bool:
    """Whether there was something to settle still. Raises: Conflict("wrong_state") when nothing was found."""
    of_visit = Finding.visit_id == opened.visit.id, Finding.kind.in_(kinds)
    rows = act.session.scalars(select(Finding).where(*of_visit).order_by(Finding.id)).all()
    if not rows:
        raise Conflict(GroundReason.WRONG_STATE)
    unsettled = [row for row in rows if row.settled_at is None]
    for row in unsettled:
        row.settled_at = act.now
    act.session.flush()
    return bool(unsettled)
