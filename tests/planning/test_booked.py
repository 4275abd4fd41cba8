"""A booking whose date was held is proven and becomes a visit, or asks anew (PRODUCT.md, section 4)."""

import datetime as dt

import pytest
import sqlalchemy as sa

from scheduler.core.db import db
from scheduler.messages.models import OutboxMessage
from scheduler.planning import queries, service
from scheduler.planning.models import Assignment, Presentation, Visit
from scheduler.planning.terms import AssignmentState, HoldState, VisitState
from scheduler.requests.terms import RequestState
from tests.factories import MONDAY
from tests.factories.requests import a_presentation
from tests.planning.held import DAY, THURSDAY, BookNow, held_people, states
from tests.requests.asked import stored

pytestmark = pytest.mark.both_databases


@pytest.fixture
def book(session) -> BookNow:
    return BookNow()


def mails() -> list[str]:
    db.session.rollback()
    return list(db.session.scalars(sa.select(OutboxMessage.kind).order_by(OutboxMessage.id)))


def visits() -> list[Visit]:
    db.session.rollback()
    return list(db.session.scalars(sa.select(Visit).order_by(Visit.id)))


def test_the_proof_plans_the_visit_and_asks_the_crew_that_was_held(book):
    book.hold()
    request_id = book.send()

    secret = book.prove(request_id)

    (visit,) = visits()
    assert secret
    assert (visit.state, visit.on_day, visit.school_request_id) == (VisitState.OFFERED, THURSDAY, request_id)
    assert stored(request_id).state is RequestState.STAFFING
    seats = db.session.scalars(sa.select(Assignment)).all()
    assert [(row.presenter_id, row.state) for row in seats] == [(book.people[0].id, AssignmentState.OFFERED)]
    assert (states(), held_people()) == ([HoldState.TAKEN], [])
    assert mails() == ["prove_address", "request_received", "visit_offered", "booking_taken", "booked_now"]
    assert queries.violations() == []


def test_a_proof_pressed_twice_plans_one_visit(book):
    book.hold()
    request_id = book.send()
    book.prove(request_id)

    assert book.prove(request_id) is None
    assert len(visits()) == 1


def test_a_late_proof_takes_the_date_anew_where_it_is_free(book):
    book.hold()
    request_id = book.send()
    late = MONDAY + 2 * DAY
    service.lapse_holds(now=late)

    book.prove(request_id, now=late)

    assert (states(), [visit.on_day for visit in visits()]) == ([HoldState.LAPSED], [THURSDAY])
    assert stored(request_id).state is RequestState.STAFFING


def test_trust_r06_two_pending_bookings_of_one_slot_one_is_confirmed_the_other_stays_with_a_message(book):
    book.hold()
    first = book.send()
    late = MONDAY + 2 * DAY
    book.hold("yours", now=late)
    second = book.send("yours", now=late, contact_email="mira@school.example")

    book.prove(second, now=late)
    book.prove(first, now=late)

    assert [visit.school_request_id for visit in visits()] == [second]
    assert [stored(one).state for one in (first, second)] == [RequestState.NEW, RequestState.STAFFING]
    gone = db.session.scalar(sa.select(OutboxMessage).where(OutboxMessage.kind == "booking_gone"))
    assert gone.address == "ana@school.example"
    assert all(text in gone.text for text in ("четвртак, 15. октобар 2026.", "среда, 14. октобар 2026."))
    assert queries.violations() == []


def test_two_presentations_are_held_and_planned_one_after_the_other(book):
    book.hold(minutes=105)
    two = (a_presentation(starts_local=dt.time(10)), a_presentation(classes="8a"))

    request_id = book.send(presentations=two, wished={"minutes": 105})
    book.prove(request_id)

    (visit,) = visits()
    starts = sa.select(Presentation.starts_local).where(Presentation.visit_id == visit.id)
    assert db.session.scalars(starts.order_by(Presentation.ordinal)).all() == [dt.time(10), dt.time(11)]
    assert [row.state for row in db.session.scalars(sa.select(Assignment))] == [AssignmentState.OFFERED] * 2


def test_a_young_presenter_is_held_and_asked_beside_her_educator(session):
    book = BookNow(influencers=1)
    tara = book.works(book.minor())
    book.hold()

    assert held_people() == [book.people[0].id, tara.id]
    request_id = book.send()
    book.prove(request_id)
    assert {row.presenter_id for row in db.session.scalars(sa.select(Assignment))} == {book.people[0].id, tara.id}
    assert queries.violations() == []
