"""Book now: a date is held while the form is finished, kept until the address is proven, and then a visit.

Locks are taken in this order: the draft, its network, presenters by id, then rows. So many may press for one date at
once: one gets it, the others learn so as soon as that one is done (TRUST R1).
"""

import datetime as dt
import logging
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import and_, case, delete, insert, or_, select
from sqlalchemy.orm import Session

from scheduler import policy
from scheduler.acts import Act, change
from scheduler.booking.queries.free_dates import AskedPlace, OpenCalendar, open_calendar, place_of
from scheduler.booking.queries.holds import held_date, holds_over
from scheduler.booking.rules.holds import HELD_FOR, KEPT_FOR, MOST_FROM_NETWORK
from scheduler.booking.terms.holds import HOLD_MACHINE, FormSent, HeldDate, HoldWish
from scheduler.booking.terms.reasons import BookingReason
from scheduler.config import settings
from scheduler.core import clock, tokens
from scheduler.core.db import advisory_lock
from scheduler.core.errors import Conflict, TooMany
from scheduler.people import rules as people_rules
from scheduler.places.terms.hosts import HostDraft
from scheduler.policy import ANONYMOUS, SYSTEM, Actor
from scheduler.programmes.terms import ProgrammeRow
from scheduler.requests.models import SchoolRequest
from scheduler.requests.queries.hours import OpenSchool
from scheduler.requests.rules.school_request import PROVE_WITHIN
from scheduler.requests.service.submission import JudgedRequest, judge_request, submit_request, was_sent
from scheduler.requests.terms.school_request import RequestDraft
from scheduler.staffing.service.crew import suggest
from scheduler.staffing.service.offers import offer
from scheduler.visits.models.held_time import DateHold, HeldTime
from scheduler.visits.rules.timetable import span_of
from scheduler.visits.service.locked_visit import hold_time, open_visit
from scheduler.visits.terms.states import LIVING_HOLDS, HoldState

log = logging.getLogger(__name__)
DRAFT_LOCK, NETWORK_LOCK = 31, 32  # kinds of advisory locks
ANSWERED_WITHIN = dt.timedelta(days=3)  # by the crew whose time was held


def hold_date(
    draft: str,
    wish: HoldWish,
    *,
    network: str = "",
    now: dt.datetime,
    calendar: OpenCalendar | None = None,
    store_answer: Callable[[], object] = lambda: None,
) -> HeldDate:
    """Hold a date for the booking under this token, for a quarter of an hour; its earlier one is free again.

    The same date held again counts from now. A page that has opened the calendar hands it on; whose time is free is
    asked again under the locks all the same. `store_answer` writes what the booking says of its date, in the same
    transaction: both or neither. Raises: NotFound; Conflict("date_taken") when it is not free (any more): what the
    booking held before stays held; Conflict("not_book_now"); TooMany.
    """
    with change(ANONYMOUS, now) as act:
        calendar = calendar or open_calendar(wish.wish, now=now, only=wish.slot.on_day)
        shown = held_date(_hold(act, tokens.token_hash(draft), network, wish, calendar))
        store_answer()
    log.info("date held", extra={"hold_id": shown.id})
    return shown


def _hold(act: Act, key: str, network: str, wish: HoldWish, calendar: OpenCalendar) -> DateHold:
    _require_book_now(calendar.place.programme)
    before = _lock_draft(act, key, network)
    if before:  # her own date keeps others away, not her
        wish = replace(wish, wish=replace(wish.wish, own_hold=before))
    crew, earlier = crew_and_hold(act, wish, calendar)
    if earlier is not None and earlier.state is HoldState.HELD:
        end_hold(act, earlier, HoldState.RELEASED)
    said = {"state": HoldState.HELD, "state_since": act.now, "until": act.now + HELD_FOR}
    row = hold_row(wish, calendar.place, draft=key, network=network, **said)
    give_time(act.session, row, crew)
    act.record("date held", row)
    return row


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
    where: HostDraft | OpenSchool | JudgedRequest | None = None,
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
        anew = not stands and not was_sent(sent.form_key)
        if anew:
            place = place_of(wish.wish, where) if isinstance(where, OpenSchool) else _judged_place(wish, where)
            calendar = open_calendar(wish.wish, now=now, only=wish.slot.on_day, place=place)
            row = _hold(act, key, sent.network, wish, calendar)
        until = min(now + KEPT_FOR, row.busy_from) if row else None
        request_id = submit_request(
            actor,
            replace(asked, kept_until=until),
            form_key=sent.form_key,
            now=now,
            network=sent.network,
            where=where,
        )
        row = row if anew else _held(act.session, key, lock=True)
        if row is not None and until is not None:
            if row.host_id is None:  # the register holds the school since it was sent
                row.host_id = act.session.get_one(SchoolRequest, request_id).host_id
            row.school_request_id = request_id
            row.draft = row.network = ""  # the browser and its network have no more to do with it
            row.until = until
            act.move(HOLD_MACHINE, row, HoldState.KEPT)
    log.info("date kept for a request", extra={"request_id": request_id})
    return request_id


def judge_with_date(
    actor: Actor,
    asked: RequestDraft,
    wish: HoldWish,
    school: OpenSchool,
    known: Sequence[ProgrammeRow],
    *,
    now: dt.datetime,
) -> JudgedRequest:
    """What `book_now` will find, asked before anybody waits for the write lock: that its date stays kept so long as it
    may is likely, and what comes otherwise it judges again. `known` are programmes that the page has read.

    Raises: as `judge_request`.
    """
    programme = next((one for one in known if one.id == wish.wish.programme_id), None)
    if programme is None:
        return judge_request(actor, asked, school, known, now=now)
    busy_from = hold_row(wish, AskedPlace(programme, school, school.host.municipality)).busy_from
    return judge_request(actor, replace(asked, kept_until=min(now + KEPT_FOR, busy_from)), school, known, now=now)


def _judged_place(wish: HoldWish, where: HostDraft | JudgedRequest | None) -> AskedPlace | None:
    """The place of a request that is judged, as its page has read it."""
    if not isinstance(where, JudgedRequest) or wish.wish.programme_id not in where.programmes:
        return None
    return AskedPlace(where.programmes[wish.wish.programme_id], where.school, where.school.host.municipality)


def lapse_holds(*, now: dt.datetime) -> int:
    """For the job: end what is over, and forget what ended long enough ago; how many ended. Twice is once.

    How long says the row "trace" of the privacy notice: here, and nowhere else, such a date is forgotten.
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
        hours, _unit = settings().kept_for("trace")
        traces = now - dt.timedelta(hours=hours)
        kept = case((DateHold.school_request_id.is_(None), traces), else_=now - PROVE_WITHIN)
        act.session.execute(delete(DateHold).where(DateHold.state.not_in(LIVING_HOLDS), DateHold.state_since <= kept))
    return len(late)


def _require_book_now(programme: ProgrammeRow) -> None:
    policy.require(ANONYMOUS, "create", "request", centre=programme.centre_id)
    if not programme.book_now or not programme.open:
        raise Conflict(BookingReason.NOT_BOOK_NOW)


def _held(session: Session, key: str, *, lock: bool = False) -> DateHold | None:
    """The hold of a booking whose form is not sent; it may be over.

    Its row is locked only by who holds the presenters' locks already, or needs none: others end it in that order.
    """
    wanted = select(DateHold).where(DateHold.draft == key, DateHold.state == HoldState.HELD)
    wanted = wanted.with_for_update() if lock else wanted
    return session.scalar(wanted.execution_options(populate_existing=True))


def _lock_draft(act: Act, key: str, network: str) -> int:
    """Nobody else holds a date for this booking, nor from its network; the hold of the booking, it may be over: its id,
    or 0.

    So many dates at once no school holds. Raises: TooMany.
    """
    advisory_lock(act.session, DRAFT_LOCK, [people_rules.lock_number(key)])
    if network:
        advisory_lock(act.session, NETWORK_LOCK, [people_rules.lock_number(network)])
    mine = DateHold.draft == key
    theirs = and_(DateHold.network == network, DateHold.until > act.now)
    beside = select(DateHold.id, DateHold.draft).where(
        DateHold.state == HoldState.HELD, or_(mine, theirs) if network else mine
    )
    rows = act.session.execute(beside).all()
    if len([draft for _number, draft in rows if draft != key]) >= MOST_FROM_NETWORK:
        raise TooMany(BookingReason.TOO_MANY_HOLDS, wait=HELD_FOR)
    return next((number for number, draft in rows if draft == key), 0)


def crew_under_lock(act: Act, wish: HoldWish, calendar: OpenCalendar) -> list[int]:
    """Who would go, with nobody else giving their time away until the transaction ends.

    Raises: Conflict("date_taken").
    """
    return crew_and_hold(act, wish, calendar)[0]


def crew_and_hold(act: Act, wish: HoldWish, calendar: OpenCalendar) -> tuple[list[int], DateHold | None]:
    """The same, and the hold of who asks, whose row is locked by then; None without one.

    Looked for twice: everybody who could go is known after the first look, and what others did meanwhile after the
    second, which judges again only where they did something. All locks are taken at once, in order.
    """
    able = calendar.able_at(wish)
    locked = {who for _number, ids in able for who in ids}
    if any(len(ids) < number for number, ids in able) or not able:
        raise Conflict(BookingReason.DATE_TAKEN)
    hold_time(act.session, locked)
    own = _end_over(act.by(SYSTEM), locked, wish.wish.own_hold)
    again = calendar.of_locked(locked, wish.slot.on_day, now=act.now)
    crew: list[int] = []
    for number, ids in able if again is calendar else again.able_at(wish):
        if len(ids) < number:
            raise Conflict(BookingReason.DATE_TAKEN)
        crew += ids[:number]
    if not crew:
        raise Conflict(BookingReason.DATE_TAKEN)
    return crew, own


def _end_over(act: Act, presenter_ids: Collection[int], own_hold: int) -> DateHold | None:
    """End the holds of these presenters whose time is over; their locks are held.

    The hold of who asks is locked with them, in one order for everybody; it ends if it is over, too. It is handed back.
    """
    theirs = select(HeldTime.date_hold_id).where(HeldTime.presenter_id.in_(presenter_ids))
    over = and_(DateHold.id.in_(theirs), DateHold.until <= act.now)
    ending = select(DateHold).where(or_(over, DateHold.id == own_hold)).order_by(DateHold.id).with_for_update()
    rows = act.session.scalars(ending, execution_options={"populate_existing": True}).all()
    for row in rows:
        if row.state in LIVING_HOLDS and row.until <= act.now:
            end_hold(act, row, HoldState.LAPSED)
    return next((row for row in rows if row.id == own_hold), None)


def end_hold(act: Act, row: DateHold, to: HoldState) -> None:
    """A hold has ended: its time is everybody's again."""
    act.session.execute(delete(HeldTime).where(HeldTime.date_hold_id == row.id))
    act.move(HOLD_MACHINE, row, to)
    act.session.flush()


def hold_row(wish: HoldWish, place: AskedPlace, **said: Any) -> DateHold:
    """A hold of that date; for whom and until when, its caller says in columns."""
    asked, slot, programme = wish.wish, wish.slot, place.programme
    minutes = asked.minutes or programme.minutes
    span = span_of(clock.moment_of(slot.on_day, slot.starts_local, place.zone), minutes, programme.set_up_minutes)
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


def give_time(session: Session, row: DateHold, crew: list[int]) -> None:
    """The hold is stored, and the time of these presenters held; their locks are."""
    session.add(row)
    session.flush()
    held = {"date_hold_id": row.id, "busy_from": row.busy_from, "busy_until": row.busy_until}
    session.execute(insert(HeldTime), [held | {"presenter_id": who} for who in crew])


def ask_held(visit_id: int, crew: Sequence[int], *, until: dt.datetime, now: dt.datetime) -> None:
    """Offer the visit to those whose time was held, adults first as they were found; they answer before `until`."""
    with change(SYSTEM, now) as act:
        opened = open_visit(act, visit_id)
        for who in crew:
            suggest(act, opened, who, meant=True)  # free dates have asked how far she goes
        offer(act, opened, until=min(now + ANSWERED_WITHIN, until))
