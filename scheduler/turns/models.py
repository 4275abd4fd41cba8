"""What a coordinator put off: a row of the first page, until which day and why."""

import datetime as dt

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from scheduler.core.db import Base
from scheduler.turns.terms import PutOffReason


class Snooze(Base):
    """A row that rests until a day; then its trace. A reason to choose and no text: it says nothing of a child."""

    __tablename__ = "snooze"
    __table_args__ = (
        CheckConstraint("(visit_id IS NULL) <> (school_request_id IS NULL)", name="about_one_thing"),
        Index(None, "centre_id", "noted_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id", ondelete="RESTRICT"))
    visit_id: Mapped[int | None] = mapped_column(ForeignKey("visit.id", ondelete="CASCADE"), index=True)
    school_request_id: Mapped[int | None] = mapped_column(
        ForeignKey("school_request.id", ondelete="CASCADE"), index=True
    )
    matter: Mapped[str]  # what waited then: for another matter the row is back at once
    reason: Mapped[PutOffReason]
    until_on: Mapped[dt.date]
    noted_at: Mapped[dt.datetime]
    noted_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"))
