"""Book now: a date is held while the form is finished, kept until the address is proven, and then a visit.

Locks are taken in this order: the draft, its network, presenters by id, then rows. So many may press for one date at
once: one gets it, the others learn so as soon as that one is done (TRUST R1).
"""

import datetime as dt
import logging
from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import case, delete, func, select
from sqlalchemy.orm import Session

from scheduler import policy
from scheduler.acts import Act, change
from scheduler.booking.queries.free_dates import able_at
from scheduler.booking.queries.holds import held_date, holds_over
from scheduler.booking.rules.holds import FORGOTTEN_AFTER, HELD_FOR, KEPT_FOR, MOST_FROM_NETWORK
from scheduler.booking.terms.holds import FormSent, HeldDate, HoldWish
from scheduler.booking.terms.reasons import BookingReason
from scheduler.core import clock, tokens
from scheduler.core.db import advisory_lock
from scheduler.core.errors import Conflict, NotFound, TooMany
from scheduler.people import rules as people_rules
from scheduler.places import queries as place_queries
from scheduler.places.terms.hosts import HostDraft
from scheduler.policy import ANONYMOUS, SYSTEM, Actor
from scheduler.programmes.models import Programme
from scheduler.programmes.terms import Booking
from scheduler.requests.models import SchoolRequest
from scheduler.requests.rules.school_request import PROVE_WITHIN
from scheduler.requests.service.submission import submit_request, was_sent
from scheduler.requests.terms.school_request import RequestDraft
from scheduler.staffing.service.crew import suggest
from scheduler.staffing.service.offers import offer
from scheduler.visits.models.held_time import DateHold, HeldTime
from scheduler.visits.rules.timetable import span_of
from scheduler.visits.service.locked_visit import hold_time, open_visit
from scheduler.visits.terms.states import HOLD_MACHINE, LIVING_HOLDS, HoldState

log = logging.getLogger(__name__)
DRAFT_LOCK, NETWORK_LOCK = 31, 32  # kinds of advisory locks
ANSWERED_WITHIN = dt.timedelta(days=3)  # by the crew whose time was held


def hold_date(draft: str, wish: HoldWish, *, network: str = "", now: dt.datetime) -> HeldDate:
    """Hold a date for the booking under this token, for a quarter of an hour; its earlier one is free again.

    The same date held again counts from now. Raises: NotFound; Conflict("date_taken")
    when it is not free (any more): what the booking held before stays held; Conflict("not_book_now"); TooMany.
    """
    key = tokens.token_hash(draft)
    with change(ANONYMOUS, now) as act:
        programme = _programme(act.session, wish)
        advisory_lock(act.session, DRAFT_LOCK, [people_rules.lock_number(key)])
        before = _held(act.session, key)
        _refuse_flood(act.session, key, network, now)
        if before is not None:  # her own date keeps others away, not her
            wish = replace(wish, wish=replace(wish.wish, own_hold=before.id))
        crew = crew_under_lock(act, wish)
        if before is not None and (earlier := _held(act.session, key, lock=True)) is not None:
            end_hold(act, earlier, HoldState.RELEASED)
        row = _write(act.session, key, network, wish, programme, now)
        give_time(act.session, row, crew)
        act.record("date held", row)
        shown = held_date(row)
    log.info("date held", extra={"hold_id": shown.id})
    return shown


def release_date(draft: str | None, *, now: dt.datetime) -> None:
    """The booking needs its date no more: its answers are deleted. Nothing to do without one."""
    if not draft:
        return
    key = tokens.token_hash(draft)
    with change(ANONYMOUS, now) as act:
        advisory_lock(act.session, DRAFT_LOCK, [people_rules.lock_number(key)])
        row = _held(act.session, key, lock=True)
        if row is not None:
            end_hold(act, row, HoldState.RELEASED)


def book_now(
    actor: Actor,
    asked: RequestDraft,
    wish: HoldWish,
    sent: FormSent,
    *,
    now: dt.datetime,
    new_host: HostDraft | None = None,
) -> int:
    """Send the form with its held date: the date is kept until the address is proven; the id of the request.

    A hold that is over is simply taken anew where the date is still free. Sent twice, it is sent once. Raises: as
    `submit_request`; Conflict("date_taken") when the date is gone: then nothing is stored.
    """
    key = tokens.token_hash(sent.draft)
    with change(actor, now) as act:
        advisory_lock(act.session, DRAFT_LOCK, [people_rules.lock_number(key)])
        row = _held(act.session, key)
        stands = row is not None and row.until > now and held_date(row).suits(wish)
        if not stands and not was_sent(sent.form_key):
            hold_date(sent.draft, wish, network=sent.network, now=now)
            row = _held(act.session, key)
        until = min(now + KEPT_FOR, row.busy_from) if row else None
        request_id = submit_request(
            actor,
            replace(asked, kept_until=until),
            form_key=sent.form_key,
            now=now,
            network=sent.network,
            new_host=new_host,
        )
        row = _held(act.session, key, lock=True)
        if row is not None and until is not None:
            if row.host_id is None:  # the register holds the school since it was sent
                row.host_id = act.session.get_one(SchoolRequest, request_id).host_id
            row.school_request_id = request_id
            row.draft = row.network = ""  # the browser and its network have no more to do with it
            row.until = until
            act.move(HOLD_MACHINE, row, HoldState.KEPT)
    log.info("date kept for a request", extra={"request_id": request_id})
    return request_id


def lapse_holds(*, now: dt.datetime) -> int:
    """For the job: end what is over, and forget what ended a day ago; how many ended. Twice is once.

    Nobody waits for this job: what is over keeps nobody back, and whoever takes time ends it first.
    """
    with change(SYSTEM, now) as act:
        rows = act.session.scalars(
            select(DateHold)
            .where(DateHold.id.in_(holds_over(now)))
            .order_by(DateHold.id)
            .with_for_update(skip_locked=True)
            .execution_options(populate_existing=True)
        ).all()
        late = [row for row in rows if row.state in LIVING_HOLDS]
        for row in late:
            end_hold(act, row, HoldState.LAPSED)
        kept = case((DateHold.school_request_id.is_(None), now - FORGOTTEN_AFTER), else_=now - PROVE_WITHIN)
        act.session.execute(delete(DateHold).where(DateHold.state.not_in(LIVING_HOLDS), DateHold.state_since <= kept))
    return len(late)


def _programme(session: Session, wish: HoldWish) -> Programme:
    programme = session.get(Programme, wish.wish.programme_id)
    if programme is None:
        raise NotFound("programme")
    policy.require(ANONYMOUS, "create", "request", centre=programme.centre_id)
    if programme.booking is not Booking.NOW or not programme.open:
        raise Conflict(BookingReason.NOT_BOOK_NOW)
    return programme


def _held(session: Session, key: str, *, lock: bool = False) -> DateHold | None:
    """The hold of a booking whose form is not sent; it may be over.

    Its row is locked only by who holds the presenters' locks already, or needs none: others end it in that order.
    """
    wanted = select(DateHold).where(DateHold.draft == key, DateHold.state == HoldState.HELD)
    wanted = wanted.with_for_update() if lock else wanted
    return session.scalar(wanted.execution_options(populate_existing=True))


def _refuse_flood(session: Session, key: str, network: str, now: dt.datetime) -> None:
    """So many dates at once no school holds. Raises: TooMany."""
    if not network:
        return
    advisory_lock(session, NETWORK_LOCK, [people_rules.lock_number(network)])
    living = DateHold.network == network, DateHold.state == HoldState.HELD, DateHold.until > now, DateHold.draft != key
    if session.scalars(select(func.count()).select_from(DateHold).where(*living)).one() >= MOST_FROM_NETWORK:
        raise TooMany(BookingReason.TOO_MANY_HOLDS, wait=HELD_FOR)


def crew_under_lock(act: Act, wish: HoldWish) -> list[int]:
    """Who would go, with nobody else giving their time away until the transaction ends.

    Looked for twice: everybody who could go is known after the first look, and what others did meanwhile after the
    second. All locks are taken at once, in order. Raises: Conflict("date_taken").
    """
    able = able_at(wish, now=act.now)
    locked = {who for _number, ids in able for who in ids}
    if any(len(ids) < number for number, ids in able) or not able:
        raise Conflict(BookingReason.DATE_TAKEN)
    hold_time(act.session, locked)
    _end_over(act.by(SYSTEM), locked)
    crew: list[int] = []
    still = able_at(wish, now=act.now)
    for number, ids in still:
        chosen = [who for who in ids if who in locked][:number]
        if len(chosen) < number:
            raise Conflict(BookingReason.DATE_TAKEN)
        crew += chosen
    if not crew:
        raise Conflict(BookingReason.DATE_TAKEN)
    return crew


def _end_over(act: Act, presenter_ids: Collection[int]) -> None:
    """End the holds of these presenters whose time is over; their locks are held."""
    over = select(HeldTime.date_hold_id).where(HeldTime.presenter_id.in_(presenter_ids))
    rows = act.session.scalars(
        select(DateHold)
        .where(DateHold.id.in_(over), DateHold.until <= act.now)
        .order_by(DateHold.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    for row in rows:
        if row.state in LIVING_HOLDS:
            end_hold(act, row, HoldState.LAPSED)


def end_hold(act: Act, row: DateHold, to: HoldState) -> None:
    """A hold has ended: its time is everybody's again."""
    act.session.execute(delete(HeldTime).where(HeldTime.date_hold_id == row.id))
    act.move(HOLD_MACHINE, row, to)
    act.session.flush()


def _write(
    session: Session, key: str, network: str, wish: HoldWish, programme: Programme, now: dt.datetime
) -> DateHold:
    until = now + HELD_FOR
    row = hold_row(wish, programme, draft=key, network=network, state=HoldState.HELD, state_since=now, until=until)
    session.add(row)
    session.flush()
    return row


def hold_row(wish: HoldWish, programme: Programme, **said: Any) -> DateHold:
    """A hold of that date; for whom and until when, its caller says in columns."""
    asked, slot = wish.wish, wish.slot
    minutes = asked.minutes or programme.minutes
    begins = clock.moment_of(slot.on_day, slot.starts_local, _zone(asked.host_id))
    span = span_of(begins, minutes, programme.set_up_minutes)
    return DateHold(
        programme_id=programme.id,
        host_id=asked.host_id,
        municipality_id=asked.municipality_id,
        on_day=slot.on_day,
        starts_local=slot.starts_local,
        minutes=minutes,
        busy_from=span.busy_from,
        busy_until=span.busy_until,
        **said,
    )


def _zone(host_id: int | None) -> str:
    return place_queries.host_of(host_id).zone if host_id is not None else clock.BELGRADE


def give_time(session: Session, row: DateHold, crew: list[int]) -> None:
    """The time of these presenters is held; their locks are."""
    for who in crew:
        session.add(HeldTime(date_hold_id=row.id, presenter_id=who, busy_from=row.busy_from, busy_until=row.busy_until))
    session.flush()


def ask_held(visit_id: int, crew: Sequence[int], *, until: dt.datetime, now: dt.datetime) -> None:
    """Offer the visit to those whose time was held, adults first as they were found; they answer before `until`."""
    with change(SYSTEM, now) as act:
        opened = open_visit(act, visit_id)
        for who in crew:
            suggest(act, opened, who)
        offer(act, opened, until=min(now + ANSWERED_WITHIN, until))
