"""What a centre has to give to schools that wait, and to whom it offered it."""

import datetime as dt

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from scheduler.core.db import Base, part_index
from scheduler.places.models import District
from scheduler.programmes.models import Programme
from scheduler.requests.models import SchoolRequest
from scheduler.waitlist.terms import DateOfferState, DateState


class WaitingWeights(Base):
    """What counts on a centre's waiting list, as its administrator set it; without a row the defaults of terms hold."""

    __tablename__ = "waiting_weights"
    __table_args__ = (
        CheckConstraint(
            "per_year BETWEEN 0 AND 99 AND most_years BETWEEN 0 AND 99 AND rural BETWEEN 0 AND 99"
            " AND special_needs BETWEEN 0 AND 99 AND per_month BETWEEN 0 AND 99",
            name="points_are_small",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id", ondelete="CASCADE"), unique=True)
    per_year: Mapped[int]
    most_years: Mapped[int]
    rural: Mapped[int]
    special_needs: Mapped[int]
    per_month: Mapped[int]


class OpenDate(Base):
    """A date that a centre has to give to whoever stands first on its waiting list and can use it."""

    __tablename__ = "open_date"
    __table_args__ = (
        CheckConstraint("hold_hours BETWEEN 1 AND 336", name="held_two_weeks_at_most"),
        Index(None, "centre_id", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id", ondelete="RESTRICT"))
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id", ondelete="RESTRICT"))
    district_id: Mapped[int | None] = mapped_column(ForeignKey("district.id", ondelete="RESTRICT"))
    on_day: Mapped[dt.date]
    starts_local: Mapped[dt.time]
    hold_hours: Mapped[int]
    state: Mapped[DateState] = mapped_column(default=DateState.OPEN)
    state_since: Mapped[dt.datetime]

    programme: Mapped[Programme] = relationship(lazy="raise")
    district: Mapped[District | None] = relationship(lazy="raise")
    offers: Mapped[list["DateOffer"]] = relationship(lazy="raise", viewonly=True, order_by="DateOffer.id.desc()")


_FIRM_OFFER = "state IN ('held', 'accepted')"


class DateOffer(Base):
    """One school is offered a date, once: it is held for it until an hour, then the next in rank is asked."""

    __tablename__ = "date_offer"
    __table_args__ = (
        UniqueConstraint("open_date_id", "school_request_id", name="offered_once"),
        part_index(
            "one_firm_offer_a_date",
            "open_date_id",
            unique=True,
            where=_FIRM_OFFER,
        ),
        part_index(
            "one_held_date_a_request",
            "school_request_id",
            unique=True,
            where="state = 'held'",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    open_date_id: Mapped[int] = mapped_column(ForeignKey("open_date.id", ondelete="CASCADE"))
    school_request_id: Mapped[int] = mapped_column(ForeignKey("school_request.id", ondelete="CASCADE"), index=True)
    state: Mapped[DateOfferState] = mapped_column(default=DateOfferState.HELD)
    state_since: Mapped[dt.datetime]
    offered_at: Mapped[dt.datetime]
    until: Mapped[dt.datetime]
    points: Mapped[int]  # of its rank when it was offered

    open_date: Mapped[OpenDate] = relationship(lazy="raise")
    school_request: Mapped[SchoolRequest] = relationship(lazy="raise")
