"""Acts of the inbox on one request, as tests of other things need them."""

import datetime as dt

from scheduler.core.errors import Conflict
from scheduler.policy import Actor
from scheduler.requests.service.bulk_acts import act_together
from scheduler.requests.terms.acts import BulkAct, ChosenRequest, SomeCannot


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
