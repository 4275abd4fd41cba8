"""Dates for the waiting list: offered to the first in rank with a hold, passed on when it lapses or is refused."""

import datetime as dt
import logging
from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from scheduler import policy
from scheduler.acts import Act, change
from scheduler.booking.queries.plan_as_asked import minutes_of, one_after_the_other, plans_as_asked
from scheduler.core import clock
from scheduler.core.db import advisory_lock
from scheduler.core.errors import Conflict, GroundReason, NotFound, Reason, Rejected, SchedulerError
from scheduler.policy import SYSTEM, Actor, Spot
from scheduler.programmes.queries import programme_of
from scheduler.requests.models import SchoolRequest
from scheduler.requests.queries.rows import blackouts_of_each
from scheduler.requests.rules.school_request import EARLIEST, LATEST, cannot_on
from scheduler.requests.service.desk import follow_visit
from scheduler.requests.service.locked_request import locked_request, write_to_centre, write_to_school
from scheduler.requests.terms.reasons import RequestReason
from scheduler.requests.terms.school_request import REQUEST_MACHINE, Blackout, RequestState
from scheduler.visits.models.visits import Visit
from scheduler.visits.service.calendar_entries import touch
from scheduler.visits.service.locked_visit import open_visit
from scheduler.visits.service.plan_and_move import write_visit
from scheduler.visits.terms.plans import VisitDraft
from scheduler.visits.terms.states import HoldState
from scheduler.waitlist.models import DateOffer, OpenDate, WaitingWeights
from scheduler.waitlist.queries.dates import dates_to_pass_on
from scheduler.waitlist.queries.ranks import waiting_by_rank, weights_of
from scheduler.waitlist.rules import rank_parts, still_waits
from scheduler.waitlist.service.crew_held import ask_crew, keep_crew, let_crew_go
from scheduler.waitlist.terms import (
    DATE_MACHINE,
    DATE_OFFER_MACHINE,
    DateOfferState,
    DateState,
    OpenDateDraft,
    WaitlistReason,
    Weights,
)

log = logging.getLogger(__name__)
MOST_POINTS = 99
WEIGHTS_LOCK = 52  # kind of core.db.advisory_lock: one centre's weights
MOST_HOURS = 336
MOST_TRIED = 40  # schools for which a crew is looked for; a date that suits none of so many is given by hand


def change_weights(actor: Actor, weights: Weights, *, now: dt.datetime) -> None:
    """Set what counts on the waiting list of the actor's centre. Raises: NotAllowed; Rejected with {field: reason}."""
    policy.require(actor, "update", "settings", centre=actor.centre_id)
    if actor.centre_id is None:
        raise NotFound("centre")
    said = vars(weights)
    problems: dict[str, Reason] = {
        name: GroundReason.TOO_FEW if value < 0 else GroundReason.TOO_MANY
        for name, value in said.items()
        if not 0 <= value <= MOST_POINTS
    }
    if problems:
        raise Rejected(problems)
    with change(actor, now) as act:
        advisory_lock(act.session, WEIGHTS_LOCK, [actor.centre_id])
        row = act.session.scalar(select(WaitingWeights).where(WaitingWeights.centre_id == actor.centre_id))
        if row is None:
            row = WaitingWeights(centre_id=actor.centre_id, **vars(Weights()))
            act.session.add(row)
            act.session.flush()
        before = {name: getattr(row, name) for name in said}
        changed = {name: [before[name], value] for name, value in said.items() if before[name] != value}
        for name in changed:
            setattr(row, name, said[name])
        if changed:
            act.record("waiting weights changed", row, details=changed)


def give_date(actor: Actor, draft: OpenDateDraft, *, now: dt.datetime) -> int:
    """Give a date to the waiting list: it is held for the first in rank who can use it, and that school is told.

    Raises: NotAllowed; NotFound; Rejected with {field: reason}, "nobody_waits" when
    the date is for nobody, "nobody_can_go" when no crew can be at any of those schools then.
    """
    policy.require(actor, "accept", "request", centre=Spot(actor.centre_id, district_id=draft.district_id))
    if draft.on_day <= clock.local_day(now):
        raise Rejected({"on_day": GroundReason.IN_THE_PAST})
    if not EARLIEST <= draft.starts_local < LATEST:
        raise Rejected({"starts_local": RequestReason.NOT_IN_THE_DAY})
    if not 1 <= draft.hold_hours <= MOST_HOURS:
        raise Rejected({"hold_hours": GroundReason.TOO_FEW if draft.hold_hours < 1 else GroundReason.TOO_MANY})
    programme = programme_of(draft.programme_id)
    policy.require(actor, "accept", "request", centre=Spot(programme.centre_id, district_id=draft.district_id))
    with change(actor, now) as act:
        row = OpenDate(centre_id=programme.centre_id, state=DateState.OPEN, state_since=now, **vars(draft))
        act.session.add(row)
        act.session.flush()
        act.record("open date given", row)
        if reason := _offer_next(act, row):
            raise Rejected({"on_day": reason})
        number = row.id
    log.info("date given to the waiting list", extra={"open_date_id": number})
    return number


def _offer_next(act: Act, date: OpenDate) -> Reason | None:
    """Hold a locked date, and a crew for it, for the next in rank who was not asked yet; None, or why for nobody.

    Schools to which nobody could go then are passed over; they were not asked and may be, for another date.
    """
    weights, today = weights_of(date.centre_id), clock.local_day(act.now)
    until = min(act.now + dt.timedelta(hours=date.hold_hours), _begins(date))
    if until <= act.now:
        return WaitlistReason.NOBODY_WAITS
    asked = set(act.session.scalars(select(DateOffer.school_request_id).where(DateOffer.open_date_id == date.id)))
    tried = 0
    waiting = waiting_by_rank(date.centre_id, weights, now=act.now, programme_id=date.programme_id)
    cannot = blackouts_of_each([row.id for row, _facts in waiting])
    for row, facts in waiting:
        if row.id in asked or not _can_use(row, date, cannot[row.id]):
            continue
        if tried == MOST_TRIED:
            break
        found = locked_request(act.session, SYSTEM, "update", row.id)
        if found.state is not RequestState.WAITLISTED:  # it has a date already, or was answered otherwise
            continue
        tried += 1
        _end_void_offer(act, row.id)
        if not keep_crew(act, found, date, until=until):
            continue
        points = sum(part.points for part in rank_parts(facts, weights, act.now, today))
        offer = DateOffer(
            open_date_id=date.id,
            school_request_id=row.id,
            state=DateOfferState.HELD,
            state_since=act.now,
            offered_at=act.now,
            until=until,
            points=points,
        )
        act.session.add(offer)
        act.session.flush()
        act.record("date offer held", offer, details={"points": points})
        act.move(REQUEST_MACHINE, found, RequestState.PROPOSED)
        write_to_school(found, "date_offered", now=act.now, day=date.on_day, time=date.starts_local, until=until)
        return None
    return WaitlistReason.NOBODY_CAN_GO if tried else WaitlistReason.NOBODY_WAITS


def _can_use(row: SchoolRequest, date: OpenDate, cannot: Collection[Blackout]) -> bool:
    """Whether a date is for the district of a school, on a day that it asks for and can, and leaves time for it all."""
    district = row.host.municipality.district_id if row.host.municipality else None
    meant = row.first_day <= date.on_day and date.district_id in (None, district)
    return meant and _ends_that_day(row, date) and not cannot_on(cannot, date.on_day)


def _ends_that_day(row: SchoolRequest, date: OpenDate) -> bool:
    """Whether all that a school asks for, one after the other, is over before the last hour of a visit."""
    begins = dt.datetime.combine(date.on_day, date.starts_local)
    return begins + dt.timedelta(minutes=minutes_of(row, date.starts_local)) <= dt.datetime.combine(date.on_day, LATEST)


def _begins(date: OpenDate) -> dt.datetime:
    return clock.moment_of(date.on_day, date.starts_local, clock.BELGRADE)


def _locked_date(session: Session, date_id: int) -> OpenDate:
    row = session.scalar(
        select(OpenDate).where(OpenDate.id == date_id).with_for_update().execution_options(populate_existing=True)
    )
    if row is None:
        raise NotFound("date")
    return row


def _held_offer(session: Session, date_id: int) -> DateOffer | None:
    return session.scalar(
        select(DateOffer)
        .where(DateOffer.open_date_id == date_id, DateOffer.state == DateOfferState.HELD)
        .execution_options(populate_existing=True)
    )


def _waits_for(offer: DateOffer, asked: SchoolRequest | None) -> bool:
    return asked is not None and still_waits(asked.state, asked.state_since, offer.offered_at)


def _end_void_offer(act: Act, request_id: int) -> None:
    """A request that was answered otherwise waits again before the job has looked: it holds one date at a time."""
    held = select(DateOffer).where(DateOffer.school_request_id == request_id, DateOffer.state == DateOfferState.HELD)
    for offer in act.session.scalars(held.with_for_update().execution_options(populate_existing=True)).all():
        act.move(DATE_OFFER_MACHINE, offer, DateOfferState.WITHDRAWN)
        act.session.flush()
        let_crew_go(act, act.session.get_one(OpenDate, offer.open_date_id), HoldState.RELEASED)


def take_date_back(actor: Actor, date_id: int, *, now: dt.datetime) -> None:
    """A date is given to nobody any more; for whom it was held is told and stands in line as before.

    Said twice, it is said once. Raises: NotAllowed; NotFound; Conflict("wrong_state") once it is taken.
    """
    with change(actor, now) as act:
        date = _locked_date(act.session, date_id)
        policy.require(actor, "accept", "request", centre=Spot(date.centre_id, district_id=date.district_id))
        if date.state is DateState.ENDED:
            return
        _release(act, date, DateOfferState.WITHDRAWN, letter="date_taken_back")
        act.move(DATE_MACHINE, date, DateState.ENDED)


def _release(act: Act, date: OpenDate, to: DateOfferState, *, letter: str = "") -> None:
    """End the offer of a locked date, if one is held: its school is back in line, where it stood."""
    offer = _held_offer(act.session, date.id)
    if offer is None:
        let_crew_go(act, date, HoldState.RELEASED)
        return
    asked = locked_request(act.session, SYSTEM, "update", offer.school_request_id)
    act.move(DATE_OFFER_MACHINE, offer, to)
    if _waits_for(offer, asked):
        act.move(REQUEST_MACHINE, asked, RequestState.WAITLISTED)
        if letter:
            write_to_school(asked, letter, now=act.now, lost_day=date.on_day)
    act.session.flush()
    let_crew_go(act, date, HoldState.RELEASED)


def answer_date(actor: Actor, request_id: int, offer_id: int, *, accepts: bool, now: dt.datetime) -> str:
    """The school takes the date that is held for it, and a visit is planned; or leaves it to the next in line.

    The number of the visit, empty when the date is left. Pressed twice, it is answered once. Raises: NotFound;
    Conflict("date_gone") when it was not answered in time or was taken back.
    """
    with change(actor, now) as act:
        offer = act.session.get(DateOffer, offer_id)
        asked = act.session.get(SchoolRequest, request_id)
        policy.require(actor, "update", "request", centre=policy.spot(asked), request=request_id)
        if offer is None or offer.school_request_id != request_id:
            raise NotFound("date offer")
        date = _locked_date(act.session, offer.open_date_id)
        act.session.refresh(offer)
        if offer.state is (DateOfferState.ACCEPTED if accepts else DateOfferState.REFUSED):
            return _visit_of(act.session, request_id) if accepts else ""
        if offer.state is not DateOfferState.HELD or offer.until <= now or not _waits_for(offer, asked):
            raise Conflict(RequestReason.DATE_GONE)
        if accepts:
            return _accept(act, date, offer)
        _release(act, date, DateOfferState.REFUSED)
        _pass_on(act, date)
    log.info("date left to the next", extra={"open_date_id": date.id})
    return ""


def _visit_of(session: Session, request_id: int) -> str:
    wanted = select(Visit.number).where(Visit.school_request_id == request_id).order_by(Visit.id.desc()).limit(1)
    return session.scalar(wanted) or ""


def _accept(act: Act, date: OpenDate, offer: DateOffer) -> str:
    asked = locked_request(act.session, act.actor, "update", offer.school_request_id)
    act.session.refresh(offer)  # under the lock of its request: it may have been answered otherwise meanwhile
    if offer.state is not DateOfferState.HELD or not _waits_for(offer, asked):
        raise Conflict(RequestReason.DATE_GONE)
    act.move(DATE_OFFER_MACHINE, offer, DateOfferState.ACCEPTED)
    act.session.flush()
    crew = let_crew_go(act, date, HoldState.TAKEN)
    act.move(DATE_MACHINE, date, DateState.TAKEN)
    act.move(REQUEST_MACHINE, asked, RequestState.AGREED)
    plans = plans_as_asked(asked, one_after_the_other(asked, date.starts_local))
    draft = VisitDraft(asked.programme_id, asked.host_id, date.on_day, plans, asked.id, asked.campaign_id)
    visit = write_visit(act, draft)
    write_to_centre(asked, "date_accepted", now=act.now, day=date.on_day, time=date.starts_local, visit=visit.number)
    follow_visit(act.actor, asked, RequestState.STAFFING, now=act.now)
    touch(act, open_visit(act, visit.id), ())
    ask_crew(act, visit.id, crew, until=_begins(date))
    return visit.number


def pass_dates_on(*, now: dt.datetime) -> int:
    """For the job: what nobody answered in time goes to the next in rank; how many dates changed. Twice is once."""
    changed = 0
    for date_id in dates_to_pass_on(now):
        try:
            changed += _sweep(date_id, now)
        except (SchedulerError, DBAPIError):  # of two that waited for each other the next sweep takes one
            log.exception("date not passed on", extra={"open_date_id": date_id})
    return changed


def _sweep(date_id: int, now: dt.datetime) -> bool:
    with change(SYSTEM, now) as act:
        date = _locked_date(act.session, date_id)
        if date.state is not DateState.OPEN:
            return False
        offer = _held_offer(act.session, date_id)
        if offer is None:
            let_crew_go(act, date, HoldState.RELEASED)
        else:
            asked = act.session.get(SchoolRequest, offer.school_request_id, populate_existing=True)
            waits = _waits_for(offer, asked)
            if offer.until > now and waits:
                return False
            to = DateOfferState.LAPSED if waits else DateOfferState.WITHDRAWN
            _release(act, date, to, letter="date_lapsed")
        _pass_on(act, date)
    return True


def _pass_on(act: Act, date: OpenDate) -> None:
    """To the next in rank; when nobody is left, the date is the centre's again, as its page says."""
    if not _offer_next(act.by(SYSTEM), date):
        return
    act.by(SYSTEM).move(DATE_MACHINE, date, DateState.ENDED)
