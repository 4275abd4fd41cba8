"""Lines of tallies are put together, and all are counted anew where a check has named a wrong one."""

from sqlalchemy import and_, delete, func, insert, select, text

from scheduler.core.db import db, reading, transaction
from scheduler.requests.queries.tallies import FILL_TALLIES
from scheduler.requests.tally_models import ALIKE, RequestTally

KINDS_AT_ONCE = 50  # in one transaction
_KINDS = tuple(getattr(RequestTally, name) for name in ALIKE)
_OF_ALL_LINES = select(func.count(), func.coalesce(func.sum(RequestTally.many), 0), func.max(RequestTally.id))


class _OthersAreAtIt(Exception):
    """Lines came, or went, between reading and deleting: the next minute knows."""


def put_together() -> int:
    """Make one line of the lines of each kind; how many are gone. Twice is once."""
    gone = 0
    while kinds := _with_several_lines():
        try:
            gone += _put_together(kinds)
        except _OthersAreAtIt:
            break
    return gone


def _with_several_lines() -> list[tuple[object, ...]]:
    wanted = select(*_KINDS).group_by(*_KINDS).having(func.count() > 1).limit(KINDS_AT_ONCE)
    with reading() as session:
        return [tuple(row) for row in session.execute(wanted)]


def _put_together(kinds: list[tuple[object, ...]]) -> int:
    gone = 0
    with transaction() as session:
        for kind in kinds:
            alike = and_(*(column == value for column, value in zip(_KINDS, kind, strict=True)))
            lines, many, last = session.execute(_OF_ALL_LINES.where(alike)).one()
            if lines == 0:
                continue
            deleted = session.execute(delete(RequestTally).where(alike, RequestTally.id <= last))
            if getattr(deleted, "rowcount", 0) != lines:
                raise _OthersAreAtIt
            if many:
                session.execute(insert(RequestTally).values(**dict(zip(ALIKE, kind, strict=True)), many=int(many)))
            gone += lines - bool(many)
    return gone


def count_everything() -> int:
    """Count all requests anew, for an operator whom a check told of a wrong number; how many kinds there are."""
    with transaction() as session:
        if db.engine.dialect.name == "postgresql":  # whoever writes meanwhile waits; SQLite has one writer
            session.execute(text("LOCK TABLE request_tally IN SHARE ROW EXCLUSIVE MODE"))
        session.execute(delete(RequestTally))
        session.execute(FILL_TALLIES)
        return session.scalar(select(func.count()).select_from(RequestTally)) or 0
