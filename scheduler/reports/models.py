"""What a centre has signed off: a period's totals as they were, and the differences that a later period carries."""

import datetime as dt

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from scheduler.core.db import Base
from scheduler.core.defences import RANDOM, Aftermath, changed, defend, follow
from scheduler.places.models import District, Municipality
from scheduler.reports.terms.counting import COUNT_FIELDS

_NO_LESS_THAN_NOTHING = " AND ".join(f"{name} >= 0" for name in COUNT_FIELDS)


class HasCounts:
    """A table that keeps what a report counted: a column for each field of `ReportCounts`."""

    visits: Mapped[int]
    presentations: Mapped[int]
    pupils: Mapped[int]
    parents: Mapped[int]
    teachers: Mapped[int]
    others: Mapped[int]
    cities: Mapped[int]
    kilometres: Mapped[int]


class SignedPeriod(HasCounts, Base):
    """The totals of a period on the day somebody signed them: never edited; taken back it stays as a row."""

    __tablename__ = "signed_period"
    __table_args__ = (
        CheckConstraint("last_day >= first_day", name="days_in_order"),
        CheckConstraint(_NO_LESS_THAN_NOTHING, name="no_less_than_nothing"),
        CheckConstraint("(taken_back_at IS NULL) = (taken_back_why IS NULL)", name="taken_back_with_a_reason"),
        Index(None, "centre_id", "first_day"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id", ondelete="RESTRICT"))
    first_day: Mapped[dt.date]
    last_day: Mapped[dt.date]
    signed_at: Mapped[dt.datetime]
    signed_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"))
    taken_back_at: Mapped[dt.datetime | None]
    taken_back_why: Mapped[str | None]


class CarriedDifference(HasCounts, Base):
    """By how much an earlier signed-off period had changed when this one was signed, beyond what was carried before."""

    __tablename__ = "carried_difference"
    __table_args__ = (
        UniqueConstraint("carried_in_id", "of_period_id", name="each_period_once"),
        CheckConstraint("carried_in_id <> of_period_id", name="in_another_period"),
        CheckConstraint(" OR ".join(f"{name} <> 0" for name in COUNT_FIELDS), name="is_a_difference"),
        Index(None, "of_period_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    carried_in_id: Mapped[int] = mapped_column(ForeignKey("signed_period.id", ondelete="RESTRICT"))
    of_period_id: Mapped[int] = mapped_column(ForeignKey("signed_period.id", ondelete="RESTRICT"))


class FigureVersion(Base):
    """Another number whenever a kept figure of the year is another, or the city under which it is told."""

    __tablename__ = "figure_version"

    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    version: Mapped[int] = mapped_column(BigInteger)


class PublicFigure(Base):
    """What the public reads of a year that is counted, city by city.

    Made once; corrections change its people by whole fives.
    """

    __tablename__ = "public_figure"
    __table_args__ = (
        CheckConstraint(
            "pupils >= high_school AND high_school >= 0 AND parents >= 0 AND teachers >= 0 AND others >= 0",
            name="no_less_than_nobody",
        ),
    )

    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id", ondelete="CASCADE"), primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    iso: Mapped[str] = mapped_column(primary_key=True)  # of the district on that day; empty: abroad
    city_sr_cyrl: Mapped[str] = mapped_column(primary_key=True)
    campaign: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)  # 0: none
    city_sr_latn: Mapped[str]
    presentations: Mapped[int]
    pupils: Mapped[int]
    parents: Mapped[int]
    teachers: Mapped[int]
    others: Mapped[int]
    high_school: Mapped[int]
    first_day: Mapped[dt.date]
    last_day: Mapped[dt.date]
    made_on: Mapped[dt.date]  # or changed


# --- What the database itself refuses: one day signed off twice by one centre, and a signed number edited ---

_SIGNED_TWICE = """NEW.taken_back_at IS NULL AND EXISTS (
  SELECT 1 FROM signed_period s WHERE s.centre_id = NEW.centre_id AND s.taken_back_at IS NULL AND s.id IS NOT NEW.id
    AND s.first_day <= NEW.last_day AND NEW.first_day <= s.last_day)"""
_SIGNED_COLUMNS = ("centre_id", "first_day", "last_day", *COUNT_FIELDS, "signed_at")
_EDITED = " OR ".join(f"NEW.{name} <> OLD.{name}" for name in _SIGNED_COLUMNS)

defend(
    SignedPeriod.__table__,
    sqlite=(
        *(
            f"CREATE TRIGGER no_day_signed_twice_{event.lower()} BEFORE {event} ON signed_period "
            f"WHEN {_SIGNED_TWICE} BEGIN SELECT RAISE(ABORT, 'no_day_signed_twice'); END"
            for event in ("INSERT", "UPDATE")
        ),
        f"CREATE TRIGGER signed_period_stays BEFORE UPDATE ON signed_period WHEN {_EDITED} "
        "BEGIN SELECT RAISE(ABORT, 'signed_period_stays'); END",
    ),
    postgresql=(
        "CREATE EXTENSION IF NOT EXISTS btree_gist",
        """ALTER TABLE signed_period ADD CONSTRAINT no_day_signed_twice EXCLUDE USING gist
        (centre_id WITH =, daterange(first_day, last_day, '[]') WITH &&) WHERE (taken_back_at IS NULL)""",
        f"""CREATE OR REPLACE FUNCTION signed_period_stays() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          IF {_EDITED} THEN
            RAISE EXCEPTION 'signed_period_stays'
              USING ERRCODE = 'check_violation', CONSTRAINT = 'signed_period_stays';
          END IF;
          RETURN NEW;
        END $$""",
        """CREATE TRIGGER signed_period_stays BEFORE UPDATE ON signed_period
        FOR EACH ROW EXECUTE FUNCTION signed_period_stays()""",
    ),
)

_RETOLD = "UPDATE figure_version SET version = $RANDOM;"
for _table, _columns in (
    (Municipality.__table__, ("city_sr_cyrl", "city_sr_latn", "district_id")),
    (District.__table__, ("iso",)),
):
    follow(
        _table,
        Aftermath("is_told_anew", f"UPDATE OF {', '.join(_columns)}", changed(*_columns), _RETOLD),
        words={"$RANDOM": RANDOM},
    )
