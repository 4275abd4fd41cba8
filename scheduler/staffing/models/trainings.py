"""On which days a presenter was trained, and in what: a choice and numbers, no text."""

import datetime as dt

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from scheduler.core.db import Base
from scheduler.staffing.terms.trainings import LONGEST_TRAINING, SHORTEST_TRAINING, TrainingSubject


class PresenterTraining(Base):
    """A training that a presenter went to; it is hers, and goes with her profile."""

    __tablename__ = "presenter_training"
    __table_args__ = (
        CheckConstraint(f"minutes BETWEEN {SHORTEST_TRAINING} AND {LONGEST_TRAINING}", name="minutes_of_a_day"),
        UniqueConstraint("presenter_id", "on_day", "subject", name="training_once_a_day"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    presenter_id: Mapped[int] = mapped_column(ForeignKey("presenter.id", ondelete="CASCADE"))
    on_day: Mapped[dt.date]
    subject: Mapped[TrainingSubject]
    minutes: Mapped[int]
    recorded_at: Mapped[dt.datetime]
    recorded_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"))
