"""On PostgreSQL, where several write at once, no change waits for another because both concern the same calendars."""

import threading

import pytest
import sqlalchemy as sa

from scheduler.core.db import db
from scheduler.feeds.models import FeedBody
from scheduler.people.models import Presenter, User
from tests.factories import MONDAY
from tests.factories.feeds import make_feed, whole_of
from tests.factories.safeguarding import a_cleared_educator


@pytest.mark.parametrize("database", [pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True)
def test_two_changes_that_concern_the_same_two_never_wait_for_each_other(app, client, session):
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
