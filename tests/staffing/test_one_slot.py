"""Sixty people give away the same hour of one presenter at the same moment (TRUST R5, R8), on both databases.

One of them succeeds, fifty-nine are told who took it and when, nobody sees an error. The negative control takes every
lock and every defence of the database away: then the same test must see the presenter in two places.
"""

import datetime as dt
import threading
from collections.abc import Callable, Iterator

import pytest
import sqlalchemy as sa
from flask import Flask

from scheduler.core.db import db, transaction
from scheduler.core.defences import DEFENCES
from scheduler.core.errors import Conflict
from scheduler.core.refusals import crossed
from scheduler.policy import Actor
from scheduler.staffing.service import offers
from scheduler.staffing.service.offers import offer_visit
from scheduler.visits.models.visits import Assignment
from scheduler.visits.service import locked_visit
from scheduler.visits.terms.plans import PresenterTaken
from scheduler.visits.terms.states import PROMISED, AssignmentState
from tests.at_once import all_at_once
from tests.clean_tables import defend_again
from tests.factories import MONDAY
from tests.factories.people import an_actor, make_centre
from tests.factories.places import make_host
from tests.factories.programmes import make_programme
from tests.factories.safeguarding import a_cleared_educator
from tests.factories.visits import make_assignment, make_presentation, make_visit

THREADS = 60
UNTIL = MONDAY + dt.timedelta(days=2)
pytestmark = pytest.mark.postgres_decides


def overlapping_visits(count: int) -> tuple[Actor, list[int]]:
    """So many visits on one day, each a minute later than the last, with one presenter suggested for all of them."""
    with transaction():
        centre = make_centre()
        programme = make_programme(centre_id=centre.id)
        host = make_host()
        ana = a_cleared_educator(centre_id=centre.id)
        visit_ids = []
        for minute in range(count):
            visit = make_visit(programme=programme, host_id=host.id)
            make_assignment(
                make_presentation(visit, dt.time(10, minute)), ana.id, AssignmentState.SUGGESTED, offered_until=None
            )
            visit_ids.append(visit.id)
    return an_actor(centre_id=centre.id), visit_ids


def promised_overlaps() -> int:
    """Pairs of promised assignments of one person that overlap: the invariant."""
    a, b = sa.orm.aliased(Assignment), sa.orm.aliased(Assignment)
    db.session.rollback()
    return db.session.scalar(
        sa.select(sa.func.count())
        .select_from(a)
        .join(b, sa.and_(a.presenter_id == b.presenter_id, a.id < b.id))
        .where(a.state.in_(PROMISED), b.state.in_(PROMISED), a.busy_from < b.busy_until, b.busy_from < a.busy_until)
    )


def offer_all(app: Flask, coordinator: Actor, visit_ids: list[int]) -> list[Exception | None]:
    def offer(visit_id: int) -> Callable[[], None]:
        return lambda: offer_visit(coordinator, visit_id, until=UNTIL, now=MONDAY)

    return all_at_once(app, [offer(visit_id) for visit_id in visit_ids])


def test_sixty_at_once_one_succeeds_and_the_others_learn_who_and_when(app: Flask):
    coordinator, visit_ids = overlapping_visits(THREADS)

    answers = offer_all(app, coordinator, visit_ids)

    refused = [answer for answer in answers if isinstance(answer, PresenterTaken)]
    assert [answer for answer in answers if answer is not None and not isinstance(answer, PresenterTaken)] == []
    assert (answers.count(None), len(refused)) == (1, THREADS - 1)
    assert {(answer.reason, answer.promise.promised_by, answer.promise.promised_at) for answer in refused} == {
        ("taken", "Marija Kostić", MONDAY)
    }
    assert promised_overlaps() == 0


def test_without_the_locks_the_database_alone_still_gives_the_hour_once(app: Flask, monkeypatch: pytest.MonkeyPatch):
    """Whatever a code path forgets: the trigger or the exclusion constraint refuses, and the words are a Conflict.

    Two whose rows exclude each other may both wait for the other: PostgreSQL breaks one off, of which the door makes
    the same sentence (`web/errors.py`).
    """
    coordinator, visit_ids = overlapping_visits(8)
    monkeypatch.setattr(locked_visit, "advisory_lock", lambda *_: None)
    monkeypatch.setattr(offers, "refuse_clashes", lambda *_: None)

    answers = offer_all(app, coordinator, visit_ids)

    assert answers.count(None) == 1
    assert {answer.reason for answer in answers if isinstance(answer, Conflict)} == {"nobody_in_two_places"}
    others = [answer for answer in answers if answer is not None and not isinstance(answer, Conflict)]
    assert [answer for answer in others if not crossed(answer)] == []
    assert promised_overlaps() == 0


@pytest.fixture
def no_defences(app: Flask, database: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Take away the triggers, the exclusion constraint, the presenters' locks and SQLite's write lock."""
    with db.engine.begin() as connection:
        drop_defences(connection)

    def unlock(connection: sa.Connection) -> None:
        connection.exec_driver_sql("COMMIT")  # each statement stands alone, as without any transaction

    monkeypatch.setattr(locked_visit, "advisory_lock", lambda *_: None)
    if database == "sqlite":
        sa.event.listen(db.engine, "begin", unlock)
    yield
    if database == "sqlite":
        sa.event.remove(db.engine, "begin", unlock)
    db.session.remove()
    if database == "postgresql":  # SQLite's whole file is put back before the next test
        with db.engine.begin() as connection:
            connection.execute(sa.delete(Assignment))
            defend_again(connection, "assignment")


def drop_defences(connection: sa.Connection) -> None:
    """All that visits/models/visits.py defends the table `assignment` with."""
    assert "assignment" in {defence.table for defence in DEFENCES}
    if connection.dialect.name == "sqlite":
        query = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'assignment'"
        for (name,) in connection.exec_driver_sql(query).all():
            connection.exec_driver_sql(f"DROP TRIGGER {name}")
        return
    connection.exec_driver_sql("ALTER TABLE assignment DROP CONSTRAINT nobody_in_two_places")
    for name in ("assignment_is_allowed", "minor_keeps_an_adult"):
        connection.exec_driver_sql(f"DROP TRIGGER {name} ON assignment")


def test_without_locks_and_defences_the_same_presenter_is_in_two_places(
    app: Flask, no_defences: None, monkeypatch: pytest.MonkeyPatch
):
    coordinator, visit_ids = overlapping_visits(2)
    both_have_looked = threading.Barrier(2)
    look = offers.refuse_clashes

    def look_and_wait(*args: object) -> None:
        look(*args)
        both_have_looked.wait(timeout=30)

    monkeypatch.setattr(offers, "refuse_clashes", look_and_wait)

    answers = offer_all(app, coordinator, visit_ids)

    assert answers == [None, None]
    assert promised_overlaps() == 1
