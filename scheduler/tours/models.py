"""What is stored of a tour: what it is wanted for, and the day of each city. A thought: nobody's time is taken."""

import datetime as dt

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from scheduler.core.db import Base
from scheduler.tours.terms import CrewMode, LeftOut


class CampaignTour(Base):
    """A tour that a coordinator asked for; finished when the worker has stored its days, all at once."""

    __tablename__ = "campaign_tour"
    __table_args__ = (
        CheckConstraint("last_day >= first_day", name="days_in_order"),
        CheckConstraint(
            "mornings BETWEEN 0 AND 3 AND afternoons BETWEEN 0 AND 3 AND mornings + afternoons BETWEEN 1 AND 4",
            name="stops_give_something",
        ),
        CheckConstraint("night_km BETWEEN 0 AND 1000", name="a_night_is_worth_a_road"),
        CheckConstraint(
            "(finished_at IS NULL) = (km IS NULL) AND (finished_at IS NULL) = (nights_away IS NULL)",
            name="finished_has_its_sums",
        ),
        CheckConstraint("bound <= km + nights_away * night_km", name="nobody_beats_a_bound"),
        CheckConstraint("nights OR nights_away IS NULL OR nights_away = 0", name="nobody_away_unasked"),
        Index(None, "centre_id", "created_at"),
        Index(None, "created_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id", ondelete="CASCADE"))
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id", ondelete="CASCADE"), index=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"), index=True)
    work_id: Mapped[int | None] = mapped_column(ForeignKey("long_work.id", ondelete="SET NULL"), index=True)
    start_id: Mapped[int] = mapped_column(ForeignKey("municipality.id", ondelete="RESTRICT"), index=True)
    created_at: Mapped[dt.datetime]
    finished_at: Mapped[dt.datetime | None]
    first_day: Mapped[dt.date]
    last_day: Mapped[dt.date]
    mornings: Mapped[int]  # presentations of a stop
    afternoons: Mapped[int]
    mode: Mapped[CrewMode]
    people: Mapped[str] = mapped_column(Text, default="")  # ids with commas between; none: all
    nights: Mapped[bool]
    night_km: Mapped[int]
    km: Mapped[int | None]
    nights_away: Mapped[int | None]
    bound: Mapped[int | None]  # no tour of as many stops costs less; NULL: not proven


class CampaignStop(Base):
    """A city of a tour: its day and its crew, or why it is left out. Of whom the crew is: educators alone."""

    __tablename__ = "campaign_stop"
    __table_args__ = (
        UniqueConstraint("tour_id", "municipality_id", name="city_once_in_a_tour"),
        UniqueConstraint("tour_id", "on_day", name="one_stop_a_day"),
        CheckConstraint("on_day IS NULL OR left_out IS NULL", name="left_out_has_no_day"),
        CheckConstraint("on_day IS NOT NULL OR from_home", name="nobody_sleeps_before_no_day"),
        CheckConstraint("stays_on IS NULL OR on_day IS NULL OR on_day = stays_on", name="what_stays_stays"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    tour_id: Mapped[int] = mapped_column(ForeignKey("campaign_tour.id", ondelete="CASCADE"))
    municipality_id: Mapped[int] = mapped_column(ForeignKey("municipality.id", ondelete="RESTRICT"), index=True)
    stays_on: Mapped[dt.date | None]  # settled before the tour was drawn
    on_day: Mapped[dt.date | None]
    from_home: Mapped[bool] = mapped_column(default=True)
    morning_local: Mapped[dt.time | None]
    afternoon_local: Mapped[dt.time | None]
    crew: Mapped[str] = mapped_column(Text, default="")  # ids with commas between
    left_out: Mapped[LeftOut | None]
