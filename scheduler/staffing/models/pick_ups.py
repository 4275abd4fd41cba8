"""Who fetches a minor after a visit, as her guardian typed it."""

import datetime as dt

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from scheduler.core.db import Base


class PickUp(Base):
    """Read on the day alone, by coordinators and the adult who goes with her; gone after seven days (KEPT_FOR)."""

    __tablename__ = "pick_up"
    __table_args__ = (
        UniqueConstraint("visit_id", "presenter_id"),
        CheckConstraint("who <> ''", name="says_something"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    visit_id: Mapped[int] = mapped_column(ForeignKey("visit.id", ondelete="CASCADE"))
    presenter_id: Mapped[int] = mapped_column(ForeignKey("presenter.id", ondelete="CASCADE"), index=True)
    who: Mapped[str]
    typed_at: Mapped[dt.datetime]
