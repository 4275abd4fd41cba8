"""What the tests of the service ask again and again."""

import datetime as dt

from sqlalchemy import select

from scheduler.core import tokens
from scheduler.core.audit import AuditEntry
from scheduler.core.db import db, transaction
from scheduler.core.errors import Conflict
from scheduler.messages.models import OutboxMessage
from scheduler.policy import ANONYMOUS, Actor, school_contact
from scheduler.requests.models import SchoolRequest
from scheduler.requests.service.bulk_acts import act_together
from scheduler.requests.service.submission import submit_request
from scheduler.requests.terms.acts import BulkAct, ChosenRequest, SomeCannot
from tests.factories import MONDAY
from tests.factories.people import an_actor
from tests.factories.places import make_host
from tests.factories.programmes import make_programme
from tests.factories.requests import a_draft


def ask(key="key", actor=ANONYMOUS, network="10.0.0.0/24", now=MONDAY, new_host=None, **given) -> int:
    if "programme_id" not in given:
        given["programme_id"] = make_programme().id
    if "host_id" not in given:
        given["host_id"] = make_host().id
    return submit_request(actor, a_draft(**given), form_key=key, now=now, network=network, where=new_host)


def stored(request_id) -> SchoolRequest:
    db.session.expire_all()
    return db.session.get_one(SchoolRequest, request_id)


def mails(kind=None) -> list[OutboxMessage]:
    wanted = select(OutboxMessage).order_by(OutboxMessage.id)
    return list(db.session.scalars(wanted.where(OutboxMessage.kind == kind) if kind else wanted))


def audit_of(request_id) -> list[str]:
    wanted = select(AuditEntry).where(AuditEntry.thing == "school_request", AuditEntry.thing_id == request_id)
    return [entry.action for entry in db.session.scalars(wanted.order_by(AuditEntry.id))]


def prove_link(request_id, now=MONDAY) -> str:
    with transaction():
        return tokens.mint("prove", request_id, lasts=dt.timedelta(days=7), now=now)


def coordinator_of(row, *roles):
    return an_actor(*roles, centre_id=row.centre_id)


def contact_of(row):
    return school_contact(row.id, row.host_id)


def take_request(actor: Actor, request_id: int, *, now: dt.datetime) -> None:
    """Make the actor its owner. Raises: Conflict with the reason of that one."""
    _act_alone(actor, BulkAct.TAKE, request_id, now)


def waitlist_request(actor: Actor, request_id: int, *, now: dt.datetime) -> None:
    """Put one request on the waiting list. Raises: Conflict with the reason of that one."""
    _act_alone(actor, BulkAct.WAITLIST, request_id, now)


def _act_alone(actor: Actor, act: BulkAct, request_id: int, now: dt.datetime) -> None:
    try:
        act_together(actor, act, [ChosenRequest(request_id, None)], now=now)
    except SomeCannot as refused:
        raise Conflict(refused.refusals[0].reason) from refused
