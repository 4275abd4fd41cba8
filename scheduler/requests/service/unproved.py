"""An address that nobody has proven: what it is written, and how often."""

import datetime as dt
import logging
from collections.abc import Mapping, Sequence

from sqlalchemy import ColumnElement, ScalarSelect, and_, func, select, update
from sqlalchemy.orm import Session, joinedload

from scheduler.config import settings
from scheduler.core.db import advisory_lock, db
from scheduler.core.errors import TooMany
from scheduler.core.language import pick
from scheduler.messages.service import queue_message, rendered_by_pattern
from scheduler.messages.terms import Body, LinkWish, MessageDraft
from scheduler.people import rules as people_rules
from scheduler.people.models import Centre
from scheduler.places.models import Host
from scheduler.places.terms.hosts import HostRow
from scheduler.programmes.models import Programme
from scheduler.programmes.terms import ProgrammeRow
from scheduler.requests.models import SchoolRequest, UnprovedMail
from scheduler.requests.rules.school_request import (
    MAILS_A_DAY_FROM_NETWORK,
    MAILS_A_DAY_TO_ADDRESS,
    MAILS_WINDOW,
    PROVE_WITHIN,
)
from scheduler.requests.service.locked_request import NamedRequest, named_to_call, values_of_several, whom_to_call
from scheduler.requests.terms.reasons import RequestReason
from scheduler.requests.terms.school_request import RequestDraft, RequestState
from scheduler.requests.wording import mail_words

log = logging.getLogger(__name__)

FLOOD_LOCK = 22  # a kind of advisory locks
LOST_LINKS = "lost links from "  # before a network: they are counted apart from bookings
PROOF_MAIL = "prove_address"
NUMBER_MARK = "{number}"  # in a mail that is rendered before its request has a number


def write_to_unproved(row: SchoolRequest, now: dt.datetime, kept_until: dt.datetime | None = None) -> None:
    """The mail to an address that anybody may have typed: it holds no typed text at all (TRUST S13)."""
    queue_message(_proof_mail(row, _what_was_chosen(row) | _until_when(row, kept_until, now)), now=now)


def send_first_mail(row: SchoolRequest, body: Body, now: dt.datetime) -> None:
    """The same of a request that was just sent: what `first_mail` has rendered of the draft that it was made of."""
    queue_message(_proof_mail(row, {}), now=now, body=_numbered(body, row.number))


def _proof_mail(row: SchoolRequest, values: Mapping[str, object]) -> MessageDraft:
    hours = int(PROVE_WITHIN.total_seconds() // 3600)
    return MessageDraft(
        kind=PROOF_MAIL,
        address=row.contact_email,
        language=row.language,
        values=values,
        link=LinkWish("prove", row.id, "/book/prove/{token}", hours),
        about=(SchoolRequest.__tablename__, row.id),
        centre_id=row.centre_id,
        for_school=True,
    )


def first_mail(draft: RequestDraft, host: HostRow, programmes: Mapping[int, ProgrammeRow], now: dt.datetime) -> Body:
    """What `write_to_unproved` will write of this draft, but its number: rendered before anybody waits for the lock."""
    named = [(one, programmes[one.programme_id]) for one in (draft, *draft.parts)]
    first = programmes[draft.programme_id]
    to_call = named_to_call(first.centre(draft.language), first.centre_phone)
    values = to_call | _said(draft, host, named) | _until_when(draft, draft.kept_until, now) | {"number": NUMBER_MARK}
    mail = MessageDraft(kind=PROOF_MAIL, address="", language=draft.language, values=values, for_school=True)
    return rendered_by_pattern(mail)


def _numbered(body: Body, number: str) -> Body:
    return Body(*(part.replace(NUMBER_MARK, number) for part in (body.subject, body.text, body.html)))


def _until_when(
    asked: SchoolRequest | RequestDraft, kept_until: dt.datetime | None, now: dt.datetime
) -> dict[str, object]:
    """When a request is forgotten that nobody proves, and the date that is kept for it so long."""
    starts = asked.presentations[0].starts_local if kept_until and kept_until > now else None
    kept = {"day": asked.first_day, "time": starts, "until": kept_until} if starts else {}
    forgotten_after, _unit = settings().kept_for("unproven_request")
    return {"days": max(PROVE_WITHIN.days, forgotten_after)} | kept


def _what_was_chosen(row: SchoolRequest) -> dict[str, object]:
    """What the mail says of a request that is stored, with all that was sent together."""
    named = select(SchoolRequest, Host, Centre, Programme).join(Host, Host.id == SchoolRequest.host_id)
    named = (
        named.options(joinedload(SchoolRequest.presentations))
        .join(Programme, Programme.id == SchoolRequest.programme_id)
        .join(Centre, Centre.id == row.centre_id)
    )
    named = named.where(SchoolRequest.booking == row.booking).order_by(SchoolRequest.id)
    found = db.session.execute(named).unique().all()
    host, centre = found[0][1:3]
    programmes = [(one, programme) for one, _host, _centre, programme in found]
    return whom_to_call(centre, row.language) | _said(row, host, programmes) | {"number": row.number}


def _said(
    asked: SchoolRequest | RequestDraft, host: Host | HostRow, named: Sequence[NamedRequest]
) -> dict[str, object]:
    """What a mail to an unproven address says: chosen from lists of ours; a typed school has no name."""
    language = asked.language
    return {
        "host": pick(language, host.name_sr_cyrl, host.name_sr_latn) if host.listed else "",
        "first_day": asked.first_day,
        "last_day": asked.last_day,
        **mail_words(RequestState.UNVERIFIED, language),
        **values_of_several(named, language),
    }


def count_mail(session: Session, address: str, network: str, now: dt.datetime) -> None:
    """Count one mail that a stranger causes. Raises: TooMany past the day's limit of its address or network.

    By the network only what nobody has proven counts: a school of forty teachers is behind one address of the internet.
    """
    key = people_rules.account_key(address, purpose="booking")
    locks = [people_rules.lock_number(one) for one in (key, network) if one]
    advisory_lock(session, FLOOD_LOCK, locks)
    since = now - MAILS_WINDOW  # older ones are forgotten by privacy/service/retention.py, each hour
    today = UnprovedMail.at > since
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


def forget_network(session: Session, address: str) -> None:
    """An address is proven: what went there was no flood, so it counts against no network any more."""
    key = people_rules.account_key(address, purpose="booking")
    session.execute(update(UnprovedMail).where(UnprovedMail.address_key == key).values(network=""))


def may_write_again(session: Session, address: str, network: str, now: dt.datetime) -> bool:
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
