"""A confirmed visit whose educator falls ill, and people who could stand in: what tests of the search begin with."""

import datetime as dt
from collections.abc import Callable

import sqlalchemy as sa

from scheduler.core.db import db
from scheduler.messages.models import OutboxMessage
from scheduler.people.models import Presenter
from scheduler.staffing.service.absence import report_absence
from scheduler.staffing.service.offers import answer_offer
from scheduler.visits.models.substitution import SubstituteAsk, SubstituteSearch
from scheduler.visits.models.visits import Visit
from scheduler.visits.queries.pages import visit_for
from scheduler.visits.terms.states import AssignmentState, SubstituteSearchState
from tests.factories.people import make_user, presenter_actor, works
from tests.factories.visits import VISIT_DAY
from tests.visits.scene import Scene

STARTS_AT = dt.datetime(2026, 10, 6, 8, 0, tzinfo=dt.UTC)  # 10:00 in Belgrade
FRIDAY = dt.datetime(2026, 10, 2, 8, 0, tzinfo=dt.UTC)  # four days before
MINUTE = dt.timedelta(minutes=1)
T_MINUS_3 = STARTS_AT - dt.timedelta(hours=3)
TO_THE_SCHOOL = "ana@school.example"


class Ill(Scene):
    """A confirmed visit; `ana` is its educator, `others` could go instead."""

    def __init__(self, *, others: int = 0, young: bool = False, **programme: object) -> None:
        super().__init__(**programme)
        self.desk = make_user(centre_id=self.centre_id, email="desk@centre.example", password_hash="set")
        self.ana = self.educator()
        self.tara = self.minor() if young else None
        self.confirmed_by(*[one for one in (self.ana, self.tara) if one])
        self.others = [self.can(self.educator(given_name=f"Ema {number}")) for number in range(others)]
        db.session.rollback()
        self.number = db.session.scalar(sa.select(Visit.number).where(Visit.id == self.visit_id))
        self.forget_mails()

    def can(self, person: Presenter) -> Presenter:
        return works(person)

    def forget_mails(self) -> None:
        db.session.rollback()
        db.session.execute(sa.delete(OutboxMessage))
        db.session.commit()

    def falls_ill(self, who: Presenter | None = None, *, now: dt.datetime = FRIDAY) -> None:
        report_absence(presenter_actor(who or self.ana), VISIT_DAY, VISIT_DAY, seen=[self.number], now=now)

    def answering(self, who: Presenter, *, now: dt.datetime) -> Callable[[], None]:
        """Her yes, to be said in a thread: nothing is loaded there any more."""
        actor, visit_id = presenter_actor(who), self.visit_id
        return lambda: answer_offer(actor, visit_id, accepts=True, now=now)

    def answer(self, who: Presenter, *, accepts: bool, now: dt.datetime) -> None:
        reason = "" if accepts else "exam"
        answer_offer(presenter_actor(who), self.visit_id, accepts=accepts, reason=reason, now=now)

    def search(self) -> SubstituteSearch:
        db.session.rollback()
        found = db.session.scalars(
            sa.select(SubstituteSearch)
            .where(SubstituteSearch.visit_id == self.visit_id)
            .order_by(SubstituteSearch.id.desc())
            .limit(1)
        )
        return found.one()

    def state(self) -> SubstituteSearchState:
        return self.search().state

    def whom(self) -> list[int]:
        """Who was asked, in order."""
        db.session.rollback()
        return list(db.session.scalars(sa.select(SubstituteAsk.presenter_id).order_by(SubstituteAsk.id)))

    def offered(self) -> set[int]:
        row = visit_for(self.coordinator, self.number)
        return {one.presenter_id for one in row.crew if one.state is AssignmentState.OFFERED}

    def mails_to(self, address: str) -> list[OutboxMessage]:
        db.session.rollback()
        query = sa.select(OutboxMessage).where(OutboxMessage.address == address).order_by(OutboxMessage.id)
        return list(db.session.scalars(query))

    def kinds_to(self, address: str) -> list[str]:
        return [one.kind for one in self.mails_to(address)]
