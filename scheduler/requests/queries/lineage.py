"""Which requests became one, which was booked again from which, who hears of them, and their place in line."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, exists, or_, select
from sqlalchemy.orm import aliased

from scheduler.core.db import db
from scheduler.core.errors import NotFound
from scheduler.requests.models import SchoolRequest
from scheduler.requests.rules.states import OVER
from scheduler.requests.terms.pages import Kin, Lineage
from scheduler.requests.terms.school_request import RequestState


@dataclass(frozen=True)
class Contact:
    """Who hears of a request: its own contact, and those of the requests that were merged into it."""

    request_id: int  # whose secret link the mail holds; it leads to the kept request
    address: str
    language: str


def kept_request(request_id: int) -> tuple[int, int]:
    """The request that a secret link opens, and its host: a merged one leads to the one it was merged into.

    Raises: NotFound.
    """
    seen: set[int] = set()
    asked: int | None = request_id
    while asked is not None and asked not in seen:
        seen.add(asked)
        row = (
            db.session()
            .execute(
                select(SchoolRequest.id, SchoolRequest.host_id, SchoolRequest.merged_into_id).where(
                    SchoolRequest.id == asked
                )
            )
            .one_or_none()
        )
        if row is None:
            break
        if row.merged_into_id is None:
            return row.id, row.host_id
        asked = row.merged_into_id
    raise NotFound("request")


def in_one_booking(request_id: int, number: str) -> int:
    """The request of that number, where it was sent together with this one. Raises: NotFound."""
    of = select(SchoolRequest.booking).where(SchoolRequest.id == request_id).scalar_subquery()
    wanted = select(SchoolRequest.id).where(SchoolRequest.number == number, SchoolRequest.booking == of)
    found = db.session().scalar(wanted)
    if found is None:
        raise NotFound("request")
    return found


def is_asked_anew(request_id: int) -> bool:
    """Whether a living request was booked again from this one."""
    child = SchoolRequest.parent_id == request_id, SchoolRequest.state.not_in(OVER)
    return db.session().scalar(select(SchoolRequest.id).where(*child).limit(1)) is not None


def contacts_of(row: SchoolRequest) -> list[Contact]:
    """Everybody who is written to about a request, each address once, its own contact first."""
    return contacts_of_each([row])[row.id]


def contacts_of_each(rows: Collection[SchoolRequest]) -> dict[int, list[Contact]]:
    """The same for several requests, in one question."""
    return with_those_of_merged([Contact(row.id, row.contact_email, row.language) for row in rows])


def with_those_of_merged(own: Collection[Contact]) -> dict[int, list[Contact]]:
    """The same, where the own contacts of these requests are at hand."""
    found = {one.request_id: {one.address: one} for one in own}
    for kept, one in _merged_into(found):
        found[kept].setdefault(one.address, one)
    return {kept: [one for address, one in of.items() if address] for kept, of in found.items()}


def _merged_into(request_ids: Collection[int]) -> list[tuple[int, Contact]]:
    """Whatever became part of these requests, also by way of another, with the one that it is part of now."""
    merged = aliased(SchoolRequest)
    direct = select(
        SchoolRequest.merged_into_id.label("kept"),
        SchoolRequest.id.label("id"),
        SchoolRequest.contact_email.label("address"),
        SchoolRequest.language.label("language"),
    )
    tree = direct.where(SchoolRequest.merged_into_id.in_(request_ids)).cte("tree", recursive=True)
    theirs = merged.id, merged.contact_email, merged.language
    tree = tree.union(select(tree.c.kept, *theirs).join(tree, merged.merged_into_id == tree.c.id))
    return [(kept, Contact(*row)) for kept, *row in db.session().execute(select(tree).order_by(tree.c.id))]


def has_an_address() -> ColumnElement[bool]:
    """Of a school request that a question joins: somebody can be written to about it, as `contacts_of` finds them."""
    own, later = aliased(SchoolRequest), aliased(SchoolRequest)
    direct = select(own.id, own.contact_email).where(own.merged_into_id == SchoolRequest.id).correlate(SchoolRequest)
    tree = direct.cte("merged", recursive=True, nesting=True)
    tree = tree.union(select(later.id, later.contact_email).join(tree, later.merged_into_id == tree.c.id))
    return or_(SchoolRequest.contact_email != "", exists(select(tree.c.id).where(tree.c.contact_email != "")))


def places_in_line(rows: Sequence[SchoolRequest]) -> dict[int, dt.datetime]:
    """Since when each of these requests counts as waiting."""
    merged = merged_at({row.host_id for row in rows})
    return {row.id: place_in_line(row.id, row.in_line_since or row.submitted_at, merged) for row in rows}


def merged_at(
    host_ids: Collection[int] | Select[int], into: Collection[RequestState] = ()
) -> Mapping[int | None, Sequence[tuple[int, dt.datetime]]]:
    """The requests of these hosts that became part of another one, by that one, each with its own time in line.

    With `into` only what became part of one in these states, or of what became part of another itself.
    """
    kept = aliased(SchoolRequest)
    wanted = select(
        SchoolRequest.id, SchoolRequest.merged_into_id, SchoolRequest.in_line_since, SchoolRequest.submitted_at
    ).where(SchoolRequest.merged_into_id.is_not(None), SchoolRequest.host_id.in_(host_ids))
    if into:
        states = (*into, RequestState.MERGED_INTO)
        of_kept = exists(kept.id).where(kept.id == SchoolRequest.merged_into_id, kept.state.in_(states))
        wanted = wanted.where(of_kept)
    merged = db.session().execute(wanted)
    found: dict[int | None, list[tuple[int, dt.datetime]]] = defaultdict(list)
    for one, into_id, since, came in merged:
        found[into_id].append((one, since or came))
    return found


def place_in_line(
    request_id: int, own: dt.datetime, merged: Mapping[int | None, Sequence[tuple[int, dt.datetime]]]
) -> dt.datetime:
    """Since when a request counts as waiting: the earliest of itself and all that were merged into it."""
    return min([own, *(place_in_line(one, since, merged) for one, since in merged.get(request_id, ()))])


def lineage_of(row: SchoolRequest) -> tuple[Lineage, ...]:
    """The requests that this one came from or became part of, those that came from it or became part of it, and those
    that were sent with it.
    """
    kin = db.session().execute(
        select(SchoolRequest.id, SchoolRequest.number, SchoolRequest.merged_into_id, SchoolRequest.parent_id)
        .where(
            or_(
                SchoolRequest.id.in_([one for one in (row.merged_into_id, row.parent_id) if one is not None]),
                SchoolRequest.merged_into_id == row.id,
                SchoolRequest.parent_id == row.id,
                SchoolRequest.booking == row.booking,
            ),
            SchoolRequest.id != row.id,
        )
        .order_by(SchoolRequest.id)
    )
    return tuple(Lineage(_kin(row, one.id, one.merged_into_id, one.parent_id), one.number) for one in kin)


def _kin(row: SchoolRequest, other_id: int, other_merged_into: int | None, other_parent: int | None) -> Kin:
    if other_id == row.merged_into_id:
        return Kin.MERGED_INTO
    if other_merged_into == row.id:
        return Kin.MERGED_HERE
    if other_id == row.parent_id:
        return Kin.BOOKED_AGAIN_FROM
    return Kin.BOOKED_AGAIN_AS if other_parent == row.id else Kin.BOOKED_WITH
