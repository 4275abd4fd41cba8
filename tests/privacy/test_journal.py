"""Emptying the journal of SQLite leaves nothing behind on the connection either."""

import pytest

from scheduler.core.db import db
from scheduler.privacy.service.journal import leave_no_page_behind

pytestmark = pytest.mark.usefixtures("app")


def test_its_connection_begins_no_transaction_of_its_own_afterwards():
    """The driver would begin one for whoever writes without, and nobody would end it."""
    db.session.remove()
    db.engine.dispose()  # so the one that empties it is the next that is taken

    leave_no_page_behind()

    with db.engine.connect() as connection:
        assert connection.connection.dbapi_connection.isolation_level is None
