"""The yes to a request and the plan of its visit, in one press."""

import datetime as dt

from scheduler.acts import change
from scheduler.policy import Actor
from scheduler.requests.rules.states import may_accept
from scheduler.requests.service.desk import agree_request
from scheduler.requests.service.locked_request import locked_request
from scheduler.visits.models.visits import Visit
from scheduler.visits.service.plan_and_move import plan_visit
from scheduler.visits.terms.plans import VisitDraft


def accept_and_plan(
    actor: Actor, request_id: int, draft: VisitDraft, *, now: dt.datetime, version: int | None = None
) -> Visit:
    """Accept a request, where nobody has yet, and plan its visit: both or neither.

    Raises: as `agree_request` and `plan_visit`.
    """
    with change(actor, now) as act:
        row = locked_request(act.session, actor, "accept", request_id, version=version)
        if may_accept(row.state):
            agree_request(actor, request_id, now=now)
        return plan_visit(actor, draft, now=now)
