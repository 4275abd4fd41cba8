"""Dates that are held for a school while it finishes its booking: whose time it is, and until when.

A hold ends by the clock, and a constraint knows no clock. So a time that is held is a row of its own (`held_time`),
which is deleted when its hold ends: whoever looks for time reads `until`, whoever takes time first deletes what is
over, and the database refuses two rows for one person at one time.
"""

import datetime as dt

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from scheduler.core.db import Base, part_index
from scheduler.core.defences import defend
from scheduler.people.models import Presenter
from scheduler.places.models import Host, Municipality
from scheduler.programmes.models import Programme
from scheduler.visits.terms.states import HoldState

_WITH_THE_VISITOR = "state = 'held'"
_LIVING = "state IN ('held', 'kept')"


class DateHold(Base):
    """One date for one booking: held while the form is finished, kept until its address is proven, then a visit."""

    __tablename__ = "date_hold"
    __table_args__ = (
        CheckConstraint("minutes BETWEEN 15 AND 960", name="lasts_a_day_at_most"),
        CheckConstraint("busy_from < busy_until", name="ends_after_it_starts"),
        CheckConstraint("host_id IS NOT NULL OR municipality_id IS NOT NULL", name="somewhere"),
        CheckConstraint("state NOT IN ('kept', 'taken') OR school_request_id IS NOT NULL", name="kept_for_a_request"),
        part_index(
            "one_hold_a_draft",
            "draft",
            unique=True,
            where=_WITH_THE_VISITOR,
        ),
        part_index(
            "one_hold_a_request",
            "school_request_id",
            unique=True,
            where=_LIVING,
        ),
        Index(None, "state", "until"),
        Index(None, "network", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    draft: Mapped[str]  # hash of the token in the visitor's cookie, as booking_answers has it
    network: Mapped[str]
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id", ondelete="CASCADE"))
    host_id: Mapped[int | None] = mapped_column(ForeignKey("host.id", ondelete="CASCADE"), index=True)
    municipality_id: Mapped[int | None] = mapped_column(ForeignKey("municipality.id", ondelete="CASCADE"))
    school_request_id: Mapped[int | None] = mapped_column(
        ForeignKey("school_request.id", ondelete="CASCADE"), index=True
    )
    on_day: Mapped[dt.date]
    starts_local: Mapped[dt.time]
    minutes: Mapped[int]  # of all presentations, with the breaks between them
    busy_from: Mapped[dt.datetime]
    busy_until: Mapped[dt.datetime]
    state: Mapped[HoldState] = mapped_column(default=HoldState.HELD)
    state_since: Mapped[dt.datetime]
    until: Mapped[dt.datetime]

    programme: Mapped[Programme] = relationship(lazy="raise")
    host: Mapped[Host | None] = relationship(lazy="raise")
    municipality: Mapped[Municipality | None] = relationship(lazy="raise")


class HeldTime(Base):
    """The time of one presenter in a hold that lives; deleted with its end, so that what is over keeps nobody back."""

    __tablename__ = "held_time"
    __table_args__ = (Index(None, "presenter_id", "busy_from"), Index(None, "date_hold_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    date_hold_id: Mapped[int] = mapped_column(ForeignKey("date_hold.id", ondelete="CASCADE"))
    presenter_id: Mapped[int] = mapped_column(ForeignKey("presenter.id", ondelete="CASCADE"))
    busy_from: Mapped[dt.datetime]
    busy_until: Mapped[dt.datetime]

    presenter: Mapped[Presenter] = relationship(lazy="raise")


# --- What the database itself refuses: one person held twice, or held where she has promised to be elsewhere ---

_HELD_TWICE = """EXISTS (
  SELECT 1 FROM held_time h WHERE h.presenter_id = NEW.presenter_id AND h.id IS NOT NEW.id
    AND h.busy_from < NEW.busy_until AND NEW.busy_from < h.busy_until)"""
_PROMISED = """EXISTS (
  SELECT 1 FROM assignment a WHERE a.presenter_id = NEW.presenter_id AND a.state IN ('offered', 'accepted', 'present')
    AND a.busy_from < NEW.busy_until AND NEW.busy_from < a.busy_until)"""

defend(
    HeldTime.__table__,
    sqlite=tuple(
        f"CREATE TRIGGER {name}_{event.lower()} BEFORE {event} ON held_time "
        f"WHEN {when} BEGIN SELECT RAISE(ABORT, '{name}'); END"
        for name, when in (("nobody_held_twice", _HELD_TWICE), ("nobody_held_and_promised", _PROMISED))
        for event in ("INSERT", "UPDATE")
    ),
    postgresql=(
        "CREATE EXTENSION IF NOT EXISTS btree_gist",
        """ALTER TABLE held_time ADD CONSTRAINT nobody_held_twice EXCLUDE USING gist
        (presenter_id WITH =, tstzrange(busy_from, busy_until) WITH &&)""",
        # No row lock here: services hold the presenters' locks, and what is promised next is compared again.
        f"""CREATE OR REPLACE FUNCTION held_time_is_free() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          IF {_PROMISED} THEN
            RAISE EXCEPTION 'nobody_held_and_promised'
              USING ERRCODE = 'check_violation', CONSTRAINT = 'nobody_held_and_promised';
          END IF;
          RETURN NEW;
        END $$""",
        """CREATE TRIGGER held_time_is_free BEFORE INSERT OR UPDATE ON held_time
        FOR EACH ROW EXECUTE FUNCTION held_time_is_free()""",
    ),
)
