"""Who asked for a visit, and how to reach her: at one school, or found by a name or a number that is typed."""

from collections.abc import Sequence
from itertools import islice
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import joinedload

from scheduler.core.db import db
from scheduler.core.phone_search import holds_digits
from scheduler.core.text import fold
from scheduler.places.models import Host, Municipality
from scheduler.places.queries import host_row, may_be_found
from scheduler.places.terms.hosts import HostRow
from scheduler.policy import Actor
from scheduler.requests.models import SchoolRequest
from scheduler.requests.queries.rows import requests_in_reach
from scheduler.requests.search_models import ContactSearchKey
from scheduler.requests.terms.pages import ContactPerson

SHOWN_AT_A_HOST = 8
NAMES_LOOKED_AT = 5_000  # of the newest requests: whoever asked years ago is blank by then


def contacts_at(actor: Actor, host_id: int) -> list[ContactPerson]:
    """Who asked for visits of the reader's centre to a school, the newest first. Raises: NotAllowed."""
    return _contacts(actor, [SchoolRequest.host_id == host_id, SchoolRequest.contact_name != ""], SHOWN_AT_A_HOST)


def contacts_found(actor: Actor, words: Sequence[str], digits: str, *, limit: int) -> list[ContactPerson]:
    """Who asked, by every (folded) word of her name in either script, or by digits of her number.

    Names stand in the database as typed; beside them it keeps them folded. Raises: NotAllowed.
    """
    if digits:
        known = holds_digits(digits, SchoolRequest.contact_phone)
        return _contacts(actor, [known, SchoolRequest.contact_name != ""], limit)
    if not words:
        return []
    kept, key = ContactSearchKey, ContactSearchKey.search_key
    newest = select(kept.school_request_id).where(kept.centre_id == actor.centre_id)
    if actor.hosts is not None:  # the newest of hers, however many lie elsewhere
        newest = newest.where(kept.school_request_id.in_(requests_in_reach(actor).with_only_columns(SchoolRequest.id)))
    oldest = newest.order_by(kept.school_request_id.desc()).offset(NAMES_LOOKED_AT).limit(1).scalar_subquery()
    has_words = and_(*(key.contains(word, autoescape=True) for word in words))
    named = (
        requests_in_reach(actor)
        .join(kept, kept.school_request_id == SchoolRequest.id)
        .where(kept.centre_id == actor.centre_id, kept.school_request_id > func.coalesce(oldest, 0))
        .where(or_(key.is_(None), has_words))
        .with_only_columns(SchoolRequest.id, SchoolRequest.contact_name, key)
        .order_by(SchoolRequest.id.desc())
    )
    found = (row for row in db.session().execute(named) if row.search_key is not None or _has(row, words))
    ids = [row.id for row in islice(found, limit)]
    return _contacts(actor, [SchoolRequest.id.in_(ids)], limit) if ids else []


def _has(row: Any, words: Sequence[str]) -> bool:
    folded = fold(row.contact_name)
    return all(word in folded for word in words)


def hosts_by_phone(digits: str, *, limit: int) -> list[HostRow]:
    """Listed hosts whose number holds these digits; for who may open their pages."""
    wanted = select(Host).where(may_be_found(), holds_digits(digits, Host.phone)).order_by(Host.id)
    whole = wanted.options(joinedload(Host.municipality).joinedload(Municipality.district))
    return [host_row(host) for host in db.session().scalars(whole.limit(limit))]


def _contacts(actor: Actor, wanted: Sequence[ColumnElement[bool]], limit: int) -> list[ContactPerson]:
    rows = db.session().execute(
        requests_in_reach(actor)
        .join(Host, Host.id == SchoolRequest.host_id)
        .where(*wanted)
        .with_only_columns(
            SchoolRequest.contact_name,
            SchoolRequest.contact_phone,
            SchoolRequest.contact_email,
            SchoolRequest.number,
            SchoolRequest.state,
            Host.id,
            Host.name_sr_cyrl,
            Host.name_sr_latn,
            Host.place_sr_cyrl,
            Host.place_sr_latn,
        )
        .order_by(SchoolRequest.id.desc())
        .limit(limit)
    )
    return [ContactPerson(*tuple[Any, ...](row)) for row in rows]
