"""Book now: a date is held, lapses by itself, is sent and kept until the proof (PRODUCT.md, section 4)."""

import datetime as dt

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from scheduler.core.audit import AuditEntry
from scheduler.core.db import db, transaction
from scheduler.core.errors import Conflict, Rejected, TooMany
from scheduler.core.refusals import refused_by
from scheduler.messages.models import OutboxMessage
from scheduler.planning import queries, rules, service
from scheduler.planning.models import DateHold, HeldTime, Visit
from scheduler.planning.terms import HoldState, Slot, Taken
from scheduler.programmes.terms import Booking
from scheduler.requests import service as requests
from scheduler.requests.terms import RequestState
from tests.factories import MONDAY
from tests.factories.places import a_host_draft
from tests.factories.planning import make_assignment, make_presentation, make_visit
from tests.planning.held import DAY, MINUTE, TEN, THURSDAY, BookNow, held_people, states
from tests.planning.scene import UNTIL, a_plan
from tests.requests.asked import contact_of, stored

pytestmark = pytest.mark.both_databases
ELEVEN = Slot(THURSDAY, dt.time(11))
LATER = MONDAY + rules.HELD_FOR


@pytest.fixture
def book(session) -> BookNow:
    return BookNow()


def mails() -> list[str]:
    db.session.rollback()
    return list(db.session.scalars(sa.select(OutboxMessage.kind).order_by(OutboxMessage.id)))


def visits() -> list[Visit]:
    db.session.rollback()
    return list(db.session.scalars(sa.select(Visit).order_by(Visit.id)))


def test_a_held_date_is_held_for_a_quarter_of_an_hour_and_shown_with_its_end(book):
    held = book.hold()

    assert (held.slot, held.minutes, held.until - MONDAY) == (TEN, 45, dt.timedelta(minutes=15))
    assert queries.held_by("mine", now=MONDAY) == held
    assert held_people() == [book.people[0].id]
    entries = db.session.scalars(sa.select(AuditEntry).where(AuditEntry.thing == "date_hold")).all()
    assert [(entry.action, entry.actor) for entry in entries] == [("date held", "anonymous")]


def test_a_held_date_is_free_for_nobody_but_who_holds_it(book):
    held = book.hold()

    assert not book.free_at()
    assert book.free_at(own_hold=held.id)
    with pytest.raises(Conflict) as refusal:
        book.hold("yours")
    assert refusal.value.reason == "date_taken"
    assert (states(), queries.held_by("yours", now=MONDAY)) == ([HoldState.HELD], None)


def test_the_loser_gets_three_other_dates_the_nearest_ones(book):
    book.hold()

    others = queries.other_dates(book.wish(), now=MONDAY)

    assert [slot.on_day - THURSDAY for slot in others] == [-DAY, 0 * DAY, DAY]
    assert others[1] == Slot(THURSDAY, dt.time(9))  # forty-five minutes and the set-up before ten
    assert all(book.free_at(slot) for slot in others)


@pytest.mark.parametrize("swept", [False, True])
def test_a_lapsed_hold_keeps_nobody_back_whether_or_not_the_job_has_run(book, swept):
    book.hold()
    if swept:
        assert service.lapse_holds(now=LATER) == 1

    assert queries.held_by("mine", now=LATER) is None
    assert book.free_at(now=LATER)
    assert book.hold("yours", now=LATER).slot == TEN
    assert states() == [HoldState.LAPSED, HoldState.HELD]


def test_a_minute_before_its_end_a_hold_still_holds(book):
    book.hold()

    assert service.lapse_holds(now=LATER - MINUTE) == 0
    with pytest.raises(Conflict):
        book.hold("yours", now=LATER - MINUTE)


def test_a_draft_has_one_hold_and_another_date_releases_the_first(book):
    book.hold()
    book.hold(slot=ELEVEN)

    assert states() == [HoldState.RELEASED, HoldState.HELD]
    assert book.hold("yours", TEN).slot == TEN


def test_a_date_beside_ones_own_is_taken_although_the_own_one_would_be_in_the_way(book):
    book.hold()

    moved = book.hold(slot=Slot(THURSDAY, dt.time(10, 15)))

    assert (moved.slot.starts_local, states()) == (dt.time(10, 15), [HoldState.RELEASED, HoldState.HELD])


def test_who_is_refused_another_date_keeps_the_first(book):
    mine = book.hold()
    book.hold("yours", ELEVEN)

    with pytest.raises(Conflict):
        book.hold(slot=ELEVEN)

    assert queries.held_by("mine", now=MONDAY) == mine


def test_the_same_date_held_again_counts_from_now(book):
    book.hold()

    assert book.hold(now=MONDAY + 5 * MINUTE).until == LATER + 5 * MINUTE


def test_two_educators_are_held_for_two_schools(session):
    book = BookNow(educators=2)
    book.hold("mine")
    book.hold("yours")

    assert sorted(held_people()) == sorted(person.id for person in book.people)
    assert not book.free_at()


def test_a_crew_of_two_is_held_whole_or_not_at_all(session):
    book = BookNow(2)
    with transaction() as writing:
        writing.get(type(book.programme), book.programme.id).educators = 2
    visit = make_visit(programme=book.programme, host_id=book.host.id, on_day=THURSDAY)
    make_assignment(make_presentation(visit, dt.time(10)), book.people[0].id)

    with pytest.raises(Conflict):
        book.hold()

    assert (held_people(), book.hold(slot=Slot(THURSDAY, dt.time(12))).slot.starts_local) == ([], dt.time(12))
    assert len(held_people()) == 2


def test_a_time_that_the_calendar_does_not_show_is_not_held(book):
    for slot in (Slot(THURSDAY, dt.time(10, 7)), Slot(THURSDAY, dt.time(3)), Slot(dt.date(2026, 10, 17), dt.time(10))):
        with pytest.raises(Conflict) as refusal:
            book.hold(slot=slot)
        assert refusal.value.reason == "date_taken"
    assert states() == []


def test_a_programme_that_is_asked_for_first_holds_no_date(session):
    book = BookNow(booking=Booking.ASK)

    with pytest.raises(Conflict) as refusal:
        book.hold()

    assert refusal.value.reason == "not_book_now"


def test_no_network_holds_more_than_a_school_needs(session):
    book = BookNow(rules.MOST_FROM_NETWORK + 1)
    for number in range(rules.MOST_FROM_NETWORK):
        book.hold(f"draft {number}", network="10.0.0.0/24")

    with pytest.raises(TooMany):
        book.hold("one more", network="10.0.0.0/24")
    assert book.hold("draft 0", Slot(THURSDAY + DAY, dt.time(10)), network="10.0.0.0/24")  # its own first is no other
    assert book.hold("elsewhere", network="10.0.1.0/24")
    assert book.hold("one more", Slot(THURSDAY + DAY, dt.time(12)), network="10.0.0.0/24", now=LATER)


def test_deleted_answers_free_their_date(book):
    book.hold()
    service.release_date("mine", now=MONDAY)
    service.release_date("mine", now=MONDAY)
    service.release_date(None, now=MONDAY)

    assert (states(), held_people(), book.free_at()) == ([HoldState.RELEASED], [], True)


# what a held date is for the desk: a promise


def test_a_coordinator_is_told_that_a_school_is_booking_that_time(book):
    visit_id = book.plan(on_day=THURSDAY, presentations=(a_plan(dt.time(10, 30)),))
    service.suggest_presenter(book.coordinator, visit_id, book.people[0].id, now=MONDAY)
    held = book.hold()

    with pytest.raises(Taken) as refusal:
        service.offer_visit(book.coordinator, visit_id, until=UNTIL, now=MONDAY)

    promise = refusal.value.promise
    assert (refusal.value.reason, promise.visit_number, promise.held_until) == ("presenter_taken", "", held.until)
    service.offer_visit(book.coordinator, visit_id, until=UNTIL, now=held.until)


def test_a_held_presenter_is_a_candidate_with_a_reason_against_her(book):
    visit_id = book.plan(on_day=THURSDAY)
    before = queries.candidates(book.coordinator, visit_id, now=MONDAY)
    book.hold()

    (one,) = queries.candidates(book.coordinator, visit_id, now=MONDAY)
    assert ([why.code for why in before[0].reasons], [why.code for why in one.reasons]) == ([], ["taken"])
    (later,) = queries.candidates(book.coordinator, visit_id, now=LATER)
    assert later.reasons == ()


def test_the_board_says_it_before_a_visit_is_dropped_there(book):
    visit_id = book.plan(on_day=THURSDAY + DAY)
    book.hold()

    cells = queries.answers_in_cells(book.coordinator, visit_id, None, [THURSDAY], now=MONDAY)
    beside = queries.answers_in_cells(book.coordinator, visit_id, None, [THURSDAY], now=LATER)

    who = book.people[0].id
    said = [[doubt.why.code for doubt in one[who, THURSDAY].doubts] for one in (cells, beside)]
    assert ("taken" in said[0], "taken" in said[1]) == (True, False)


# sent


def test_the_sent_form_keeps_its_date_until_the_address_is_proven(book):
    book.hold()
    request_id = book.send()

    kept = queries.held_for_request(request_id)
    assert (kept.state, kept.until - MONDAY) == (HoldState.KEPT, rules.KEPT_FOR)
    assert (queries.held_by("mine", now=MONDAY), book.free_at()) == (None, False)
    assert stored(request_id).state is RequestState.UNVERIFIED
    assert mails() == ["prove_address"]
    hold = db.session.scalar(sa.select(DateHold))
    assert (hold.draft, hold.network) == ("", "")  # nothing of the browser is kept longer


def test_a_hold_that_lapsed_is_simply_taken_anew_where_the_date_is_free(book):
    book.hold()

    request_id = book.send(now=LATER)

    assert queries.held_for_request(request_id).state is HoldState.KEPT
    assert states() == [HoldState.LAPSED, HoldState.KEPT]


def test_a_hold_that_lapsed_and_went_to_another_stores_nothing(book):
    book.hold()
    book.hold("yours", now=LATER)

    with pytest.raises(Conflict) as refusal:
        book.send(now=LATER)

    assert refusal.value.reason == "date_taken"
    assert (mails(), states()) == ([], [HoldState.LAPSED, HoldState.HELD])


def test_what_breaks_a_rule_stores_nothing_and_the_date_stays_held(book):
    mine = book.hold()

    with pytest.raises(Rejected):
        book.send(teacher_stays=False)

    assert (queries.held_by("mine", now=MONDAY), mails()) == (mine, [])


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


def test_a_withdrawn_request_frees_its_date_with_the_next_run_of_the_job(book):
    book.hold()
    request_id = book.send()
    requests.withdraw_request(contact_of(stored(request_id)), request_id, now=MONDAY)

    assert service.lapse_holds(now=MONDAY) == 1
    assert book.free_at()


def test_what_has_ended_is_forgotten_after_a_day_and_what_a_request_waits_for_after_its_proof_is_over(book):
    book.hold("first")
    service.release_date("first", now=MONDAY)
    book.hold()
    book.send()
    service.lapse_holds(now=MONDAY + 2 * DAY)
    assert states() == [HoldState.LAPSED]

    service.lapse_holds(now=MONDAY + 10 * DAY)
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
