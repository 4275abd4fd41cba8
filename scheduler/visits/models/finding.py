"""What speaks by now against a visit that was right when it was planned."""

import datetime as dt

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from scheduler.core.db import Base, part_index
from scheduler.visits.terms.states import ClockWrong, FindingKind


class Finding(Base):
    """What the nightly re-check found against a visit to come: told once, gone when it is so no longer."""

    __tablename__ = "finding"
    __table_args__ = (
        CheckConstraint("(kind = 'clock') = (ordinal IS NOT NULL)", name="clock_of_a_presentation"),
        CheckConstraint("(ordinal IS NULL) = (class_name IS NULL)", name="clock_of_a_class"),
        CheckConstraint("(kind = 'away') = (why IS NULL)", name="clock_says_why"),
        CheckConstraint("(kind = 'closed') = (why IS NOT NULL AND why = 'closed')", name="closed_is_closed"),
        CheckConstraint("(kind = 'away') = (presenter_id IS NOT NULL)", name="somebody_is_away"),
        UniqueConstraint("visit_id", "ordinal", "class_name", "why", name="each_class_once"),
        UniqueConstraint("visit_id", "presenter_id", name="each_presenter_once"),
        part_index(
            "closed_once",
            "visit_id",
            unique=True,
            where="kind = 'closed'",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    visit_id: Mapped[int] = mapped_column(ForeignKey("visit.id", ondelete="CASCADE"))
    kind: Mapped[FindingKind]
    ordinal: Mapped[int | None]  # the presentation to which a class does not fit
    class_name: Mapped[str | None]
    why: Mapped[ClockWrong | None]  # of a clock, or of a closed day
    presenter_id: Mapped[int | None] = mapped_column(ForeignKey("presenter.id", ondelete="CASCADE"), index=True)
    found_at: Mapped[dt.datetime]
    settled_at: Mapped[dt.datetime | None]  # the school said that the hour is right all the same
