"""Visits, presentations and assignments. What may never be stored is refused at the end of this file."""

import datetime as dt

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from scheduler.core.db import Base
from scheduler.core.defences import defend
from scheduler.people.models import Centre, Presenter
from scheduler.places.models import Host
from scheduler.programmes.models import Programme
from scheduler.programmes.terms import Audience, SchoolLevel
from scheduler.requests.models import SchoolRequest
from scheduler.visits.terms.states import (
    AssignmentState,
    CancelledBy,
    ClockWrong,
    EntryStatus,
    PresentationState,
    VisitState,
    WishOutcome,
)
from scheduler.visits.terms.told_notes import ToldHow, ToldWhat

_NOT_OVER = "state NOT IN ('cancelled', 'replanned')"
_LIVING = "state IN ('suggested', 'offered', 'accepted', 'present')"


class Visit(Base):
    """One or more presentations at one host on one day: travel is paid once."""

    __tablename__ = "visit"
    __table_args__ = (
        CheckConstraint("(state = 'cancelled') = (cancelled_by IS NOT NULL)", name="cancelled_by_somebody"),
        CheckConstraint("kilometres >= 0", name="kilometres_not_negative"),
        Index(None, "centre_id", "on_day"),
        Index(None, "host_id", "on_day"),
        Index(
            "one_living_visit_a_request",
            "school_request_id",
            unique=True,
            sqlite_where=text(_NOT_OVER),
            postgresql_where=text(_NOT_OVER),
        ),
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
    clock_wrong: Mapped[ClockWrong | None]  # why the time no longer fits
    # What the school promised by word; a visit with a school request has these on the request.
    teacher_stays: Mapped[bool] = mapped_column(default=False)
    safeguarding_contact: Mapped[str] = mapped_column(default="")
    goes_short: Mapped[bool] = mapped_column(default=False)  # a coordinator confirmed it without its whole crew
    online_link: Mapped[str] = mapped_column(default="")  # held online, under this address; empty: in the school
    kilometres: Mapped[int] = mapped_column(default=0)  # driven by the crew there and back
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


class Presentation(Base):
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
        Index(None, "merged_into_id"),  # or each deletion looks through the whole table
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
    room: Mapped[str] = mapped_column(default="")
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
        Index(
            "one_living_assignment",
            "presentation_id",
            "presenter_id",
            unique=True,
            sqlite_where=text(_LIVING),
            postgresql_where=text(_LIVING),
        ),
        Index(None, "presenter_id", "busy_from"),
        Index(None, "presentation_id"),  # of every state: without it each deletion looks through the whole table
        CheckConstraint("state <> 'offered' OR offered_until IS NOT NULL", name="offer_has_an_end"),
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


class OpenCall(Base):
    """A visit for which presenters may put up a hand; a coordinator chooses among them."""

    __tablename__ = "open_call"

    id: Mapped[int] = mapped_column(primary_key=True)
    visit_id: Mapped[int] = mapped_column(ForeignKey("visit.id", ondelete="CASCADE"), unique=True)
    opened_at: Mapped[dt.datetime]
    closed_at: Mapped[dt.datetime | None]


class RaisedHand(Base):
    """A presenter could go to a visit that is open. No promise: no time is taken until a coordinator offers it."""

    __tablename__ = "raised_hand"
    __table_args__ = (UniqueConstraint("visit_id", "presenter_id", name="one_hand_each"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    visit_id: Mapped[int] = mapped_column(ForeignKey("visit.id", ondelete="CASCADE"))
    presenter_id: Mapped[int] = mapped_column(ForeignKey("presenter.id", ondelete="CASCADE"), index=True)
    raised_at: Mapped[dt.datetime]


class DateWish(Base):
    """A school asks for another date of its visit; one open wish a visit. The answer is a move, or the centre's no."""

    __tablename__ = "date_wish"
    __table_args__ = (
        CheckConstraint("(answered_at IS NULL) = (outcome IS NULL)", name="answered_with_an_outcome"),
        Index(
            "one_open_wish_a_visit",
            "visit_id",
            unique=True,
            sqlite_where=text("answered_at IS NULL"),
            postgresql_where=text("answered_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    visit_id: Mapped[int] = mapped_column(ForeignKey("visit.id", ondelete="CASCADE"))
    first_choice: Mapped[dt.date]
    second_choice: Mapped[dt.date | None]
    reason: Mapped[str]
    asked_at: Mapped[dt.datetime]
    answered_at: Mapped[dt.datetime | None]
    outcome: Mapped[WishOutcome | None]


class Readiness(Base):
    """What a school has ticked of its checklist in the week before the visit; the row begins when it is told of it."""

    __tablename__ = "readiness"

    visit_id: Mapped[int] = mapped_column(ForeignKey("visit.id", ondelete="CASCADE"), primary_key=True)
    room: Mapped[bool] = mapped_column(default=False, server_default=false())  # what is meant: readiness ReadyItem
    equipment: Mapped[bool] = mapped_column(default=False, server_default=false())
    teacher: Mapped[bool] = mapped_column(default=False, server_default=false())
    parents: Mapped[bool] = mapped_column(default=False, server_default=false())
    door: Mapped[bool] = mapped_column(default=False, server_default=false())
    changed_at: Mapped[dt.datetime]


class Disruption(Base):
    """A visit that a closure stopped: counted apart from what a school or the centre calls off."""

    __tablename__ = "disruption"
    __table_args__ = (UniqueConstraint("visit_id", name="disrupted_once"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    closure_id: Mapped[int] = mapped_column(ForeignKey("closure.id", ondelete="RESTRICT"), index=True)
    visit_id: Mapped[int] = mapped_column(ForeignKey("visit.id", ondelete="RESTRICT"))
    at: Mapped[dt.datetime]


class ToldNote(Base):
    """Somebody was told about a visit by word: who, how and when. No number, no address, nothing of what was said."""

    __tablename__ = "told_note"

    id: Mapped[int] = mapped_column(primary_key=True)
    visit_id: Mapped[int] = mapped_column(ForeignKey("visit.id", ondelete="CASCADE"), index=True)
    presenter_id: Mapped[int | None] = mapped_column(ForeignKey("presenter.id", ondelete="CASCADE"))  # None: the school
    what: Mapped[ToldWhat]
    how: Mapped[ToldHow]
    told_at: Mapped[dt.datetime]
    told_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"))


class CalendarEntry(Base):
    """The VEVENT text of a presentation for one kind of reader in one language; feeds and mails only join these."""

    __tablename__ = "calendar_entry"
    __table_args__ = (UniqueConstraint("presentation_id", "status", "language"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    presentation_id: Mapped[int] = mapped_column(ForeignKey("presentation.id", ondelete="CASCADE"))
    status: Mapped[EntryStatus]
    language: Mapped[str]
    text: Mapped[str]


# --- What the database itself refuses (TRUST R8, S45, S47, S50) ---

_PROMISED = "('offered', 'accepted', 'present')"
_OPEN = "('suggested', 'offered', 'accepted')"

_IN_TWO_PLACES = f"""NEW.state IN {_PROMISED} AND EXISTS (
  SELECT 1 FROM assignment a WHERE a.presenter_id = NEW.presenter_id AND a.id IS NOT NEW.id
    AND a.state IN {_PROMISED} AND a.busy_from < NEW.busy_until AND NEW.busy_from < a.busy_until)"""

_UNVETTED = f"""NEW.state IN {_OPEN} AND NOT EXISTS (
  SELECT 1 FROM vetting v WHERE v.presenter_id = NEW.presenter_id AND v.result = 'cleared'
    AND v.checked_on <= NEW.on_day AND v.valid_until >= NEW.on_day
    AND NOT EXISTS (SELECT 1 FROM vetting r WHERE r.presenter_id = v.presenter_id
                    AND r.result = 'refused' AND r.checked_on >= v.checked_on))"""

_TOO_YOUNG = f"""NEW.state IN {_OPEN} AND EXISTS (
  SELECT 1 FROM presenter m WHERE m.id = NEW.presenter_id AND m.may_present_from > NEW.on_day)"""

_WITHOUT_CONSENT = f"""NEW.state IN {_OPEN} AND EXISTS (
  SELECT 1 FROM presenter m WHERE m.id = NEW.presenter_id AND m.adult_on > NEW.on_day)
  AND NOT EXISTS (
  SELECT 1 FROM guardian_consent c WHERE c.presenter_id = NEW.presenter_id AND c.takes_part
    AND c.withdrawn_at IS NULL AND c.given_on <= NEW.on_day AND c.valid_until >= NEW.on_day)"""

# An adult must be as firm as the minor beside whom he stands: a suggestion does not cover an offer.
_MINOR_WITHOUT_ADULT = f"""NEW.state IN {_OPEN} AND EXISTS (
  SELECT 1 FROM presenter m WHERE m.id = NEW.presenter_id AND m.adult_on > NEW.on_day)
  AND NOT EXISTS (
  SELECT 1 FROM assignment a JOIN presenter q ON q.id = a.presenter_id
  WHERE a.presentation_id = NEW.presentation_id AND a.presenter_id <> NEW.presenter_id
    AND (a.state IN {_PROMISED} OR (NEW.state = 'suggested' AND a.state = 'suggested'))
    AND (q.adult_on IS NULL OR q.adult_on <= NEW.on_day))"""

# The last adult may not go while a minor stays; whoever releases both releases the minor first.
_ADULT_LEAVES_MINOR = f"""OLD.state IN {_PROMISED} AND EXISTS (
  SELECT 1 FROM presenter q WHERE q.id = OLD.presenter_id AND (q.adult_on IS NULL OR q.adult_on <= OLD.on_day))
  AND EXISTS (
  SELECT 1 FROM assignment a JOIN presenter m ON m.id = a.presenter_id
  WHERE a.presentation_id = OLD.presentation_id AND a.state IN ('offered', 'accepted') AND m.adult_on > OLD.on_day)
  AND NOT EXISTS (
  SELECT 1 FROM assignment a JOIN presenter q ON q.id = a.presenter_id
  WHERE a.presentation_id = OLD.presentation_id AND a.id <> OLD.id AND a.state IN {_PROMISED}
    AND (q.adult_on IS NULL OR q.adult_on <= OLD.on_day))"""
_GOES = (
    f"(NEW.state NOT IN {_PROMISED} OR NEW.presenter_id <> OLD.presenter_id "
    "OR NEW.presentation_id <> OLD.presentation_id)"
)

REFUSALS = {
    "nobody_in_two_places": _IN_TWO_PLACES,
    "presenter_is_vetted": _UNVETTED,
    "presenter_is_old_enough": _TOO_YOUNG,
    "minor_has_consent": _WITHOUT_CONSENT,
    "minor_has_an_adult": _MINOR_WITHOUT_ADULT,
}


def _on_sqlite(name: str, when: str, event: str) -> str:
    return (
        f"CREATE TRIGGER {name}_{event.split()[0].lower()} BEFORE {event} ON assignment "
        f"WHEN {when} BEGIN SELECT RAISE(ABORT, '{name}'); END"
    )


def _raise(name: str) -> str:
    return f"RAISE EXCEPTION '{name}' USING ERRCODE = 'check_violation', CONSTRAINT = '{name}';"


_POSTGRESQL_STAYS = "\n".join(
    f"IF {condition} THEN {_raise(name)} END IF;"
    for name, condition in REFUSALS.items()
    if name != "nobody_in_two_places"  # the exclusion constraint says that, and holds between transactions too
)

defend(
    Assignment.__table__,
    sqlite=(
        *(_on_sqlite(name, when, event) for name, when in REFUSALS.items() for event in ("INSERT", "UPDATE")),
        _on_sqlite("minor_keeps_an_adult", f"{_GOES} AND {_ADULT_LEAVES_MINOR}", "UPDATE"),
        _on_sqlite("minor_keeps_an_adult", _ADULT_LEAVES_MINOR, "DELETE"),
    ),
    postgresql=(
        "CREATE EXTENSION IF NOT EXISTS btree_gist",
        f"""ALTER TABLE assignment ADD CONSTRAINT nobody_in_two_places EXCLUDE USING gist
        (presenter_id WITH =, tstzrange(busy_from, busy_until) WITH &&) WHERE (state IN {_PROMISED})""",
        # The presentation's row is the lock: two people who change one crew come one after the other.
        f"""CREATE OR REPLACE FUNCTION assignment_is_allowed() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          PERFORM 1 FROM presentation WHERE id = NEW.presentation_id FOR NO KEY UPDATE;
          -- Who ends a proof holds the presenter's row: a promise is made before that, or sees it.
          PERFORM 1 FROM presenter WHERE id = NEW.presenter_id FOR SHARE;
          {_POSTGRESQL_STAYS}
          RETURN NEW;
        END $$""",
        """CREATE TRIGGER assignment_is_allowed BEFORE INSERT OR UPDATE ON assignment
        FOR EACH ROW EXECUTE FUNCTION assignment_is_allowed()""",
        f"""CREATE OR REPLACE FUNCTION minor_keeps_an_adult() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          PERFORM 1 FROM presentation WHERE id = OLD.presentation_id FOR NO KEY UPDATE;
          IF TG_OP = 'DELETE' THEN
            IF {_ADULT_LEAVES_MINOR} THEN {_raise("minor_keeps_an_adult")} END IF;
            RETURN OLD;
          END IF;
          IF {_GOES} AND {_ADULT_LEAVES_MINOR} THEN {_raise("minor_keeps_an_adult")} END IF;
          RETURN NEW;
        END $$""",
        """CREATE TRIGGER minor_keeps_an_adult BEFORE UPDATE OR DELETE ON assignment
        FOR EACH ROW EXECUTE FUNCTION minor_keeps_an_adult()""",
    ),
)
