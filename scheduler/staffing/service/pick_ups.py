"""A guardian says who fetches her child after a visit."""

import datetime as dt
import logging

from sqlalchemy import select

from scheduler import policy
from scheduler.acts import Act, change
from scheduler.core.errors import NotFound
from scheduler.people.models import Presenter
from scheduler.policy import Actor
from scheduler.staffing.models.pick_ups import CarRide, PickUp
from scheduler.staffing.queries.pick_ups import visits_of_child

log = logging.getLogger(__name__)


def arrange_ride(act: Act, visit_id: int, presenter_id: int, driver_id: int, on_day: dt.date) -> None:
    """Note that a minor rides to a visit with the adult with whom she presents; the database asks for both facts."""
    ride = CarRide(
        visit_id=visit_id, presenter_id=presenter_id, driver_id=driver_id, on_day=on_day, arranged_at=act.now
    )
    act.session.add(ride)
    act.session.flush()
    act.record("ride arranged", ride, {"visit": visit_id})


def say_who_fetches(actor: Actor, number: str, who: str, *, now: dt.datetime) -> None:
    """Keep who fetches the child after a visit to come; nothing typed takes it away. The audit keeps no name.

    Raises: NotAllowed; NotFound for a visit that is not her child's.
    """
    policy.require(actor, "update", "pick_up", presenters=[actor.presenter_id])
    with change(actor, now) as act:
        visit = next((one.visit for one in visits_of_child(actor, now) if one.visit.number == number), None)
        person = act.session.get(Presenter, actor.presenter_id)
        if visit is None or person is None:
            raise NotFound("visit")
        row = act.session.scalar(select(PickUp).filter_by(visit_id=visit.id, presenter_id=person.id))
        if row is not None:  # typed anew: the database lets nobody write over it
            act.session.delete(row)
            act.session.flush()
        if who:
            act.session.add(PickUp(visit_id=visit.id, presenter_id=person.id, who=who, typed_at=now))
        act.record("way home said", person, details={"visit": visit.id})
    log.info("way home said", extra={"visit_id": visit.id})
