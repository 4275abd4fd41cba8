"""Locks that PostgreSQL holds for many things at once."""

import pytest
import sqlalchemy as sa

from scheduler.core.db import advisory_lock, transaction
from tests.counting import statements


@pytest.mark.parametrize("database", [pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True)
def test_many_things_are_held_by_one_statement(session):
    with statements() as asked, transaction() as held:
        advisory_lock(held, 7, [*range(300, 0, -1), 5])
        advisory_lock(held, 8, [])
        mine = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid() AND classid = 7"
        assert held.scalar(sa.text(mine)) == 300

    assert sum("advisory_xact_lock" in one for one in asked) == 2
