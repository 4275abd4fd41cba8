"""Who has read that a visit is called off late, and what was driven for nothing."""

import datetime as dt

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from scheduler.core.db import Base


class LateNotice(Base):
    """One presenter who had promised a visit that was called off less than 48 hours before."""

    __tablename__ = "late_notice"
    __table_args__ = (
        UniqueConstraint("visit_id", "presenter_id", name="each_asked_once"),
        CheckConstraint("kilometres BETWEEN 0 AND 2000", name="driven_in_a_day"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    visit_id: Mapped[int] = mapped_column(ForeignKey("visit.id", ondelete="CASCADE"))
    presenter_id: Mapped[int] = mapped_column(ForeignKey("presenter.id", ondelete="CASCADE"), index=True)
    asked_at: Mapped[dt.datetime]
    read_at: Mapped[dt.datetime | None]
    kilometres: Mapped[int | None]  # driven already, there and back, by whoever drove; None: nobody has said
