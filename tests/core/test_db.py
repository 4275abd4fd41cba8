"""The one way to write: a lock that is not given is told, and what is stored inside shares the fate of its block."""

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

from scheduler.core.db import prepare, transaction
from scheduler.requests.models import BookingAnswers
from scheduler.requests.service.answers import keep_answers
from tests.factories import MONDAY


def typed(room):
    return {"you": {"room": [room]}}


@pytest.mark.both_databases
def test_answers_that_are_kept_inside_a_transaction_share_its_fate(session):
    token = keep_answers(None, typed("1"), now=MONDAY)
    with pytest.raises(ZeroDivisionError), transaction():
        keep_answers(token, typed("2"), now=MONDAY)
        raise ZeroDivisionError

    assert [text.count('"1"') for text in session.scalars(sa.select(BookingAnswers.answers))] == [1]


@pytest.mark.both_databases
def test_answers_are_kept_under_their_token_while_the_page_reads(session):
    token = keep_answers(None, typed("1"), now=MONDAY)
    session.execute(sa.select(BookingAnswers.id)).all()

    assert keep_answers(token, typed("2"), now=MONDAY) == token

    session.rollback()
    assert [text.count('"2"') for text in session.scalars(sa.select(BookingAnswers.answers))] == [1]


def test_a_lock_that_is_not_given_is_told_as_everywhere(tmp_path):
    engine = sa.create_engine(f"sqlite:///{tmp_path / 'one.sqlite3'}")
    prepare(engine)
    sa.event.listen(engine, "connect", lambda raw, _record: raw.execute("PRAGMA busy_timeout=1"))
    writes = engine.execution_options(writes=True)
    with writes.connect() as holder, writes.connect() as other:
        holder.begin()
        with pytest.raises(OperationalError, match="database is locked"):
            other.begin()
        holder.rollback()
        other.begin()
    engine.dispose()
