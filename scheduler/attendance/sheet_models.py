"""Photos and scans of filled sign-in sheets: proof of a head count, kept for a time."""

import datetime as dt

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from scheduler.core.db import Base
from scheduler.core.defences import TableLaw, changed, refuse
from scheduler.core.scans import ScanKind


class SheetScan(Base):
    """A filled sheet as `core/scans.py` read it, its hash, who sent it and when. No pupil is named; teachers sign."""

    __tablename__ = "sheet_scan"
    __table_args__ = (
        UniqueConstraint("presentation_id", "sha256", name="each_sheet_once"),
        CheckConstraint("size > 0", name="shows_something"),
        CheckConstraint("length(sha256) = 64", name="knows_its_hash"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    presentation_id: Mapped[int] = mapped_column(ForeignKey("presentation.id", ondelete="CASCADE"))
    kind: Mapped[ScanKind]
    sha256: Mapped[str]
    size: Mapped[int]
    added_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"))
    added_at: Mapped[dt.datetime]
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)


# Proof is deleted when its time is over, and never changed; only an account that is deleted leaves it without a sender.
_SENDER_HIDDEN = f"""({changed("added_by_id")} AND (NEW.added_by_id IS NOT NULL
  OR EXISTS (SELECT 1 FROM user_account u WHERE u.id = OLD.added_by_id)))"""

refuse(
    SheetScan.__table__,
    TableLaw(
        "sheet_stays",
        ("UPDATE",),
        f"{changed('id', 'presentation_id', 'kind', 'sha256', 'size', 'added_at', 'content')} OR {_SENDER_HIDDEN}",
    ),
    keys=("n.id = NEW.id", "(n.presentation_id = NEW.presentation_id AND n.sha256 = NEW.sha256)"),
)
