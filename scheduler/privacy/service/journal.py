"""What a database still holds of rows that were forgotten."""

from contextlib import closing

from scheduler.core.db import db


def leave_no_page_behind() -> None:
    """SQLite overwrites what it deletes (`secure_delete`), but its journal still holds the pages as they were.

    Outside of any transaction. PostgreSQL keeps old versions of a row until its own vacuum, which runs by itself.
    """
    if db.engine.dialect.name == "sqlite":
        db.session.rollback()  # a read of our own would keep the journal
        # Of the driver itself: SQLAlchemy would begin a transaction for it, and leave the connection beginning its own.
        with closing(db.engine.raw_connection()) as connection:
            connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
