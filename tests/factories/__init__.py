"""Rows for tests: plain functions that need only what the test is about, written inside a transaction."""

import datetime as dt
import itertools
from typing import TypeVar

from scheduler.core.db import transaction

MONDAY = dt.datetime(2026, 9, 14, 9, 0, tzinfo=dt.UTC)  # 11:00 in Belgrade; a school day

_numbers = itertools.count(1)


def a_number() -> int:
    """A number no other row of this test run has."""
    return next(_numbers)


Row = TypeVar("Row")


def stored(row: Row) -> Row:
    """The row, once it is in its table."""
    with transaction() as session:
        session.add(row)
        session.flush()
    return row
