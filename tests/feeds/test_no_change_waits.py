"""On PostgreSQL, where several write at once, no change waits for another because both concern the same calendars."""

import datetime as dt
import threading

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from scheduler.core.db import db
from scheduler.feeds import queries
from scheduler.feeds.models import FeedBody, FeedPart
from scheduler.people.models import Presenter, User
from scheduler.visits.models.visits import CalendarEntry, Visit
from tests.factories import MONDAY
from tests.factories.feeds import keep_each_month_apart, make_entry_for, make_feed, whole_of
from tests.factories.safeguarding import a_cleared_educator


@pytest.mark.parametrize("database", [pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True)
def test_two_changes_that_concern_the_same_two_never_wait_for_each_other(
    app: Flask, client: FlaskClient, session: Session
) -> None:
    """A counter that each change raises would: two that raise the same two in another order end in a deadlock."""
    people = [a_cleared_educator(), a_cleared_educator()]
    tokens = [make_feed(one) for one in people]
    assert [client.get(f"/feeds/{token}.ics").status_code for token in tokens] == [200, 200]
    before = [whole_of(token, now=MONDAY).version for token in tokens]
    ids = [(one.id, one.user_id) for one in people]
    session.rollback()
    first_done, second_done = threading.Barrier(2, timeout=20), threading.Barrier(2, timeout=20)
    told: list[str] = []

    def change(statements: list[sa.Update]) -> None:
        with app.app_context(), db.engine.begin() as connection:
            connection.exec_driver_sql("SET LOCAL lock_timeout = '5s'")
            connection.execute(statements[0])
            first_done.wait()
            connection.execute(statements[1])
            second_done.wait()
        told.append("done")

    one = [sa.update(Presenter).where(Presenter.id == number).values(phone="1") for number, _ in ids]
    other = [sa.update(User).where(User.id == number).values(language="en") for _, number in reversed(ids)]
    acts = [threading.Thread(target=change, args=(statements,)) for statements in (one, other)]
    for act in acts:
        act.start()
    for act in acts:
        act.join()

    assert told == ["done", "done"]
    assert session.scalars(sa.select(FeedBody.packed)).all() == [None, None]
    after = [whole_of(token, now=MONDAY).version for token in tokens]
    assert [new - old for new, old in zip(after, before, strict=True)] == [2, 2]


@pytest.mark.parametrize("database", [pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True)
def test_a_part_that_a_rolled_back_change_held_is_out_by_its_version(
    app: Flask, client: FlaskClient, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second does not wait for the first, which then changes its mind: the part lies there and is not used."""
    keep_each_month_apart(monkeypatch)
    presenter = a_cleared_educator()
    sittings = [make_entry_for(presenter, on_day=dt.date(2026, month, 15)) for month in (9, 10, 11)]
    address = f"/feeds/{make_feed(presenter)}.ics"
    client.get(address)
    parts = sa.select(FeedPart.first_month).order_by(FeedPart.first_month)
    assert session.scalars(parts).all() == [0, 202610, 202611]
    number, visit_id = sittings[1].id, sittings[1].visit_id
    session.rollback()
    changed: list[int] = []
    held, done = threading.Event(), threading.Event()

    def first() -> None:
        with app.app_context(), db.engine.connect() as connection:
            connection.execute(sa.update(Visit).where(Visit.id == visit_id).values(moved_at=MONDAY))
            held.set()
            done.wait(20)
            connection.rollback()

    def second() -> None:
        held.wait(20)
        said = sa.func.replace(CalendarEntry.text, "LOCATION:", "LOCATION:Hall\\, ")
        with app.app_context(), db.engine.begin() as connection:
            connection.exec_driver_sql("SET LOCAL lock_timeout = '5s'")
            texts = sa.update(CalendarEntry).where(CalendarEntry.presentation_id == number)
            changed.append(connection.execute(texts.values(text=said)).rowcount)
        done.set()

    acts = [threading.Thread(target=one) for one in (first, second)]
    for act in acts:
        act.start()
    for act in acts:
        act.join()

    assert changed > [0]
    assert session.scalars(parts).all() == [0, 202610, 202611]
    assert b"Hall" in client.get(address).data
    assert queries.violations() == []
