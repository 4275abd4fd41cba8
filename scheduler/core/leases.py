"""One lease for whatever a worker takes: the row is its own until a moment, and who sleeps past it may write nothing.

A worker that is killed leaves its lease behind; when that is over the row is free again. (A queue's own lock stays
locked for ever after a kill -9: tried.) A leased table has `attempts` and `leased_until`; each lease is one attempt,
and its number is what its holder shows when it writes.
"""

import datetime as dt
from typing import Any

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

LEASE = dt.timedelta(minutes=2)  # longer than a mail server's own time limit (20 s); long work renews it at each step


def is_over(leased_until: Any, now: dt.datetime) -> Any:
    """Whether a lease keeps nobody away any more, of a column or of a moment: it has ended, or the clock was set back
    since and it begins further in the future than it lasts. A clock that is set by seconds ends no lease.
    """
    return (leased_until <= now) | (leased_until > now + 2 * LEASE)


def is_free(table: Any, *, waits: ColumnElement[bool], busy: ColumnElement[bool], now: dt.datetime) -> Any:
    """Nobody's: it waits, or whoever was busy with it has not been heard of since the lease ended."""
    return waits | (busy & is_over(table.leased_until, now))


def lease(session: Session, table: Any, row_id: int, free: Any, *, now: dt.datetime, **changes: object) -> Any:
    """The row, from now on the caller's for two minutes; None when it is not free, or another is taking it just now."""
    row = session.scalar(select(table).where(table.id == row_id, free).with_for_update(skip_locked=True))
    if row is None:
        return None
    taken = {"attempts": table.attempts + 1, "leased_until": now + LEASE}
    session.execute(update(table).where(table.id == row_id).values(**taken, **changes))
    session.refresh(row)
    return row


def write(session: Session, table: Any, row_id: int, attempt: int, **changes: object) -> None:
    """What the holder of that attempt says of its row; nothing, when the row is another's by now."""
    session.execute(
        update(table)
        .where(table.id == row_id, table.attempts == attempt)
        .values(**changes)
        .execution_options(synchronize_session=False)
    )
