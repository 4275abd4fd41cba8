"""A panel, its sums, and who sits in it while it is open. Nothing joins a seat with an answer.

A seat has no number and no moment of its own, and each rating writes every sum of its panel anew: neither the order of
rows nor the moment of a change says who answered what. The database counts seats by itself, lets no sum grow past them,
and empties the seats of what is closed.
"""

import datetime as dt

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from scheduler.core.db import Base, part_index
from scheduler.core.defences import Aftermath, TableLaw, changed, follow, refuse, refuse_more
from scheduler.core.ways import FORGETTING, closed
from scheduler.panels.terms import PanelQuestion


class Panel(Base):
    """A draft before the youth of a centre: its words as they were put, until when, and how many have rated."""

    __tablename__ = "panel"
    __table_args__ = (
        CheckConstraint("(programme_id IS NULL) <> (post_id IS NULL)", name="about_one_thing"),
        CheckConstraint("last_day > opened_on", name="days_in_order"),
        CheckConstraint("born_by < opened_on", name="asks_who_is_born"),
        CheckConstraint("text_sr_cyrl <> ''", name="says_something"),
        CheckConstraint("rated >= 0", name="no_less_than_nobody"),
        Index(None, "centre_id", "last_day"),
        part_index(
            "panels_that_run", "last_day", where="closed_at IS NULL",
        ),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(unique=True)  # short and random
    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id", ondelete="RESTRICT"))
    programme_id: Mapped[int | None] = mapped_column(ForeignKey("programme.id", ondelete="CASCADE"), index=True)
    post_id: Mapped[int | None] = mapped_column(ForeignKey("post.id", ondelete="CASCADE"), index=True)
    asked_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"), index=True)
    opened_on: Mapped[dt.date]
    last_day: Mapped[dt.date]
    born_by: Mapped[dt.date]  # who is born later needs a consent: computed by rules.py, read by the database
    text_sr_cyrl: Mapped[str] = mapped_column(Text)
    text_en: Mapped[str] = mapped_column(Text, default="")
    rated: Mapped[int] = mapped_column(default=0)
    closed_at: Mapped[dt.datetime | None]


class PanelSum(Base):
    """How often one answer was given to one question of a panel; all of them are there from the beginning."""

    __tablename__ = "panel_sum"
    __table_args__ = (
        UniqueConstraint("panel_id", "question", "answer", name="answer_once_in_a_panel"),
        CheckConstraint("answer BETWEEN 1 AND 4", name="answer_of_the_scale"),
        CheckConstraint("times >= 0", name="no_less_than_never"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    panel_id: Mapped[int] = mapped_column(ForeignKey("panel.id", ondelete="CASCADE"))
    question: Mapped[PanelQuestion]
    answer: Mapped[int]
    times: Mapped[int] = mapped_column(default=0)


class PanelSeat(Base):
    """Who has rated in an open panel, so that nobody does twice; gone when it closes."""

    __tablename__ = "panel_seat"
    __table_args__ = ({"sqlite_with_rowid": False},)  # rows lie in the order of their key, not of their coming

    panel_id: Mapped[int] = mapped_column(ForeignKey("panel.id", ondelete="CASCADE"), primary_key=True)
    presenter_id: Mapped[int] = mapped_column(
        ForeignKey("presenter.id", ondelete="CASCADE"), primary_key=True, index=True
    )


# --- What the database itself refuses, and what it does by itself ---

_FORGOTTEN = closed(*FORGETTING)
_PUT = ("id", "number", "centre_id", "programme_id", "post_id", "opened_on", "born_by", "text_sr_cyrl", "text_en")
_SEATS = "(SELECT count(*) FROM panel_seat s WHERE s.panel_id = NEW.id)"

refuse(
    Panel.__table__,
    TableLaw("panel_stays", ("INSERT",), "NEW.rated <> 0 OR NEW.closed_at IS NOT NULL"),
    TableLaw(
        "panel_stays",
        ("UPDATE",),
        f"({changed(*_PUT)} AND {_FORGOTTEN})"
        f" OR (OLD.closed_at IS NOT NULL AND {changed('closed_at', 'last_day', 'rated')})"
        f" OR (NEW.rated <> OLD.rated AND (NEW.rated <> OLD.rated + 1 OR NEW.rated <> {_SEATS}))",
    ),
    keys=("n.id = NEW.id", "n.number = NEW.number"),
)

_OPEN = "EXISTS (SELECT 1 FROM panel a WHERE a.id = {row}.panel_id AND a.closed_at IS NULL)"
_RATED = "(SELECT a.rated FROM panel a WHERE a.id = NEW.panel_id)"
_GIVEN = "(SELECT sum(o.times) FROM panel_sum o WHERE o.panel_id = NEW.panel_id AND o.question = NEW.question)"

refuse(
    PanelSum.__table__,
    TableLaw("sum_follows_its_seats", ("INSERT",), f"NEW.times <> 0 OR {_RATED} <> 0"),
    TableLaw(
        "sum_follows_its_seats",
        ("UPDATE",),
        f"{changed('panel_id', 'question', 'answer')} OR NEW.times NOT IN (OLD.times, OLD.times + 1)"
        f" OR (NEW.times <> OLD.times AND (NOT {_OPEN.format(row='NEW')} OR {_GIVEN} >= {_RATED}))",
    ),
    TableLaw(
        "sum_follows_its_seats",
        ("DELETE",),
        f"EXISTS (SELECT 1 FROM panel a WHERE a.id = OLD.panel_id) AND {_FORGOTTEN}",
    ),
    keys=(
        "n.id = NEW.id",
        "(n.panel_id = NEW.panel_id AND n.question = NEW.question AND n.answer = NEW.answer)",
    ),
)

_CONSENT = """EXISTS (SELECT 1 FROM guardian_consent c WHERE c.presenter_id = p.id AND c.takes_part
    AND c.withdrawn_at IS NULL AND c.given_on <= a.last_day AND c.valid_until >= a.opened_on)"""
_ASKED = f"""EXISTS (SELECT 1 FROM panel a JOIN presenter p ON p.centre_id = a.centre_id
  WHERE a.id = NEW.panel_id AND p.id = NEW.presenter_id AND a.closed_at IS NULL
    AND p.kind = 'influencer' AND p.suspended_at IS NULL AND (p.birth_date <= a.born_by OR {_CONSENT}))"""

_TAKEN = """EXISTS (SELECT 1 FROM panel_seat n
  WHERE n.panel_id = NEW.panel_id AND n.presenter_id = NEW.presenter_id)"""

refuse_more(
    PanelSeat.__table__,
    TableLaw("nobody_rates_twice", ("INSERT",), _TAKEN),
    TableLaw("seat_is_of_who_is_asked", ("INSERT",), f"NOT {_ASKED}"),
    TableLaw("seat_stays", ("UPDATE",), changed("panel_id", "presenter_id")),
    TableLaw("seat_stays", ("DELETE",), f"{_OPEN.format(row='OLD')} AND {_FORGOTTEN}"),
)
follow(
    PanelSeat.__table__,
    Aftermath("is_counted", "INSERT", "", "UPDATE panel SET rated = rated + 1 WHERE id = NEW.panel_id;"),
    words={},
)
follow(
    Panel.__table__,
    Aftermath(
        "empties_its_seats", "UPDATE OF closed_at", "NEW.closed_at IS NOT NULL",
        "DELETE FROM panel_seat WHERE panel_id = NEW.id;",
    ),
    words={},
)  # fmt: skip
