"""Why a visit was called off, and how all stood before, for who thinks again."""

import datetime as dt

from sqlalchemy import ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column

from scheduler.core.db import Base
from scheduler.readiness.terms import CancelCause


class Cancellation(Base):
    """The cancellation of a visit; gone when it is taken back."""

    __tablename__ = "cancellation"

    visit_id: Mapped[int] = mapped_column(ForeignKey("visit.id", ondelete="CASCADE"), primary_key=True)
    cause: Mapped[CancelCause]
    done_at: Mapped[dt.datetime]
    version_after: Mapped[int | None]  # of the visit: what has changed since is never taken back; None: mails left
    before: Mapped[str] = mapped_column(Text)  # JSON: [state, since] of each row that it ended, by table and id
