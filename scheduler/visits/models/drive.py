"""Who drives to a visit: how far by the plan, and how far it was."""

import datetime as dt

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from scheduler.core.db import Base
from scheduler.core.defences import TableLaw, refuse_more
from scheduler.visits.terms.drives import as_driven


class Drive(Base):
    """One driver of a visit, there and back. What was planned stays beside what she says that it was."""

    __tablename__ = "drive"
    __table_args__ = (
        UniqueConstraint("visit_id", "presenter_id", name="one_drive_each"),
        CheckConstraint("planned_kilometres >= 0 AND planned_minutes >= 0", name="planned_forward"),
        CheckConstraint("driven_kilometres BETWEEN 0 AND 2000", name="driven_in_a_day"),
        CheckConstraint("driven_minutes BETWEEN 0 AND 1440", name="driven_within_a_day"),
        CheckConstraint("(driven_kilometres IS NULL) = (driven_minutes IS NULL)", name="driven_is_said_whole"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    visit_id: Mapped[int] = mapped_column(ForeignKey("visit.id", ondelete="CASCADE"))
    presenter_id: Mapped[int] = mapped_column(ForeignKey("presenter.id", ondelete="CASCADE"), index=True)
    planned_kilometres: Mapped[int] = mapped_column(default=0)  # 0: somebody else was to drive
    planned_minutes: Mapped[int] = mapped_column(default=0)
    driven_kilometres: Mapped[int | None]  # None: it was as planned
    driven_minutes: Mapped[int | None]
    reason: Mapped[str] = mapped_column(default="", server_default="")
    corrected_at: Mapped[dt.datetime | None]

    @property
    def kilometres(self) -> int:
        """What counts of it."""
        return as_driven(self.driven_kilometres, self.planned_kilometres)


# What no act writes, and a statement by hand might: a minor drives nobody, and what did not happen was not driven.
refuse_more(
    Drive.__table__,
    TableLaw(
        "drive_is_an_adults",
        ("INSERT", "UPDATE OF presenter_id, visit_id"),
        "EXISTS (SELECT 1 FROM presenter p, visit v"
        " WHERE p.id = NEW.presenter_id AND v.id = NEW.visit_id AND p.adult_on > v.on_day)",
    ),
    TableLaw(
        "driven_when_it_was_held",
        ("INSERT", "UPDATE OF driven_kilometres, visit_id"),
        "NEW.driven_kilometres IS NOT NULL"
        " AND NOT EXISTS (SELECT 1 FROM visit v WHERE v.id = NEW.visit_id AND v.state = 'delivered')",
    ),
)
