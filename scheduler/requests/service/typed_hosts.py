"""A host that a school typed is one that is listed: what it asked for is asked for there."""

import datetime as dt
import logging

from sqlalchemy import select

from scheduler import policy
from scheduler.core import audit
from scheduler.core.db import transaction
from scheduler.core.errors import Conflict, GroundReason, NotFound, Rejected
from scheduler.places.models import Host, HostMerger
from scheduler.policy import Actor
from scheduler.requests.models import SchoolRequest
from scheduler.requests.rules.states import FOLLOWED
from scheduler.requests.terms.school_request import RequestState

log = logging.getLogger(__name__)
WITH_VISITS = FOLLOWED - {RequestState.AGREED}  # they go where their visit does: visits/service/typed_hosts.py


def merge_host(actor: Actor, host_id: int, into_id: int, *, now: dt.datetime) -> int:
    """Merge a typed host with a listed one; how many requests moved there.

    Requests without a visit are the listed one's from now on; visits/service/typed_hosts.py takes visits along. Who
    types the old name again finds it. Merged with it already, nothing changes. Raises: NotAllowed; NotFound;
    Rejected({"into": reason}) for itself, or for one that is not listed; Conflict("wrong_state") for one that is
    listed, or merged with another.
    """
    policy.require(actor, "update", "host")
    with transaction() as session:
        found = {
            host.id: host
            for host in session.scalars(
                select(Host).where(Host.id.in_((host_id, into_id))).order_by(Host.id).with_for_update()
            )
        }
        host, into = found.get(host_id), found.get(into_id)
        if host is None or into is None:
            raise NotFound("host")
        if host is into or not into.listed:
            raise Rejected({"into": GroundReason.NOT_A_CHOICE})
        before = session.get(HostMerger, host_id)
        if before is not None and before.into_id == into_id:
            return 0
        if before is not None or host.listed:
            raise Conflict(GroundReason.WRONG_STATE)
        session.add(HostMerger(host_id=host_id, into_id=into_id, merged_at=now))
        moved = session.scalars(
            select(SchoolRequest)
            .where(SchoolRequest.host_id == host_id, SchoolRequest.state.not_in(WITH_VISITS))
            .order_by(SchoolRequest.id)
            .with_for_update()
        ).all()
        for row in moved:
            row.host_id = into_id
            audit.record(actor, "host merged", row, at=now)
        audit.record(actor, "host merged", host, at=now, details={"into": into_id})
    log.info("host merged", extra={"host_id": host_id, "into_id": into_id, "requests": len(moved)})
    return len(moved)
