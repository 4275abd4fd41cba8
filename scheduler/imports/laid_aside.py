"""What an import lays aside before it is stored, and how that is dropped again."""

import datetime as dt

from sqlalchemy import ColumnElement, Index, Text, delete, select
from sqlalchemy.orm import Mapped, mapped_column

from scheduler.core.db import Base, transaction

PIECES_FORGOTTEN, CHANGES_FORGOTTEN = 50, 5_000  # at once: some megabytes, which SQLite overwrites
FILES_FORGOTTEN_AFTER = dt.timedelta(hours=6)  # what a killed worker laid aside


class StagedRow(Base):
    """What an import is about to store: a piece of new rows, or one change. It lives for the minutes of that import."""

    __tablename__ = "staged_row"
    __table_args__ = (Index(None, "stage", "thing", "place"), Index(None, "staged_at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    stage: Mapped[str]  # of which import
    thing: Mapped[str]  # the table's name
    place: Mapped[int]  # the id of what is changed; of new rows the first one's, on SQLite how far after the last one
    # JSON {column: value, as that database keeps it}; of new rows a list of them, on PostgreSQL each with its id
    told: Mapped[str] = mapped_column(Text)
    before: Mapped[str] = mapped_column(Text, default="")  # JSON of what it changes; empty: new rows
    details: Mapped[str] = mapped_column(Text, default="{}")  # for the audit of a change
    staged_at: Mapped[dt.datetime]


def forget(which: ColumnElement[bool]) -> int:
    """Drop what is staged, a little in each transaction; how many rows of this table."""
    news = _forget(which & (StagedRow.before == ""), PIECES_FORGOTTEN)
    return news + _forget(which & (StagedRow.before != ""), CHANGES_FORGOTTEN)


def _forget(which: ColumnElement[bool], at_once: int) -> int:
    dropped = 0
    while True:
        some = select(StagedRow.id).where(which).limit(at_once)
        with transaction() as session:
            gone = session.execute(
                delete(StagedRow).where(StagedRow.id.in_(some)).execution_options(synchronize_session=False)
            )
        count = int(getattr(gone, "rowcount", 0))
        dropped += count
        if count < at_once:
            return dropped


def forget_old(now: dt.datetime) -> int:
    """Drop what workers that were killed have left."""
    return forget(StagedRow.staged_at <= now - FILES_FORGOTTEN_AFTER)
