"""Hand-offs and concerns: moments, sums and who must look. There is no column into which a word about a child fits."""

import datetime as dt

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from scheduler.concerns.terms import HandedTo, SpokenUpBy
from scheduler.core.db import Base, part_index
from scheduler.core.defences import TableLaw, changed, redirected, refuse, refuse_more
from scheduler.core.ways import FORGETTING, closed


class HandOff(Base):
    """In a visit a child told something, and somebody was told: who and when. Later only the count stays."""

    __tablename__ = "hand_off"
    __table_args__ = (
        UniqueConstraint("visit_id", "told", "told_at", "noted_by_id", name="noted_once"),
        CheckConstraint("told_at <= noted_at", name="told_before_it_is_noted"),
        Index(None, "centre_id", "told_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id", ondelete="RESTRICT"))
    visit_id: Mapped[int | None] = mapped_column(ForeignKey("visit.id", ondelete="SET NULL"))
    told: Mapped[HandedTo]
    told_at: Mapped[dt.datetime]
    noted_at: Mapped[dt.datetime]
    noted_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"))


class Concern(Base):
    """Somebody is worried about a presenter who was at a host on a day; what for, an officer asks by word."""

    __tablename__ = "concern"
    __table_args__ = (
        CheckConstraint("ended_at >= reported_at", name="moments_in_order"),
        CheckConstraint("ended_at IS NULL OR phone = ''", name="no_number_once_it_ended"),
        Index(None, "centre_id", "reported_at"),
        part_index("open_concerns", "centre_id", where="ended_at IS NULL"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id", ondelete="RESTRICT"))
    spoken_up_by: Mapped[SpokenUpBy]
    visit_id: Mapped[int | None] = mapped_column(ForeignKey("visit.id", ondelete="SET NULL"), index=True)
    host_id: Mapped[int | None] = mapped_column(ForeignKey("host.id", ondelete="SET NULL"), index=True)
    on_day: Mapped[dt.date | None]
    phone: Mapped[str] = mapped_column(default="")  # by which an officer calls back; gone when it has ended
    reported_at: Mapped[dt.datetime]
    reported_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"))
    ended_at: Mapped[dt.datetime | None]
    ended_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"))


class ConcernAbout(Base):
    """Whom a concern may be about: everybody who went to that visit, for its form lists no presenters."""

    __tablename__ = "concern_about"
    __table_args__ = (UniqueConstraint("concern_id", "presenter_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    concern_id: Mapped[int] = mapped_column(ForeignKey("concern.id", ondelete="CASCADE"))
    presenter_id: Mapped[int] = mapped_column(ForeignKey("presenter.id", ondelete="CASCADE"), index=True)
    stop_id: Mapped[int | None] = mapped_column(ForeignKey("assignment_stop.id", ondelete="SET NULL"), index=True)


# --- What the database itself refuses: a concern stays what it is about, and whom it is about does not end it ---

_FORGOTTEN = closed(*FORGETTING)
_ENDED_BY_HERSELF = """EXISTS (SELECT 1 FROM concern_about c JOIN presenter p ON p.id = c.presenter_id
  WHERE c.concern_id = NEW.id AND p.user_id = NEW.ended_by_id)"""
_TAKEN_BACK = """EXISTS (SELECT 1 FROM audit_entry a
  WHERE a.thing = 'hand_off' AND a.thing_id = OLD.id AND a.action = 'hand-off taken back')"""

refuse(
    Concern.__table__,
    TableLaw("concern_stays", ("DELETE",), _FORGOTTEN),
    TableLaw("concern_is_ended_by_another", ("UPDATE OF ended_by_id",), _ENDED_BY_HERSELF),
)
refuse(
    ConcernAbout.__table__,
    TableLaw(
        "concern_stays",
        ("UPDATE",),
        f"""({changed("id", "concern_id", "presenter_id")}
  OR (OLD.stop_id IS NOT NULL AND {redirected("stop_id", "assignment_stop")})) AND {_FORGOTTEN}""",
    ),
    TableLaw("concern_stays", ("DELETE",), _FORGOTTEN),
    keys=("n.id = NEW.id", "(n.concern_id = NEW.concern_id AND n.presenter_id = NEW.presenter_id)"),
)
refuse(
    HandOff.__table__,
    TableLaw("hand_off_is_noted_for_good", ("DELETE",), f"NOT {_TAKEN_BACK} AND {_FORGOTTEN}"),
    keys=(
        "n.id = NEW.id",
        "(n.visit_id = NEW.visit_id AND n.told = NEW.told AND n.told_at = NEW.told_at"
        " AND n.noted_by_id = NEW.noted_by_id)",
    ),
)
refuse_more(
    HandOff.__table__,
    TableLaw(
        "hand_off_is_noted_for_good",
        ("UPDATE",),
        f"""({changed("centre_id", "told", "told_at", "noted_at")} OR {redirected("visit_id", "visit")}
  OR {redirected("noted_by_id", "user_account")}) AND {_FORGOTTEN}""",
    ),
)

# --- A concern stays as it was reported; it ends once, by somebody who is named; a stop in it is its presenter's ---

_ENDS = "OLD.ended_at IS NULL AND (NEW.ended_at IS NULL) <> (NEW.ended_by_id IS NULL)"
_OVER = f"OLD.ended_at IS NOT NULL AND ({changed('ended_at')} OR {redirected('ended_by_id', 'user_account')})"
_OF_ANOTHER = """NEW.stop_id IS NOT NULL AND NOT EXISTS (
  SELECT 1 FROM assignment_stop s WHERE s.id = NEW.stop_id AND s.presenter_id = NEW.presenter_id)"""
_IN_ONE_THAT_ENDED = "EXISTS (SELECT 1 FROM concern c WHERE c.id = NEW.concern_id AND c.ended_at IS NOT NULL)"

refuse_more(
    Concern.__table__,
    TableLaw("concern_stays", ("INSERT",), "NEW.ended_at IS NOT NULL OR NEW.ended_by_id IS NOT NULL"),
    TableLaw(
        "concern_stays",
        ("UPDATE",),
        f"""({changed("centre_id", "spoken_up_by", "on_day", "reported_at")} OR {redirected("visit_id", "visit")}
  OR {redirected("host_id", "host")} OR {redirected("reported_by_id", "user_account")}
  OR ({_ENDS}) OR ({_OVER})) AND {_FORGOTTEN}""",
    ),
)
refuse_more(
    ConcernAbout.__table__,
    TableLaw("concern_is_its_presenters", ("INSERT",), f"({_OF_ANOTHER}) OR {_IN_ONE_THAT_ENDED}"),
    TableLaw("concern_is_its_presenters", ("UPDATE OF stop_id",), f"{_OF_ANOTHER} AND {_FORGOTTEN}"),
)
