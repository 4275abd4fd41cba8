"""How a minor goes to a visit and home: who fetches her, as her guardian typed it, and in whose car she rides."""

import datetime as dt

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from scheduler.core.db import Base
from scheduler.core.defences import TableLaw, changed, refuse, refuse_more
from scheduler.core.ways import FORGETTING, closed
from scheduler.safeguarding.models import RIDE_HAS_BOTH


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


class CarRide(Base):
    """A minor rides to a visit in the car of the adult with whom she presents, as a plan that was applied has it.

    It is told on that day's page only while both facts hold (staffing/queries/driving.py); gone after seven days.
    """

    __tablename__ = "car_ride"
    __table_args__ = (
        UniqueConstraint("visit_id", "presenter_id", name="one_seat_a_visit"),
        CheckConstraint("driver_id <> presenter_id", name="somebody_else_drives"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    visit_id: Mapped[int] = mapped_column(ForeignKey("visit.id", ondelete="CASCADE"))
    presenter_id: Mapped[int] = mapped_column(ForeignKey("presenter.id", ondelete="CASCADE"), index=True)
    driver_id: Mapped[int] = mapped_column(ForeignKey("presenter.id", ondelete="CASCADE"), index=True)
    on_day: Mapped[dt.date]  # of a visit that moved to another one it says nothing
    arranged_at: Mapped[dt.datetime]
    told_start: Mapped[dt.time | None]  # when the visit begins by what guardian and driver were written; none: no ride


refuse_more(CarRide.__table__, RIDE_HAS_BOTH)
refuse_more(
    PickUp.__table__,
    TableLaw(
        "pick_up_is_of_the_crew",
        ("INSERT", "UPDATE OF visit_id, presenter_id"),
        """NOT EXISTS (SELECT 1 FROM assignment a JOIN presentation p ON p.id = a.presentation_id
  WHERE p.visit_id = NEW.visit_id AND a.presenter_id = NEW.presenter_id)""",
    ),
)

# What was typed is typed anew, at a moment that the audit has too; and a ride is told about, not arranged otherwise.
_ONE_A_VISIT = ("n.id = NEW.id", "(n.visit_id = NEW.visit_id AND n.presenter_id = NEW.presenter_id)")
refuse(
    PickUp.__table__,
    TableLaw(
        "pick_up_is_typed_anew",
        ("UPDATE",),
        f"{changed('id', 'visit_id', 'presenter_id')} OR ({changed('who')} AND NEW.typed_at = OLD.typed_at)",
    ),
    keys=_ONE_A_VISIT,
)
refuse(
    CarRide.__table__,
    TableLaw(
        "ride_is_arranged_once", ("UPDATE",), changed("visit_id", "presenter_id", "driver_id", "on_day", "arranged_at")
    ),
    TableLaw("ride_is_arranged_once", ("DELETE",), closed(*FORGETTING)),
    keys=_ONE_A_VISIT,
)
