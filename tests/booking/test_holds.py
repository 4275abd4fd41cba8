"""Book now: a date is held, lapses by itself, is a promise for the desk; of many presses one wins (TRUST R1, R6)."""

import datetime as dt
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
import sqlalchemy as sa
from flask import Flask

from scheduler import config
from scheduler.board.queries.placing import answers_in_cells
from scheduler.booking.queries.free_dates import open_calendar, other_dates
from scheduler.booking.queries.holds import held_by, opened_booking, pressed_booking
from scheduler.booking.rules.holds import HELD_FOR, KEPT_FOR, MOST_FROM_NETWORK
from scheduler.booking.service import holds
from scheduler.booking.service.holds import hold_date, lapse_holds, release_date
from scheduler.booking.terms.holds import Slot
from scheduler.core import form_keys
from scheduler.core.audit import AuditEntry
from scheduler.core.db import db, transaction
from scheduler.core.errors import Conflict, TooMany
from scheduler.core.text import BadText
from scheduler.programmes.terms import Booking
from scheduler.requests.models import SchoolRequest
from scheduler.requests.service.answers import MOST_CHARACTERS, keep_answers
from scheduler.requests.terms.school_request import RequestState
from scheduler.staffing.queries.candidates import candidates
from scheduler.staffing.queries.invariants import violations
from scheduler.staffing.service.crew import suggest_presenter
from scheduler.staffing.service.offers import offer_visit
from scheduler.visits.models.held_time import HeldTime
from scheduler.visits.models.visits import Assignment, Visit
from scheduler.visits.rules.limits import MOST_A_DAY
from scheduler.visits.service import locked_visit
from scheduler.visits.terms.plans import PresenterTaken
from scheduler.visits.terms.states import PROMISED, HoldState
from tests.at_once import all_at_once
from tests.booking.book_now import DAY, MINUTE, TEN, THURSDAY, BookNow, held_people, states
from tests.ceilings import at_most
from tests.counting import statements
from tests.factories import MONDAY
from tests.factories.staffing import UNTIL, a_plan
from tests.factories.visits import make_assignment, make_presentation, make_visit
from tests.refusals import conflict
from tests.visits.defences import undefended

pytestmark = pytest.mark.postgres_decides

ELEVEN = Slot(THURSDAY, dt.time(11))
LATER = MONDAY + HELD_FOR


@pytest.fixture
def book(session) -> BookNow:
    return BookNow()


def test_a_date_is_held_for_a_quarter_of_an_hour_and_the_loser_gets_the_three_nearest_other_dates(book):
    held = book.hold()

    assert (held.slot, held.minutes, held.until - MONDAY) == (TEN, 45, dt.timedelta(minutes=15))
    assert (held_by("mine", now=MONDAY), held_people()) == (held, [book.people[0].id])
    entries = db.session.scalars(sa.select(AuditEntry).where(AuditEntry.thing == "date_hold")).all()
    assert [(entry.action, entry.actor) for entry in entries] == [("date held", "anonymous")]
    assert not book.free_at()
    assert book.free_at(own_hold=held.id)
    with conflict("date_taken"):
        book.hold("yours")
    assert (states(), held_by("yours", now=MONDAY)) == ([HoldState.HELD], None)
    others = other_dates(book.wish(), now=MONDAY)
    assert [slot.on_day - THURSDAY for slot in others] == [-DAY, 0 * DAY, DAY]
    assert others[1] == Slot(THURSDAY, dt.time(9))  # forty-five minutes and the set-up before ten
    assert all(book.free_at(slot) for slot in others)


def test_a_booking_is_opened_with_its_held_date_in_one_question(book):
    typed = {"what": {"programme": ["1"]}}
    mine, yours = keep_answers(None, typed, now=MONDAY), keep_answers(None, {}, now=MONDAY)
    held = book.hold(mine)

    with statements() as asked:
        assert opened_booking(mine, now=MONDAY) == (typed, held)
    at_most(1, asked)
    assert opened_booking(yours, now=MONDAY) == ({}, None)
    assert opened_booking(mine, now=held.until) == (typed, None)


@pytest.mark.parametrize("sent", ["booking", "page"])
def test_with_a_pressed_booking_comes_whether_it_was_sent(book, sent):
    typed, form_key = {"what": {"programme": ["1"]}}, "booking|page"
    mine = keep_answers(None, typed, now=MONDAY)
    held = book.hold(mine)

    with statements() as asked:
        assert pressed_booking(mine, form_key, now=MONDAY) == (typed, held, False)
        assert pressed_booking(mine, "", now=MONDAY) == (typed, held, False)
    at_most(2, asked, "SELECTs of two presses")
    with transaction():
        form_keys.remember(f"request:{sent}", "7", at=MONDAY)
    with statements() as asked:
        assert pressed_booking(mine, form_key, now=MONDAY) == (typed, held, True)
    at_most(1, asked, "SELECTs of a press")
    for gone in (None, "invented"):
        assert pressed_booking(gone, form_key, now=MONDAY) == ({}, None, True)
        assert pressed_booking(gone, "another|form", now=MONDAY) == ({}, None, False)


@pytest.mark.parametrize("swept", [False, True])
def test_a_hold_holds_until_its_last_minute_and_lapsed_keeps_nobody_back_whether_or_not_the_job_has_run(book, swept):
    book.hold()
    assert lapse_holds(now=LATER - MINUTE) == 0
    with pytest.raises(Conflict):
        book.hold("yours", now=LATER - MINUTE)
    if swept:
        assert lapse_holds(now=LATER) == 1

    assert held_by("mine", now=LATER) is None
    assert book.free_at(now=LATER)
    assert book.hold("yours", now=LATER).slot == TEN
    assert states() == [HoldState.LAPSED, HoldState.HELD]


def test_trust_r27_a_date_that_a_clock_ahead_has_held_is_free_when_the_clock_is_right_again(book):
    book.hold(now=MONDAY + 2 * KEPT_FOR)

    assert lapse_holds(now=MONDAY + KEPT_FOR) == 0  # it lapses by itself
    assert lapse_holds(now=MONDAY) == 1

    assert book.hold("yours").slot == TEN
    assert states() == [HoldState.LAPSED, HoldState.HELD]


@pytest.mark.parametrize("hours", [24, 2])
def test_a_hold_that_is_over_is_forgotten_when_the_privacy_notice_says_so(book, monkeypatch, hours):
    monkeypatch.setattr(config, "_in_force", [replace(config.settings(), retention={"trace": str(hours)})])
    book.hold()
    lapse_holds(now=LATER)
    gone = LATER + dt.timedelta(hours=hours)

    lapse_holds(now=gone - MINUTE)
    assert states() == [HoldState.LAPSED]
    lapse_holds(now=gone)
    assert states() == []


def test_a_draft_has_one_hold_that_another_date_releases_and_who_is_refused_another_keeps_the_first(book):
    book.hold()
    assert book.hold(now=MONDAY + 5 * MINUTE).until == LATER + 5 * MINUTE  # the same again counts from now
    beside = book.hold(slot=Slot(THURSDAY, dt.time(10, 15)))  # although the own one would be in the way
    assert (beside.slot.starts_local, states()[-2:]) == (dt.time(10, 15), [HoldState.RELEASED, HoldState.HELD])

    book.hold(slot=ELEVEN)
    yours = book.hold("yours", TEN)
    with pytest.raises(Conflict):
        book.hold("yours", ELEVEN)

    assert (yours.slot, held_by("yours", now=MONDAY)) == (TEN, yours)


def test_a_calendar_that_a_page_opened_too_early_holds_nothing(book):
    opened = open_calendar(book.wish().wish, now=MONDAY)
    first = hold_date("yours", book.wish(), now=MONDAY, calendar=opened)

    with pytest.raises(Conflict) as refusal:
        hold_date("mine", book.wish(), now=MONDAY, calendar=opened)

    assert (refusal.value.reason, states(), first.slot) == ("date_taken", [HoldState.HELD], TEN)
    assert opened.free_dates(book.wish().wish).first  # what was read is not read again


def test_who_could_go_is_judged_again_only_where_somebody_promised_something_since(session):
    book = BookNow(educators=3)
    wish, everybody = book.wish(), {one.id for one in book.people}
    opened = open_calendar(wish.wish, now=MONDAY, only=THURSDAY)
    [(_number, first)] = opened.able_at(wish)
    assert opened.of_locked(everybody, THURSDAY, now=MONDAY) is opened

    held = hold_date("yours", wish, now=MONDAY, calendar=opened)

    assert held_people() == first[:1]
    since = opened.of_locked(everybody, THURSDAY, now=MONDAY)
    assert since.able_at(wish) == open_calendar(wish.wish, now=MONDAY, only=THURSDAY).able_at(wish) == [(1, first[1:])]
    mine = replace(wish, wish=replace(wish.wish, own_hold=held.id))
    assert since.able_at(mine)[0][1] != first[1:]  # her own hold keeps nobody from her
    assert hold_date("mine", wish, now=MONDAY, calendar=opened).slot == TEN
    assert held_people() == first[:2]


def test_a_date_is_held_with_the_answer_that_names_it_or_not_at_all(book):
    mine = keep_answers(None, {}, now=MONDAY)
    store = lambda said: lambda: keep_answers(mine, {"when": {"slot": [said]}}, now=MONDAY)  # noqa: E731

    with pytest.raises(BadText):
        hold_date(mine, book.wish(), now=MONDAY, store_answer=store("x" * MOST_CHARACTERS))
    assert (states(), opened_booking(mine, now=MONDAY)) == ([], ({}, None))

    held = hold_date(mine, book.wish(), now=MONDAY, store_answer=store("10"))
    assert opened_booking(mine, now=MONDAY) == ({"when": {"slot": ["10"]}}, held)


def test_one_free_time_of_a_day_is_told_as_the_calendar_tells_it(book):
    book.hold()
    wish = book.wish().wish
    calendar = open_calendar(wish, now=MONDAY)

    for one in calendar.free_dates(wish).days:
        assert calendar.starts_on(wish, one.day) == one.starts
    assert calendar.starts_on(wish, MONDAY.date() - DAY) == calendar.starts_on(wish, dt.date(2028, 1, 3)) == ()


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


def test_a_time_that_the_calendar_does_not_show_and_a_programme_that_is_asked_for_first_hold_nothing(book):
    for slot in (Slot(THURSDAY, dt.time(10, 7)), Slot(THURSDAY, dt.time(3)), Slot(dt.date(2026, 10, 17), dt.time(10))):
        with conflict("date_taken"):
            book.hold(slot=slot)
    with conflict("not_book_now"):
        BookNow(booking=Booking.ASK).hold()
    assert states() == []


def test_no_network_holds_more_than_a_school_needs(session):
    book = BookNow(MOST_FROM_NETWORK + 1)
    for number in range(MOST_FROM_NETWORK):
        book.hold(f"draft {number}", network="10.0.0.0/24")

    with pytest.raises(TooMany):
        book.hold("one more", network="10.0.0.0/24")
    assert book.hold("draft 0", Slot(THURSDAY + DAY, dt.time(10)), network="10.0.0.0/24")  # its own first is no other
    assert book.hold("elsewhere", network="10.0.1.0/24")
    assert book.hold("one more", Slot(THURSDAY + DAY, dt.time(12)), network="10.0.0.0/24", now=LATER)


def test_deleted_answers_free_their_date(book):
    book.hold()
    release_date("mine", now=MONDAY)
    release_date("mine", now=MONDAY)
    release_date(None, now=MONDAY)

    assert (states(), held_people(), book.free_at()) == ([HoldState.RELEASED], [], True)


# what a held date is for the desk: a promise


def test_a_coordinator_is_told_that_a_school_is_booking_that_time(book):
    visit_id = book.plan(on_day=THURSDAY, presentations=(a_plan(dt.time(10, 30)),))
    suggest_presenter(book.coordinator, visit_id, book.people[0].id, now=MONDAY)
    held = book.hold()

    with pytest.raises(PresenterTaken) as refusal:
        offer_visit(book.coordinator, visit_id, until=UNTIL, now=MONDAY)

    promise = refusal.value.promise
    assert (refusal.value.reason, promise.visit_number, promise.held_until) == ("taken", "", held.until)
    offer_visit(book.coordinator, visit_id, until=UNTIL, now=held.until)


def test_a_held_presenter_is_a_candidate_with_a_reason_against_her_and_the_board_says_it_too(book):
    visit_id, who = book.plan(on_day=THURSDAY), book.people[0].id
    elsewhere = book.plan(on_day=THURSDAY + DAY, school_request_id=None)
    before = candidates(book.coordinator, visit_id, now=MONDAY)
    book.hold()

    (one,) = candidates(book.coordinator, visit_id, now=MONDAY)
    assert ([why.code for why in before[0].reasons], [why.code for why in one.reasons]) == ([], ["taken"])
    (later,) = candidates(book.coordinator, visit_id, now=LATER)
    assert later.reasons == ()
    cells, beside = (
        answers_in_cells(book.coordinator, elsewhere, None, [THURSDAY], now=now) for now in (MONDAY, LATER)
    )
    said = [[doubt.why.code for doubt in one[who, THURSDAY].doubts] for one in (cells, beside)]
    assert ("taken" in said[0], "taken" in said[1]) == (True, False)


def test_held_dates_count_as_presentations_of_that_day_for_free_dates_candidates_and_board(book):
    visit_id = book.plan(on_day=THURSDAY, presentations=(a_plan(dt.time(15)),))
    starts = [dt.time(8), dt.time(9), dt.time(10), dt.time(11)]
    for number, start in enumerate(starts):
        book.hold(f"draft {number}", Slot(THURSDAY, start))
    who = book.people[0].id

    def said(now: dt.datetime) -> list[list[str]]:
        (one,) = candidates(book.coordinator, visit_id, now=now)
        cells = answers_in_cells(book.coordinator, visit_id, None, [THURSDAY], now=now)
        doubts = cells[who, THURSDAY].doubts
        return [[why.code for why in one.reasons], [doubt.why.code for doubt in doubts if doubt.why.code != "topic"]]

    assert len(starts) == MOST_A_DAY
    assert said(MONDAY)[0] == ["enough_of_day"]
    assert "enough_of_day" in said(MONDAY)[1]
    assert not book.free_at(Slot(THURSDAY, dt.time(15)))
    assert said(LATER)[0] == []
    assert "enough_of_day" not in said(LATER)[1]
    assert book.free_at(Slot(THURSDAY, dt.time(15)), now=LATER)


THREADS = 60


def hold_all(app: Flask, book: BookNow, drafts: int) -> list[Exception | None]:
    def press(number: int) -> Callable[[], object]:
        return lambda: book.hold(f"draft {number}")

    book.wish()  # what the threads share is loaded before they begin
    return all_at_once(app, [press(number) for number in range(drafts)])


def held_twice() -> int:
    """Pairs of held times of one person that overlap: the invariant."""
    a, b = sa.orm.aliased(HeldTime), sa.orm.aliased(HeldTime)
    db.session.rollback()
    same = sa.and_(a.presenter_id == b.presenter_id, a.id < b.id)
    overlap = a.busy_from < b.busy_until, b.busy_from < a.busy_until
    return db.session.scalar(sa.select(sa.func.count()).select_from(a).join(b, same).where(*overlap))


def test_trust_r01_sixty_press_for_the_last_date_one_holds_it_and_the_others_have_three_others(app: Flask):
    book = BookNow()

    answers = hold_all(app, book, THREADS)

    refused = [answer for answer in answers if isinstance(answer, Conflict)]
    assert [answer for answer in answers if answer is not None and not isinstance(answer, Conflict)] == []
    assert (answers.count(None), {answer.reason for answer in refused}) == (1, {"date_taken"})
    assert (states(), held_twice()) == ([HoldState.HELD], 0)
    others = other_dates(book.wish(), now=MONDAY)
    assert len({slot.on_day for slot in others}) == 3
    assert all(book.free_at(slot) for slot in others)


def test_trust_r01_of_many_pages_that_show_the_date_as_free_one_holds_it(app: Flask):
    book = BookNow()
    wish = book.wish()
    shown = open_calendar(wish.wish, now=MONDAY)

    def press(number: int) -> Callable[[], object]:
        return lambda: holds.hold_date(f"draft {number}", wish, now=MONDAY, calendar=shown)

    answers = all_at_once(app, [press(number) for number in range(20)])

    refused = [answer.reason for answer in answers if isinstance(answer, Conflict)]
    assert (answers.count(None), refused, held_twice()) == (1, ["date_taken"] * 19, 0)


def test_with_two_educators_two_of_many_hold_the_date(app: Flask):
    book = BookNow(2)
    who = sorted(person.id for person in book.people)

    answers = hold_all(app, book, 20)

    assert (answers.count(None), held_twice()) == (2, 0)
    assert {answer.reason for answer in answers if isinstance(answer, Conflict)} == {"date_taken"}
    assert sorted(held_people()) == who
    assert not book.free_at()


def test_one_browser_that_presses_ten_times_holds_one_date(app: Flask):
    """TRUST R11."""
    book = BookNow(3)
    book.wish()

    answers = all_at_once(app, [lambda: book.hold("mine") for _ in range(10)])

    assert answers == [None] * 10
    assert states().count(HoldState.HELD) == 1


def test_a_visitor_and_a_coordinator_at_once_one_gets_the_hour(app: Flask):
    book = BookNow()
    visit_id = book.plan(on_day=THURSDAY)
    suggest_presenter(book.coordinator, visit_id, book.people[0].id, now=MONDAY)
    book.wish()

    offer = lambda: offer_visit(book.coordinator, visit_id, until=UNTIL, now=MONDAY)  # noqa: E731
    answers = all_at_once(app, [offer, book.hold])

    assert answers.count(None) == 1
    (refusal,) = [answer for answer in answers if answer is not None]
    assert isinstance(refusal, PresenterTaken) or (isinstance(refusal, Conflict) and refusal.reason == "date_taken")
    promised = db.session.scalars(sa.select(Assignment.id).where(Assignment.state.in_(PROMISED))).all()
    assert len(promised) + states().count(HoldState.HELD) == 1


def test_trust_r06_five_pending_bookings_of_one_slot_proven_at_once_one_visit_and_four_stay_pending(app: Flask):
    """Each was sent in its turn, and none was proven in time: so all of them hope for the same hour."""
    book, late = BookNow(), MONDAY
    sent = []
    for number in range(5):
        book.hold(f"draft {number}", now=late)
        sent.append(book.send(f"draft {number}", now=late, contact_email=f"school{number}@example.org"))
        late += KEPT_FOR

    answers = all_at_once(app, [lambda one=one: book.prove(one, now=late) for one in sent])

    assert answers == [None] * 5
    assert db.session.scalar(sa.select(sa.func.count(Visit.id))) == 1
    reached = list(db.session.scalars(sa.select(SchoolRequest.state)))
    assert (reached.count(RequestState.STAFFING), reached.count(RequestState.NEW)) == (1, 4)
    assert violations() == []


def test_without_the_locks_the_database_alone_still_holds_the_date_once(app: Flask, monkeypatch: pytest.MonkeyPatch):
    book = BookNow()
    monkeypatch.setattr(locked_visit, "advisory_lock", lambda *_: None)
    monkeypatch.setattr(holds, "advisory_lock", lambda *_: None)

    answers = hold_all(app, book, 8)

    assert answers.count(None) == 1
    assert all(answer is None or isinstance(answer, Conflict) for answer in answers)
    assert held_twice() == 0


@pytest.fixture
def no_defences(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Take away the triggers, the exclusion constraint, the presenters' locks and SQLite's write lock."""
    monkeypatch.setattr(locked_visit, "advisory_lock", lambda *_: None)
    monkeypatch.setattr(holds, "advisory_lock", lambda *_: None)
    with undefended(HeldTime.__table__, "nobody_held_twice", "held_time_is_free"):
        yield


def test_without_locks_and_defences_the_same_hour_is_held_twice(
    app: Flask, no_defences: None, monkeypatch: pytest.MonkeyPatch
):
    book = BookNow()
    both_have_looked = threading.Barrier(2)
    look = holds.crew_and_hold

    def look_and_wait(*args: object) -> object:
        found = look(*args)  # type: ignore[arg-type]
        both_have_looked.wait(timeout=30)
        return found

    monkeypatch.setattr(holds, "crew_and_hold", look_and_wait)

    answers = hold_all(app, book, 2)

    assert (answers, held_twice()) == ([None, None], 1)
