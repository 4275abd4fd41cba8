"""The row that a service is about: found within the actor's reach, locked, and still as the actor saw it."""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from scheduler import policy
from scheduler.config import settings
from scheduler.core import clock
from scheduler.core.errors import Conflict, GroundReason, NotFound
from scheduler.core.language import clock_time, pick
from scheduler.messages.service import queue_message
from scheduler.messages.terms import CalendarPart, LinkWish, MessageDraft
from scheduler.people.models import Centre
from scheduler.people.rules import phone_about_visits
from scheduler.places.models import Host
from scheduler.policy import Actor, Role
from scheduler.programmes.models import Programme
from scheduler.programmes.queries import programme_row
from scheduler.programmes.terms import ProgrammeRow
from scheduler.requests.models import SchoolRequest
from scheduler.requests.queries.lineage import Contact, contacts_of
from scheduler.requests.queries.stand_ins import district_of, on_duty, stand_in_of
from scheduler.requests.rules.states import HIDDEN, PROMISED_DAYS, REMIND_AFTER_DAYS
from scheduler.requests.terms.school_request import RequestDraft
from scheduler.requests.wording import mail_words

STAFF_LANGUAGE = "sr_Cyrl"  # of mail to the centre's common address
NamedRequest = tuple[SchoolRequest | RequestDraft, Programme | ProgrammeRow]
STATUS_HOURS = 24 * 400  # a school year and the summer after it


def locked_request(
    session: Session, actor: Actor, verb: str, request_id: int, *, version: int | None = None
) -> SchoolRequest:
    """The request, locked until the transaction ends, with its host, programme and presentations.

    `version` is what the actor's page showed. Raises: NotAllowed; NotFound, also for staff before the address is
    proven; Conflict("changed_meanwhile") when somebody was quicker.
    """
    wanted = (
        select(SchoolRequest)
        .where(SchoolRequest.id == request_id)
        .options(
            joinedload(SchoolRequest.host).joinedload(Host.municipality),  # an open visit of it knows the way
            joinedload(SchoolRequest.centre),
            joinedload(SchoolRequest.programme).joinedload(Programme.centre),
            joinedload(SchoolRequest.programme).selectinload(Programme.audiences),
            selectinload(SchoolRequest.presentations),
        )
        .with_for_update(of=SchoolRequest)
        .execution_options(populate_existing=True)
    )
    row = session.scalar(wanted)
    policy.require(actor, verb, "request", centre=policy.spot(row), request=row.id if row else None)
    hidden = row is not None and row.state in HIDDEN and not actor.roles & {Role.SCHOOL_CONTACT, Role.SYSTEM}
    if row is None or hidden:
        raise NotFound("request")
    if version is not None and row.version != version:
        raise Conflict(GroundReason.CHANGED_MEANWHILE)
    return row


def request_of_visit(session: Session, request_id: int | None) -> SchoolRequest | None:
    """The request behind a visit, locked and as it stands now; None for a free visit. The caller has checked rights."""
    return session.scalar(
        select(SchoolRequest)
        .where(SchoolRequest.id == request_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )


@dataclass(frozen=True)
class SchoolLetter:
    """A mail to a school: its kind, what it is about, whose it is, what its secret link opens and for how long."""

    kind: str
    about: tuple[str, int]
    centre_id: int
    link_hours: int
    page: str = "/status/{token}"


def write_to_contacts(
    asked: SchoolRequest,
    letter: SchoolLetter,
    values_in: Callable[[str], Mapping[str, object]],
    *,
    now: dt.datetime,
    not_before: dt.datetime | None = None,
    calendar_of: Callable[[Contact], CalendarPart | None] | None = None,
) -> None:
    """Queue a mail to a school: to each contact of its request in her language, with a link of her own.

    The only way by which a school is written to once its address is proven; without an address nothing is sent.
    `calendar_of` is what the mail does in a contact's calendar.
    """
    for draft in letters_to(contacts_of(asked), letter, values_in, calendar_of):
        queue_message(draft, now=now, not_before=not_before)


def letters_to(
    contacts: Iterable[Contact],
    letter: SchoolLetter,
    values_in: Callable[[str], Mapping[str, object]],
    calendar_of: Callable[[Contact], CalendarPart | None] | None = None,
) -> list[MessageDraft]:
    """What each of these contacts is going to read."""
    return [
        MessageDraft(
            kind=letter.kind,
            address=contact.address,
            language=contact.language,
            values=values_in(contact.language),
            link=LinkWish("status", contact.request_id, letter.page, letter.link_hours),
            about=letter.about,
            centre_id=letter.centre_id,
            for_school=True,
            calendar=calendar_of(contact) if calendar_of else None,
        )
        for contact in contacts
    ]


def write_to_school(
    row: SchoolRequest, kind: str, *, now: dt.datetime, not_before: dt.datetime | None = None, **more: object
) -> None:
    """Queue a mail with the status link to its contact, and to those of requests that were merged into it.

    A request taken on the phone may have no address: then nothing is sent.
    """
    letter = SchoolLetter(kind, (SchoolRequest.__tablename__, row.id), row.centre_id, STATUS_HOURS)
    until = deadlines(now) | more
    write_to_contacts(row, letter, lambda language: values_of(row, language) | until, now=now, not_before=not_before)


def write_to_centre(row: SchoolRequest, kind: str, *, now: dt.datetime, **more: object) -> None:
    """Queue a mail to the centre's common address, or to each coordinator when it has none.

    While its owner is away, whoever stands in gets it too; a coordinator who is away gets none.
    """
    for address, language in _readers(row, now):
        queue_message(
            MessageDraft(
                kind=kind,
                address=address,
                language=language,
                values=values_of(row, language) | more | {"path": f"/requests/{row.number}"},
                about=(SchoolRequest.__tablename__, row.id),
                centre_id=row.centre_id,
            ),
            now=now,
        )


def _readers(row: SchoolRequest, now: dt.datetime) -> list[tuple[str, str]]:
    if not row.centre.email:
        return on_duty(row.centre_id, district_of(row), now)
    instead = stand_in_of(row, now)
    common = {row.centre.email: STAFF_LANGUAGE}
    if instead is not None:
        common.setdefault(instead.stand_in_email, instead.stand_in_language)
    return list(common.items())


def deadlines(now: dt.datetime) -> dict[str, object]:
    """By which day the centre has promised to answer, and on which a school that owes an answer is reminded."""
    today = clock.local_day(now)
    return {"answer_by": today + dt.timedelta(PROMISED_DAYS), "remind_on": today + dt.timedelta(REMIND_AFTER_DAYS)}


def whom_to_call(centre: Centre, language: str) -> dict[str, object]:
    """The centre of a mail, and its number; empty where it has none but the children's line."""
    return named_to_call(centre.name(language), centre.phone)


def named_to_call(centre: str, phone: str) -> dict[str, object]:
    """The same of a centre's name and number."""
    return {"centre": centre, "centre_phone": phone_about_visits(phone, settings().helpline_number)}


def values_of(row: SchoolRequest, language: str) -> dict[str, object]:
    """What mails say of a request, in one language."""
    programme = programme_row(row.programme)
    host = row.host
    return (
        whom_to_call(row.centre, language)
        | {
            "number": row.number,
            "programme": programme.name(language),
            "host": pick(language, host.name_sr_cyrl, host.name_sr_latn),
            "first_day": row.first_day,
            "last_day": row.last_day,
            "asked_times": named_hours(row, language),
        }
        | mail_words(row.state, language)
    )


def named_hours(row: SchoolRequest | RequestDraft, language: str) -> str:
    """The hours at which a school wishes its presentations to begin; empty where it named none."""
    return ", ".join(clock_time(one.starts_local, language) for one in row.presentations if one.starts_local)


def with_hours(named: Iterable[NamedRequest], language: str) -> str:
    """Each programme, with the hours behind it that the school named."""
    said = [(programme.name(language), named_hours(row, language)) for row, programme in named]
    return "; ".join(f"{name} ({hours})" if hours else name for name, hours in said)


def values_of_several(named: Sequence[NamedRequest], language: str) -> dict[str, object]:
    """What a mail says of all that was sent together; of one, its programme and its hours."""
    if len(named) == 1:
        [(row, programme)] = named
        return {"programme": programme.name(language), "asked_times": named_hours(row, language)}
    values: dict[str, object] = {"programme": with_hours(named, language), "asked_times": ""}
    if any(named_hours(row, language) for row, _programme in named):
        values["several"] = True
    return values
