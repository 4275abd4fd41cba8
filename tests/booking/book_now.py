"""A programme that is booked now, a school, and what visitors do with its free dates."""

import datetime as dt
from typing import Any

import sqlalchemy as sa

from scheduler.booking.queries.free_dates import free_dates
from scheduler.booking.service.holds import book_now, hold_date
from scheduler.booking.service.proof import prove_booking
from scheduler.booking.terms.free_dates import FreeWish
from scheduler.booking.terms.holds import FormSent, HeldDate, HoldWish, Slot
from scheduler.core.db import db, transaction
from scheduler.messages.models import OutboxMessage
from scheduler.people.models import AvailableHours, Centre, Presenter
from scheduler.people.terms import TeachingLanguage
from scheduler.policy import ANONYMOUS
from scheduler.programmes.terms import Audience, Booking
from scheduler.visits.models.held_time import DateHold, HeldTime
from scheduler.visits.models.visits import Visit
from scheduler.visits.terms.states import HoldState
from tests.factories import MONDAY
from tests.factories.requests import a_draft, a_presentation
from tests.requests.shorthand import prove_link
from tests.visits.scene import Scene

THURSDAY = dt.date(2026, 10, 15)
TEN = Slot(THURSDAY, dt.time(10))
MINUTE = dt.timedelta(minutes=1)
DAY = dt.timedelta(days=1)


class BookNow(Scene):
    """A school in Niš, and so many educators there who come on working days from 8 to 16."""

    def __init__(self, educators: int = 1, **programme: Any) -> None:
        fair = {"booking": Booking.NOW, "notice_days": 0}
        super().__init__(planned=False, **(fair | programme))
        with transaction() as session:
            session.get_one(Centre, self.centre_id).email = "desk@centre.example"
        self.people = [self.works(self.educator()) for _ in range(educators)]

    def works(self, person: Presenter) -> Presenter:
        with transaction() as session:
            session.add_all(
                AvailableHours(presenter_id=person.id, weekday=day, from_local=dt.time(8), until_local=dt.time(16))
                for day in range(5)
            )
        return person

    def wish(self, slot: Slot = TEN, *, by_the_bell: bool = True, **given: Any) -> HoldWish:
        fair = {"language": TeachingLanguage.SERBIAN, "audience": Audience.PUPILS, "host_id": self.host.id}
        return HoldWish(FreeWish(self.programme.id, **(fair | given)), slot, by_the_bell)

    def hold(self, draft: str = "mine", slot: Slot = TEN, *, now: dt.datetime = MONDAY, **given: Any) -> HeldDate:
        network = given.pop("network", "")
        return hold_date(draft, self.wish(slot, **given), network=network, now=now)

    def asked_for(self, slot: Slot = TEN, **given: Any) -> dict[str, Any]:
        sitting = a_presentation(starts_local=slot.starts_local, **given.pop("sitting", {}))
        fair = {
            "programme_id": self.programme.id, "host_id": self.host.id,
            "first_day": slot.on_day, "last_day": slot.on_day, "presentations": (sitting,),
        }  # fmt: skip
        return fair | given

    def send(self, draft: str = "mine", slot: Slot = TEN, *, now: dt.datetime = MONDAY, **given: Any) -> int:
        key = given.pop("key", f"key of {draft}")
        sent, new_host = FormSent(draft, key, given.pop("network", "")), given.pop("new_host", None)
        wish = self.wish(slot, by_the_bell=False, **given.pop("wished", {}))
        asked = a_draft(**self.asked_for(slot, **given))
        return book_now(ANONYMOUS, asked, wish, sent, now=now, where=new_host)

    def prove(self, request_id: int, *, now: dt.datetime = MONDAY) -> str | None:
        token = prove_link(request_id)
        return prove_booking(token, now=now)

    def free_at(self, slot: Slot = TEN, *, now: dt.datetime = MONDAY, **given: Any) -> bool:
        answer = free_dates(self.wish(slot, **given).wish, now=now)
        return any(one.day == slot.on_day and slot.starts_local in one.starts for one in answer.days)


def states() -> list[HoldState]:
    db.session.rollback()
    return list(db.session.scalars(sa.select(DateHold.state).order_by(DateHold.id)))


def held_people() -> list[int]:
    db.session.rollback()
    return list(db.session.scalars(sa.select(HeldTime.presenter_id).order_by(HeldTime.id)))


def mails() -> list[str]:
    db.session.rollback()
    return list(db.session.scalars(sa.select(OutboxMessage.kind).order_by(OutboxMessage.id)))


def visits() -> list[Visit]:
    db.session.rollback()
    return list(db.session.scalars(sa.select(Visit).order_by(Visit.id)))
