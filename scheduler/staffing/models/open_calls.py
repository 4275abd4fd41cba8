"""Visits that are open for hands, and whose hands are up."""

import datetime as dt

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from scheduler.core.db import Base


class OpenCall(Base):
    """A visit for which presenters may put up a hand; a coordinator chooses among them."""

    __tablename__ = "open_call"

    id: Mapped[int] = mapped_column(primary_key=True)
    visit_id: Mapped[int] = mapped_column(ForeignKey("visit.id", ondelete="CASCADE"), unique=True)
    opened_at: Mapped[dt.datetime]
    closed_at: Mapped[dt.datetime | None]


class RaisedHand(Base):
    """A presenter could go to a visit that is open. No promise: no time is taken until a coordinator offers it."""

    __tablename__ = "raised_hand"
    __table_args__ = (UniqueConstraint("visit_id", "presenter_id", name="one_hand_each"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    visit_id: Mapped[int] = mapped_column(ForeignKey("visit.id", ondelete="CASCADE"))
    presenter_id: Mapped[int] = mapped_column(ForeignKey("presenter.id", ondelete="CASCADE"), index=True)
    raised_at: Mapped[dt.datetime]
