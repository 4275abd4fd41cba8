"""A connection that goes away while somebody works: what stays of the request, and what becomes of the work."""

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from scheduler.core.db import beside_commit, db, transaction
from scheduler.core.form_keys import FormKey, remember
from tests.factories import MONDAY

ONLY_POSTGRESQL = pytest.param("postgresql", marks=pytest.mark.postgres)
pytestmark = pytest.mark.parametrize("database", [ONLY_POSTGRESQL], indirect=True)  # SQLite has no server


def end_connection_of(asking):
    mine = asking.scalar(sa.text("SELECT pg_backend_pid()"))
    with db.engine.connect() as other:
        other.execute(sa.text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": mine})


def test_what_was_answered_stays_answered_and_no_session_is_left_for_a_later_request(app):
    known = dict(db.session.registry.registry)
    with app.app_context():
        end_connection_of(db.session())

    assert db.session.registry.registry == known
    with app.app_context():
        assert db.session.scalar(sa.select(1)) == 1


def test_what_was_written_beside_is_undone_though_nothing_can_be_rolled_back(session):
    beside = []

    def claim(_session):
        """A form that counts once, by the next transaction that commits."""

    def server_ends_and_disk_fails():
        end_connection_of(db.session())
        raise OSError

    session.info["claim"] = claim
    with pytest.raises(DBAPIError), transaction() as writing:
        remember("one", "1", at=MONDAY)
        beside_commit(writing, lambda: beside.append("written"), lambda: beside.append("undone"))
        beside_commit(writing, server_ends_and_disk_fails, lambda: None)

    assert beside == ["written", "undone"]
    assert session.info.pop("claim") is claim
    assert session.scalars(sa.select(FormKey.key)).all() == []
