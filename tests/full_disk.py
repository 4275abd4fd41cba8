"""What a full disk says, without one."""

import sqlite3
from contextlib import closing

import pytest


def a_full_database() -> sqlite3.OperationalError:
    """What SQLite says when its file may not grow."""
    with closing(sqlite3.connect(":memory:")) as small, pytest.raises(sqlite3.OperationalError) as full:
        small.execute("PRAGMA max_page_count = 1")
        small.execute("CREATE TABLE host (name TEXT)")
    return full.value


def raising_of(error: Exception):
    """A function that fails so, whatever it is given."""

    def fail(*_args, **_named):
        raise error

    return fail
