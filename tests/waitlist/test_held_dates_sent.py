"""Book now: a held date is sent, proven, and becomes a visit; what the database refuses."""

import datetime as dt

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from scheduler.booking.queries.holds import held_by, held_for_request
from scheduler.booking.rules.holds import HELD_FOR, KEPT_FOR
from scheduler.booking.service.holds import lapse_holds, release_date
from scheduler.booking.terms.holds import Slot
from scheduler.core.db import db, transaction
from scheduler.core.errors import Rejected
from scheduler.core.refusals import refused_by
from scheduler.messages.models import OutboxMessage
from scheduler.programmes.terms import Audience, SchoolLevel
from scheduler.requests.service.school import withdraw_request
from scheduler.requests.terms.school_request import RequestState
from scheduler.staffing.queries.invariants import violations
from scheduler.visits.models.held_time import DateHold, HeldTime
from scheduler.visits.models.visits import Assignment, Presentation
from scheduler.visits.terms.states import AssignmentState, HoldState, VisitState
from tests.booking.book_now import DAY, THURSDAY, BookNow, held_people, mails, states, visits
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


def test_a_hold_that_lapsed_is_simply_taken_anew_where_the_date_is_free(book):
    book.hold()

    request_id = book.send(now=LATER)

    assert held_for_request(request_id).state is HoldState.KEPT
    assert states() == [HoldState.LAPSED, HoldState.KEPT]


def test_a_hold_that_lapsed_and_went_to_another_stores_nothing(book):
    book.hold()
    book.hold("yours", now=LATER)

    with conflict("date_taken"):
        book.send(now=LATER)
    assert (mails(), states()) == ([], [HoldState.LAPSED, HoldState.HELD])


def test_what_breaks_a_rule_stores_nothing_and_the_date_stays_held(book):
    mine = book.hold()

    with pytest.raises(Rejected):
        book.send(teacher_stays=False)

    assert (held_by("mine", now=MONDAY), mails()) == (mine, [])


def test_sent_twice_it_is_sent_once(book):
    book.hold()

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
    assert "На остало одговарамо најкасније: " in told[1].text
    assert "рок је уторак, 13. октобар 2026. у 10:00" in told[1].text  # 48 hours before: until then without haste


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


def refused(act) -> str:
    with pytest.raises(IntegrityError) as refusal:
        act()
    return refused_by(refusal.value)


def test_the_database_holds_nobody_twice(book):
    who = book.people[0].id
    held_row(book, "first", who)

    assert refused(lambda: held_row(book, "second", who, minute=30)) == "nobody_held_twice"
    assert held_people() == [who]


def test_the_database_holds_nobody_who_is_promised(book):
    who = book.people[0].id
    visit = make_visit(programme=book.programme, host_id=book.host.id, on_day=THURSDAY)
    make_assignment(make_presentation(visit, dt.time(10)), who)

    assert refused(lambda: held_row(book, "first", who)) == "nobody_held_and_promised"


def test_the_database_gives_a_draft_one_hold(session):
    book = BookNow(educators=2)
    held_row(book, "first", book.people[0].id)

    assert refused(lambda: held_row(book, "first", book.people[1].id)) in ("one_hold_a_draft", "date_hold.draft")
    assert held_people() == [book.people[0].id]
