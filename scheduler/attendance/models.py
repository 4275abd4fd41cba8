"""Attendance of a presentation, its head counts, and adults who want a certificate by name."""

import datetime as dt

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from scheduler.attendance.terms import AttendanceState, CountSource, FollowUp
from scheduler.core.db import Base
from scheduler.core.defences import FACTS_STAY, TableLaw, changed, refuse, refuse_more
from scheduler.core.ways import FORGETTING, closed
from scheduler.programmes.terms import Audience
from scheduler.visits.models.visits import Presentation, Visit


class Attendance(Base):
    """How far the counting of one presentation has come."""

    __tablename__ = "attendance"
    __table_args__ = (
        CheckConstraint("minutes_given IS NULL OR minutes_given BETWEEN 0 AND 480", name="minutes_of_a_day"),
        CheckConstraint(
            "state IN ('open', 'submitted', 'countersigned', 'assumed') OR locked_at IS NOT NULL",
            name="locked_at_some_time",
        ),
        CheckConstraint("turned_away >= 0", name="turned_away_not_negative"),
        Index(None, "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    presentation_id: Mapped[int] = mapped_column(ForeignKey("presentation.id", ondelete="RESTRICT"), unique=True)
    state: Mapped[AttendanceState] = mapped_column(default=AttendanceState.OPEN)
    state_since: Mapped[dt.datetime]
    version: Mapped[int] = mapped_column(default=1)  # of the counts that count: 1, then one more by correction
    teacher_present: Mapped[bool | None]
    minutes_given: Mapped[int | None]
    same_pupils: Mapped[bool] = mapped_column(default=False)  # "same class as earlier": contacts 2, people 1
    turned_away: Mapped[int] = mapped_column(default=0)
    submitted_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"))
    submitted_at: Mapped[dt.datetime | None]
    countersigned_at: Mapped[dt.datetime | None]
    locked_at: Mapped[dt.datetime | None]
    reason: Mapped[str] = mapped_column(default="")  # of the last correction

    presentation: Mapped[Presentation] = relationship(lazy="raise")


class HeadCount(Base):
    """A number of people of one audience, from one source, in one version. One of them counts."""

    __tablename__ = "head_count"
    __table_args__ = (
        UniqueConstraint("presentation_id", "audience", "source", "version"),
        CheckConstraint("people BETWEEN 0 AND 2000", name="people_fit_a_hall"),
        Index(
            "one_count_counts",
            "presentation_id",
            "audience",
            unique=True,
            sqlite_where=text("counts"),
            postgresql_where=text("counts"),
        ),
        Index(None, "presentation_id", "audience", "counts", "people"),  # reports read only this
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    presentation_id: Mapped[int] = mapped_column(ForeignKey("attendance.presentation_id", ondelete="RESTRICT"))
    audience: Mapped[Audience]
    source: Mapped[CountSource]
    version: Mapped[int]
    people: Mapped[int]
    counts: Mapped[bool] = mapped_column(default=False)
    entered_at: Mapped[dt.datetime]


class VisitFeedback(Base):
    """What a school thought of a visit, once: marks and a few words, no name of anybody and no moment of the day."""

    __tablename__ = "visit_feedback"
    __table_args__ = (
        CheckConstraint("useful BETWEEN 1 AND 5 AND clear BETWEEN 1 AND 5", name="marks_of_a_school"),
        UniqueConstraint("visit_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    visit_id: Mapped[int] = mapped_column(ForeignKey("visit.id", ondelete="CASCADE"))
    useful: Mapped[int]
    clear: Mapped[int]
    again: Mapped[bool]
    words: Mapped[str] = mapped_column(default="")
    given_on: Mapped[dt.date]


class VisitSurvey(Base):
    """What remained of a visit three months later, once: three answers and a few words, no name of anybody."""

    __tablename__ = "visit_survey"
    __table_args__ = (UniqueConstraint("visit_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    visit_id: Mapped[int] = mapped_column(ForeignKey("visit.id", ondelete="CASCADE"))
    spoken_of: Mapped[bool]
    changed: Mapped[bool]
    knows_whom_to_call: Mapped[bool]
    words: Mapped[str] = mapped_column(default="")
    given_on: Mapped[dt.date]


class FollowUpNote(Base):
    """A letter after a visit that was sent, or that the school wants no more of them: each once."""

    __tablename__ = "follow_up_note"
    __table_args__ = (UniqueConstraint("visit_id", "kind", name="each_follow_up_once"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    visit_id: Mapped[int] = mapped_column(ForeignKey("visit.id", ondelete="CASCADE"))
    kind: Mapped[FollowUp]
    noted_at: Mapped[dt.datetime]


class TallyMark(Base):
    """Adults who counted themselves with one press: how many, and when. Nothing tells who they were."""

    __tablename__ = "tally_mark"
    __table_args__ = (CheckConstraint("people BETWEEN 1 AND 10", name="people_of_one_press"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    presentation_id: Mapped[int] = mapped_column(ForeignKey("presentation.id", ondelete="CASCADE"), index=True)
    people: Mapped[int]
    marked_at: Mapped[dt.datetime]


class NamedAdult(Base):
    """A teacher or other adult whom the school names for a certificate. Never a pupil; kept 90 days after issue."""

    __tablename__ = "named_adult"
    __table_args__ = (UniqueConstraint("visit_id", "name_key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    visit_id: Mapped[int] = mapped_column(ForeignKey("visit.id", ondelete="CASCADE"))
    name: Mapped[str]
    name_key: Mapped[str]  # a keyed hash: the same name in the other script is the same name
    entered_at: Mapped[dt.datetime]


# --- What the database itself refuses: numbers that were locked stay. A correction is a new version with its reason ---

_LOCKED = "OLD.locked_at IS NOT NULL"
_KEPT = ("id", "presentation_id", "locked_at", "minutes_given", "same_pupils", "turned_away", "teacher_present")
_EDITED = " OR ".join(f"NEW.{name} IS DISTINCT FROM OLD.{name}" for name in _KEPT)
_CORRECTED = "(NEW.state = 'corrected' AND NEW.version = OLD.version + 1 AND NEW.reason <> '')"
_SAME = "(NEW.state = OLD.state AND NEW.version = OLD.version AND NEW.reason = OLD.reason)"

refuse(
    Attendance.__table__,
    TableLaw("locked_counts_stay", ("UPDATE",), f"{_LOCKED} AND ({_EDITED} OR NOT ({_CORRECTED} OR {_SAME}))"),
    TableLaw("locked_counts_stay", ("DELETE",), f"{_LOCKED} AND {closed(*FORGETTING)}"),
    keys=("n.id = NEW.id", "n.presentation_id = NEW.presentation_id"),
)


def _locked(row: str, more: str = "") -> str:
    wanted = f"l.presentation_id = {row}.presentation_id AND l.locked_at IS NOT NULL{more}"
    return f"EXISTS (SELECT 1 FROM attendance l WHERE {wanted})"


_FIELDS = ("id", "presentation_id", "audience", "source", "version", "people", "entered_at")
_REWRITTEN = " OR ".join(f"NEW.{name} <> OLD.{name}" for name in _FIELDS)
# Under a lock a number is added where none of the present version counts yet: a correction, or an import of the past.
_SAID_AFTERWARDS = _locked(
    "NEW",
    " AND (l.version <> NEW.version OR EXISTS (SELECT 1 FROM head_count h WHERE h.presentation_id = l.presentation_id"
    " AND h.audience = NEW.audience AND h.version = l.version AND h.counts))",
)
# Which of them counts changes from an older version to the present one only.
_COUNTS_AGAIN = "NEW.counts AND NOT OLD.counts AND " + _locked("NEW", " AND l.version <> NEW.version")
_NO_LONGER = "OLD.counts AND NOT NEW.counts AND " + _locked("OLD", " AND l.version <= OLD.version")

refuse(
    HeadCount.__table__,
    TableLaw("locked_counts_stay", ("INSERT",), f"{_SAID_AFTERWARDS} AND {closed(*FORGETTING)}"),
    TableLaw(
        "locked_counts_stay",
        ("UPDATE",),
        f"(({_REWRITTEN}) AND ({_locked('OLD')} OR {_locked('NEW')})) OR ({_COUNTS_AGAIN}) OR ({_NO_LONGER})",
    ),
    TableLaw("locked_counts_stay", ("DELETE",), f"{_locked('OLD')} AND {closed(*FORGETTING)}"),
    keys=(
        "n.id = NEW.id",
        "(n.presentation_id = NEW.presentation_id AND n.audience = NEW.audience AND"
        " ((n.source = NEW.source AND n.version = NEW.version) OR (n.counts AND NEW.counts)))",
    ),
)

# --- What the locked numbers are about stays too: when it was held, how long, for whom, by which programme ---

_HELD = (
    "visit_id", "on_day", "starts_local", "minutes", "zone", "starts_at", "ends_at", "busy_from", "busy_until",
    "audience", "level", "state", "minutes_given",
)  # fmt: skip
_LOCKED_HERE = "EXISTS (SELECT 1 FROM attendance l WHERE l.presentation_id = OLD.id AND l.locked_at IS NOT NULL)"
_LOCKED_THERE = """EXISTS (SELECT 1 FROM presentation p JOIN attendance l ON l.presentation_id = p.id
  WHERE p.visit_id = OLD.id AND l.locked_at IS NOT NULL)"""

refuse_more(
    Presentation.__table__,
    TableLaw("locked_visit_stays", ("UPDATE",), f"{changed(*_HELD)} AND {_LOCKED_HERE}"),
    since=FACTS_STAY,
)
refuse_more(
    Visit.__table__,
    TableLaw("locked_visit_stays", ("UPDATE",), f"{changed('on_day', 'zone', 'programme_id')} AND {_LOCKED_THERE}"),
    since=FACTS_STAY,
)
