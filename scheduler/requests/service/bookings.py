"""What a school sends together: the requests of one booking, and the mail that speaks of all of them."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler.core.errors import Reason
from scheduler.policy import SYSTEM
from scheduler.programmes.queries import programme_row
from scheduler.programmes.terms import ProgrammeRow
from scheduler.requests.models import SchoolRequest
from scheduler.requests.rules.school_request import problems_with_part
from scheduler.requests.rules.states import OVER
from scheduler.requests.service.locked_request import (
    STATUS_HOURS,
    SchoolLetter,
    deadlines,
    locked_request,
    values_of,
    values_of_several,
    with_hours,
    write_to_contacts,
)
from scheduler.requests.terms.school_request import RequestDraft, RequestFacts


def problems_with_parts(
    parts: Iterable[RequestDraft], programmes: Mapping[int, ProgrammeRow], today: dt.date, facts: RequestFacts
) -> dict[str, Reason]:
    """What is wrong with the further parts of a booking; `facts` are those of its first, at the same school."""
    problems: dict[str, Reason] = {}
    for place, part in enumerate(parts):
        problems |= problems_with_part(place, part, today, facts.of(programmes[part.programme_id]))
    return problems


def others_of_booking(session: Session, row: SchoolRequest) -> list[SchoolRequest]:
    """The other requests of its booking, locked, in their order."""
    wanted = select(SchoolRequest.id).where(SchoolRequest.booking == row.booking, SchoolRequest.id != row.id)
    ids = session.scalars(wanted.order_by(SchoolRequest.id)).all()
    return [locked_request(session, SYSTEM, "update", one) for one in ids]


def write_of_booking(rows: Sequence[SchoolRequest], kind: str, *, now: dt.datetime) -> None:
    """One mail to the school about all these requests; its link is that of the first."""
    first = rows[0]

    def values_in(language: str) -> dict[str, object]:
        named = [(row, programme_row(row.programme)) for row in rows]
        return values_of(first, language) | deadlines(now) | values_of_several(named, language)

    letter = SchoolLetter(kind, (SchoolRequest.__tablename__, first.id), first.centre_id, STATUS_HOURS)
    write_to_contacts(first, letter, values_in, now=now)


def write_with_others(session: Session, row: SchoolRequest, kind: str, *, now: dt.datetime, **more: object) -> None:
    """One mail to the school about a request, that says too what stands beside it in its booking."""
    others = [one for one in others_of_booking(session, row) if one.state not in OVER]

    def values_in(language: str) -> dict[str, object]:
        beside = with_hours([(one, programme_row(one.programme)) for one in others], language)
        return values_of(row, language) | deadlines(now) | more | {"beside": beside}

    letter = SchoolLetter(kind, (SchoolRequest.__tablename__, row.id), row.centre_id, STATUS_HOURS)
    write_to_contacts(row, letter, values_in, now=now)
