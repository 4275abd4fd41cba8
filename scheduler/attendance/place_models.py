"""What was counted, kept once more by place alone: a report by month or by city asks for no programme and no kind.

These rows are sums of kept figures (`models.py`) and follow each of them, so whoever adds those up adds up these.
"""

import datetime as dt

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from scheduler.attendance.models import KeptFigure
from scheduler.core.db import Base
from scheduler.core.defences import Aftermath, follow

PLACE_FIGURES = "0123_place_figures"  # the migration from which on


class PlaceFigure(Base):
    """What was counted in one month (0: the whole year) in one municipality, of every kind together. By triggers alone.

    A visit counts once here (`first_visits`), whatever its audiences were.
    """

    __tablename__ = "place_figure"
    __table_args__ = (
        CheckConstraint("month BETWEEN 0 AND 12", name="month_or_the_whole_year"),
        {"sqlite_with_rowid": False},  # rows lie in the order of their key: months are added up as they are read
    )

    year: Mapped[int] = mapped_column(primary_key=True)
    month: Mapped[int] = mapped_column(primary_key=True)
    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id", ondelete="CASCADE"), primary_key=True)
    town: Mapped[int] = mapped_column(primary_key=True)  # the municipality; 0: a host abroad
    last_day: Mapped[dt.date]  # of those counted here
    first_visits: Mapped[int]
    presentations: Mapped[int]
    pupils: Mapped[int]
    parents: Mapped[int]
    teachers: Mapped[int]
    others: Mapped[int]
    first_kilometres: Mapped[int]
    pupils_once: Mapped[int]
    with_influencer: Mapped[int]
    without_influencer: Mapped[int]
    turned_away: Mapped[int]


PLACE_KEY = ("year", "month", "centre_id", "town")
PLACE_SUMS = tuple(one.name for one in PlaceFigure.__table__.columns if one.name not in (*PLACE_KEY, "last_day"))
PLACE_COLUMNS = (*PLACE_KEY, "last_day", *PLACE_SUMS)
_NEW = ", ".join(f"NEW.{one}" for one in PLACE_COLUMNS)
_ADDED = ", ".join(f"{name} = place_figure.{name} + EXCLUDED.{name}" for name in PLACE_SUMS)

# A place is added up anew as a whole: all its figures go, and then they come, each with what it adds.
follow(
    KeptFigure.__table__,
    Aftermath(
        "is_of_a_place",
        "DELETE",
        "",
        f"DELETE FROM place_figure WHERE {' AND '.join(f'{name} = OLD.{name}' for name in PLACE_KEY)};",
    ),
    Aftermath(
        "is_of_a_place",
        "INSERT",
        "",
        f"""INSERT INTO place_figure ({", ".join(PLACE_COLUMNS)}) VALUES ({_NEW})
  ON CONFLICT ({", ".join(PLACE_KEY)}) DO UPDATE SET
    last_day = $LATER(place_figure.last_day, EXCLUDED.last_day), {_ADDED};""",
    ),
    words={"$LATER": ("max", "GREATEST")},
    since=PLACE_FIGURES,
)
