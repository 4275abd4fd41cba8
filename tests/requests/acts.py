"""Acts of the inbox on one request, as tests of other things need them."""

import datetime as dt

from scheduler.core.errors import Conflict
from scheduler.policy import Actor
from scheduler.requests.service.bulk_acts import act_together
from scheduler.requests.terms.acts import BulkAct, ChosenRequest, SomeCannot


def waitlist_request(actor: Actor, request_id: int, *, now: dt.datetime, version: int | None = None) -> None:
    """Put one request on the waiting list. Raises: Conflict with the reason of that one."""
    try:
        act_together(actor, BulkAct.WAITLIST, [ChosenRequest(request_id, version)], now=now)
    except SomeCannot as refused:
        raise Conflict(refused.refusals[0].reason) from refused
