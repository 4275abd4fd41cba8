"""A school asks, and proves its address; a coordinator asks for a school that has phoned."""

import datetime as dt
import logging
from collections.abc import Iterable, Mapping

from sqlalchemy import bindparam, delete, select
from sqlalchemy.orm import Session

from scheduler import policy
from scheduler.core import audit, clock, form_keys, numbers, states, tokens
from scheduler.core.db import advisory_lock, transaction
from scheduler.core.errors import Gone, GroundReason, Reason, Rejected
from scheduler.core.records import dataclass, replace
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
from scheduler.requests.service.unproved import count_mail, first_mail, forget_network, write_to_unproved
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
FORM_LOCK = 21  # a kind of advisory locks
_ANSWERS = BookingAnswers.metadata.tables[BookingAnswers.__tablename__]
_FORGET = delete(_ANSWERS).where(_ANSWERS.c.token_hash == bindparam("answers"))


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
    host that the register does not hold, or one that a page has opened; then the draft's host counts for nothing. Of
    an opened one nobody waits for us: it is judged, and the mail rendered, before the write lock is taken.
    Raises: NotAllowed; NotFound; Rejected with {field: reason}; TooMany.
    """
    programmes = {one.programme_id: programme_queries.programme_of(one.programme_id) for one in (draft, *draft.parts)}
    for one in programmes.values():
        policy.require(actor, "create", "request", centre=Spot(one.centre_id, own=True))
    known = _judged(actor, draft, programmes, where, now) if isinstance(where, OpenSchool) else None
    key, *also = _keys_of(form_key)
    with transaction() as session:
        advisory_lock(session, FORM_LOCK, [people_rules.lock_number(one) for one in (key, *also)])
        if (earlier := form_keys.answer_of(key, *also)) is not None:
            return int(earlier)
        if known is None:
            school = where if isinstance(where, OpenSchool) else _opened(actor, draft, where, now)
            known = _judged(actor, draft, programmes, school, now)
        if known.problems:
            raise Rejected(known.problems)
        parent_id = draft.parent_id
        draft = replace(draft, host_id=known.host.id, parent_id=None)
        row = store_request(session, actor, draft, programmes[draft.programme_id].centre_id, now)
        with session.no_autoflush:  # nothing below asks for what waits to be written: it is written in one go
            _keep_lineage(session, actor, row, parent_id, now)
            parts = [(part, programmes[part.programme_id].centre_id) for part in draft.parts]
            _store_parts(session, actor, row, parts, now)
            set_off(session, actor, row, Setting(network, draft.kept_until, known.mail), now)
            form_keys.remember(key, str(row.id), at=now, also=also)
            _forget_what_became(session, form_key)
        request_id = row.id
    log.info("request submitted", extra={"request_id": request_id, "by_staff": _is_staff(actor)})
    return request_id


@dataclass(frozen=True)
class _JudgedRequest:
    """What is known of a draft before anything of it is stored."""

    host: HostRow
    problems: dict[str, Reason]
    mail: Body | None = None  # to an address that is to be proven


def _judged(
    actor: Actor, draft: RequestDraft, programmes: Mapping[int, ProgrammeRow], school: OpenSchool, now: dt.datetime
) -> _JudgedRequest:
    """Raises: NotAllowed."""
    host, today = school.host, clock.local_day(now)
    for one in programmes.values():
        policy.require(actor, "create", "request", centre=_lies(one.centre_id, host))
    programme = programmes[draft.programme_id]
    hours = school.hours(draft.first_day, draft.last_day, today=today)
    facts = RequestFacts(programme, levels_at(host.teaches_primary, host.teaches_secondary), _is_staff(actor), *hours)
    problems = problems_with_parts(draft.parts, programmes, today, facts) | problems_with(draft, today, facts)
    if draft.campaign_id and programme_queries.programme_of_campaign(draft.campaign_id) != programme.id:
        problems["campaign_id"] = GroundReason.UNKNOWN
    mail = None if problems or _is_staff(actor) else first_mail(draft, host, programmes, now)
    return _JudgedRequest(host, problems, mail)


def _is_staff(actor: Actor) -> bool:
    """Whether it was taken on the phone."""
    return actor.user_id is not None or actor == SYSTEM


def _lies(centre_id: int, host: HostRow) -> Spot:
    """Where what a host asks for lies; a host that was only just typed is known by its district."""
    return Spot(centre_id, host.id, host.municipality.district_id if host.municipality else None)


def _forget_what_became(session: Session, form_key: str) -> None:
    """The answers of a booking go with the sending, in its transaction: refused, nothing is lost.

    The last page of a booking is known by the hash of the token under which they lie.
    """
    answers, _apart, page = form_key.partition(KEYS_APART)
    if page:
        session.execute(_FORGET, {"answers": answers})


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
    session: Session, actor: Actor, draft: RequestDraft, centre_id: int, now: dt.datetime, booking: str = ""
) -> SchoolRequest:
    """The rows of a draft that the rules have accepted, in a booking of others or its own; nobody is written to yet.

    From the web it waits for the proof of its address; what was taken on the phone is a draft until it sets off.
    """
    number = numbers.next_number("R", clock.local_day(now))
    row = SchoolRequest(
        **{name: value for name, value in vars(draft).items() if name not in ROWS_OF_THEIR_OWN},
        number=number,
        booking=booking or number,
        centre_id=centre_id,
        channel=RequestChannel.PHONE if _is_staff(actor) else RequestChannel.WEB,
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
    if row.channel is RequestChannel.WEB:
        states.start(REQUEST_MACHINE, row, RequestState.UNVERIFIED, actor=actor, at=now)
        return row
    session.add(row)
    session.flush()
    return row


def _store_parts(
    session: Session, actor: Actor, row: SchoolRequest, parts: Iterable[tuple[RequestDraft, int]], now: dt.datetime
) -> None:
    """The further parts of a booking, each with its centre; of those from the web the first one's mail speaks."""
    for part, centre_id in parts:
        draft = replace(part, host_id=row.host_id)
        one = store_request(session, actor, draft, centre_id, now, row.number)
        if one.channel is RequestChannel.PHONE:
            set_off(session, actor, one, Setting(), now)


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
    """Where a request from the web comes from, until when its date is kept, and its mail if that is rendered."""

    network: str = ""
    kept_until: dt.datetime | None = None
    mail: Body | None = None


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
    write_to_unproved(row, now, setting.kept_until, setting.mail)


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
