"""A host that a school typed is one that is listed: its visits to come are held there, with what was asked for."""

import datetime as dt

from sqlalchemy import select

from scheduler.acts import change
from scheduler.core import audit
from scheduler.places.models import Host
from scheduler.policy import Actor
from scheduler.requests.service import typed_hosts
from scheduler.visits.models.visits import Visit
from scheduler.visits.service.calendar_entries import touch
from scheduler.visits.service.locked_visit import counted_in_part, open_visits
from scheduler.visits.terms.states import OPEN_VISITS, VisitState


def merge_host(actor: Actor, host_id: int, into_id: int, *, now: dt.datetime) -> int:
    """Merge a typed host with a listed one, as requests do; how many requests moved there, with a visit or without.

    A visit whose heads nobody has counted follows, and its calendar texts name the listed one; what was held stays
    where it was. Raises: as requests.service.typed_hosts.
    """
    with change(actor, now) as act:
        moved = typed_hosts.merge_host(actor, host_id, into_id, now=now)
        act.session.flush()  # the database lets a visit follow a merger, and nothing else
        into = act.session.get_one(Host, into_id)
        there = select(Visit.id).where(Visit.host_id == host_id, Visit.state.in_((*OPEN_VISITS, VisitState.DISRUPTED)))
        for opened in open_visits(act, act.session.scalars(there.order_by(Visit.id)).all()):
            if counted_in_part(opened):
                continue
            opened.visit.host = into
            act.record("host merged", opened.visit)
            if (asked := opened.visit.school_request) is not None:
                asked.host_id = into_id
                audit.record(actor, "host merged", asked, at=now)
                moved += 1
            touch(act, opened, ())
    return moved
