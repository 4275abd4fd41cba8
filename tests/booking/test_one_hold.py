"""One hold wins when many press at once (TRUST R1, R6), on both databases, and the negative control."""

import threading
from collections.abc import Callable, Iterator

import pytest
import sqlalchemy as sa
from flask import Flask

from scheduler.booking.queries.free_dates import open_calendar, other_dates
from scheduler.booking.rules.holds import KEPT_FOR
from scheduler.booking.service import holds
from scheduler.core.db import db
from scheduler.core.defences import DEFENCES
from scheduler.core.errors import Conflict
from scheduler.requests.models import SchoolRequest
from scheduler.requests.terms.school_request import RequestState
from scheduler.staffing.queries.invariants import violations
from scheduler.staffing.service.crew import suggest_presenter
from scheduler.staffing.service.offers import offer_visit
from scheduler.visits.models.held_time import HeldTime
from scheduler.visits.models.visits import Assignment, Visit
from scheduler.visits.service import locked_visit
from scheduler.visits.terms.plans import PresenterTaken
from scheduler.visits.terms.states import PROMISED, HoldState
from tests.at_once import all_at_once
from tests.booking.book_now import THURSDAY, BookNow, states
from tests.clean_tables import defend_again
from tests.factories import MONDAY
from tests.factories.staffing import UNTIL

THREADS = 60
pytestmark = pytest.mark.postgres_decides


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

    answers = hold_all(app, book, 20)

    assert (answers.count(None), held_twice()) == (2, 0)
    assert {answer.reason for answer in answers if isinstance(answer, Conflict)} == {"date_taken"}


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
def no_defences(app: Flask, database: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Take away the triggers, the exclusion constraint, the presenters' locks and SQLite's write lock."""
    assert "held_time" in {defence.table for defence in DEFENCES}
    with db.engine.begin() as connection:
        if database == "sqlite":
            query = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'held_time'"
            for (name,) in connection.exec_driver_sql(query).all():
                connection.exec_driver_sql(f"DROP TRIGGER {name}")
        else:
            connection.exec_driver_sql("ALTER TABLE held_time DROP CONSTRAINT nobody_held_twice")
            connection.exec_driver_sql("DROP TRIGGER held_time_is_free ON held_time")

    def unlock(connection: sa.Connection) -> None:
        connection.exec_driver_sql("COMMIT")  # each statement stands alone, as without any transaction

    monkeypatch.setattr(locked_visit, "advisory_lock", lambda *_: None)
    monkeypatch.setattr(holds, "advisory_lock", lambda *_: None)
    if database == "sqlite":
        sa.event.listen(db.engine, "begin", unlock)
    yield
    if database == "sqlite":
        sa.event.remove(db.engine, "begin", unlock)
    db.session.remove()
    if database == "postgresql":  # SQLite's whole file is put back before the next test
        with db.engine.begin() as connection:
            connection.execute(sa.delete(HeldTime))
            defend_again(connection, "held_time")


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
