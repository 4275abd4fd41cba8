"""Requests found by typing."""

import datetime as dt
from typing import Any

from sqlalchemy import CompoundSelect, select
from sqlalchemy.orm import aliased

from scheduler.core.db import db
from scheduler.core.newest import NEWEST_ROWS, newest_of
from scheduler.places.models import Host
from scheduler.places.queries import has_words
from scheduler.policy import Actor, in_reach
from scheduler.requests.models import SchoolRequest
from scheduler.requests.queries.rows import request_rows, requests_in_reach, with_related_rows
from scheduler.requests.rules.states import HIDDEN
from scheduler.requests.terms.pages import RequestRow


def requests_found(
    actor: Actor, number: str, words: list[str], *, now: dt.datetime, host_id: int | None = None, limit: int = 20
) -> list[RequestRow]:
    """The centre's requests whose number begins so, or whose host has every word; the newest first.

    Open ones and closed ones alike. Four queries, however many. Raises: NotAllowed.
    """
    wanted = requests_in_reach(actor)
    if host_id is not None:
        wanted = wanted.where(SchoolRequest.host_id == host_id)
    elif number:
        wanted = wanted.where(SchoolRequest.number.startswith(number, autoescape=True))
    elif not words:
        return []
    if words and (host_id is not None or number):
        wanted = wanted.where(SchoolRequest.host_id.in_(select(Host.id).where(*has_words(words))))
    elif words:
        wanted = wanted.where(SchoolRequest.id.in_(_newest(actor, words, limit)))
    rows = db.session().scalars(with_related_rows(wanted).order_by(SchoolRequest.id.desc()).limit(limit)).all()
    return request_rows(rows, now)


def _newest(actor: Actor, words: list[str], limit: int) -> CompoundSelect[Any]:
    """The newest requests of hosts that have every word."""
    last = select(SchoolRequest).order_by(SchoolRequest.id.desc()).limit(NEWEST_ROWS).subquery()
    recent = aliased(SchoolRequest, last)
    near = (
        select(recent.id)
        .join(Host, Host.id == recent.host_id)
        .where(recent.state.not_in(HIDDEN), in_reach(actor, recent), *has_words(words))
        .order_by(recent.id.desc())
    )
    every = requests_in_reach(actor).with_only_columns(SchoolRequest.id).order_by(SchoolRequest.id.desc())
    hosts = select(Host.id).where(*has_words(words))
    return newest_of(near, lambda too_few: every.where(SchoolRequest.host_id.in_(hosts.where(too_few))), limit)
