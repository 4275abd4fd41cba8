"""To which conversation a mail belongs, and who of its centre reads the answers."""

import datetime as dt

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from scheduler.core.db import db
from scheduler.messages.terms import Conversation
from scheduler.people.terms import AnswersTo
from scheduler.requests.models import SchoolRequest
from scheduler.requests.queries.stand_ins import stand_in_of
from scheduler.visits.models.visits import Visit


def conversation_of(
    about: tuple[str, int] | None, link: tuple[str, int] | None, now: dt.datetime
) -> Conversation | None:
    """The conversation of a mail about a request, or about a visit, which belongs to its request's; else None.

    `link` is the purpose and subject of its secret link: a contact whose request was merged into another goes on in her
    own. Answers go to the owner of the request where its centre wishes so, or to who stands in for her.
    """
    if about is None or about[0] not in (SchoolRequest.__tablename__, Visit.__tablename__):
        return None
    thing, number = about
    asked = _request_of_visit(number) if thing == Visit.__tablename__ else number
    if asked is None:
        return Conversation(f"visit-{number}")
    own = link[1] if link is not None and link[0] == "status" else asked
    return Conversation(f"request-{own}", _owner_of(asked, now))


def _request_of_visit(visit_id: int) -> int | None:
    return db.session().scalar(select(Visit.school_request_id).where(Visit.id == visit_id))


def _owner_of(request_id: int, now: dt.datetime) -> str:
    """Where she reads mail; empty where the centre itself answers, or nobody owns it who can."""
    wanted = select(SchoolRequest).where(SchoolRequest.id == request_id)
    row = db.session().scalar(wanted.options(joinedload(SchoolRequest.centre), joinedload(SchoolRequest.owner)))
    if row is None or row.centre.answers_to is AnswersTo.CENTRE or row.owner is None:
        return ""
    instead = stand_in_of(row, now)
    if instead is not None:
        return instead.stand_in_email
    return "" if row.owner.suspended_at else row.owner.email
