"""What a hand has placed on a region's table is offered in one press: planned, its crews suggested and asked.

The usual acts in one transaction, all or none, after free dates were asked once more. The preview is that very act,
taken back: what it would have written to people is what it shows.
"""

import datetime as dt
import logging
from collections.abc import Collection, Sequence

from sqlalchemy import and_, or_, select

from scheduler import policy
from scheduler.acts import Act, change, rehearsal
from scheduler.core.errors import Conflict, GroundReason, NotFound, Rejected
from scheduler.messages.models import OutboxMessage
from scheduler.policy import Actor, in_reach
from scheduler.proposals.queries.to_plan import asked_again
from scheduler.proposals.service.carry_out import changed_since, plan_seat
from scheduler.proposals.terms.plan import PlanChanged, PlanScope, ProposedSeat, WhyChanged
from scheduler.proposals.terms.table import MailToCome
from scheduler.requests.models import SchoolRequest
from scheduler.staffing.service.offers import Until, offer_in_time
from scheduler.visits.service.locked_visit import hold_time, open_visit

log = logging.getLogger(__name__)
MOST_SEATS = 40  # of one press: each is asked of the rules again, and its mails are read before they leave


def offer_seats(actor: Actor, seats: Sequence[ProposedSeat], *, until: Until, now: dt.datetime) -> list[int]:
    """Plan the visits of these seats and ask their crews: all or none. The ids of the visits.

    Raises: NotAllowed; NotFound of a request out of the actor's reach; Rejected with {"rows": reason}; PlanChanged with
    nothing done where a seat no longer holds.
    """
    with change(actor, now) as act:
        visits = _offered(act, seats, until)
    log.info("region's table offered", extra={"visits": len(visits)})
    return visits


def mails_to_come(actor: Actor, seats: Sequence[ProposedSeat], *, until: Until, now: dt.datetime) -> list[MailToCome]:
    """The mails that `offer_seats` would send now, in their order: it is done and taken back, nothing stays.

    Raises: as `offer_seats`.
    """
    with rehearsal(actor, now) as act:
        mails = _mails(act, _offered(act, seats, until), [seat.request_id for seat in seats])
    log.info("region's table rehearsed and taken back", extra={"mails": len(mails)})
    return mails


def _offered(act: Act, seats: Sequence[ProposedSeat], until: Until) -> list[int]:
    policy.require(act.actor, "update", "plan", centre=act.actor.centre_id)
    of = {seat.request_id: seat for seat in seats}
    _refuse(act, of)
    hold_time(act.session, {who for seat in of.values() for who in seat.crew})
    days = [seat.on_day for seat in of.values()]
    asked = asked_again(of, PlanScope(min(days), max(days)), now=act.now)
    changed = changed_since(asked, of)
    visits = []
    for number, seat in of.items():
        if number not in changed:
            try:
                with act.session.begin_nested():
                    visits.append(_offer(act, asked[number][1], seat, until))
            except (Conflict, Rejected):  # what only the acts themselves find out
                changed[number] = WhyChanged.NOT_FREE
    if changed:
        raise PlanChanged(changed)
    return visits


def _refuse(act: Act, request_ids: Collection[int]) -> None:
    if not request_ids:
        raise Rejected({"rows": GroundReason.NOTHING_TICKED})
    if len(request_ids) > MOST_SEATS:
        raise Rejected({"rows": GroundReason.TOO_MANY})
    wanted = select(SchoolRequest.id).where(SchoolRequest.id.in_(request_ids), in_reach(act.actor, SchoolRequest))
    if set(act.session.scalars(wanted)) != set(request_ids):
        raise NotFound("request")


def _offer(act: Act, asked: SchoolRequest, seat: ProposedSeat, until: Until) -> int:
    visit_id = plan_seat(act, asked, seat)
    offer_in_time(act, open_visit(act, visit_id), until)
    return visit_id


def _mails(act: Act, visit_ids: Collection[int], request_ids: Collection[int]) -> list[MailToCome]:
    """What the act has put into the outbox; nothing else can be about visits that are this new."""
    of_requests = and_(
        OutboxMessage.about == SchoolRequest.__tablename__,
        OutboxMessage.about_id.in_(request_ids),
        OutboxMessage.created_at == act.now,
    )
    of_visits = and_(OutboxMessage.about == "visit", OutboxMessage.about_id.in_(visit_ids))
    rows = act.session.scalars(select(OutboxMessage).where(or_(of_visits, of_requests)).order_by(OutboxMessage.id))
    return [MailToCome(row.address, row.language, row.subject, row.text) for row in rows]
