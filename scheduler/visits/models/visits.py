"""Visits, presentations and assignments. What a crew may never be is refused in staffing/models/crew_laws.py."""

import datetime as dt

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column, relationship

from scheduler.core.db import ID_GIVEN_ONCE, Base, index_where_told, part_index
from scheduler.core.defences import TableLaw, changed, follows, refuse
from scheduler.people.models import Centre, Presenter
from scheduler.places.models import HasVenue, Host
from scheduler.programmes.models import Programme
from scheduler.programmes.terms import Audience, SchoolLevel
from scheduler.requests.models import SchoolRequest
from scheduler.visits.terms.states import (
    ENDED_IN_DATABASE,
    PRESENTATION_MACHINE,
    VISIT_MACHINE,
    AssignmentState,
    CancelledBy,
    ClockWrong,
    EntryStatus,
    PresentationState,
    VisitState,
    WishOutcome,
)

_NOT_OVER = "state NOT IN ('cancelled', 'replanned')"
_MERGED = "EXISTS (SELECT 1 FROM host_merger m WHERE m.host_id = OLD.host_id AND m.into_id = NEW.host_id)"
_LIVING = "state IN ('suggested', 'offered', 'accepted', 'present')"
_SUGGESTED = "state = 'suggested'"
_NOT_HELD = "state IN ('disrupted', 'replanned', 'cancelled')"  # written like this in questions too
FREED = f"reason = '{ENDED_IN_DATABASE}'"  # withdrawn by a trigger: nobody has been told yet


class Visit(Base):
    """One or more presentations at one host on one day: travel is paid once."""

    __tablename__ = "visit"
    __table_args__ = (
        CheckConstraint("(state = 'cancelled') = (cancelled_by IS NOT NULL)", name="cancelled_by_somebody"),
        CheckConstraint("kilometres >= 0", name="kilometres_not_negative"),
        Index(None, "centre_id", "on_day"),
        Index(None, "host_id", "on_day"),
        Index(None, "school_request_id", "state"),  # whether a request has a visit that lives is read here alone
        part_index(
            "visits_not_settled",
            "state",
            "centre_id",
            where="papers_settled = 0",
            on_postgresql="NOT papers_settled",
        ),
        part_index("visits_not_held", "centre_id", "on_day", where=_NOT_HELD),
        part_index(
            "one_living_visit_a_request",
            "school_request_id",
            unique=True,
            where=_NOT_OVER,
        ),
        ID_GIVEN_ONCE,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(unique=True)  # P-2026-0417
    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id", ondelete="RESTRICT"))
    host_id: Mapped[int] = mapped_column(ForeignKey("host.id", ondelete="RESTRICT"))
    school_request_id: Mapped[int | None] = mapped_column(ForeignKey("school_request.id", ondelete="RESTRICT"))
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id", ondelete="RESTRICT"))
    campaign_id: Mapped[int | None] = mapped_column(ForeignKey("campaign.id", ondelete="RESTRICT"), index=True)
    on_day: Mapped[dt.date]
    zone: Mapped[str]
    state: Mapped[VisitState] = mapped_column(default=VisitState.PLANNED)
    state_since: Mapped[dt.datetime]
    reason: Mapped[str] = mapped_column(default="")
    cancelled_by: Mapped[CancelledBy | None]
    confirmed_at: Mapped[dt.datetime | None]  # for this very time, whatever became of its crew: then a school knew one
    moved_at: Mapped[dt.datetime | None]  # to its present time, the last time somebody did that
    moved_from_day: Mapped[dt.date | None]  # where it stood before that move
    moved_from_times: Mapped[str] = mapped_column(default="", server_default="")
    clock_wrong: Mapped[ClockWrong | None]  # why the time no longer fits
    # What the school promised by word; a visit with a school request has these on the request.
    teacher_stays: Mapped[bool] = mapped_column(default=False)
    safeguarding_contact: Mapped[str] = mapped_column(default="")
    goes_short: Mapped[bool] = mapped_column(default=False)  # a coordinator confirmed it without its whole crew
    online_link: Mapped[str] = mapped_column(default="")  # held online, under this address; empty: in the school
    kilometres: Mapped[int] = mapped_column(default=0)  # driven by the crew there and back
    # Certificates have nothing to do here: set when they are issued, taken back when numbers, names or papers change.
    papers_settled: Mapped[bool] = mapped_column(default=False, server_default=false())
    version: Mapped[int] = mapped_column(default=1)

    centre: Mapped[Centre] = relationship(lazy="raise")
    host: Mapped[Host] = relationship(lazy="raise")
    programme: Mapped[Programme] = relationship(lazy="raise")
    school_request: Mapped[SchoolRequest | None] = relationship(lazy="raise")
    presentations: Mapped[list["Presentation"]] = relationship(lazy="raise", order_by="Presentation.ordinal")

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012  (SQLAlchemy's own name)


class Replanning(Base):
    """Which visit stands for one that a closure stopped: one for each."""

    __tablename__ = "replanning"

    stopped_id: Mapped[int] = mapped_column(ForeignKey("visit.id", ondelete="RESTRICT"), primary_key=True)
    new_id: Mapped[int] = mapped_column(ForeignKey("visit.id", ondelete="RESTRICT"), unique=True)


class Presentation(HasVenue, Base):
    """One sitting. The wall clock is agreed and stored; the moments in UTC are computed from it (`times recompute`)."""

    __tablename__ = "presentation"
    __table_args__ = (
        UniqueConstraint("id", "on_day", "busy_from", "busy_until", name="copied_by_assignments"),
        UniqueConstraint("visit_id", "ordinal"),
        CheckConstraint("minutes BETWEEN 15 AND 480", name="lasts_a_day_at_most"),
        CheckConstraint("starts_at < ends_at", name="ends_after_it_starts"),
        CheckConstraint("busy_from <= starts_at AND busy_until >= ends_at", name="busy_while_it_lasts"),
        CheckConstraint("(state = 'merged_into') = (merged_into_id IS NOT NULL)", name="merged_into_another"),
        CheckConstraint(
            "expected_pupils >= 0 AND expected_parents >= 0 AND expected_teachers >= 0", name="nobody_negative"
        ),
        CheckConstraint("sequence >= 0", name="sequence_rises"),
        CheckConstraint("minutes_given BETWEEN 0 AND 480", name="given_a_day_at_most"),
        CheckConstraint("notice_hours >= 0", name="notice_not_negative"),
        Index(None, "on_day"),
        Index(None, "starts_at"),
        index_where_told("merged_into_id"),  # or each deletion looks through the whole table
        ID_GIVEN_ONCE,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    visit_id: Mapped[int] = mapped_column(ForeignKey("visit.id", ondelete="RESTRICT"), index=True)
    ordinal: Mapped[int]
    uid: Mapped[str] = mapped_column(unique=True)  # random, stored once; the same in mail, file and feed
    sequence: Mapped[int] = mapped_column(default=0)
    edited_at: Mapped[dt.datetime]  # DTSTAMP and LAST-MODIFIED
    on_day: Mapped[dt.date]
    starts_local: Mapped[dt.time]
    minutes: Mapped[int]
    zone: Mapped[str]
    starts_at: Mapped[dt.datetime]
    ends_at: Mapped[dt.datetime]
    busy_from: Mapped[dt.datetime]  # start less set-up
    busy_until: Mapped[dt.datetime]
    audience: Mapped[Audience]
    level: Mapped[SchoolLevel]
    classes: Mapped[str] = mapped_column(default="")
    outside_shift: Mapped[bool] = mapped_column(default=False)  # the class comes for it, or stays: its clock is right
    expected_pupils: Mapped[int] = mapped_column(default=0)
    expected_parents: Mapped[int] = mapped_column(default=0)
    expected_teachers: Mapped[int] = mapped_column(default=0)
    state: Mapped[PresentationState] = mapped_column(default=PresentationState.PLANNED)
    state_since: Mapped[dt.datetime]
    reason: Mapped[str] = mapped_column(default="")
    minutes_given: Mapped[int | None]  # how long it was, where that was shorter than planned
    notice_hours: Mapped[int | None]  # called off by somebody: so many whole hours before it began
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("presentation.id", ondelete="RESTRICT"))

    visit: Mapped[Visit] = relationship(lazy="raise", viewonly=True)
    assignments: Mapped[list["Assignment"]] = relationship(lazy="raise", viewonly=True, order_by="Assignment.id")


class Assignment(Base):
    """One presenter at one presentation. It copies day and busy span, so that the database can compare them."""

    __tablename__ = "assignment"
    __table_args__ = (
        ForeignKeyConstraint(
            ["presentation_id", "on_day", "busy_from", "busy_until"],
            ["presentation.id", "presentation.on_day", "presentation.busy_from", "presentation.busy_until"],
            onupdate="CASCADE",
            ondelete="RESTRICT",
            name="fk_assignment_copies_presentation",
        ),
        part_index(
            "one_living_assignment",
            "presentation_id",
            "presenter_id",
            unique=True,
            where=_LIVING,
        ),
        Index(None, "presenter_id", "busy_from"),
        Index(None, "busy_until"),  # who is to come: asked each minute
        part_index("freed_by_the_database", "presentation_id", where=FREED),
        Index(None, "presentation_id"),  # of every state: without it each deletion looks through the whole table
        part_index("seats_suggested", "presenter_id", where=_SUGGESTED),
        CheckConstraint("state <> 'offered' OR offered_until IS NOT NULL", name="offer_has_an_end"),
        ID_GIVEN_ONCE,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    presentation_id: Mapped[int]
    presenter_id: Mapped[int] = mapped_column(ForeignKey("presenter.id", ondelete="RESTRICT"))
    on_day: Mapped[dt.date]
    busy_from: Mapped[dt.datetime]
    busy_until: Mapped[dt.datetime]
    state: Mapped[AssignmentState]
    state_since: Mapped[dt.datetime]
    offered_until: Mapped[dt.datetime | None]
    reason: Mapped[str] = mapped_column(default="")

    presenter: Mapped[Presenter] = relationship(lazy="raise")
    presentation: Mapped[Presentation] = relationship(lazy="raise", viewonly=True)


class DateWish(Base):
    """A school asks for another date of its visit; one open wish a visit. The answer is a move, or the centre's no."""

    __tablename__ = "date_wish"
    __table_args__ = (
        CheckConstraint("(answered_at IS NULL) = (outcome IS NULL)", name="answered_with_an_outcome"),
        part_index(
            "one_open_wish_a_visit",
            "visit_id",
            unique=True,
            where="answered_at IS NULL",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    visit_id: Mapped[int] = mapped_column(ForeignKey("visit.id", ondelete="CASCADE"), index=True)
    first_choice: Mapped[dt.date]
    second_choice: Mapped[dt.date | None]
    starts_local: Mapped[dt.time | None]  # at which hour; None: at its own
    reason: Mapped[str]
    asked_at: Mapped[dt.datetime]
    answered_at: Mapped[dt.datetime | None]
    outcome: Mapped[WishOutcome | None]


class Readiness(Base):
    """What a school has ticked of its checklist before the visit; the row begins when it is told of it."""

    __tablename__ = "readiness"

    visit_id: Mapped[int] = mapped_column(ForeignKey("visit.id", ondelete="CASCADE"), primary_key=True)
    room: Mapped[bool] = mapped_column(default=False, server_default=false())  # what is meant: readiness ReadyItem
    equipment: Mapped[bool] = mapped_column(default=False, server_default=false())
    teacher: Mapped[bool] = mapped_column(default=False, server_default=false())
    parents: Mapped[bool] = mapped_column(default=False, server_default=false())
    door: Mapped[bool] = mapped_column(default=False, server_default=false())
    changed_at: Mapped[dt.datetime]


class CalendarEntry(Base):
    """The VEVENT text of a presentation for one kind of reader in one language; feeds and mails only join these."""

    __tablename__ = "calendar_entry"
    __table_args__ = (UniqueConstraint("presentation_id", "status", "language"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    presentation_id: Mapped[int] = mapped_column(ForeignKey("presentation.id", ondelete="CASCADE"))
    status: Mapped[EntryStatus]
    language: Mapped[str]
    text: Mapped[str]


# --- What the database itself refuses: a state that does not follow, another host, another centre ---

refuse(
    Visit.__table__,
    follows(VISIT_MACHINE),
    TableLaw(
        "visit_keeps_its_host", ("UPDATE",), f"{changed('centre_id')} OR ({changed('host_id')} AND NOT {_MERGED})"
    ),
    keys=("n.id = NEW.id", "n.number = NEW.number"),
)
refuse(
    Presentation.__table__,
    follows(PRESENTATION_MACHINE),
    keys=("n.id = NEW.id", "n.uid = NEW.uid"),
)
