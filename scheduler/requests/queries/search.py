"""Requests found by typing."""

import datetime as dt

from sqlalchemy import select

from scheduler.core.db import db
from scheduler.places.models import Host
from scheduler.places.queries import has_words
from scheduler.policy import Actor
from scheduler.requests.models import SchoolRequest
from scheduler.requests.queries.rows import request_rows, requests_in_reach, with_related_rows
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
    if words:
        wanted = wanted.where(SchoolRequest.host_id.in_(select(Host.id).where(*has_words(words))))
    rows = db.session().scalars(with_related_rows(wanted).order_by(SchoolRequest.id.desc()).limit(limit)).all()
    return request_rows(rows, now)
