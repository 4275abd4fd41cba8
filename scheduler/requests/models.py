"""School requests and the presentations they ask for."""

import datetime as dt
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column, relationship

from scheduler.core.db import Base, enum_named, index_where_told, part_index
from scheduler.core.defences import TableLaw, changed, refuse_more
from scheduler.people.models import Centre, User
from scheduler.people.terms import TeachingLanguage
from scheduler.places.models import District, HasVenue, Host
from scheduler.programmes.models import Programme
from scheduler.programmes.terms import Audience, SchoolLevel
from scheduler.requests.terms.acts import BulkAct
from scheduler.requests.terms.school_request import DayPart, RequestChannel, RequestState


def _own_number(context: Any) -> str:
    """Of a request that is sent alone: its booking is called as it is."""
    return str(context.get_current_parameters()["number"])


INBOX = ("centre_id", "state", "state_since", "owner_id", "attention", "programme_id", "host_id", "number")

_WAITLISTED = "state IN ('waitlisted')"
_IN_LINE = "state IN ('waitlisted', 'proposed')"


class SchoolRequest(HasVenue, Base):
    """A host asks for presentations within a span of days."""

    __tablename__ = "school_request"
    __table_args__ = (
        CheckConstraint("last_day >= first_day", name="days_in_order"),
        CheckConstraint("state = 'draft' OR teacher_stays", name="a_teacher_stays"),
        CheckConstraint("(state = 'merged_into') = (merged_into_id IS NOT NULL)", name="merged_into_another"),
        CheckConstraint("merged_into_id <> id", name="not_merged_into_itself"),
        Index(None, "centre_id", "state", "first_day"),
        Index("requests_of_the_inbox", *INBOX),  # it filters, sorts and counts by these, and reads no request for it
        part_index(
            "requests_to_look_at",
            "centre_id",
            where="attention = 1",
            on_postgresql="attention",
        ),
        part_index(  # the waiting list is put in order by these
            "requests_in_line",
            *("centre_id", "state", "host_id", "special_needs", "in_line_since", "submitted_at", "parent_id"),
            where=_IN_LINE,
        ),
        part_index(  # so are found those whose days are nearly over
            "requests_by_last_day",
            *("centre_id", "last_day", "number", "host_id"),
            where=_WAITLISTED,
        ),
        Index(None, "host_id", "first_day"),
        Index(None, "programme_id", "last_day"),  # trainings that belong to no cohort
        Index(None, "contact_email"),
        *map(index_where_told, ("parent_id", "merged_into_id")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(unique=True)  # R-2026-0417
    booking: Mapped[str] = mapped_column(default=_own_number, server_default="", index=True)  # its first number
    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id", ondelete="RESTRICT"))
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id", ondelete="RESTRICT"))
    campaign_id: Mapped[int | None] = mapped_column(ForeignKey("campaign.id", ondelete="RESTRICT"))
    host_id: Mapped[int] = mapped_column(ForeignKey("host.id", ondelete="RESTRICT"))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("school_request.id", ondelete="SET NULL"))  # booked again
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("school_request.id", ondelete="RESTRICT"))
    channel: Mapped[RequestChannel] = mapped_column(enum_named("channel", RequestChannel))
    language: Mapped[str]
    teaching_language: Mapped[TeachingLanguage]
    first_day: Mapped[dt.date]
    last_day: Mapped[dt.date]
    contact_name: Mapped[str]
    contact_email: Mapped[str]  # may be empty for a request taken on the phone
    addresses_corrected: Mapped[int] = mapped_column(default=0, server_default="0")  # before the proof
    contact_phone: Mapped[str]
    has_projector: Mapped[bool] = mapped_column(default=False)
    has_sound: Mapped[bool] = mapped_column(default=False)
    has_internet: Mapped[bool] = mapped_column(default=False)
    step_free: Mapped[bool] = mapped_column(default=False)
    teacher_stays: Mapped[bool] = mapped_column(default=False)  # where pupils listen: without them nobody is asked
    safeguarding_contact: Mapped[str] = mapped_column(default="")
    recent_incident: Mapped[bool] = mapped_column(default=False)
    special_needs: Mapped[bool] = mapped_column(default=False)
    file_number: Mapped[str] = mapped_column(default="")
    directions: Mapped[str] = mapped_column(default="", server_default="")  # how the crew finds the door; no person
    state: Mapped[RequestState] = mapped_column(default=RequestState.DRAFT)
    state_since: Mapped[dt.datetime]
    reason: Mapped[str] = mapped_column(default="")  # said to the school with a refusal or a cancellation
    for_waiting_list: Mapped[bool] = mapped_column(default=False, server_default=false())  # so the school sent it
    question: Mapped[str] = mapped_column(default="")  # what the centre asks while the state is needs_info
    answer: Mapped[str] = mapped_column(default="")  # what the school answered last
    told_by_phone: Mapped[bool] = mapped_column(default=False, server_default=false())  # a colleague noted that answer
    attention: Mapped[bool] = mapped_column(default=False)  # counts changed after the agreement: somebody must look
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"))
    submitted_at: Mapped[dt.datetime]
    in_line_since: Mapped[dt.datetime | None]  # the place kept when it was booked again; else it is as old as it came
    proved_at: Mapped[dt.datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    centre: Mapped[Centre] = relationship(lazy="raise")
    programme: Mapped[Programme] = relationship(lazy="raise")
    host: Mapped[Host] = relationship(lazy="raise")
    owner: Mapped[User | None] = relationship(lazy="raise")
    presentations: Mapped[list["RequestedPresentation"]] = relationship(
        lazy="raise", cascade="all, delete-orphan", order_by="RequestedPresentation.ordinal"
    )
    preferred: Mapped[list["PreferredDate"]] = relationship(
        lazy="raise", cascade="all, delete-orphan", passive_deletes=True, order_by="PreferredDate.rank"
    )
    blackouts: Mapped[list["BlackoutDays"]] = relationship(
        lazy="raise", cascade="all, delete-orphan", passive_deletes=True, order_by="BlackoutDays.first_day"
    )

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012  (SQLAlchemy's own name)


_OTHERS = (
    "SELECT 1 FROM school_request o WHERE o.booking = NEW.booking"
    " AND (o.host_id <> NEW.host_id OR o.contact_email <> NEW.contact_email)"
)
refuse_more(
    SchoolRequest.__table__,
    TableLaw("booking_of_one_school", ("INSERT",), f"NEW.booking = '' OR EXISTS ({_OTHERS})"),
    TableLaw("booking_stays", ("UPDATE OF booking",), changed("booking")),
)


class RequestedPresentation(Base):
    """One sitting that a host asks for."""

    __tablename__ = "requested_presentation"
    __table_args__ = (
        UniqueConstraint("school_request_id", "ordinal"),
        CheckConstraint("pupils BETWEEN 0 AND 1000", name="pupils_fit_a_hall"),
        CheckConstraint("parents BETWEEN 0 AND 1000", name="parents_fit_a_hall"),
        CheckConstraint("teachers BETWEEN 0 AND 1000", name="teachers_fit_a_hall"),
        CheckConstraint("pupils + parents + teachers >= 1", name="somebody_comes"),
        CheckConstraint("lesson BETWEEN 1 AND 9", name="lesson_of_a_shift"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    school_request_id: Mapped[int] = mapped_column(ForeignKey("school_request.id", ondelete="CASCADE"))
    ordinal: Mapped[int]
    audience: Mapped[Audience]
    level: Mapped[SchoolLevel]
    classes: Mapped[str] = mapped_column(default="")
    pupils: Mapped[int] = mapped_column(default=0)
    parents: Mapped[int] = mapped_column(default=0)
    teachers: Mapped[int] = mapped_column(default=0)
    day_part: Mapped[DayPart] = mapped_column(default=DayPart.ANY)
    starts_local: Mapped[dt.time | None]
    lesson: Mapped[int | None]  # instead of a start: the clock time follows from the day
    outside_shift: Mapped[bool] = mapped_column(default=False)  # the school says: the class comes for it, or stays


class PreferredDate(Base):
    """A date that would suit a school, by its rank: the first is wished most."""

    __tablename__ = "preferred_date"
    __table_args__ = (
        UniqueConstraint("school_request_id", "rank", name="each_rank_once"),
        CheckConstraint("rank BETWEEN 1 AND 5", name="five_at_most"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    school_request_id: Mapped[int] = mapped_column(ForeignKey("school_request.id", ondelete="CASCADE"))
    rank: Mapped[int]
    on_day: Mapped[dt.date]
    starts_local: Mapped[dt.time | None]  # of the first presentation; without it the part of the day
    day_part: Mapped[DayPart] = mapped_column(default=DayPart.ANY)


class BlackoutDays(Base):
    """Days on which a school cannot, both included."""

    __tablename__ = "blackout_days"
    __table_args__ = (CheckConstraint("last_day >= first_day", name="days_in_order"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    school_request_id: Mapped[int] = mapped_column(ForeignKey("school_request.id", ondelete="CASCADE"), index=True)
    first_day: Mapped[dt.date]
    last_day: Mapped[dt.date]


class DateProposal(Base):
    """A date that the centre proposes to a school and holds until a moment; gone when the school has answered."""

    __tablename__ = "date_proposal"
    __table_args__ = (UniqueConstraint("school_request_id", "on_day", "starts_local", name="each_date_once"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    school_request_id: Mapped[int] = mapped_column(ForeignKey("school_request.id", ondelete="CASCADE"))
    on_day: Mapped[dt.date]
    starts_local: Mapped[dt.time]
    held_until: Mapped[dt.datetime] = mapped_column(index=True)


class UndoableAct(Base):
    """How a request stood before somebody at the desk acted on it, so that the act can be taken back for a while."""

    __tablename__ = "undoable_act"

    id: Mapped[int] = mapped_column(primary_key=True)
    batch: Mapped[str] = mapped_column(index=True)  # one press, however many requests were ticked
    school_request_id: Mapped[int] = mapped_column(ForeignKey("school_request.id", ondelete="CASCADE"), index=True)
    act: Mapped[BulkAct] = mapped_column(enum_named("together", BulkAct))
    done_at: Mapped[dt.datetime] = mapped_column(index=True)
    state_before: Mapped[RequestState]
    since_before: Mapped[dt.datetime]
    owner_before_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"))
    reason_before: Mapped[str] = mapped_column(default="", server_default="")
    attention_before: Mapped[bool] = mapped_column(default=False, server_default=false())
    version_after: Mapped[int]  # what has changed since is never undone


class RequestReminder(Base):
    """That a request waits too long in its state: when its school was reminded, and its centre asked to call."""

    __tablename__ = "request_reminder"

    school_request_id: Mapped[int] = mapped_column(
        ForeignKey("school_request.id", ondelete="CASCADE"), primary_key=True
    )
    since: Mapped[dt.datetime]  # the state_since that it is about: in its next state a request is reminded anew
    school_at: Mapped[dt.datetime]
    centre_at: Mapped[dt.datetime | None]


class BookingAnswers(Base):
    """What somebody has answered so far on the pages of the booking; gone when it is sent, or after a day."""

    __tablename__ = "booking_answers"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(unique=True)  # the token lies in the visitor's own cookie
    answers: Mapped[str] = mapped_column(Text)  # JSON: {step: {field: [as typed]}}
    changed_at: Mapped[dt.datetime] = mapped_column(index=True)


class UnprovedMail(Base):
    """One mail that anybody could have caused, counted so that the form cannot flood; forgotten after a day."""

    __tablename__ = "unproved_mail"
    __table_args__ = (Index(None, "address_key", "at"), Index(None, "network", "at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    address_key: Mapped[str]  # a hash of the typed address
    network: Mapped[str]
    at: Mapped[dt.datetime]


class Handover(Base):
    """A colleague looks after what somebody owns, for some days. The owner stays: nothing has to be given back."""

    __tablename__ = "handover"
    __table_args__ = (
        CheckConstraint("last_day >= first_day", name="days_in_order"),
        CheckConstraint("away_id <> stand_in_id", name="somebody_else"),
        Index(None, "centre_id", "last_day"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id", ondelete="CASCADE"))
    away_id: Mapped[int] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"))
    stand_in_id: Mapped[int] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"))
    first_day: Mapped[dt.date]
    last_day: Mapped[dt.date]
    ended_at: Mapped[dt.datetime | None]  # taken back early

    away: Mapped[User] = relationship(lazy="raise", foreign_keys=[away_id])
    stand_in: Mapped[User] = relationship(lazy="raise", foreign_keys=[stand_in_id])
    districts: Mapped[list["HandoverDistrict"]] = relationship(
        lazy="raise", cascade="all, delete-orphan", order_by="HandoverDistrict.district_id"
    )


class HandoverDistrict(Base):
    """A district of a handover; a handover without any is for all of them."""

    __tablename__ = "handover_district"
    __table_args__ = (UniqueConstraint("handover_id", "district_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    handover_id: Mapped[int] = mapped_column(ForeignKey("handover.id", ondelete="CASCADE"))
    district_id: Mapped[int] = mapped_column(ForeignKey("district.id", ondelete="RESTRICT"))

    district: Mapped[District] = relationship(lazy="raise")
