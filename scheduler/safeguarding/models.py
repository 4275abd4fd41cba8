"""Vetting and guardian consent: rows with dates. visits/models/visits.py makes the database obey them."""

import datetime as dt

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from scheduler.core.db import Base
from scheduler.core.defences import TableLaw, refuse
from scheduler.people.models import Presenter
from scheduler.safeguarding.terms import ConsentMethod, VettingResult


class Vetting(Base):
    """The result of one check of one presenter, and the days it covers; never the document."""

    __tablename__ = "vetting"
    __table_args__ = (
        CheckConstraint("valid_until >= checked_on", name="days_in_order"),
        Index(None, "presenter_id", "valid_until"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    presenter_id: Mapped[int] = mapped_column(ForeignKey("presenter.id", ondelete="CASCADE"))
    result: Mapped[VettingResult]
    checked_on: Mapped[dt.date]
    valid_until: Mapped[dt.date]
    warned_days: Mapped[int | None]  # the nearest warning sent that it ends: 30 or 7 days before
    recorded_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"))
    recorded_at: Mapped[dt.datetime]

    presenter: Mapped[Presenter] = relationship(lazy="raise")


class GuardianConsent(Base):
    """What a guardian agreed to for one minor: purposes apart, all off unless given; withdrawn is for good."""

    __tablename__ = "guardian_consent"
    __table_args__ = (
        CheckConstraint("valid_until >= given_on", name="days_in_order"),
        Index(None, "presenter_id", "valid_until"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    presenter_id: Mapped[int] = mapped_column(ForeignKey("presenter.id", ondelete="CASCADE"))
    guardian_name: Mapped[str]
    guardian_phone: Mapped[str] = mapped_column(default="")  # empty: none is known
    guardian_email: Mapped[str]
    takes_part: Mapped[bool] = mapped_column(default=False)
    travels: Mapped[bool] = mapped_column(default=False)
    photo: Mapped[bool] = mapped_column(default=False)
    name_on_the_web: Mapped[bool] = mapped_column(default=False)
    method: Mapped[ConsentMethod]
    text_version: Mapped[str]
    given_on: Mapped[dt.date]
    valid_until: Mapped[dt.date]
    withdrawn_at: Mapped[dt.datetime | None]
    warned_days: Mapped[int | None]  # the nearest warning sent that it ends: 30 or 7 days before
    recorded_at: Mapped[dt.datetime]

    presenter: Mapped[Presenter] = relationship(lazy="raise")


# --- What the database itself refuses: after a withdrawal only a new consent lets a minor go again ---

refuse(
    GuardianConsent.__table__,
    TableLaw(
        "withdrawal_stays",
        ("UPDATE",),
        "OLD.withdrawn_at IS NOT NULL AND NEW.withdrawn_at IS DISTINCT FROM OLD.withdrawn_at",
    ),
)
refuse(Vetting.__table__)
