"""An open call: presenters put up a hand for a visit, a coordinator chooses. A hand is no promise and takes no time."""

import datetime as dt
import logging

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload

from scheduler import policy
from scheduler.acts import Act, change
from scheduler.core.errors import Conflict, GroundReason, NotFound
from scheduler.messages.queries import messages_about, written_lately
from scheduler.people.models import Presenter
from scheduler.policy import SYSTEM, Actor
from scheduler.staffing.models.open_calls import OpenCall, RaisedHand
from scheduler.staffing.queries.candidates import candidates
from scheduler.staffing.queries.open_calls import call_is_open
from scheduler.staffing.terms.crew import BARS
from scheduler.visits.queries.agenda import asked_presenters
from scheduler.visits.service import notify
from scheduler.visits.service.locked_visit import OpenVisit, open_visit, require, require_seen
from scheduler.visits.terms.reasons import WhyNot
from scheduler.visits.terms.states import LIVING, OPEN_VISITS

log = logging.getLogger(__name__)
OPEN_CALL_LETTER = "visit_open"
A_DAY = dt.timedelta(days=1)
MAILS_A_DAY = 3  # of open calls to one presenter; her page shows all of them
BUSY = frozenset({WhyNot.TAKEN, WhyNot.CANNOT_ARRIVE})  # what is refused at once, beside the law


def open_call(actor: Actor, visit_id: int, *, now: dt.datetime, version: int | None = None) -> int:
    """Let presenters put up a hand, and ask those who could go by one mail each; how many were asked.

    Nobody is asked twice for one visit, nor more than three times in a day: the others see it on their page. Said
    twice, it is said once. Raises: NotFound; Conflict("wrong_state").
    """
    with change(actor, now) as act:
        opened = open_visit(act, visit_id)
        require(actor, "update", "assignment", opened)
        call = act.session.scalar(select(OpenCall).where(OpenCall.visit_id == visit_id))
        if call is not None and call.closed_at is None:
            return 0
        require_seen(opened.visit, version)
        if opened.visit.state not in OPEN_VISITS or not opened.presentations or opened.starts_at <= now:
            raise Conflict(GroundReason.WRONG_STATE)
        if call is None:
            act.session.add(OpenCall(visit_id=visit_id, opened_at=now))
        else:
            call.opened_at, call.closed_at = now, None
        asked = _ask(act, opened)
        act.record("call opened", opened.visit, details={"asked": asked})
    log.info("call opened", extra={"visit_id": visit_id, "asked": asked})
    return asked


def _ask(act: Act, opened: OpenVisit) -> int:
    """One mail to each presenter against whom nothing speaks, who was not asked for this visit or often today."""
    asked = asked_presenters(opened.visit.id)
    able = [one.presenter_id for one in candidates(act.actor, opened.visit.id, now=act.now) if one.fits]
    fit = [who for who in able if who not in asked]
    rows = act.session.scalars(
        select(Presenter).where(Presenter.id.in_(fit)).options(joinedload(Presenter.user)).order_by(Presenter.id)
    ).all()
    before = {one.address for one in messages_about("visit", opened.visit.id) if one.kind == OPEN_CALL_LETTER}
    today = written_lately(OPEN_CALL_LETTER, [row.user.email for row in rows], A_DAY, act.now)
    people = {row.id: row for row in rows if row.user.email not in before and today[row.user.email] < MAILS_A_DAY}
    notify.tell_people(OPEN_CALL_LETTER, opened, people, now=act.now)
    return len(people)


def close_call(actor: Actor, visit_id: int, *, now: dt.datetime) -> None:
    """No more hands; those that are up stay to choose from. Said twice, it is said once. Raises: NotFound."""
    with change(actor, now) as act:
        opened = open_visit(act, visit_id)
        require(actor, "update", "assignment", opened)
        call = act.session.scalar(select(OpenCall).where(OpenCall.visit_id == visit_id, OpenCall.closed_at.is_(None)))
        if call is not None:
            call.closed_at = now
            act.record("call closed", opened.visit)


def put_up_hand(actor: Actor, visit_id: int, *, now: dt.datetime) -> None:
    """A presenter could go. Pressed twice, it is one hand.

    What speaks against her and does not bar her, the coordinator reads. Raises: NotAllowed; NotFound when the visit is
    not open for her; Conflict with what bars her, or when another visit takes her time.
    """
    policy.require(actor, "answer", "offer", presenters=[actor.presenter_id])
    with change(actor, now) as act:
        opened = open_visit(act, visit_id)
        visit, who = opened.visit, actor.presenter_id
        seated = bool(who is not None and opened.of(who, *LIVING)) or who in asked_presenters(visit_id)
        if who is None or visit.centre_id != actor.centre_id or not call_is_open(visit_id) or seated:
            raise NotFound("visit")
        if visit.state not in OPEN_VISITS or not opened.presentations or opened.starts_at <= now:
            raise Conflict(GroundReason.WRONG_STATE)
        one = next(iter(candidates(SYSTEM, visit_id, now=now, among=[who])), None)
        if one is None:
            raise NotFound("presenter")
        if against := [why.code for why in one.reasons if why.code in BARS or why.code in BUSY]:
            raise Conflict(against[0])
        if act.session.scalar(_hand(visit_id, who)) is None:
            row = RaisedHand(visit_id=visit_id, presenter_id=who, raised_at=now)
            act.session.add(row)
            act.session.flush()
            act.record("hand raised", row, details={"visit": visit_id})
    log.info("hand raised", extra={"visit_id": visit_id, "presenter_id": who})


def lower_hand(actor: Actor, visit_id: int, *, now: dt.datetime) -> None:
    """She cannot go after all; without a hand there is nothing to do. Raises: NotAllowed; NotFound for no presenter."""
    policy.require(actor, "answer", "offer", presenters=[actor.presenter_id])
    if actor.presenter_id is None:
        raise NotFound("presenter")
    with change(actor, now) as act:
        row = act.session.scalar(_hand(visit_id, actor.presenter_id))
        if row is not None:
            act.record("hand lowered", row, details={"visit": visit_id})
            act.session.delete(row)


def _hand(visit_id: int, presenter_id: int) -> Select[RaisedHand]:
    return select(RaisedHand).where(RaisedHand.visit_id == visit_id, RaisedHand.presenter_id == presenter_id)
