"""A school asks, and proves its address; a coordinator asks for a school that has phoned."""

import datetime as dt
import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from scheduler import policy
from scheduler.core import audit, clock, form_keys, states, tokens
from scheduler.core.db import advisory_lock, transaction
from scheduler.core.errors import Gone, GroundReason, Reason, Rejected
from scheduler.messages.terms import Body
from scheduler.people import rules as people_rules
from scheduler.places import queries as place_queries
from scheduler.places.service.hosts import propose_host
from scheduler.places.terms.hosts import HostDraft, HostRow
from scheduler.policy import SYSTEM, Actor, Spot
from scheduler.programmes import queries as programme_queries
from scheduler.programmes.terms import ProgrammeRow
from scheduler.requests.models import (
    BlackoutDays,
    BookingAnswers,
    PreferredDate,
    RequestedPresentation,
    SchoolRequest,
)
from scheduler.requests.queries.hours import OpenSchool
from scheduler.requests.queries.lineage import places_in_line
from scheduler.requests.rules.school_request import (
    PROVE_WITHIN,
    levels_at,
    problems_with,
)
from scheduler.requests.rules.states import OVER, keeps_place, may_ask_again
from scheduler.requests.service.bookings import others_of_booking, problems_with_parts, write_of_booking
from scheduler.requests.service.locked_request import STATUS_HOURS, locked_request, write_to_school
from scheduler.requests.service.sent import columns_of, is_staff, rows_of
from scheduler.requests.service.unproved import (
    count_mail,
    first_mail,
    forget_network,
    send_first_mail,
    write_to_unproved,
)
from scheduler.requests.terms.school_request import (
    REQUEST_MACHINE,
    RequestChannel,
    RequestDraft,
    RequestFacts,
    RequestState,
)

log = logging.getLogger(__name__)

KEYS_APART = "|"  # stands in no key
FORM_LOCK = 21  # a kind of advisory locks


def submit_request(
    actor: Actor,
    draft: RequestDraft,
    *,
    form_key: str,
    now: dt.datetime,
    network: str = "",
    where: "HostDraft | OpenSchool | JudgedRequest | None" = None,
) -> int:
    """Record what a host asks for, and return the id of the request. The same form sent twice is recorded once.

    Its further parts are requests of their own in the same booking. From the web it is unverified, and a mail that
    proves the address is queued: all of it, or nothing. Taken on the phone by staff it is new at once. `where` is a
    host that the register does not hold, or one that a page has opened; then the draft's host counts for nothing. Of
    an opened one nobody waits for us: it is judged, and the mail rendered, before the write lock is taken; or its page
    has done so in the same request. Raises: NotAllowed; NotFound; Rejected with {field: reason}; TooMany.
    """
    if isinstance(where, JudgedRequest) and where.draft != draft:  # its date is kept until another moment
        where = judge_request(actor, draft, where.school, where.programmes.values(), now=now)
    known = where if isinstance(where, JudgedRequest) else None
    new_host = where if isinstance(where, HostDraft) else None
    programmes = known.programmes if known else _programmes_of(actor, draft)
    if isinstance(where, OpenSchool):
        known = _judged(actor, draft, programmes, where, now)
    key, *also = keys_of(form_key)
    with transaction() as session:
        advisory_lock(session, FORM_LOCK, [people_rules.lock_number(one) for one in (key, *also)])
        earlier = form_keys.answer_of(key, *also)
        if earlier is not None:
            return int(earlier)
        if known is None:
            known = _judged(actor, draft, programmes, _opened(actor, draft, new_host, now), now)
        if known.problems:
            raise Rejected(known.problems)
        parent_id = draft.parent_id
        draft = replace(draft, host_id=known.school.host.id, parent_id=None)
        stored = [(one, programmes[one.programme_id].centre_id) for one in (draft, *draft.parts)]
        if known.mail is None:
            request_id = _store_phoned(session, actor, stored, parent_id, now)
        else:
            request_id = _store_sent(session, actor, stored, parent_id, now, known.mail)
            count_mail(session, people_rules.address_of(draft.contact_email), network, now)
        _note_answer(session, form_key, request_id, now)
    log.info("request submitted", extra={"request_id": request_id, "by_staff": is_staff(actor)})
    return request_id


@dataclass(frozen=True)
class JudgedRequest:
    """What is known of a draft before anything of it is stored."""

    draft: RequestDraft
    school: OpenSchool
    programmes: Mapping[int, ProgrammeRow]
    problems: dict[str, Reason]
    mail: Body | None = None  # to an address that is to be proven


def judge_request(
    actor: Actor, draft: RequestDraft, school: OpenSchool, known: Iterable[ProgrammeRow], *, now: dt.datetime
) -> JudgedRequest:
    """What `submit_request` will find of a draft, for a page to ask before anybody waits for the write lock.

    `known` are programmes that the page has read in this request. What is wrong the sending tells. Raises: NotAllowed;
    NotFound.
    """
    return _judged(actor, draft, _programmes_of(actor, draft, {one.id: one for one in known}), school, now)


def _programmes_of(
    actor: Actor, draft: RequestDraft, known: Mapping[int, ProgrammeRow] | None = None
) -> dict[int, ProgrammeRow]:
    """What is asked for, each programme by its id. Raises: NotAllowed; NotFound."""
    wanted, read = {one.programme_id for one in (draft, *draft.parts)}, known or {}
    found = {one: read.get(one) or programme_queries.programme_of(one) for one in wanted}
    for programme in found.values():
        policy.require(actor, "create", "request", centre=Spot(programme.centre_id, own=True))
    return found


def _judged(
    actor: Actor, draft: RequestDraft, programmes: Mapping[int, ProgrammeRow], school: OpenSchool, now: dt.datetime
) -> JudgedRequest:
    """Raises: NotAllowed."""
    host, today = school.host, clock.local_day(now)
    for one in programmes.values():
        policy.require(actor, "create", "request", centre=_lies(one.centre_id, host))
    programme = programmes[draft.programme_id]
    hours = school.hours(draft.first_day, draft.last_day, today=today)
    facts = RequestFacts(programme, levels_at(host.teaches_primary, host.teaches_secondary), is_staff(actor), *hours)
    problems = problems_with_parts(draft.parts, programmes, today, facts) | problems_with(draft, today, facts)
    if draft.campaign_id and programme_queries.programme_of_campaign(draft.campaign_id) != programme.id:
        problems["campaign_id"] = GroundReason.UNKNOWN
    mail = None if problems or is_staff(actor) else first_mail(draft, host, programmes, now)
    return JudgedRequest(draft, school, programmes, problems, mail)


def _lies(centre_id: int, host: HostRow) -> Spot:
    """Where what a host asks for lies; a host that was only just typed is known by its district."""
    return Spot(centre_id, host.id, host.municipality.district_id if host.municipality else None)


def _note_answer(session: Session, form_key: str, request_id: int, now: dt.datetime) -> None:
    """The form is answered; the answers of a booking go with the sending, in its transaction: refused, nothing is lost.

    The last page of a booking is known by the hash of the token under which they lie.
    """
    key, *also = keys_of(form_key)
    form_keys.remember(key, str(request_id), at=now, also=also)
    answers, _apart, page = form_key.partition(KEYS_APART)
    if page:
        session.execute(delete(BookingAnswers).where(BookingAnswers.token_hash == answers))


def was_sent(form_key: str) -> bool:
    """Whether the form with this key has made its request: pressed twice, it is answered as it was the first time."""
    return form_keys.answer_of(*keys_of(form_key)) is not None


def keys_of(form_key: str) -> list[str]:
    """A form has one key; the last page of a booking has its own and that of the booking. So they are remembered."""
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
    session: Session, actor: Actor, draft: RequestDraft, centre_id: int, now: dt.datetime, booking: str = ""
) -> SchoolRequest:
    """The rows of a draft that the rules have accepted, in a booking of others or its own; nobody is written to yet.

    From the web it waits for the proof of its address; what was taken on the phone is a draft until it sets off.
    """
    row = SchoolRequest(**columns_of(actor, draft, centre_id, now, booking))
    asked, wished, cannot = rows_of(draft)
    row.presentations = [RequestedPresentation(**one) for one in asked]
    row.preferred = [PreferredDate(**one) for one in wished]
    row.blackouts = [BlackoutDays(**one) for one in cannot]
    if row.channel is RequestChannel.WEB:
        states.start(REQUEST_MACHINE, row, RequestState.UNVERIFIED, actor=actor, at=now)
        return row
    session.add(row)
    session.flush()
    return row


def _store_phoned(
    session: Session,
    actor: Actor,
    asked: Sequence[tuple[RequestDraft, int]],
    parent_id: int | None,
    now: dt.datetime,
) -> int:
    """A booking that staff takes down, each part with its centre: its first id."""
    (draft, centre_id), *parts = asked
    row = store_request(session, actor, draft, centre_id, now)
    with session.no_autoflush:  # nothing below asks for what waits to be written: it is written in one go
        _keep_lineage(session, actor, row, parent_id, now)
        for part, centre_id in parts:
            own = replace(part, host_id=row.host_id)
            set_off(session, actor, store_request(session, actor, own, centre_id, now, row.number), Setting(), now)
        set_off(session, actor, row, Setting(), now)
    return row.id


def _store_sent(
    session: Session,
    actor: Actor,
    asked: Sequence[tuple[RequestDraft, int]],
    parent_id: int | None,
    now: dt.datetime,
    mail: Body,
) -> int:
    """A booking that a school sends, each part with its centre, and the one mail that speaks of all: its first id."""
    (draft, centre_id), *parts = asked
    first = store_request(session, actor, draft, centre_id, now)
    _keep_lineage(session, actor, first, parent_id, now)
    for part, centre_id in parts:
        store_request(session, actor, replace(part, host_id=first.host_id), centre_id, now, first.number)
    send_first_mail(first, mail, now)
    return first.id


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


@dataclass(frozen=True)
class Setting:
    """Where a request from the web comes from, and until when its date is kept."""

    network: str = ""
    kept_until: dt.datetime | None = None


def set_off(session: Session, actor: Actor, row: SchoolRequest, setting: Setting, now: dt.datetime) -> None:
    """What is stored goes its way: to staff at once from the phone, to the mailbox of its address from the web."""
    if row.channel is RequestChannel.PHONE:
        states.move(REQUEST_MACHINE, row, RequestState.NEW, actor=actor, at=now)
        row.owner_id = actor.user_id
        session.flush()
        fresh = locked_request(session, actor, "create", row.id)
        write_to_school(fresh, "request_received", now=now)
        return
    count_mail(session, row.contact_email, setting.network, now)
    write_to_unproved(row, now, setting.kept_until)


def prove_address(token: str, *, now: dt.datetime, tells: bool = True) -> str | None:
    """The button behind the mailed link: staff see the request from now on, and a mail with the status link goes out.

    The address is proven for all that was sent together, and the mail is one. What was sent for the waiting list
    stands on it from now on, by the school's own act. Who has more to tell than that it came writes the mail itself
    (`tells`).
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
        forget_network(session, row.contact_email)
        if tells:
            write_of_booking(rows, "request_waitlisted" if waits else "request_received", now=now)
        request_id = row.id
        secret = tokens.mint("status", request_id, lasts=dt.timedelta(hours=STATUS_HOURS), now=now)
    log.info("address proven", extra={"request_id": request_id})
    return secret


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
