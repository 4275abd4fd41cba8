"""Other numbers that a school asks for, beyond what its programme takes: a coordinator decides."""

import datetime as dt

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from scheduler.core.db import Base
from scheduler.readiness.terms import NumbersOutcome

_OPEN = "answered_at IS NULL"


class NumbersAsked(Base):
    """How many a school says that come now to one presentation of its visit, and how many were to come before."""

    __tablename__ = "numbers_asked"
    __table_args__ = (
        CheckConstraint("(answered_at IS NULL) = (outcome IS NULL)", name="answered_with_an_outcome"),
        CheckConstraint("pupils >= 0 AND parents >= 0 AND teachers >= 0", name="nobody_negative"),
        Index(
            "one_open_question_a_presentation",
            "visit_id",
            "ordinal",
            unique=True,
            sqlite_where=text(_OPEN),
            postgresql_where=text(_OPEN),
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
