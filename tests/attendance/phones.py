"""Phones of two presenters of one visit: what each shows, types, and delivers whenever its network allows."""

from dataclasses import dataclass, field

from sqlalchemy import func, select

from scheduler.attendance import rules
from scheduler.attendance.models import Attendance, CountDelivery, HeadCount
from scheduler.attendance.service.deliveries import UNCOUNTED, deliver_counts
from scheduler.attendance.terms import CountSheet, CountSource, DeliveryOutcome, HeadCounts, mark_of
from scheduler.config import settings
from scheduler.core.audit import AuditEntry
from scheduler.core.db import db
from scheduler.policy import Actor
from scheduler.programmes.terms import Audience
from tests.factories.counting import LEAVING, Begun, a_begun_visit, a_count
from tests.factories.people import presenter_actor
from tests.factories.safeguarding import a_cleared_educator
from tests.factories.visits import make_assignment


@dataclass(frozen=True)
class Letter:
    """One delivery, as it lies on a phone."""

    who: Actor
    sheet: CountSheet
    pupils: int


@dataclass
class Phones:
    """Two presenters, each with a phone, at one presentation."""

    begun: Begun
    who: list[Actor]
    first: int  # the presentation
    shown: dict[str, str] = field(default_factory=dict)  # by key, the mark that stood
    sheets: list[str] = field(default_factory=lambda: ["", ""])
    turns: dict[str, int] = field(default_factory=dict)
    nonces: int = 0

    def show(self, person: int) -> None:
        """The form is opened while there is a network."""
        self.nonces += 1
        one, stands, secret = self.first, mark_standing(self.first), settings().secret_key
        key = rules.sheet_key(one, self.who[person].user_id or 0, stands, str(self.nonces), secret)
        self.sheets[person], self.shown[key] = key, stands

    def types(self, person: int, pupils: int) -> Letter:
        """She saves numbers: they wait on the phone."""
        key = self.sheets[person]
        self.turns[key] = self.turns.get(key, 0) + 1
        return Letter(self.who[person], CountSheet(key, self.turns[key], asks=False), pupils)

    def deliver(self, letter: Letter) -> DeliveryOutcome:
        draft = a_count(HeadCounts(pupils=letter.pupils, teachers=2))
        return deliver_counts(letter.who, self.first, draft, letter.sheet, now=LEAVING)


def two_phones(talks: int = 1) -> Phones:
    """Both presenters have opened the form before anybody counted."""
    begun = a_begun_visit(talks)
    mate = a_cleared_educator(centre_id=begun.visit.centre_id)
    for presentation in begun.presentations:
        make_assignment(presentation, mate.id)
    phones = Phones(begun, [begun.teacher, presenter_actor(mate)], begun.first)
    phones.show(0)
    phones.show(1)
    return phones


def mark_standing(presentation_id: int) -> str:
    db.session.rollback()
    wanted = select(Attendance.state, Attendance.version).where(Attendance.presentation_id == presentation_id)
    row = db.session.execute(wanted).one_or_none()
    return mark_of(*row) if row else UNCOUNTED


def deliveries(presentation_id: int) -> list[CountDelivery]:
    db.session.rollback()
    wanted = select(CountDelivery).where(CountDelivery.presentation_id == presentation_id).order_by(CountDelivery.id)
    return list(db.session.scalars(wanted))


def times_stored(presentation_id: int) -> int:
    """How often an educator's numbers were stored: one number of pupils each time."""
    db.session.rollback()
    hers = HeadCount.source == CountSource.EDUCATOR, HeadCount.audience == Audience.PUPILS
    wanted = select(func.count()).select_from(HeadCount).where(HeadCount.presentation_id == presentation_id, *hers)
    return db.session.scalar(wanted) or 0


def lines_of_audit() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(AuditEntry)) or 0
