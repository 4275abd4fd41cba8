"""The yes to a request and the plan of its visit, in one press."""

import datetime as dt

from scheduler.acts import change
from scheduler.core import states
from scheduler.policy import Actor
from scheduler.requests.rules.states import may_accept
from scheduler.requests.service.desk import agree_request
from scheduler.requests.service.locked_request import locked_request
from scheduler.requests.terms.school_request import REQUEST_MACHINE, RequestState
from scheduler.visits.models.visits import Visit
from scheduler.visits.service.plan_and_move import plan_visit
from scheduler.visits.terms.plans import VisitDraft


def accept_and_plan(
    actor: Actor, request_id: int, draft: VisitDraft, *, now: dt.datetime, version: int | None = None
) -> Visit:
    """Take and accept a request, where nobody has yet, and plan its visit: all or nothing.

    Raises: as `agree_request` and `plan_visit`.
    """
    with change(actor, now) as act:
        row = locked_request(act.session, actor, "accept", request_id, version=version)
        if row.state is RequestState.NEW:
            row.owner_id = row.owner_id or actor.user_id
            states.move(REQUEST_MACHINE, row, RequestState.TRIAGE, actor=actor, at=now)
        if may_accept(row.state):
            agree_request(actor, request_id, now=now)
        return plan_visit(actor, draft, now=now)
