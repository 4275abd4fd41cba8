"""Which constraint refused: so that a race that slips past the rules still gets a sentence, not a 500."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from sqlite3 import SQLITE_FULL, SQLITE_IOERR_SHMSIZE

from sqlalchemy.exc import DBAPIError, IntegrityError, InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.orm.exc import StaleDataError

# Unique, foreign key, exclusion; who waited for each other; who could not both be first (PostgreSQL, appendix A)
CROSSED_STATES = frozenset({"23505", "23503", "23P01", "40P01", "40001"})
# SQLite; the last two: who waited for others' writes longer than it waits (core/db.py), and what our triggers say
# before it could replace a row that is there (core/defences.py)
CROSSED_WORDS = (
    "UNIQUE constraint failed",
    "FOREIGN KEY constraint failed",
    "database is locked",
    "row_is_not_replaced",
)
FULL_STATE = "53100"  # disk_full, of PostgreSQL
# admin_shutdown, crash_shutdown, cannot_connect_now; and None, where psycopg found nobody to tell it a state
AWAY_STATES = frozenset({"57P01", "57P02", "57P03", None})
CROSSINGS: tuple[type[Exception], ...] = (DBAPIError, StaleDataError)


def crossed(error: Exception) -> bool:
    """Whether somebody else was quicker: what this wanted to store was changed, taken or locked meanwhile."""
    if isinstance(error, StaleDataError):
        return True
    told = error.orig if isinstance(error, DBAPIError) else None
    return getattr(told, "sqlstate", None) in CROSSED_STATES or str(told).startswith(CROSSED_WORDS)


def found_no_room(error: BaseException | None) -> bool:
    """Whether a full disk is behind an error, of the database or of a file (TRUST R20)."""
    told = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(told, OSError) and told.errno in (errno.ENOSPC, errno.EDQUOT):
        return True
    code = getattr(told, "sqlite_errorcode", 0)  # the second: no room for the file that its first reader begins
    full = getattr(told, "sqlstate", None) == FULL_STATE or code & 0xFF == SQLITE_FULL or code == SQLITE_IOERR_SHMSIZE
    return full or (error is not None and found_no_room(error.__cause__ or error.__context__))


def is_away(error: BaseException | None) -> bool:
    """Whether the database could not be reached, or went away meanwhile: it restarts."""
    if not isinstance(error, InterfaceError | OperationalError):
        return False
    return error.connection_invalidated or getattr(error.orig, "sqlstate", "") in AWAY_STATES


@contextmanager
def where_there_is_room() -> Iterator[None]:
    """For a write that may be left out: on a full disk it is."""
    try:
        yield
    except SQLAlchemyError as error:
        if not found_no_room(error):
            raise


def constraint_of(error: Exception) -> str:
    """What refused, for a log: never a value of the row."""
    told = error.orig if isinstance(error, DBAPIError) else None
    return getattr(getattr(told, "diag", None), "constraint_name", None) or getattr(told, "sqlstate", None) or ""


def refused_by(error: IntegrityError) -> str:
    """The name of the constraint, index or trigger that refused.

    A CHECK comes with the naming convention's head ("ck_presenter_days_in_order"). SQLite tells a plain
    UNIQUE only by its columns: then it is "table.column".
    """
    named = getattr(getattr(error.orig, "diag", None), "constraint_name", None)
    return named or _sqlite_name(str(error.orig))


def _sqlite_name(message: str) -> str:
    for head in ("CHECK constraint failed: ", "UNIQUE constraint failed: ", "NOT NULL constraint failed: "):
        if message.startswith(head):
            return message.removeprefix(head).split(",")[0].strip().strip("'").removeprefix("index '")
    return message.strip()
