"""The search for a substitute: one at a time for a visit, and whom it asked in which wave."""

import datetime as dt

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from scheduler.core.db import Base, enum_named, part_index
from scheduler.visits.terms.states import SubstituteSearchState

_OPEN = "state IN ('searching', 'stopped', 'choosing')"


class SubstituteSearch(Base):
    """Somebody cannot come to a visit: who could go instead is asked wave after wave, until the coordinator decides."""

    __tablename__ = "relief"
    __table_args__ = (
        CheckConstraint("wave >= 0", name="waves_are_counted"),
        CheckConstraint("state <> 'searching' OR next_wave_at IS NOT NULL", name="who_searches_goes_on"),
        part_index("one_open_relief_a_visit", "visit_id", unique=True, where=_OPEN),
        Index(None, "visit_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    visit_id: Mapped[int] = mapped_column(ForeignKey("visit.id", ondelete="CASCADE"))
    state: Mapped[SubstituteSearchState] = mapped_column(enum_named("reliefstate", SubstituteSearchState))
    state_since: Mapped[dt.datetime]
    opened_at: Mapped[dt.datetime]
    was_confirmed: Mapped[bool]  # then the school knew a crew, and is told the outcome without anybody's press
    wave: Mapped[int] = mapped_column(default=0)  # how many went
    next_wave_at: Mapped[dt.datetime | None]


class SubstituteAsk(Base):
    """Whom a search asked, and in which wave; what came of it stands in her assignments."""

    __tablename__ = "relief_ask"
    __table_args__ = (UniqueConstraint("relief_id", "presenter_id", name="asked_once_a_search"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    relief_id: Mapped[int] = mapped_column(ForeignKey("relief.id", ondelete="CASCADE"))
    presenter_id: Mapped[int] = mapped_column(ForeignKey("presenter.id", ondelete="CASCADE"), index=True)
    wave: Mapped[int]
    asked_at: Mapped[dt.datetime]
