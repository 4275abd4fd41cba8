"""Tables of the worker: long work with its progress, and when each job ran last."""

import datetime as dt

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from scheduler.core.db import Base
from scheduler.work.terms import Phase, WorkKind, WorkState


class LongWork(Base):
    """Something that takes longer than a page may: who wants it, how far it is, what came of it."""

    __tablename__ = "long_work"
    __table_args__ = (
        CheckConstraint("done >= 0 AND total >= 0 AND attempts >= 0", name="counts_not_negative"),
        Index(None, "state", "leased_until"),
        Index(None, "centre_id", "kind", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[WorkKind]
    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id", ondelete="CASCADE"))
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"), index=True)
    state: Mapped[WorkState] = mapped_column(default=WorkState.WAITING)
    phase: Mapped[Phase] = mapped_column(default=Phase.NONE)
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    attempts: Mapped[int] = mapped_column(default=0)
    file_name: Mapped[str] = mapped_column(default="")
    content: Mapped[bytes | None] = mapped_column(LargeBinary)  # the file that was uploaded; forgotten after a day
    result: Mapped[str] = mapped_column(Text, default="{}")  # JSON: numbers and reason codes
    created_at: Mapped[dt.datetime]
    leased_until: Mapped[dt.datetime | None]
    ended_at: Mapped[dt.datetime | None]


class MadeFileRow(Base):
    """One file that long work made: drawn once, handed out as it was drawn, forgotten a day after the work."""

    __tablename__ = "work_file"
    __table_args__ = (
        CheckConstraint("length(sha256) = 64", name="hash_is_whole"),
        UniqueConstraint("work_id", "name", name="each_file_of_a_work_once"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    work_id: Mapped[int] = mapped_column(ForeignKey("long_work.id", ondelete="CASCADE"))
    name: Mapped[str]
    sha256: Mapped[str]  # of the content, as hexadecimal digits
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)


class JobRun(Base):
    """When a job that runs by itself ended last; one row for each job."""

    __tablename__ = "job_run"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    ended_at: Mapped[dt.datetime]
    failed: Mapped[bool] = mapped_column(default=False)
