"""How many rows there are of what: a database plans its questions by that. PostgreSQL counts by itself (autovacuum)."""

from sqlalchemy import Connection

from scheduler.core.db import db, transaction

# Rows of each index; those of a country's ten years take a quarter of a second. Without a limit a SQLite that was built
# with STAT4 would also write down samples of what its indexes hold: names, that would outlive an erasure.
ROWS_OF_AN_INDEX = 10_000
NEW_OR_GROWN = 0x10002  # of all tables, those that were never counted or have ten times the rows
TABLE_OF_COUNTS = "sqlite_stat1"  # where SQLite keeps it


def count_anew() -> bool:
    """Let SQLite count what has grown since it counted last; whether anything had. Twice is once.

    Processes that run go on by what they read when they opened the database. Another number of the schema, as `VACUUM`
    gives it, lets them read it again.
    """
    if db.engine.dialect.name != "sqlite":
        return False
    with transaction() as session:
        connection = session.connection()
        before = _told(connection)
        connection.exec_driver_sql(f"PRAGMA analysis_limit = {ROWS_OF_AN_INDEX}")
        connection.exec_driver_sql(f"PRAGMA optimize = {NEW_OR_GROWN}")
        grown = _told(connection) != before
        if grown:
            version = connection.exec_driver_sql("PRAGMA schema_version").scalar_one()
            connection.exec_driver_sql(f"PRAGMA schema_version = {version + 1}")
    return grown


def _told(connection: Connection) -> set[tuple[str, ...]]:
    """What SQLite has counted, by table and index; nothing before the first time."""
    if not connection.exec_driver_sql(f"SELECT 1 FROM sqlite_master WHERE name = '{TABLE_OF_COUNTS}'").all():
        return set()
    return {tuple(row) for row in connection.exec_driver_sql(f"SELECT tbl, idx, stat FROM {TABLE_OF_COUNTS}")}
