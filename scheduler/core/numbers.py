"""Numbers of things that people say on the phone: R-2026-0417. Without gaps, each once, by year."""

import datetime as dt

from sqlalchemy import UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from scheduler.core.db import Base, db


class RunningNumber(Base):
    """The last number given out in one series of one year."""

    __tablename__ = "running_number"
    __table_args__ = (UniqueConstraint("series", "year"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    series: Mapped[str]
    year: Mapped[int]
    last: Mapped[int]


_NEXT = text(
    "INSERT INTO running_number (series, year, last) VALUES (:series, :year, :count) "
    "ON CONFLICT (series, year) DO UPDATE SET last = running_number.last + :count RETURNING last"
)


def next_number(series: str, day: dt.date, *, digits: int = 4) -> str:
    """The next number of a series, inside the caller's transaction: a rolled-back one is given out again."""
    return next_numbers(series, day.year, 1, digits=digits)[0]


def next_numbers(series: str, year: int, count: int, *, digits: int = 4) -> list[str]:
    """The next `count` numbers of a series, one question for all of them, inside the caller's transaction."""
    last = db.session().execute(_NEXT, {"series": series, "year": year, "count": count}).scalar_one()
    return [f"{series}-{year}-{number:0{digits}d}" for number in range(last - count + 1, last + 1)]
