"""Why a visit was called off, acts on several visits, other numbers that a school asks for than its programme takes."""

import datetime as dt

from sqlalchemy import CheckConstraint, ForeignKey, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from scheduler.core.db import Base, enum_named, part_index
from scheduler.core.defences import Aftermath, TableLaw, follow, refuse_more
from scheduler.messages.terms import Reminder
from scheduler.readiness.terms import BulkVisitAct, CancelCause, NumbersOutcome, ToldHow, ToldWhat
from scheduler.visits.models.visits import Replanning, Visit

_OPEN = "answered_at IS NULL"


class Cancellation(Base):
    """The cancellation of a visit; gone when it is taken back."""

    __tablename__ = "cancellation"

    visit_id: Mapped[int] = mapped_column(ForeignKey("visit.id", ondelete="CASCADE"), primary_key=True)
    cause: Mapped[CancelCause]
    done_at: Mapped[dt.datetime]
    version_after: Mapped[int | None]  # of the visit: what has changed since is never taken back; None: mails left
    before: Mapped[str] = mapped_column(Text)  # JSON: [state, since] of each row that it ended, by table and id


class ReminderNote(Base):
    """A reminder of a visit that was written: once for each day of it and each reader."""

    __tablename__ = "reminder_note"
    __table_args__ = (
        part_index("school_is_reminded_once", "kind", "visit_id", "for_day", where="presenter_id IS NULL", unique=True),
        UniqueConstraint("kind", "visit_id", "for_day", "presenter_id", name="presenter_is_reminded_once"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[Reminder]
    visit_id: Mapped[int] = mapped_column(ForeignKey("visit.id", ondelete="CASCADE"), index=True)
    for_day: Mapped[dt.date]  # of the visit, or on which an offer ends: what moves is another thing
    presenter_id: Mapped[int | None] = mapped_column(  # None: the school
        ForeignKey("presenter.id", ondelete="CASCADE"), index=True
    )
    noted_at: Mapped[dt.datetime]


class UndoableVisitAct(Base):
    """What was done to one of several visits at once; gone when it is taken back, or after a day."""

    __tablename__ = "undoable_visit_act"

    id: Mapped[int] = mapped_column(primary_key=True)
    batch: Mapped[str] = mapped_column(index=True)  # one press, however many visits were ticked
    visit_id: Mapped[int] = mapped_column(ForeignKey("visit.id", ondelete="CASCADE"), index=True)
    act: Mapped[BulkVisitAct] = mapped_column(enum_named("bulk_visit_act", BulkVisitAct))
    done_at: Mapped[dt.datetime] = mapped_column(index=True)
    version_after: Mapped[int]  # of the visit: what has changed since is never taken back
    before: Mapped[str] = mapped_column(Text)  # JSON: [state, since, reason] of each row, by table and id


class NumbersAsked(Base):
    """How many a school says that come now to one presentation of its visit, and how many were to come before."""

    __tablename__ = "numbers_asked"
    __table_args__ = (
        CheckConstraint("(answered_at IS NULL) = (outcome IS NULL)", name="answered_with_an_outcome"),
        CheckConstraint("pupils >= 0 AND parents >= 0 AND teachers >= 0", name="nobody_negative"),
        part_index(
            "one_open_question_a_presentation",
            "visit_id",
            "ordinal",
            unique=True,
            where=_OPEN,
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    visit_id: Mapped[int] = mapped_column(ForeignKey("visit.id", ondelete="CASCADE"), index=True)
    ordinal: Mapped[int]  # of the presentation as the school asked for it
    pupils_before: Mapped[int]
    parents_before: Mapped[int]
    teachers_before: Mapped[int]
    pupils: Mapped[int]
    parents: Mapped[int]
    teachers: Mapped[int]
    asked_at: Mapped[dt.datetime]
    answered_at: Mapped[dt.datetime | None]
    outcome: Mapped[NumbersOutcome | None]
    reason: Mapped[str] = mapped_column(default="", server_default="")


# A question goes on with the visit that stands for a stopped one; of a visit called off or held nobody asks any more.
follow(
    Visit.__table__,
    Aftermath(
        "ends_open_numbers",
        "UPDATE OF state",
        "NEW.state IN ('cancelled', 'delivered')",
        "UPDATE numbers_asked SET answered_at = NEW.state_since, outcome = 'lapsed'"
        f" WHERE visit_id = NEW.id AND {_OPEN};",
    ),
    words={},
)
follow(
    Replanning.__table__,
    Aftermath(
        "carries_open_numbers",
        "INSERT",
        "",
        f"UPDATE numbers_asked SET visit_id = NEW.new_id WHERE visit_id = NEW.stopped_id AND {_OPEN};",
    ),
    words={},
)

refuse_more(
    NumbersAsked.__table__,
    TableLaw(
        "question_of_a_living_visit",
        ("INSERT", "UPDATE OF answered_at, visit_id"),
        "NEW.answered_at IS NULL AND EXISTS (SELECT 1 FROM visit v"
        " WHERE v.id = NEW.visit_id AND v.state IN ('cancelled', 'delivered', 'replanned'))",
    ),
)


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
