"""Book now: a held date is sent, proven, and becomes a visit; where it is gone, its school presses another (R6)."""

import datetime as dt

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from scheduler.booking.queries.holds import held_by, held_for_request
from scheduler.booking.queries.lost_dates import lost_date
from scheduler.booking.rules.holds import HELD_FOR, KEPT_FOR
from scheduler.booking.service.holds import lapse_holds, release_date
from scheduler.booking.service.proof import take_other_date
from scheduler.booking.terms.holds import Slot
from scheduler.core.db import db, transaction
from scheduler.core.errors import Conflict, NotFound, Rejected
from scheduler.core.refusals import refused_by
from scheduler.messages.models import OutboxMessage
from scheduler.policy import Actor, school_contact
from scheduler.programmes.models import Programme
from scheduler.programmes.terms import Audience, Booking, SchoolLevel
from scheduler.requests.models import SchoolRequest
from scheduler.requests.service.school import withdraw_request
from scheduler.requests.terms.school_request import RequestState
from scheduler.staffing.queries.invariants import violations
from scheduler.visits.models.held_time import DateHold, HeldTime
from scheduler.visits.models.visits import Assignment, Presentation, Visit
from scheduler.visits.terms.states import AssignmentState, HoldState, VisitState
from tests.booking.book_now import DAY, TEN, THURSDAY, BookNow, held_people, mails, states, visits
from tests.factories import MONDAY
from tests.factories.places import a_host_draft
from tests.factories.programmes import make_programme
from tests.factories.requests import a_draft, a_presentation
from tests.factories.visits import make_assignment, make_presentation, make_visit
from tests.refusals import conflict
from tests.requests.shorthand import contact_of, stored

pytestmark = pytest.mark.both_databases

ELEVEN = Slot(THURSDAY, dt.time(11))
LATER = MONDAY + HELD_FOR


@pytest.fixture
def book(session) -> BookNow:
    return BookNow()


def test_the_sent_form_keeps_its_date_until_the_address_is_proven(book):
    book.hold()
    request_id = book.send()

    kept = held_for_request(request_id)
    assert (kept.state, kept.until - MONDAY) == (HoldState.KEPT, KEPT_FOR)
    assert (held_by("mine", now=MONDAY), book.free_at()) == (None, False)
    assert stored(request_id).state is RequestState.UNVERIFIED
    assert mails() == ["prove_address"]
    hold = db.session.scalar(sa.select(DateHold))
    assert (hold.draft, hold.network) == ("", "")  # nothing of the browser is kept longer


def test_a_hold_that_lapsed_is_taken_anew_where_the_date_is_free_and_stores_nothing_where_another_has_it(book):
    book.hold()
    assert held_for_request(book.send(now=LATER)).state is HoldState.KEPT
    assert states() == [HoldState.LAPSED, HoldState.KEPT]

    book.hold(slot=ELEVEN)
    book.hold("yours", ELEVEN, now=LATER)
    before = mails()
    with conflict("date_taken"):
        book.send(slot=ELEVEN, key="another", now=LATER)
    assert (mails(), states()[2:]) == (before, [HoldState.LAPSED, HoldState.HELD])


def test_what_breaks_a_rule_stores_nothing_and_the_date_stays_held_and_sent_twice_it_is_sent_once(book):
    mine = book.hold()

    with pytest.raises(Rejected):
        book.send(teacher_stays=False)
    assert (held_by("mine", now=MONDAY), mails()) == (mine, [])

    assert book.send() == book.send()
    assert (states(), mails()) == ([HoldState.KEPT], ["prove_address"])


def test_a_school_that_is_not_on_the_list_holds_by_its_municipality(book):
    town = book.host.municipality_id
    book.hold(host_id=None, municipality_id=town)

    request_id = book.send(
        new_host=a_host_draft(municipality_id=town), wished={"host_id": None, "municipality_id": town}
    )

    hold = db.session.scalar(sa.select(DateHold).where(DateHold.school_request_id == request_id))
    assert hold.host_id == stored(request_id).host_id != book.host.id
    assert book.prove(request_id)
    assert [visit.host_id for visit in visits()] == [hold.host_id]


# proven


def test_the_proof_plans_one_visit_and_asks_the_crew_that_was_held(book):
    book.hold()
    request_id = book.send()

    secret, again = book.prove(request_id), book.prove(request_id)

    (visit,) = visits()
    assert secret
    assert again is None
    assert (visit.state, visit.on_day, visit.school_request_id) == (VisitState.OFFERED, THURSDAY, request_id)
    assert stored(request_id).state is RequestState.STAFFING
    seats = db.session.scalars(sa.select(Assignment)).all()
    assert [(row.presenter_id, row.state) for row in seats] == [(book.people[0].id, AssignmentState.OFFERED)]
    assert (states(), held_people()) == ([HoldState.TAKEN], [])
    assert mails() == ["prove_address", "visit_offered", "booking_taken", "booked_now"]
    assert violations() == []


def test_one_mail_tells_of_the_kept_date_and_of_what_was_sent_with_it(book):
    evening = make_programme(Audience.PARENTS, centre_id=book.centre_id, name_sr_cyrl="Родитељско вече")
    parents = a_presentation(audience=Audience.PARENTS, level=SchoolLevel.NONE, classes="", pupils=0, teachers=0,
                             parents=60, starts_local=dt.time(18))  # fmt: skip
    part = a_draft(**book.asked_for() | {"programme_id": evening.id, "presentations": (parents,)})
    book.hold()

    assert book.prove(book.send(parts=(part,)))

    told = db.session.scalars(
        sa.select(OutboxMessage).where(OutboxMessage.address == "ana@school.example").order_by(OutboxMessage.id)
    ).all()
    assert [mail.kind for mail in told] == ["prove_address", "booking_taken"]
    assert "још није договорено: Родитељско вече (18:00)." in told[1].text
    assert "За остало одговарамо до " in told[1].text
    assert "до уторка, 13. октобра 2026. у 10:00" in told[1].text  # 48 hours before: until then without haste


def test_a_late_proof_takes_the_date_anew_where_it_is_free(book):
    book.hold()
    request_id = book.send()
    late = MONDAY + 2 * DAY
    lapse_holds(now=late)

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
    assert violations() == []


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
    assert violations() == []


def test_a_withdrawn_request_frees_its_date_with_the_next_run_of_the_job(book):
    book.hold()
    request_id = book.send()
    withdraw_request(contact_of(stored(request_id)), request_id, now=MONDAY)

    assert lapse_holds(now=MONDAY) == 1
    assert book.free_at()


def test_what_has_ended_is_forgotten_after_a_day_and_what_a_request_waits_for_after_its_proof_is_over(book):
    book.hold("first")
    release_date("first", now=MONDAY)
    book.hold()
    book.send()
    lapse_holds(now=MONDAY + 2 * DAY)
    assert states() == [HoldState.LAPSED]

    lapse_holds(now=MONDAY + 10 * DAY)
    assert states() == []


# what the database itself refuses


def held_row(book: BookNow, draft: str, presenter_id: int, minute: int = 0) -> None:
    begins = dt.datetime(2026, 10, 15, 8, minute, tzinfo=dt.UTC)
    span = {"busy_from": begins, "busy_until": begins + dt.timedelta(hours=1)}
    with transaction() as writing:
        row = DateHold(
            draft=draft, network="", programme_id=book.programme.id, host_id=book.host.id, on_day=THURSDAY,
            starts_local=dt.time(10), minutes=45, state=HoldState.HELD, state_since=MONDAY, until=LATER, **span,
        )  # fmt: skip
        writing.add(row)
        writing.flush()
        writing.add(HeldTime(date_hold_id=row.id, presenter_id=presenter_id, **span))
        writing.flush()


def test_the_database_holds_nobody_twice_nor_who_is_promised_and_gives_a_draft_one_hold(session):
    book = BookNow(educators=2)
    who, other = (one.id for one in book.people)
    held_row(book, "first", who)
    visit = make_visit(programme=book.programme, host_id=book.host.id, on_day=THURSDAY)
    make_assignment(make_presentation(visit, dt.time(10)), other)

    for laws, draft, person, minute in (
        (("nobody_held_twice",), "second", who, 30),
        (("nobody_held_and_promised",), "second", other, 0),
        (("one_hold_a_draft", "date_hold.draft"), "first", other, 0),
    ):
        with pytest.raises(IntegrityError) as refusal:
            held_row(book, draft, person, minute)
        assert refused_by(refusal.value) in laws
    assert held_people() == [who]


LATE = MONDAY + 2 * DAY


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


def visits_of(request_id: int) -> list[Visit]:
    db.session.rollback()
    return list(db.session.scalars(sa.select(Visit).where(Visit.school_request_id == request_id)))


def test_three_dates_are_shown_and_the_one_that_is_pressed_becomes_the_visit_once(book):
    request_id = lose(book)
    lost = lost_date(request_id, now=LATE)
    assert lost is not None
    assert (lost.slot, len(lost.others), TEN in lost.others) == (TEN, 3, False)

    take_other_date(contact(book, request_id), request_id, lost.others[0], now=LATE)

    (visit,) = visits_of(request_id)
    assert (visit.on_day, stored(request_id).state) == (lost.others[0].on_day, RequestState.STAFFING)
    assert states() == [HoldState.LAPSED, HoldState.TAKEN, HoldState.TAKEN]
    assert held_people() == []
    assert sorted(mails()[-3:]) == ["booked_now", "booking_taken", "visit_offered"]
    assert lost_date(request_id, now=LATE) is None
    assert violations() == []
    with pytest.raises(Conflict):
        take_other_date(contact(book, request_id), request_id, lost.others[0], now=LATE)
    assert len(visits_of(request_id)) == 1


def test_a_date_that_is_gone_too_or_that_nobody_offered_and_the_link_of_another_request_take_nothing(book):
    request_id = lose(book)
    other, free = lost_date(request_id, now=LATE).others[:2]
    book.hold("third", other, now=LATE)

    for slot in (other, Slot(dt.date(2020, 1, 1), dt.time(10)), Slot(TEN.on_day, dt.time(3))):
        with pytest.raises(Conflict, match="date_taken"):
            take_other_date(contact(book, request_id), request_id, slot, now=LATE)
    with pytest.raises(NotFound):
        take_other_date(contact(book, request_id + 1), request_id, free, now=LATE)

    assert (visits_of(request_id), stored(request_id).state) == ([], RequestState.NEW)
    assert other not in lost_date(request_id, now=LATE).others


def test_somebody_of_the_centre_who_only_reads_it_takes_the_choice_from_nobody(book):
    request_id = lose(book)
    with transaction() as session:
        session.get_one(SchoolRequest, request_id).state = RequestState.TRIAGE
    other = lost_date(request_id, now=LATE).others[1]

    take_other_date(contact(book, request_id), request_id, other, now=LATE)

    assert stored(request_id).state is RequestState.STAFFING


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
