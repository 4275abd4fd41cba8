"""What a centre has signed off: a period's totals as they were, and the differences that a later period carries.

And who goes into schools for a campaign, kept beside the assignments: a campaign tells how many people its crew are.
"""

import datetime as dt

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint, func, select
from sqlalchemy.orm import Mapped, mapped_column

from scheduler.core.db import Base
from scheduler.core.defences import RANDOM, Aftermath, changed, defend, follow
from scheduler.places.models import District, Municipality
from scheduler.reports.terms.counting import COUNT_FIELDS
from scheduler.visits.models.visits import Assignment, Presentation, Visit
from scheduler.visits.terms.states import AssignmentState

_NO_LESS_THAN_NOTHING = " AND ".join(f"{name} >= 0" for name in COUNT_FIELDS)


class SignedPeriod(Base):
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
    visits: Mapped[int]
    presentations: Mapped[int]
    pupils: Mapped[int]
    parents: Mapped[int]
    teachers: Mapped[int]
    others: Mapped[int]
    cities: Mapped[int]
    kilometres: Mapped[int]
    signed_at: Mapped[dt.datetime]
    signed_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"))
    taken_back_at: Mapped[dt.datetime | None]
    taken_back_why: Mapped[str | None]


class CarriedDifference(Base):
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
    visits: Mapped[int]
    presentations: Mapped[int]
    pupils: Mapped[int]
    parents: Mapped[int]
    teachers: Mapped[int]
    others: Mapped[int]
    cities: Mapped[int]
    kilometres: Mapped[int]


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


class CampaignCrew(Base):
    """How many promised or held presentations of a campaign a presenter has. Written by triggers alone."""

    __tablename__ = "campaign_crew"
    __table_args__ = (CheckConstraint("seats >= 0", name="seats_not_negative"),)

    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id", ondelete="CASCADE"), primary_key=True)
    presenter_id: Mapped[int] = mapped_column(ForeignKey("presenter.id", ondelete="CASCADE"), primary_key=True)
    seats: Mapped[int]


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

# --- The crew of a campaign follows the assignments, the visits and their campaigns, whoever changed them ---

_WENT = "state IN ('accepted', 'present')"
_SHARED = {"$SHARED": ("", "FOR SHARE OF v")}  # PostgreSQL: who is about to give the visit another campaign waits


def _seat(row: str, sign: str) -> str:
    """One more or one less, for the campaign that the visit of an assignment has."""
    return f"""INSERT INTO campaign_crew (campaign_id, presenter_id, seats)
  SELECT v.campaign_id, {row}.presenter_id, {1 if sign == "+" else 0}
  FROM presentation p JOIN visit v ON v.id = p.visit_id
  WHERE p.id = {row}.presentation_id AND v.campaign_id IS NOT NULL $SHARED
  ON CONFLICT (campaign_id, presenter_id) DO UPDATE SET seats = campaign_crew.seats {sign} 1;"""


def _seats(campaign: str, which: str, sign: str) -> str:
    """All seats of some presentations more or less, for a campaign."""
    return f"""INSERT INTO campaign_crew (campaign_id, presenter_id, seats)
  SELECT v.campaign_id, s.presenter_id, COUNT(*)
  FROM (SELECT {campaign} AS campaign_id) v CROSS JOIN presentation p JOIN assignment s ON s.presentation_id = p.id
  WHERE {which} AND s.{_WENT} AND v.campaign_id IS NOT NULL GROUP BY v.campaign_id, s.presenter_id
  ON CONFLICT (campaign_id, presenter_id) DO UPDATE SET seats = campaign_crew.seats {sign} EXCLUDED.seats;"""


_CAMPAIGN_OF = "(SELECT w.campaign_id FROM visit w WHERE w.id = {}.visit_id)"
follow(
    Assignment.__table__,
    Aftermath("is_in_a_crew", "INSERT", f"NEW.{_WENT}", _seat("NEW", "+")),
    Aftermath("is_in_a_crew", "DELETE", f"OLD.{_WENT}", _seat("OLD", "-")),
    Aftermath("joins_a_crew", "UPDATE", f"NEW.{_WENT} AND (OLD.state NOT IN ('accepted', 'present') OR "
              f"{changed('presentation_id', 'presenter_id')})", _seat("NEW", "+")),
    Aftermath("leaves_a_crew", "UPDATE", f"OLD.{_WENT} AND (NEW.state NOT IN ('accepted', 'present') OR "
              f"{changed('presentation_id', 'presenter_id')})", _seat("OLD", "-")),
    words=_SHARED,
)  # fmt: skip
follow(
    Visit.__table__,
    Aftermath(
        "has_a_crew",
        "UPDATE OF campaign_id",
        changed("campaign_id"),
        _seats("OLD.campaign_id", "p.visit_id = OLD.id", "-") + _seats("NEW.campaign_id", "p.visit_id = NEW.id", "+"),
    ),
    words={},
)
follow(
    Presentation.__table__,
    Aftermath(
        "has_a_crew",
        "UPDATE OF visit_id",
        changed("visit_id"),
        _seats(_CAMPAIGN_OF.format("OLD"), "p.id = OLD.id", "-")
        + _seats(_CAMPAIGN_OF.format("NEW"), "p.id = NEW.id", "+"),
    ),
    words={},
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

CREWS = (  # what the kept crews must be at any moment
    select(Visit.campaign_id, Assignment.presenter_id, func.count(Assignment.id).label("seats"))
    .join(Presentation, Presentation.id == Assignment.presentation_id)
    .join(Visit, Visit.id == Presentation.visit_id)
    .where(Visit.campaign_id.is_not(None), Assignment.state.in_((AssignmentState.ACCEPTED, AssignmentState.PRESENT)))
    .group_by(Visit.campaign_id, Assignment.presenter_id)
)
