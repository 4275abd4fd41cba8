"""A school asks, and proves its address; a coordinator asks for a school that has phoned."""

import dataclasses
import datetime as dt
import logging
from collections.abc import Iterable

from sqlalchemy import ColumnElement, ScalarSelect, and_, delete, func, select, update
from sqlalchemy.orm import Session

from scheduler import policy
from scheduler.config import settings
from scheduler.core import audit, clock, form_keys, numbers, states, tokens
from scheduler.core.db import advisory_lock, transaction
from scheduler.core.errors import Conflict, Gone, GroundReason, Rejected, TooMany
from scheduler.messages.service import queue_message, stop_unsent
from scheduler.messages.terms import LinkWish, MessageDraft
from scheduler.people import rules as people_rules
from scheduler.places import queries as place_queries
from scheduler.places.service.hosts import propose_host
from scheduler.places.terms.hosts import HostDraft, HostRow
from scheduler.policy import ANONYMOUS, SYSTEM, Actor, Spot
from scheduler.programmes import queries as programme_queries
from scheduler.requests.models import (
    BlackoutDays,
    BookingAnswers,
    PreferredDate,
    RequestedPresentation,
    SchoolRequest,
    UnprovedMail,
)
from scheduler.requests.queries.hours import OpenSchool
from scheduler.requests.queries.lineage import places_in_line
from scheduler.requests.rules.school_request import (
    MAILS_A_DAY_FROM_NETWORK,
    MAILS_A_DAY_TO_ADDRESS,
    MAILS_WINDOW,
    MOST_CORRECTIONS,
    PROVE_WITHIN,
    levels_at,
    problems_with,
)
from scheduler.requests.rules.states import OVER, keeps_place, may_ask_again
from scheduler.requests.service.bookings import others_of_booking, problems_with_parts, write_of_booking
from scheduler.requests.service.locked_request import STATUS_HOURS, locked_request, write_to_school
from scheduler.requests.terms.reasons import RequestReason
from scheduler.requests.terms.school_request import (
    REQUEST_MACHINE,
    RequestChannel,
    RequestDraft,
    RequestFacts,
    RequestState,
)

log = logging.getLogger(__name__)

ROWS_OF_THEIR_OWN = ("presentations", "preferred", "blackouts", "parts", "kept_until")  # rows of their own; of a hold
KEYS_APART = "|"  # stands in no key
FORM_LOCK, FLOOD_LOCK = 21, 22  # kinds of advisory locks
LOST_LINKS = "lost links from "  # before a network: they are counted apart from bookings


def submit_request(
    actor: Actor,
    draft: RequestDraft,
    *,
    form_key: str,
    now: dt.datetime,
    network: str = "",
    where: HostDraft | OpenSchool | None = None,
) -> int:
    """Record what a host asks for, and return the id of the request. The same form sent twice is recorded once.

    Its further parts are requests of their own in the same booking. From the web it is unverified, and a mail that
    proves the address is queued: all of it, or nothing. Taken on the phone by staff it is new at once. `where` is a
    host that the register does not hold, or one that a page has opened; then the draft's host counts for nothing.
    Raises: NotAllowed; NotFound; Rejected with {field: reason}; TooMany.
    """
    programmes = {one.programme_id: programme_queries.programme_of(one.programme_id) for one in (draft, *draft.parts)}
    programme = programmes[draft.programme_id]
    by_staff = actor.user_id is not None or actor == SYSTEM
    for one in programmes.values():
        policy.require(actor, "create", "request", centre=Spot(one.centre_id, own=True))
    key, *also = _keys_of(form_key)
    with transaction() as session:
        advisory_lock(session, FORM_LOCK, [people_rules.lock_number(one) for one in (key, *also)])
        if (earlier := form_keys.answer_of(key, *also)) is not None:
            return int(earlier)
        school = where if isinstance(where, OpenSchool) else _opened(actor, draft, where, now)
        host, today = school.host, clock.local_day(now)
        for one in programmes.values():
            policy.require(actor, "create", "request", centre=_lies(one.centre_id, host))
        hours = school.hours(draft.first_day, draft.last_day, today=today)
        levels = levels_at(host.teaches_primary, host.teaches_secondary)
        facts = RequestFacts(programme, levels, by_staff, *hours)
        problems = problems_with_parts(draft.parts, programmes, today, facts)
        problems |= problems_with(draft, today, facts)
        if draft.campaign_id and programme_queries.programme_of_campaign(draft.campaign_id) != programme.id:
            problems["campaign_id"] = GroundReason.UNKNOWN
        if problems:
            raise Rejected(problems)
        parent_id = draft.parent_id
        draft = dataclasses.replace(draft, host_id=host.id, parent_id=None)
        row = store_request(session, draft, programme.centre_id, by_staff, now)
        _keep_lineage(session, actor, row, parent_id, now)
        parts = [(part, programmes[part.programme_id].centre_id) for part in draft.parts]
        _store_parts(session, actor, row, parts, now)
        set_off(session, actor, row, network, now, draft.kept_until)
        form_keys.remember(key, str(row.id), at=now, also=also)
        _forget_what_became(session, form_key)
        request_id = row.id
    log.info("request submitted", extra={"request_id": request_id, "by_staff": by_staff})
    return request_id


def _lies(centre_id: int, host: HostRow) -> Spot:
    """Where what a host asks for lies; a host that was only just typed is known by its district."""
    return Spot(centre_id, host.id, host.municipality.district_id if host.municipality else None)


def _forget_what_became(session: Session, form_key: str) -> None:
    """The answers of a booking go with the sending, in its transaction: refused, nothing is lost.

    The last page of a booking is known by the hash of the token under which they lie.
    """
    answers, _apart, page = form_key.partition(KEYS_APART)
    if page:
        session.execute(delete(BookingAnswers).where(BookingAnswers.token_hash == answers))


def was_sent(form_key: str) -> bool:
    """Whether the form with this key has made its request: pressed twice, it is answered as it was the first time."""
    return form_keys.answer_of(*_keys_of(form_key)) is not None


def _keys_of(form_key: str) -> list[str]:
    """A form has one key; the last page of a booking has its own and that of the booking."""
    return [f"request:{one}" for one in form_key.split(KEYS_APART)]


def _opened(actor: Actor, draft: RequestDraft, new_host: HostDraft | None, now: dt.datetime) -> OpenSchool:
    if new_host is None:
        return OpenSchool(place_queries.host_of(draft.host_id))
    try:
        host = place_queries.host_row(propose_host(actor, new_host, now=now))
    except Rejected as rejected:
        raise Rejected({f"new_host-{field}": reason for field, reason in rejected.problems.items()}) from rejected
    return OpenSchool(host, new=True)


def store_request(
    session: Session, draft: RequestDraft, centre_id: int, by_staff: bool, now: dt.datetime, booking: str = ""
) -> SchoolRequest:
    """The rows of a draft that the rules have accepted, in a booking of others or its own; nobody is written to yet."""
    number = numbers.next_number("R", clock.local_day(now))
    row = SchoolRequest(
        **{name: value for name, value in vars(draft).items() if name not in ROWS_OF_THEIR_OWN},
        number=number,
        booking=booking or number,
        centre_id=centre_id,
        channel=RequestChannel.PHONE if by_staff else RequestChannel.WEB,
        state=RequestState.DRAFT,
        state_since=now,
        submitted_at=now,
    )
    row.teacher_stays = draft.teacher_stays or not draft.with_pupils  # without them nobody is asked
    row.contact_email = people_rules.address_of(draft.contact_email)
    row.presentations = [
        RequestedPresentation(ordinal=ordinal, **vars(asked)) for ordinal, asked in enumerate(draft.presentations, 1)
    ]
    row.preferred = [PreferredDate(rank=rank, **vars(one)) for rank, one in enumerate(draft.preferred, 1)]
    row.blackouts = [BlackoutDays(**vars(one)) for one in draft.blackouts]
    session.add(row)
    session.flush()
    return row


def _store_parts(
    session: Session, actor: Actor, row: SchoolRequest, parts: Iterable[tuple[RequestDraft, int]], now: dt.datetime
) -> None:
    """The further parts of a booking, each with its centre; of those from the web the first one's mail speaks."""
    by_staff = row.channel is RequestChannel.PHONE
    for part, centre_id in parts:
        draft = dataclasses.replace(part, host_id=row.host_id)
        one = store_request(session, draft, centre_id, by_staff, now, row.number)
        if by_staff:
            set_off(session, actor, one, "", now)
        else:
            states.move(REQUEST_MACHINE, one, RequestState.UNVERIFIED, actor=actor, at=now)


def _keep_lineage(session: Session, actor: Actor, row: SchoolRequest, parent_id: int | None, now: dt.datetime) -> None:
    """A school books again from its page: lineage and place are kept while it is the same school, and asks us again.

    What is still open has no child, and of several children the first living one has the place.
    """
    parent = session.get(SchoolRequest, parent_id, populate_existing=True) if parent_id else None
    if parent is None or (parent.host_id, parent.centre_id) != (row.host_id, row.centre_id):
        return
    if may_ask_again(parent.state):
        become_child(session, actor, row, parent, now)


def become_child(session: Session, actor: Actor, row: SchoolRequest, parent: SchoolRequest, now: dt.datetime) -> None:
    """Note what a request was booked again from; it stands in line since then, unless the visit was held."""
    others = select(SchoolRequest.id).where(
        SchoolRequest.parent_id == parent.id, SchoolRequest.id != row.id, SchoolRequest.state.not_in(OVER)
    )
    row.parent_id = parent.id
    if keeps_place(parent.state) and session.scalar(others.limit(1)) is None:
        row.in_line_since = places_in_line([parent])[parent.id]
    audit.record(actor, "booked again", parent, at=now, details={"request": row.number})


def set_off(
    session: Session,
    actor: Actor,
    row: SchoolRequest,
    network: str,
    now: dt.datetime,
    kept_until: dt.datetime | None = None,
) -> None:
    """The first move of a stored draft: to staff at once from the phone, to the mailbox of its address from the web."""
    if row.channel is RequestChannel.PHONE:
        states.move(REQUEST_MACHINE, row, RequestState.NEW, actor=actor, at=now)
        row.owner_id = actor.user_id
        session.flush()
        fresh = locked_request(session, actor, "create", row.id)
        write_to_school(fresh, "request_received", now=now)
        return
    states.move(REQUEST_MACHINE, row, RequestState.UNVERIFIED, actor=actor, at=now)
    _count_mail(session, row.contact_email, network, now)
    _write_to_unproved(row, now, kept_until)


def _write_to_unproved(row: SchoolRequest, now: dt.datetime, kept_until: dt.datetime | None = None) -> None:
    """The mail to an address that anybody may have typed: it holds no typed text at all (TRUST S13)."""
    starts = row.presentations[0].starts_local if kept_until else None
    kept = {"day": row.first_day, "time": starts, "until": kept_until} if starts else {}
    hours = int(PROVE_WITHIN.total_seconds() // 3600)
    forgotten_after, _unit = settings().kept_for("unproven_request")
    queue_message(
        MessageDraft(
            kind="prove_address",
            address=row.contact_email,
            language=row.language,
            values={"number": row.number, "days": max(PROVE_WITHIN.days, forgotten_after)} | kept,
            link=LinkWish("prove", row.id, "/book/prove/{token}", hours),
            about=(SchoolRequest.__tablename__, row.id),
            centre_id=row.centre_id,
        ),
        now=now,
    )


def _count_mail(session: Session, address: str, network: str, now: dt.datetime) -> None:
    """Count one mail that a stranger causes. Raises: TooMany past the day's limit of its address or network.

    By the network only what nobody has proven counts: a school of forty teachers is behind one address of the internet.
    """
    key = people_rules.account_key(address, purpose="booking")
    locks = [people_rules.lock_number(one) for one in (key, network) if one]
    advisory_lock(session, FLOOD_LOCK, locks)
    today = UnprovedMail.at > now - MAILS_WINDOW  # older ones are forgotten by privacy/service/retention.py, each hour
    limits = [(UnprovedMail.address_key == key, MAILS_A_DAY_TO_ADDRESS)]
    limits += [(UnprovedMail.network == network, MAILS_A_DAY_FROM_NETWORK)] if network else []
    full = session.execute(select(*[_full_since(and_(counted, today), most) for counted, most in limits])).one()
    if reached := [since for since in full if since is not None]:
        raise TooMany(RequestReason.TOO_MANY_BOOKINGS, wait=max(reached) + MAILS_WINDOW - now)
    session.add(UnprovedMail(address_key=key, network=network, at=now))


def _full_since(counted: ColumnElement[bool], most: int) -> ScalarSelect[dt.datetime]:
    """The mail that has to grow a day old before one more may go; nothing below the limit."""
    newest = select(UnprovedMail.at).where(counted).order_by(UnprovedMail.at.desc(), UnprovedMail.id.desc())
    return newest.offset(most - 1).limit(1).scalar_subquery()


def _forget_network(session: Session, address: str) -> None:
    """An address is proven: what went there was no flood, so it counts against no network any more."""
    key = people_rules.account_key(address, purpose="booking")
    session.execute(update(UnprovedMail).where(UnprovedMail.address_key == key).values(network=""))


def prove_address(token: str, *, now: dt.datetime) -> str | None:
    """The button behind the mailed link: staff see the request from now on, and a mail with the status link goes out.

    The address is proven for all that was sent together, and the mail is one. What was sent for the waiting list
    stands on it from now on, by the school's own act.
    Returns a fresh secret for the status page the first time, None when it was proven before. Raises: Gone; NotFound.
    """
    with transaction() as session:
        link = tokens.living_link(token, "prove", now=now)
        row = locked_request(session, SYSTEM, "update", link.subject_id)
        if row.proved_at is not None:
            return None
        if row.state is not RequestState.UNVERIFIED:
            raise Gone("prove")
        actor = policy.school_contact(row.id, row.host_id)
        waits = row.for_waiting_list
        to = RequestState.WAITLISTED if waits else RequestState.NEW
        rows = [row, *(one for one in others_of_booking(session, row) if one.state is RequestState.UNVERIFIED)]
        for one in rows:
            states.move(REQUEST_MACHINE, one, to, actor=actor, at=now)
            one.proved_at = now
        _forget_network(session, row.contact_email)
        write_of_booking(rows, "request_waitlisted" if waits else "request_received", now=now)
        request_id = row.id
        secret = tokens.mint("status", request_id, lasts=dt.timedelta(hours=STATUS_HOURS), now=now)
    log.info("address proven", extra={"request_id": request_id})
    return secret


def correct_address(request_id: int, address: str, *, network: str, now: dt.datetime) -> None:
    """Send the mail that proves the address to another one instead: the browser that booked saw that it was mistyped.

    What went to the first address opens nothing any more. Only before the proof, at most twice, and each mail counts as
    every mail that a stranger causes. Raises: NotFound; Conflict("address_proven"); TooMany.
    """
    with transaction() as session:
        row = locked_request(session, SYSTEM, "update", request_id)
        if row.state is not RequestState.UNVERIFIED:
            raise Conflict(RequestReason.ADDRESS_PROVEN)
        typed = people_rules.address_of(address)
        if typed == row.contact_email:
            return
        if row.addresses_corrected >= MOST_CORRECTIONS:
            raise TooMany(RequestReason.TOO_MANY_CORRECTIONS, wait=MAILS_WINDOW)
        _count_mail(session, typed, network, now)
        tokens.end_links("prove", row.id, now=now)
        stop_unsent("prove_address", about=(SchoolRequest.__tablename__, row.id))
        for one in (row, *others_of_booking(session, row)):
            one.contact_email = typed
        row.addresses_corrected += 1
        audit.record(ANONYMOUS, "address corrected", row, at=now)
        _write_to_unproved(row, now)
    log.info("address corrected", extra={"request_id": request_id})


def send_new_link(address: str, *, language: str, network: str, now: dt.datetime) -> None:
    """Mail the links of the newest three bookings that this address made and that live; whether there are any is
    never shown.

    Of those that nobody has proven only the newest: so a stranger causes one mail with each call, as with each request,
    and the day's limit of an address holds. Raises: TooMany past the day's limit, for every address alike.

    Links that staff rooms have lost stop no booking, and whoever asks for links of others learns nothing by a refusal:
    only mails to unproven addresses count by the network, apart, and past its limit those alone stay away.
    """
    with transaction() as session:
        typed = people_rules.address_of(address)
        _count_mail(session, typed, "", now)
        first = func.min(SchoolRequest.id)  # of what was sent together: its link opens all
        wanted = (
            select(first)
            .where(SchoolRequest.contact_email == typed, SchoolRequest.state.not_in(OVER))
            .group_by(SchoolRequest.booking)
            .order_by(first.desc())
            .limit(3)
        )
        rows = [locked_request(session, SYSTEM, "read", request_id) for request_id in session.scalars(wanted).all()]
        unproved = [row for row in rows if row.state is RequestState.UNVERIFIED]
        for row in unproved[:1] if unproved and _may_write_again(session, typed, network, now) else ():
            _write_to_unproved(row, now)
        for row in rows:
            if row not in unproved and row.state not in OVER:
                write_to_school(row, "new_link", now=now)


def _may_write_again(session: Session, address: str, network: str, now: dt.datetime) -> bool:
    """Whether one more lost link of an unproven address may leave for this network; then it is counted."""
    links = f"{LOST_LINKS}{network}"
    advisory_lock(session, FLOOD_LOCK, [people_rules.lock_number(links)])
    today = UnprovedMail.at > now - MAILS_WINDOW
    sent = select(func.count()).select_from(UnprovedMail).where(UnprovedMail.network == links, today)
    if (session.scalar(sent) or 0) >= MAILS_A_DAY_FROM_NETWORK:
        log.warning("too many lost links asked for")
        return False
    key = people_rules.account_key(address, purpose="booking")
    newest = select(func.max(UnprovedMail.id)).where(UnprovedMail.address_key == key).scalar_subquery()
    session.execute(update(UnprovedMail).where(UnprovedMail.id == newest).values(network=links))
    return True


def expire_unproved(now: dt.datetime) -> int:
    """End requests whose address nobody has proven within seven days; returns how many. For the daily job."""
    with transaction() as session:
        wanted = select(SchoolRequest.id).where(
            SchoolRequest.state == RequestState.UNVERIFIED, SchoolRequest.submitted_at <= now - PROVE_WITHIN
        )
        found = [
            locked_request(session, SYSTEM, "update", one) for one in session.scalars(wanted.order_by(SchoolRequest.id))
        ]
        # PostgreSQL: one may have been proven between the question and its lock
        late = [row for row in found if row.state is RequestState.UNVERIFIED]
        for row in late:
            states.move(REQUEST_MACHINE, row, RequestState.EXPIRED, actor=SYSTEM, at=now)
    log.info("unproved requests expired", extra={"requests": len(late)})
    return len(late)
