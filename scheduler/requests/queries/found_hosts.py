"""Hosts as a school finds its own: counted, page by page, by place, and with the small slips of who types forgiven."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import joinedload

from scheduler.core.db import db
from scheduler.core.paging import first_row
from scheduler.places.models import Host, Municipality
from scheduler.places.queries import has_words, host_row, hosts_with, may_be_found, words_typed
from scheduler.places.rules.slips import nearest
from scheduler.places.terms.hosts import HostRow


@dataclass(frozen=True)
class FoundHosts:
    """A page of what was found, and how many there are in all. `near`: nothing is written quite as it was typed."""

    rows: tuple[HostRow, ...] = ()
    total: int = 0
    near: bool = False


@dataclass(frozen=True)
class FoundPlace:
    """A municipality in which some of the found hosts are."""

    id: int
    name_sr_cyrl: str
    name_sr_latn: str
    hosts: int


def found_hosts(typed: str, *, limit: int, number: int = 1, town_id: int | None = None) -> FoundHosts:
    """Page `number` of the hosts that have every typed word, of one municipality or of all: one question.

    Where none has them, those that are nearest to what was typed: two more.
    """
    words = words_typed(typed)
    if not words:
        return FoundHosts()
    begins = first_row(number, limit)
    of_town = _of_town(town_id)
    found = hosts_with(words, *of_town, limit=limit, begins=begins)
    if found or number > 1:
        return FoundHosts(tuple(host for host, _total in found), found[0][1] if found else 0)
    order = Host.name_sr_latn, Host.place_sr_latn, Host.id
    keys = select(Host.id, Host.search_key).where(may_be_found(), *of_town).order_by(*order)
    ids = nearest(words, ((row.id, row.search_key) for row in db.session().execute(keys)))
    shown = ids[:limit]
    if not shown:
        return FoundHosts()
    related = joinedload(Host.municipality).joinedload(Municipality.district)
    near = select(Host).where(Host.id.in_(shown)).options(related).order_by(*order)
    return FoundHosts(tuple(host_row(host) for host in db.session().scalars(near)), len(ids), near=True)


def places_found(typed: str) -> list[FoundPlace]:
    """In which municipalities the hosts with every typed word are, where most are first."""
    words = words_typed(typed)
    number = func.count(Host.id)
    wanted = (
        select(Municipality.id, Municipality.name_sr_cyrl, Municipality.name_sr_latn, number)
        .join(Host, Host.municipality_id == Municipality.id)
        .where(may_be_found(), *has_words(words))
        .group_by(Municipality.id, Municipality.name_sr_cyrl, Municipality.name_sr_latn)
        .order_by(number.desc(), Municipality.name_sr_latn, Municipality.id)
    )
    return [FoundPlace(*row) for row in db.session().execute(wanted)] if words else []


def _of_town(town_id: int | None) -> list[ColumnElement[bool]]:
    return [] if town_id is None else [Host.municipality_id == town_id]
