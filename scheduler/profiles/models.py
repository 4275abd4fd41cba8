"""Texts that a centre types for a profile, and profiles as they were signed."""

import datetime as dt

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from scheduler.core.db import Base
from scheduler.core.defences import TableLaw, changed, refuse
from scheduler.core.ways import NamedWay, closed
from scheduler.profiles.terms import LONGEST_TYPED

TEXT_COLUMNS = ("about_sr_cyrl", "about_en", "plans_sr_cyrl", "plans_en")


class ProfileText(Base):
    """What a centre typed for the profile of some days; Latin letters are made from the Cyrillic ones."""

    __tablename__ = "profile_text"
    __table_args__ = (
        UniqueConstraint("centre_id", "first_day", "last_day", name="texts_once_for_some_days"),
        CheckConstraint("last_day >= first_day", name="days_in_order"),
        CheckConstraint(" AND ".join(f"length({name}) <= {LONGEST_TYPED}" for name in TEXT_COLUMNS), name="no_longer"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id", ondelete="RESTRICT"))
    first_day: Mapped[dt.date]
    last_day: Mapped[dt.date]
    about_sr_cyrl: Mapped[str] = mapped_column(default="")
    about_en: Mapped[str] = mapped_column(default="")
    plans_sr_cyrl: Mapped[str] = mapped_column(default="")
    plans_en: Mapped[str] = mapped_column(default="")
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012  (SQLAlchemy's own name)


class SignedProfile(Base):
    """A profile as it was on the day somebody signed it: never edited; taken back it stays as a row."""

    __tablename__ = "signed_profile"
    __table_args__ = (
        CheckConstraint("last_day >= first_day", name="days_in_order"),
        CheckConstraint("papers <> ''", name="says_something"),
        CheckConstraint("(taken_back_at IS NULL) = (taken_back_why IS NULL)", name="taken_back_with_a_reason"),
        Index(None, "centre_id", "first_day"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id", ondelete="RESTRICT"))
    first_day: Mapped[dt.date]
    last_day: Mapped[dt.date]
    papers: Mapped[str]  # JSON: the paper of each language, as staff read it
    public_papers: Mapped[str]  # the same as the public reads it; of days that are no calendar year there is none
    signed_at: Mapped[dt.datetime]
    signed_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"))
    taken_back_at: Mapped[dt.datetime | None]
    taken_back_why: Mapped[str | None]


# --- What the database itself refuses: a signed profile edited or deleted, and two that stand for the same days ---

_STANDS_ALREADY = """NEW.taken_back_at IS NULL AND EXISTS (SELECT 1 FROM signed_profile s
  WHERE s.centre_id = NEW.centre_id AND s.first_day = NEW.first_day AND s.last_day = NEW.last_day
    AND s.taken_back_at IS NULL AND s.id <> NEW.id)"""

refuse(
    SignedProfile.__table__,
    TableLaw("profile_stands_once", ("INSERT", "UPDATE"), _STANDS_ALREADY),
    TableLaw(
        "signed_profile_stays",
        ("UPDATE",),
        f"{changed('centre_id', 'first_day', 'last_day', 'papers', 'public_papers', 'signed_at')}"
        f" OR (OLD.taken_back_at IS NOT NULL AND {changed('taken_back_at', 'taken_back_why')})",
    ),
    TableLaw("signed_profile_stays", ("DELETE",), closed(NamedWay.DEMO)),
)
