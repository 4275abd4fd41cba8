"""Which visits a closure stopped."""

import datetime as dt

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from scheduler.core.db import Base


class Disruption(Base):
    """A visit that a closure stopped: counted apart from what a school or the centre calls off."""

    __tablename__ = "disruption"
    __table_args__ = (UniqueConstraint("visit_id", name="disrupted_once"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    closure_id: Mapped[int] = mapped_column(ForeignKey("closure.id", ondelete="RESTRICT"), index=True)
    visit_id: Mapped[int] = mapped_column(ForeignKey("visit.id", ondelete="RESTRICT"))
    at: Mapped[dt.datetime]
