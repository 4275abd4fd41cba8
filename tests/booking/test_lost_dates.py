"""A date that had gone before the address was proven: the school presses another one on its page (TRUST R6)."""

import datetime as dt

import pytest
import sqlalchemy as sa

from scheduler.booking.queries.lost_dates import lost_date
from scheduler.booking.service.proof import take_other_date
from scheduler.booking.terms.holds import Slot
from scheduler.core.db import db, transaction
from scheduler.core.errors import Conflict, NotFound
from scheduler.messages.models import OutboxMessage
from scheduler.policy import Actor, school_contact
from scheduler.programmes.models import Programme
from scheduler.programmes.terms import Booking
from scheduler.requests.models import SchoolRequest
from scheduler.requests.terms.school_request import RequestState
from scheduler.staffing.queries.invariants import violations
from scheduler.visits.models.visits import Visit
from scheduler.visits.terms.states import HoldState
from tests.booking.book_now import DAY, TEN, BookNow, held_people, states
from tests.factories import MONDAY

pytestmark = pytest.mark.both_databases
LATE = MONDAY + 2 * DAY


@pytest.fixture
def book(session) -> BookNow:
    return BookNow()


def lose(book: BookNow) -> int:
    """A booking whose date another school has meanwhile; its address is proven two days later."""
    book.hold()
    late = book.send()
    book.hold("yours", now=LATE)
    book.prove(book.send("yours", now=LATE, contact_email="mira@school.example"), now=LATE)
    book.prove(late, now=LATE)
    return late


def contact(book: BookNow, request_id: int) -> Actor:
    return school_contact(request_id, book.host.id)


def row(request_id: int) -> SchoolRequest:
    db.session.rollback()
    return db.session.get_one(SchoolRequest, request_id)


def visits_of(request_id: int) -> list[Visit]:
    db.session.rollback()
    return list(db.session.scalars(sa.select(Visit).where(Visit.school_request_id == request_id)))


def test_three_dates_are_shown_and_the_one_that_is_pressed_becomes_the_visit(book):
    request_id = lose(book)
    lost = lost_date(request_id, now=LATE)
    assert lost is not None
    assert (lost.slot, len(lost.others), TEN in lost.others) == (TEN, 3, False)

    take_other_date(contact(book, request_id), request_id, lost.others[0], now=LATE)

    (visit,) = visits_of(request_id)
    assert (visit.on_day, row(request_id).state) == (lost.others[0].on_day, RequestState.STAFFING)
    assert states() == [HoldState.LAPSED, HoldState.TAKEN, HoldState.TAKEN]
    assert held_people() == []
    told = db.session.scalars(sa.select(OutboxMessage.kind).order_by(OutboxMessage.id)).all()
    assert sorted(told[-3:]) == ["booked_now", "booking_taken", "visit_offered"]
    assert lost_date(request_id, now=LATE) is None
    assert violations() == []


def test_the_date_pressed_twice_is_one_visit(book):
    request_id = lose(book)
    other = lost_date(request_id, now=LATE).others[0]
    take_other_date(contact(book, request_id), request_id, other, now=LATE)

    with pytest.raises(Conflict):
        take_other_date(contact(book, request_id), request_id, other, now=LATE)

    assert len(visits_of(request_id)) == 1


def test_a_date_that_is_gone_too_stores_nothing(book):
    request_id = lose(book)
    other = lost_date(request_id, now=LATE).others[0]
    book.hold("third", other, now=LATE)

    with pytest.raises(Conflict, match="date_taken"):
        take_other_date(contact(book, request_id), request_id, other, now=LATE)

    assert (visits_of(request_id), row(request_id).state) == ([], RequestState.NEW)
    assert other not in lost_date(request_id, now=LATE).others


def test_somebody_of_the_centre_who_only_reads_it_takes_the_choice_from_nobody(book):
    request_id = lose(book)
    with transaction() as session:
        session.get_one(SchoolRequest, request_id).state = RequestState.TRIAGE
    other = lost_date(request_id, now=LATE).others[1]

    take_other_date(contact(book, request_id), request_id, other, now=LATE)

    assert row(request_id).state is RequestState.STAFFING


@pytest.mark.parametrize("state", [RequestState.NEEDS_INFO, RequestState.DECLINED, RequestState.WITHDRAWN])
def test_what_the_centre_has_answered_is_no_choice_any_more(book, state):
    request_id = lose(book)
    other = lost_date(request_id, now=LATE).others[0]
    with transaction() as session:
        session.get_one(SchoolRequest, request_id).state = state

    assert lost_date(request_id, now=LATE) is None
    with pytest.raises(Conflict, match="wrong_state"):
        take_other_date(contact(book, request_id), request_id, other, now=LATE)
    assert visits_of(request_id) == []


def test_a_booking_that_got_its_date_and_a_programme_asked_first_have_no_such_choice(book):
    request_id = lose(book)
    taken = db.session.scalar(sa.select(Visit.school_request_id))
    with transaction() as session:
        session.get_one(Programme, book.programme.id).booking = Booking.ASK

    assert lost_date(taken, now=LATE) is None
    assert lost_date(request_id, now=LATE) is None


def test_the_link_of_another_request_takes_nothing(book):
    request_id = lose(book)
    other = lost_date(request_id, now=LATE).others[0]

    with pytest.raises(NotFound):
        take_other_date(contact(book, request_id + 1), request_id, other, now=LATE)

    assert visits_of(request_id) == []


@pytest.mark.parametrize("slot", [Slot(dt.date(2020, 1, 1), dt.time(10)), Slot(TEN.on_day, dt.time(3))])
def test_a_date_that_nobody_offered_is_refused(book, slot):
    request_id = lose(book)

    with pytest.raises(Conflict, match="date_taken"):
        take_other_date(contact(book, request_id), request_id, slot, now=LATE)

    assert visits_of(request_id) == []
