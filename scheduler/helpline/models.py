"""What is stored of the helpline: totals and margins of the days of a month. No text, and no row that is a case.

Every sum stands in a CHECK or a law, so that figures which disagree are stored by nobody.
"""

import datetime as dt

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from scheduler.core.db import Base
from scheduler.core.defences import TableLaw, changed, refuse
from scheduler.core.ways import NamedWay, closed
from scheduler.helpline.terms import SHIPPED_LISTS, SUMS, TOTALS, AgeBand, CallerKind, HelplineMargin


def _one_of(*values: str) -> str:
    return ", ".join(f"'{value}'" for value in values)


class HelplineCode(Base):
    """A topic or a criminal act of a version of the lists, as the product ships it (data/helpline_codes.csv)."""

    __tablename__ = "helpline_code"
    __table_args__ = (
        UniqueConstraint("code_list", "margin", "code", name="code_once_in_a_list"),
        CheckConstraint("code_list > 0", name="list_has_a_version"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code_list: Mapped[int]  # its version
    margin: Mapped[HelplineMargin]
    code: Mapped[str]
    name_sr_cyrl: Mapped[str]
    name_en: Mapped[str]


class HelplineList(Base):
    """A version of the lists that a centre made for itself; its codes stand beside those of the shipped ones."""

    __tablename__ = "helpline_list"
    __table_args__ = (
        CheckConstraint(f"code_list > {SHIPPED_LISTS}", name="beyond_the_shipped"),
        UniqueConstraint("centre_id", "first_day", name="one_list_from_a_day"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id", ondelete="RESTRICT"))
    code_list: Mapped[int] = mapped_column(unique=True)  # its version
    first_day: Mapped[dt.date]  # from which on it is used
    added_at: Mapped[dt.datetime]
    added_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"))


class HelplinePublication(Base):
    """Figures as the public was told them, once and for good."""

    __tablename__ = "helpline_publication"
    __table_args__ = (
        CheckConstraint("last_day >= first_day", name="days_in_order"),
        Index(None, "centre_id", "first_day"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id", ondelete="RESTRICT"))
    first_day: Mapped[dt.date]
    last_day: Mapped[dt.date]
    code_list: Mapped[int]
    published_at: Mapped[dt.datetime]


class HelplinePublicCell(Base):
    """One number of a publication; NULL: not shown."""

    __tablename__ = "helpline_public_cell"
    __table_args__ = (
        UniqueConstraint("publication_id", "margin", "code", name="cell_once_in_a_publication"),
        CheckConstraint("number = 0 OR number >= 5", name="no_small_cell_is_public"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    publication_id: Mapped[int] = mapped_column(ForeignKey("helpline_publication.id", ondelete="CASCADE"))
    margin: Mapped[str]
    code: Mapped[str]
    number: Mapped[int | None]


class HelplinePeriod(Base):
    """The totals of some days of one month; a whole month, where nothing else is said."""

    __tablename__ = "helpline_period"
    __table_args__ = (
        CheckConstraint("last_day >= first_day", name="days_in_order"),
        CheckConstraint(" AND ".join(f"{name} >= 0" for name in TOTALS), name="no_less_than_nothing"),
        CheckConstraint(f"communications = {' + '.join(SUMS['communications'])}", name="communications_are_channels"),
        CheckConstraint(f"cases = {' + '.join(SUMS['cases'])}", name="cases_are_outcomes"),
        CheckConstraint(f"forwarded = {' + '.join(SUMS['forwarded'])}", name="forwarded_are_by_whom"),
        CheckConstraint("version > 0", name="version_counts"),
        Index(None, "centre_id", "first_day"),
        Index(None, "publication_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id", ondelete="RESTRICT"))
    first_day: Mapped[dt.date]
    last_day: Mapped[dt.date]
    code_list: Mapped[int]  # by which version its topics and acts are counted
    version: Mapped[int] = mapped_column(default=1)
    communications: Mapped[int]
    calls: Mapped[int]
    mails: Mapped[int]
    chats: Mapped[int]
    forms: Mapped[int]
    cases: Mapped[int]
    advisory: Mapped[int]
    forwarded: Mapped[int]
    to_police: Mapped[int]
    to_prosecutor: Mapped[int]
    to_social_work: Mapped[int]
    to_health: Mapped[int]
    to_education: Mapped[int]
    to_others: Mapped[int]
    signed_at: Mapped[dt.datetime | None]
    signed_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"))
    publication_id: Mapped[int | None] = mapped_column(ForeignKey("helpline_publication.id", ondelete="RESTRICT"))


class HelplineCount(Base):
    """How much of a total is of one age band, caller, district, topic or act."""

    __tablename__ = "helpline_count"
    __table_args__ = (
        UniqueConstraint("period_id", "margin", "code", name="code_once_in_a_period"),
        CheckConstraint("number > 0", name="counts_something"),
        CheckConstraint(f"margin <> 'age' OR code IN ({_one_of(*AgeBand)})", name="age_is_a_band"),
        CheckConstraint(f"margin <> 'caller' OR code IN ({_one_of(*CallerKind)})", name="caller_is_a_kind"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    period_id: Mapped[int] = mapped_column(ForeignKey("helpline_period.id", ondelete="CASCADE"))
    margin: Mapped[HelplineMargin]
    code: Mapped[str]
    number: Mapped[int]


# --- What the database itself refuses ---

_FIGURES = ("centre_id", "first_day", "last_day", "code_list", *TOTALS)
_TOTAL_OF_MARGIN = "CASE {} WHEN 'topic' THEN {}.cases WHEN 'act' THEN {}.forwarded ELSE {}.communications END"
_OF_NEW = _TOTAL_OF_MARGIN.format("c.margin", *["NEW"] * 3)
_OF_PERIOD = _TOTAL_OF_MARGIN.format("NEW.margin", *["p"] * 3)
_NO_DEMO = closed(NamedWay.DEMO)
_IS_SIGNED = "EXISTS (SELECT 1 FROM helpline_period p WHERE p.id = {}.period_id AND p.signed_at IS NOT NULL)"
_UNKNOWN_CODE = """(NEW.margin IN ('topic', 'act') AND NOT EXISTS (
  SELECT 1 FROM helpline_period p JOIN helpline_code c ON c.code_list = p.code_list
  WHERE p.id = NEW.period_id AND c.margin = NEW.margin AND c.code = NEW.code))
  OR (NEW.margin = 'district' AND NOT EXISTS (SELECT 1 FROM district d WHERE d.iso = NEW.code))"""

# Signed figures are opened by a service, which writes down why before it does.
_OPENED = """EXISTS (SELECT 1 FROM audit_entry a WHERE a.thing = 'helpline_period' AND a.thing_id = OLD.id
  AND a.action = 'helpline figures opened' AND a.at >= OLD.signed_at)"""

refuse(
    HelplinePeriod.__table__,
    TableLaw(
        "no_day_counted_twice",
        ("INSERT", "UPDATE OF centre_id, first_day, last_day"),
        "EXISTS (SELECT 1 FROM helpline_period p WHERE p.centre_id = NEW.centre_id AND p.id <> NEW.id"
        " AND p.first_day <= NEW.last_day AND NEW.first_day <= p.last_day)",
    ),
    TableLaw(
        "margins_fit_their_totals",
        ("UPDATE OF communications, cases, forwarded",),
        f"EXISTS (SELECT 1 FROM helpline_count c WHERE c.period_id = NEW.id GROUP BY c.margin"
        f" HAVING SUM(c.number) > {_OF_NEW})",
    ),
    TableLaw(
        "signed_figures_stay",
        ("UPDATE",),
        f"OLD.signed_at IS NOT NULL AND ({changed(*_FIGURES)} OR ({changed('signed_at')} AND NOT {_OPENED}))",
    ),
    TableLaw("signed_figures_stay", ("DELETE",), f"OLD.signed_at IS NOT NULL AND {_NO_DEMO}"),
    TableLaw(
        "published_period_stays",
        ("UPDATE OF publication_id",),
        f"OLD.publication_id IS NOT NULL AND {changed('publication_id')} AND {_NO_DEMO}",
    ),
)
refuse(
    HelplineCount.__table__,
    TableLaw("code_is_known", ("INSERT", "UPDATE"), _UNKNOWN_CODE),
    TableLaw(
        "margin_fits_its_total",
        ("INSERT", "UPDATE"),
        "NEW.number + (SELECT COALESCE(SUM(c.number), 0) FROM helpline_count c WHERE c.period_id = NEW.period_id"
        " AND c.margin = NEW.margin AND c.id <> NEW.id)"
        f" > (SELECT {_OF_PERIOD} FROM helpline_period p WHERE p.id = NEW.period_id)",
    ),
    TableLaw("signed_figures_stay", ("INSERT", "UPDATE"), _IS_SIGNED.format("NEW")),
    TableLaw("signed_figures_stay", ("DELETE",), f"{_IS_SIGNED.format('OLD')} AND {_NO_DEMO}"),
)
for _table in (HelplinePublication.__table__, HelplinePublicCell.__table__):
    refuse(
        _table,
        TableLaw("published_figures_stay", ("UPDATE",), "NEW.id = OLD.id"),
        TableLaw("published_figures_stay", ("DELETE",), _NO_DEMO),
    )
refuse(
    HelplineCode.__table__,
    TableLaw("code_stays", ("UPDATE",), changed("code_list", "margin", "code")),
)
refuse(
    HelplineList.__table__,
    TableLaw("list_stays", ("UPDATE",), changed("centre_id", "code_list", "first_day", "added_at")),
    TableLaw(
        "list_stays",
        ("DELETE",),
        f"EXISTS (SELECT 1 FROM helpline_period p WHERE p.code_list = OLD.code_list) AND {_NO_DEMO}",
    ),
    keys=(
        "n.id = NEW.id",
        "n.code_list = NEW.code_list",
        "(n.centre_id = NEW.centre_id AND n.first_day = NEW.first_day)",
    ),
)
