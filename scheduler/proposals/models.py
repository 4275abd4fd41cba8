"""What is stored of a plan proposal: what it is for, what came of it, and what it says of each request.

A row is a thought, not an assignment: it takes nobody's time and is deleted with the proposal.
"""

import datetime as dt

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column, relationship

from scheduler.core.db import Base
from scheduler.core.defences import TableLaw, refuse_more
from scheduler.people.terms import PresenterKind
from scheduler.proposals.terms.plan import MOST_NIGHTS_AWAY, OF_SOMEBODY, Trouble, WaitCause
from scheduler.safeguarding.models import RIDE_HAS_BOTH

FIGURES = ("cost", "served_weight", "asked_weight", "km", "steps")


class PlanProposal(Base):
    """A plan that a coordinator asked for; finished when the worker has stored its rows, all at once."""

    __tablename__ = "plan_proposal"
    __table_args__ = (
        CheckConstraint("last_day >= first_day", name="days_in_order"),
        CheckConstraint(
            " AND ".join(f"(finished_at IS NULL) = ({one} IS NULL)" for one in FIGURES), name="finished_has_its_sums"
        ),
        CheckConstraint("bound_weight IS NULL OR bound_weight >= served_weight", name="nobody_beats_a_bound"),
        CheckConstraint("based_on_id <> id", name="another_one_before"),
        Index(None, "centre_id", "created_at"),
        Index(None, "created_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id", ondelete="CASCADE"))
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"), index=True)
    work_id: Mapped[int | None] = mapped_column(ForeignKey("long_work.id", ondelete="SET NULL"), index=True)
    based_on_id: Mapped[int | None] = mapped_column(ForeignKey("plan_proposal.id", ondelete="SET NULL"), index=True)
    created_at: Mapped[dt.datetime]
    finished_at: Mapped[dt.datetime | None]
    first_day: Mapped[dt.date]
    last_day: Mapped[dt.date]
    districts: Mapped[str] = mapped_column(Text, default="")  # ids with commas between; none: all
    programmes: Mapped[str] = mapped_column(Text, default="")
    people: Mapped[str] = mapped_column(Text, default="")
    cost: Mapped[int | None]
    served_weight: Mapped[int | None]
    asked_weight: Mapped[int | None]
    km: Mapped[int | None]
    steps: Mapped[int | None]
    bound_weight: Mapped[int | None]  # nobody could serve more; NULL: not proven

    ground: Mapped["PlanGround | None"] = relationship(lazy="select", passive_deletes=True)
    journey: Mapped["PlanJourney | None"] = relationship(lazy="select", passive_deletes=True)


_AWAY = ", ".join(f"'{one.value}'" for one in OF_SOMEBODY)


class PlanGround(Base):
    """What a plan mends; without such a row it is for requests that wait."""

    __tablename__ = "plan_ground"
    __table_args__ = (
        CheckConstraint(f"(away_from IS NOT NULL) = (trouble IN ({_AWAY}))", name="somebody_is_away"),
        CheckConstraint("(closure_id IS NOT NULL) = (trouble = 'closure')", name="hosts_are_shut"),
        CheckConstraint("(late_id IS NOT NULL) = (trouble = 'late')", name="request_comes_late"),
        CheckConstraint("(presenter_id IS NOT NULL) = (away_from IS NOT NULL)", name="about_somebody"),
        CheckConstraint("away_until >= away_from", name="away_in_order"),
    )

    proposal_id: Mapped[int] = mapped_column(ForeignKey("plan_proposal.id", ondelete="CASCADE"), primary_key=True)
    trouble: Mapped[Trouble]
    presenter_id: Mapped[int | None] = mapped_column(ForeignKey("presenter.id", ondelete="CASCADE"), index=True)
    away_from: Mapped[dt.date | None]
    away_until: Mapped[dt.date | None]  # NULL: for good
    closure_id: Mapped[int | None] = mapped_column(ForeignKey("closure.id", ondelete="CASCADE"), index=True)
    late_id: Mapped[int | None] = mapped_column(ForeignKey("school_request.id", ondelete="CASCADE"), index=True)


class PlanJourney(Base):
    """How many nights in a row a plan may send adults away for, and whether minors may ride along; without such a row
    everybody is home each evening, by her own road.
    """

    __tablename__ = "plan_journey"
    __table_args__ = (CheckConstraint(f"most_nights BETWEEN 0 AND {MOST_NIGHTS_AWAY}", name="nights_in_a_row"),)

    proposal_id: Mapped[int] = mapped_column(ForeignKey("plan_proposal.id", ondelete="CASCADE"), primary_key=True)
    most_nights: Mapped[int]
    rides: Mapped[bool] = mapped_column(default=False, server_default=false())  # young presenters may ride along
    km_saved: Mapped[int | None]  # against the same visits from home to home; NULL: not finished


class ProposedNight(Base):
    """A night that an adult would stay away, in the town of a school where she presents before it or after it."""

    __tablename__ = "proposed_night"
    __table_args__ = (UniqueConstraint("proposal_id", "presenter_id", "after_day", name="one_bed_a_night"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    proposal_id: Mapped[int] = mapped_column(ForeignKey("plan_journey.proposal_id", ondelete="CASCADE"))
    presenter_id: Mapped[int] = mapped_column(ForeignKey("presenter.id", ondelete="CASCADE"), index=True)
    after_day: Mapped[dt.date]
    host_id: Mapped[int] = mapped_column(ForeignKey("host.id", ondelete="CASCADE"), index=True)


class ProposedRide(Base):
    """A minor who would ride in the educator's car on a day: nothing without her guardian's consent and a check."""

    __tablename__ = "proposed_ride"
    __table_args__ = (
        UniqueConstraint("proposal_id", "presenter_id", "on_day", name="one_seat_a_day"),
        CheckConstraint("driver_id <> presenter_id", name="somebody_else_drives"),
        CheckConstraint("km_saved >= 0", name="saves_road"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    proposal_id: Mapped[int] = mapped_column(ForeignKey("plan_journey.proposal_id", ondelete="CASCADE"))
    presenter_id: Mapped[int] = mapped_column(ForeignKey("presenter.id", ondelete="CASCADE"), index=True)
    driver_id: Mapped[int] = mapped_column(ForeignKey("presenter.id", ondelete="CASCADE"), index=True)
    on_day: Mapped[dt.date]
    km_saved: Mapped[int]


class OvernightWish(Base):
    """How many nights in a row an adult would stay away, as she said; without such a row none."""

    __tablename__ = "overnight_wish"
    __table_args__ = (CheckConstraint(f"most_nights BETWEEN 1 AND {MOST_NIGHTS_AWAY}", name="nights_in_a_row"),)

    presenter_id: Mapped[int] = mapped_column(ForeignKey("presenter.id", ondelete="CASCADE"), primary_key=True)
    most_nights: Mapped[int]
    said_on: Mapped[dt.date]


class ProposedVisit(Base):
    """A request in a proposal: its day, hour and crew, or the cause why it waits."""

    __tablename__ = "proposed_visit"
    __table_args__ = (
        UniqueConstraint("proposal_id", "request_id", name="request_once_in_a_proposal"),
        CheckConstraint(
            "(on_day IS NULL) = (starts_local IS NULL) AND (on_day IS NULL) = (educator_id IS NULL)",
            name="seat_is_whole",
        ),
        CheckConstraint("influencer_id IS NULL OR on_day IS NOT NULL", name="nobody_without_a_day"),
        CheckConstraint("influencer_id <> educator_id", name="crew_of_two"),
        CheckConstraint("(on_day IS NULL) = (cause IS NOT NULL)", name="waits_for_a_cause"),
        CheckConstraint("on_day IS NOT NULL OR (visit_id IS NULL AND NOT pinned)", name="only_a_seat_is_applied"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    proposal_id: Mapped[int] = mapped_column(ForeignKey("plan_proposal.id", ondelete="CASCADE"))
    request_id: Mapped[int] = mapped_column(ForeignKey("school_request.id", ondelete="CASCADE"), index=True)
    on_day: Mapped[dt.date | None]
    starts_local: Mapped[dt.time | None]
    educator_id: Mapped[int | None] = mapped_column(ForeignKey("presenter.id", ondelete="CASCADE"), index=True)
    influencer_id: Mapped[int | None] = mapped_column(ForeignKey("presenter.id", ondelete="CASCADE"), index=True)
    pinned: Mapped[bool] = mapped_column(default=False, server_default=false())
    cause: Mapped[WaitCause | None]
    lacking: Mapped[PresenterKind | None]  # who is lacking, where it is somebody
    told: Mapped[str] = mapped_column(Text, default="{}")  # JSON: what it costs, who else could, what could move
    visit_id: Mapped[int | None] = mapped_column(ForeignKey("visit.id", ondelete="SET NULL"), index=True)


_HALF = "SELECT 1 FROM plan_proposal p WHERE p.id = NEW.proposal_id AND p.finished_at IS NULL"
refuse_more(
    ProposedVisit.__table__,
    TableLaw(
        "half_a_plan_is_not_applied",
        ("INSERT", "UPDATE OF visit_id"),
        f"NEW.visit_id IS NOT NULL AND EXISTS ({_HALF})",
    ),
)


def _of_a_minor(day: str) -> str:
    return f"EXISTS (SELECT 1 FROM presenter p WHERE p.id = NEW.presenter_id AND p.adult_on > NEW.{day})"


for _table, _day in ((OvernightWish.__table__, "said_on"), (ProposedNight.__table__, "after_day")):
    _law = TableLaw("minor_sleeps_at_home", ("INSERT", "UPDATE"), _of_a_minor(_day))
    refuse_more(_table, _law)

refuse_more(ProposedRide.__table__, RIDE_HAS_BOTH)
