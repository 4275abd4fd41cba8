"""Vetting, guardian consent, who is asked for no new visit. staffing/models/ makes the database obey these rows."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, false
from sqlalchemy.orm import Mapped, mapped_column, relationship

from scheduler.core.db import Base, part_index
from scheduler.core.defences import (
    TableLaw,
    changed,
    redirected,
    refuse,
    refuse_more,
)
from scheduler.core.scans import ScanKind
from scheduler.core.ways import FORGETTING, NamedWay, closed
from scheduler.people.models import Presenter
from scheduler.safeguarding.terms import (
    ACCOUNT_CHANGES,
    WAIT_HOURS,
    ConsentMethod,
    LiftedBecause,
    ProofKind,
    VettingResult,
    WithdrawnBy,
)


class Vetting(Base):
    """The result of one check of one presenter, and the days it covers; never the document."""

    __tablename__ = "vetting"
    __table_args__ = (
        CheckConstraint("valid_until >= checked_on", name="days_in_order"),
        Index(None, "presenter_id", "valid_until"),
        Index("checks_in_order", "presenter_id", "checked_on", "id", "result", "valid_until"),  # the last one counts
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    presenter_id: Mapped[int] = mapped_column(ForeignKey("presenter.id", ondelete="CASCADE"))
    result: Mapped[VettingResult]
    checked_on: Mapped[dt.date]
    valid_until: Mapped[dt.date]
    warned_days: Mapped[int | None]  # the nearest warning sent that it ends: 30 or 7 days before
    recorded_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"))
    recorded_at: Mapped[dt.datetime]

    presenter: Mapped[Presenter] = relationship(lazy="raise")


class DrivingCheck(Base):
    """The result of one check of whether an adult drives young presenters, and the days it covers; no document."""

    __tablename__ = "driving_check"
    __table_args__ = (
        CheckConstraint("valid_until >= checked_on", name="days_in_order"),
        Index(None, "presenter_id", "valid_until"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    presenter_id: Mapped[int] = mapped_column(ForeignKey("presenter.id", ondelete="CASCADE"))
    result: Mapped[VettingResult]
    checked_on: Mapped[dt.date]
    valid_until: Mapped[dt.date]
    warned_days: Mapped[int | None]  # as of a check for schools
    recorded_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"))
    recorded_at: Mapped[dt.datetime]


CHECKS: Mapping[ProofKind, type[Vetting] | type[DrivingCheck]] = {
    ProofKind.VETTING: Vetting,
    ProofKind.DRIVING: DrivingCheck,
}
RECORDED: Mapping[type[Any], str] = {  # how the audit calls it
    Vetting: "vetting recorded",
    DrivingCheck: "driving check recorded",
}


class Guardian(Base):
    """Who speaks for one minor, and from when: the next one is named here while the one before still speaks."""

    __tablename__ = "guardian"
    __table_args__ = (
        CheckConstraint("replaced_at >= in_force_at", name="moments_in_order"),
        CheckConstraint("confirmed_by_id <> named_by_id", name="confirmed_by_another"),
        CheckConstraint("confirmed_by_id IS NULL OR confirmed_at IS NOT NULL", name="confirmed_at_a_moment"),
        part_index(
            "one_last_guardian",
            "presenter_id",
            unique=True,
            where="replaced_at IS NULL",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    presenter_id: Mapped[int] = mapped_column(ForeignKey("presenter.id", ondelete="CASCADE"))
    name: Mapped[str]
    email: Mapped[str]
    phone: Mapped[str] = mapped_column(default="")  # empty: none is known
    named_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"))
    named_at: Mapped[dt.datetime]
    in_force_at: Mapped[dt.datetime]
    replaced_at: Mapped[dt.datetime | None]  # when the next one is in force; the same moment as her own: called off
    asked_text: Mapped[str] = mapped_column(default="")  # version of the text to which she was asked for anew
    # By a second of the staff, or on the host (nobody is named then): before that her link gives no first consent.
    confirmed_by_id: Mapped[int | None]
    confirmed_at: Mapped[dt.datetime | None]

    presenter: Mapped[Presenter] = relationship(lazy="raise")


class ConsentPaper(Base):
    """The scan of a signed paper, and which two of the staff have seen it: before that it allows nothing."""

    __tablename__ = "consent_paper"
    __table_args__ = (
        CheckConstraint("valid_until >= given_on", name="days_in_order"),
        CheckConstraint("takes_part", name="is_about_taking_part"),
        CheckConstraint("second_seen_by_id <> first_seen_by_id", name="seen_by_two_people"),
        CheckConstraint("(second_seen_by_id IS NULL) = (second_seen_at IS NULL)", name="seen_by_somebody"),
        CheckConstraint("second_seen_at IS NULL OR ended_at IS NULL", name="seen_or_ended"),
        Index(None, "presenter_id", "first_seen_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    presenter_id: Mapped[int] = mapped_column(ForeignKey("presenter.id", ondelete="CASCADE"))
    guardian_id: Mapped[int] = mapped_column(ForeignKey("guardian.id", ondelete="CASCADE"), index=True)
    takes_part: Mapped[bool]
    travels: Mapped[bool]
    rides: Mapped[bool] = mapped_column(default=False, server_default=false())
    photo: Mapped[bool]
    name_on_the_web: Mapped[bool] = mapped_column(default=False)  # no longer asked: no page names a presenter
    text_version: Mapped[str]
    given_on: Mapped[dt.date]
    valid_until: Mapped[dt.date]
    scan: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    scan_kind: Mapped[ScanKind]
    first_seen_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id", ondelete="RESTRICT"))
    first_seen_at: Mapped[dt.datetime]
    second_seen_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="RESTRICT"))
    second_seen_at: Mapped[dt.datetime | None]
    ended_at: Mapped[dt.datetime | None]  # turned down, or the consent was withdrawn before two had seen it
    host_seen_at: Mapped[dt.datetime | None]  # seen by whoever runs the machine, where nobody else could be the second
    # After a withdrawal: how and on which day the guardian was told of this paper, who of the staff noted it, and when.
    told_by_phone: Mapped[bool | None]  # no: by post
    told_on: Mapped[dt.date | None]
    told_by_id: Mapped[int | None]
    told_at: Mapped[dt.datetime | None]

    presenter: Mapped[Presenter] = relationship(lazy="raise")
    guardian: Mapped[Guardian] = relationship(lazy="raise")

    @property
    def is_confirmed(self) -> bool:
        """Whether a second person has seen it, or whoever runs the machine."""
        return bool(self.second_seen_at or self.host_seen_at)

    @property
    def is_over(self) -> bool:
        """Whether it waits for a second person no longer; `queries.PAPER_WAITS` asks the same in SQL."""
        return self.is_confirmed or self.ended_at is not None


class GuardianConsent(Base):
    """What a guardian agreed to for one minor: purposes apart, all off unless given; withdrawn is for good."""

    __tablename__ = "guardian_consent"
    __table_args__ = (
        CheckConstraint("valid_until >= given_on", name="days_in_order"),
        CheckConstraint("method <> 'link' OR earlier OR guardian_id IS NOT NULL", name="link_is_of_a_guardian"),
        CheckConstraint(
            "method <> 'paper' OR earlier OR (paper_id IS NOT NULL AND first_seen_by_id IS NOT NULL)",
            name="paper_is_seen",
        ),
        CheckConstraint("second_seen_by_id <> first_seen_by_id", name="seen_by_two_people"),
        CheckConstraint("withdrawn_by IS NULL OR withdrawn_at IS NOT NULL", name="withdrawn_at_a_moment"),
        Index(None, "presenter_id", "valid_until"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    presenter_id: Mapped[int] = mapped_column(ForeignKey("presenter.id", ondelete="CASCADE"))
    guardian_name: Mapped[str]
    guardian_phone: Mapped[str] = mapped_column(default="")  # empty: none is known
    guardian_email: Mapped[str]
    takes_part: Mapped[bool] = mapped_column(default=False)
    travels: Mapped[bool] = mapped_column(default=False)
    rides: Mapped[bool] = mapped_column(default=False, server_default=false())  # in the car of an adult of the crew
    photo: Mapped[bool] = mapped_column(default=False)
    name_on_the_web: Mapped[bool] = mapped_column(default=False)  # no longer asked: no page names a presenter
    method: Mapped[ConsentMethod]
    text_version: Mapped[str]
    given_on: Mapped[dt.date]
    valid_until: Mapped[dt.date]
    withdrawn_at: Mapped[dt.datetime | None]
    warned_days: Mapped[int | None]  # the nearest warning sent that it ends: 30 or 7 days before
    recorded_at: Mapped[dt.datetime]
    guardian_id: Mapped[int | None] = mapped_column(ForeignKey("guardian.id", ondelete="CASCADE"))
    paper_id: Mapped[int | None] = mapped_column(ForeignKey("consent_paper.id", ondelete="CASCADE"))
    first_seen_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="RESTRICT"))
    second_seen_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="RESTRICT"))
    withdrawn_by: Mapped[WithdrawnBy | None]
    earlier: Mapped[bool] = mapped_column(
        default=False, server_default=false()
    )  # recorded when one pair of eyes was enough

    presenter: Mapped[Presenter] = relationship(lazy="raise")


class BirthDateCorrection(Base):
    """Another birth date for one presenter: one of the staff says it, another one confirms it, then it counts."""

    __tablename__ = "birth_date_correction"
    __table_args__ = (
        CheckConstraint("confirmed_by_id <> proposed_by_id", name="corrected_by_two_people"),
        CheckConstraint("confirmed_at IS NULL OR confirmed_by_id IS NOT NULL OR on_the_host", name="confirmed_by_one"),
        CheckConstraint("confirmed_at IS NULL OR ended_at IS NULL", name="confirmed_or_ended"),
        part_index(
            "one_open_correction",
            "presenter_id",
            unique=True,
            where="confirmed_at IS NULL AND ended_at IS NULL",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    presenter_id: Mapped[int] = mapped_column(ForeignKey("presenter.id", ondelete="CASCADE"))
    birth_date: Mapped[dt.date]
    proposed_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id", ondelete="RESTRICT"))
    proposed_at: Mapped[dt.datetime]
    confirmed_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="RESTRICT"))
    confirmed_at: Mapped[dt.datetime | None]
    on_the_host: Mapped[bool] = mapped_column(default=False)  # confirmed by the command of whoever runs the machine
    ended_at: Mapped[dt.datetime | None]  # turned down

    presenter: Mapped[Presenter] = relationship(lazy="raise")


class AssignmentStop(Base):
    """While it stands, one presenter takes no new visit: somebody had a concern. Why stands in no row."""

    __tablename__ = "assignment_stop"
    __table_args__ = (
        CheckConstraint("lifted_at >= stopped_at", name="moments_in_order"),
        CheckConstraint("(lifted_at IS NULL) = (lifted_because IS NULL)", name="lifted_with_a_reason"),
        part_index(
            "one_standing_stop",
            "presenter_id",
            unique=True,
            where="lifted_at IS NULL",
        ),
        Index(None, "presenter_id", "stopped_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    presenter_id: Mapped[int] = mapped_column(ForeignKey("presenter.id", ondelete="CASCADE"))
    stopped_at: Mapped[dt.datetime]
    lifted_at: Mapped[dt.datetime | None]
    lifted_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"))
    lifted_because: Mapped[LiftedBecause | None]


# --- What the database itself refuses: after a withdrawal only a new consent lets a minor go again ---

_WITHDRAWAL = ("withdrawn_at", "withdrawn_by", "presenter_id")
_REWRITTEN = " OR ".join(f"NEW.{name} IS DISTINCT FROM OLD.{name}" for name in _WITHDRAWAL)

refuse(
    GuardianConsent.__table__,
    TableLaw("withdrawal_stays", ("UPDATE",), f"OLD.withdrawn_at IS NOT NULL AND ({_REWRITTEN})"),
    TableLaw("withdrawal_stays", ("DELETE",), f"OLD.withdrawn_at IS NOT NULL AND {closed(*FORGETTING)}"),
)
refuse(Vetting.__table__)

# --- What was written down once stays written: a consent, whose guardian somebody is, a correction by two people ---

_FORGOTTEN = closed(*FORGETTING)
_AGREED = (
    "id", "takes_part", "travels", "photo", "name_on_the_web", "method", "text_version", "given_on", "valid_until",
    "recorded_at", "guardian_id", "paper_id", "first_seen_by_id", "second_seen_by_id", "earlier",
    "guardian_name", "guardian_email", "guardian_phone",
)  # fmt: skip
_STANDS = "OLD.withdrawn_at IS NULL"  # of one that was withdrawn `withdrawal_stays` speaks

refuse_more(
    GuardianConsent.__table__,
    TableLaw(
        "consent_is_written_once",
        ("UPDATE",),
        f"({changed(*_AGREED)} OR ({_STANDS} AND {changed('presenter_id')})) AND {_FORGOTTEN}",
    ),
    TableLaw("consent_is_written_once", ("DELETE",), f"{_STANDS} AND {_FORGOTTEN}"),
)
refuse_more(
    GuardianConsent.__table__,
    TableLaw("ride_is_agreed_once", ("UPDATE OF rides",), f"{changed('rides')} AND {_FORGOTTEN}"),
)
# Of a row that says who rides with whom on a day: both facts hold on it (staffing/queries/driving.py asks the same).
RIDE_HAS_BOTH = TableLaw(
    "ride_has_both",
    ("INSERT", "UPDATE OF presenter_id, driver_id, on_day"),
    """NOT EXISTS (SELECT 1 FROM driving_check d
  WHERE d.presenter_id = NEW.driver_id AND d.result = 'cleared'
    AND d.checked_on <= NEW.on_day AND d.valid_until >= NEW.on_day
    AND NOT EXISTS (SELECT 1 FROM driving_check r WHERE r.presenter_id = d.presenter_id
                    AND r.result = 'refused' AND r.checked_on >= d.checked_on))
  OR NOT EXISTS (SELECT 1 FROM guardian_consent c
  WHERE c.presenter_id = NEW.presenter_id AND c.takes_part AND c.rides AND c.withdrawn_at IS NULL
    AND c.given_on <= NEW.on_day AND c.valid_until >= NEW.on_day)""",
)
_DRIVEN_BY_A_MINOR = """EXISTS (SELECT 1 FROM presenter p
  WHERE p.id = NEW.presenter_id AND p.adult_on > NEW.checked_on)"""
refuse_more(
    DrivingCheck.__table__,
    TableLaw("driver_is_an_adult", ("INSERT", "UPDATE"), _DRIVEN_BY_A_MINOR),
)

# Exactly, or but for what stands after a plus: what only looks alike, `invariants check` names (staffing/queries/).
_ESCAPED = "replace(replace(replace(replace({}, '!', '!!'), '%', '!%'), '_', '!_'), '@', '+%@')"
_SAME_ADDRESS = f"""(lower(NEW.email) = u.email OR lower(NEW.email) LIKE {_ESCAPED.format("u.email")} ESCAPE '!'
  OR u.email LIKE {_ESCAPED.format("lower(NEW.email)")} ESCAPE '!')"""
# CASE: addresses are compared of the minors that were found, and not first of everybody who has one.
_OF_A_MINOR = f"""EXISTS (SELECT 1 FROM user_account u JOIN presenter m ON m.user_id = u.id
  WHERE (m.id = NEW.presenter_id OR m.adult_on > NEW.named_at)
  AND CASE WHEN m.user_id = u.id THEN {_SAME_ADDRESS} ELSE FALSE END)"""

refuse(
    Guardian.__table__,
    TableLaw("guardian_is_no_minor", ("INSERT",), _OF_A_MINOR),
    TableLaw(
        "guardian_is_written_once",
        ("UPDATE",),
        f"""({changed("presenter_id", "name", "email", "phone", "named_at", "in_force_at")}
  OR {redirected("named_by_id", "user_account")}) AND {_FORGOTTEN}""",
    ),
    keys=(
        "n.id = NEW.id",
        "(n.presenter_id = NEW.presenter_id AND n.replaced_at IS NULL AND NEW.replaced_at IS NULL)",
    ),
)

_PROPOSED = ("presenter_id", "birth_date", "proposed_by_id", "proposed_at")
_SETTLED = ("confirmed_by_id", "confirmed_at", "on_the_host", "ended_at")
_OVER = "(OLD.confirmed_at IS NOT NULL OR OLD.ended_at IS NOT NULL)"

refuse(
    BirthDateCorrection.__table__,
    TableLaw("correction_is_written_once", ("INSERT",), "NEW.confirmed_at IS NOT NULL"),
    TableLaw("correction_is_written_once", ("UPDATE",), f"{changed(*_PROPOSED)} OR ({_OVER} AND {changed(*_SETTLED)})"),
    TableLaw("correction_is_written_once", ("DELETE",), _FORGOTTEN),
    keys=(
        "n.id = NEW.id",
        "(n.presenter_id = NEW.presenter_id AND n.confirmed_at IS NULL AND n.ended_at IS NULL"
        " AND NEW.confirmed_at IS NULL AND NEW.ended_at IS NULL)",
    ),
)

_LAST_CONFIRMED = """SELECT 1 FROM birth_date_correction c
  WHERE c.presenter_id = NEW.id AND c.birth_date = NEW.birth_date AND c.confirmed_at IS NOT NULL
    AND NOT EXISTS (SELECT 1 FROM birth_date_correction d
                    WHERE d.presenter_id = NEW.id AND d.confirmed_at IS NOT NULL AND d.id > c.id)"""

refuse_more(
    Presenter.__table__,
    TableLaw(
        "birth_date_is_corrected_by_two",
        ("UPDATE",),
        "OLD.birth_date IS NOT NULL AND NEW.birth_date IS NOT NULL AND NEW.birth_date <> OLD.birth_date"
        f" AND NOT EXISTS ({_LAST_CONFIRMED}) AND {closed(NamedWay.RETENTION, NamedWay.ERASURE)}",
    ),
)

# --- A stop is lifted once, with its reason; nothing else undoes it ---

_LIFTED = "OLD.lifted_at IS NOT NULL"

refuse(
    AssignmentStop.__table__,
    TableLaw("stop_stays", ("INSERT",), "NEW.lifted_at IS NOT NULL"),
    TableLaw(
        "stop_stays",
        ("UPDATE",),
        f"({changed('presenter_id', 'stopped_at')} OR ({_LIFTED} AND {changed('lifted_at', 'lifted_because')}))"
        f" AND {_FORGOTTEN}",
    ),
    TableLaw("stop_stays", ("DELETE",), _FORGOTTEN),
    keys=(
        "n.id = NEW.id",
        "(n.presenter_id = NEW.presenter_id AND n.lifted_at IS NULL AND NEW.lifted_at IS NULL)",
    ),
)

# --- Two people, not two accounts: a second look, and a consent that comes back after a withdrawal ---


def _another_person(first: str, second: str, at: str) -> TableLaw:
    """Who looks second has an account older than what she looks at, made and changed by nobody behind the first one.

    safeguarding/rules.py asks the same, with a reason for each; accounts of one origin are one person.
    """
    origin = "coalesce({0}.origin_id, {0}.id)"
    one, other, by = (origin.format(name) for name in ("one", "other", "by"))
    actions = ", ".join(f"'{action}'" for action in ACCOUNT_CHANGES)
    return TableLaw(
        "second_look_is_another_persons",
        ("UPDATE",),
        f"""NEW.{second} <> NEW.{first} AND NEW.{second} IS DISTINCT FROM OLD.{second} AND NOT EXISTS (
  SELECT 1 FROM user_account one JOIN user_account other ON other.id = NEW.{second}
  WHERE one.id = NEW.{first} AND {one} <> {other}
    AND other.created_at <= NEW.{at} - interval '{WAIT_HOURS} hours'
    AND (EXISTS (SELECT 1 FROM code_app k WHERE k.user_id = other.id)
      OR EXISTS (SELECT 1 FROM passkey k WHERE k.user_id = other.id))
    AND NOT EXISTS (SELECT 1 FROM audit_entry a JOIN user_account by
        ON by.id = CASE WHEN a.actor LIKE 'user:%' THEN CAST(substr(a.actor, 6) AS INTEGER) END
      WHERE a.thing = 'user_account' AND a.thing_id IN (one.id, other.id) AND a.action IN ({actions})
        AND a.at > NEW.{at} - interval '{WAIT_HOURS} hours'
        AND {by} = CASE WHEN a.thing_id = one.id THEN {other} ELSE {one} END))""",
    )


_PAPER = (
    "presenter_id", "guardian_id", "text_version", "given_on", "valid_until", "takes_part", "travels", "rides",
    "photo", "name_on_the_web", "scan", "scan_kind", "first_seen_by_id", "first_seen_at",
)  # fmt: skip
_NOTICE = ("told_by_phone", "told_on", "told_by_id", "told_at")
_LOOKS = ("second_seen_by_id", "second_seen_at", "host_seen_at", "ended_at")
_PAPER_IS_OVER = " OR ".join(f"{{}}.{name} IS NOT NULL" for name in _LOOKS[1:])

refuse(
    ConsentPaper.__table__,
    TableLaw(
        "paper_is_written_once",
        ("INSERT",),
        f"""{_PAPER_IS_OVER.format(*["NEW"] * 3)} OR NEW.told_at IS NOT NULL OR NOT EXISTS (
  SELECT 1 FROM guardian g WHERE g.id = NEW.guardian_id AND g.presenter_id = NEW.presenter_id)""",
    ),
    TableLaw(
        "paper_is_written_once",
        ("UPDATE",),
        f"""({changed(*_PAPER)} OR (OLD.told_at IS NOT NULL AND {changed(*_NOTICE)})
  OR (({_PAPER_IS_OVER.format(*["OLD"] * 3)}) AND {changed(*_LOOKS)})) AND {_FORGOTTEN}""",
    ),
    TableLaw("paper_is_written_once", ("DELETE",), _FORGOTTEN),
    _another_person("first_seen_by_id", "second_seen_by_id", "first_seen_at"),
)
refuse_more(
    BirthDateCorrection.__table__,
    _another_person("proposed_by_id", "confirmed_by_id", "proposed_at"),
)

_OF_ITS_PAPER = " AND ".join(
    f"p.{name} = NEW.{name}"
    for name in (
        *("presenter_id", "guardian_id", "first_seen_by_id", "text_version", "given_on", "valid_until"),
        *("takes_part", "travels", "rides", "photo"),
    )
)

refuse_more(
    GuardianConsent.__table__,
    TableLaw(
        "paper_is_seen_by_two",
        ("INSERT",),
        f"""NEW.method = 'paper' AND NOT NEW.earlier AND NOT EXISTS (SELECT 1 FROM consent_paper p
  WHERE p.id = NEW.paper_id AND {_OF_ITS_PAPER}
    AND (p.second_seen_by_id = NEW.second_seen_by_id
      OR (p.host_seen_at IS NOT NULL AND NEW.second_seen_by_id IS NULL)))""",
    ),
    TableLaw("consent_is_written_once", ("INSERT",), "NEW.earlier"),  # those of earlier times are here already
    TableLaw(
        "guardian_is_this_minors",
        ("INSERT",),
        """NEW.guardian_id IS NOT NULL AND NOT EXISTS (
  SELECT 1 FROM guardian g WHERE g.id = NEW.guardian_id AND g.presenter_id = NEW.presenter_id)""",
    ),
    TableLaw(
        "paper_is_for_a_first_consent",
        ("INSERT",),
        f"""NEW.method = 'paper' AND NOT NEW.earlier AND EXISTS (SELECT 1 FROM guardian_consent c
    WHERE c.presenter_id = NEW.presenter_id AND c.withdrawn_at IS NOT NULL
      AND c.withdrawn_by IS DISTINCT FROM 'replaced')
  AND NOT EXISTS (SELECT 1 FROM consent_paper p
    WHERE p.id = NEW.paper_id AND p.told_at <= NEW.recorded_at - interval '{WAIT_HOURS} hours')""",
    ),
)

# --- Nobody decides about herself: her own check is recorded, and her own stop lifted, by somebody else ---


def _herself(column: str) -> str:
    return f"EXISTS (SELECT 1 FROM presenter p WHERE p.id = NEW.presenter_id AND p.user_id = NEW.{column})"


for _check in (Vetting.__table__, DrivingCheck.__table__):
    refuse_more(
        _check,
        TableLaw("check_is_recorded_by_another", ("INSERT", "UPDATE OF recorded_by_id"), _herself("recorded_by_id")),
    )
refuse_more(
    AssignmentStop.__table__,
    TableLaw(
        "stop_is_lifted_by_another",
        ("UPDATE OF lifted_at, lifted_by_id",),
        f"""{_herself("lifted_by_id")}
  OR (OLD.lifted_at IS NULL AND (NEW.lifted_because IS NULL) <> (NEW.lifted_by_id IS NULL))
  OR (OLD.lifted_at IS NOT NULL AND {redirected("lifted_by_id", "user_account")} AND {_FORGOTTEN})""",
    ),
)

# --- A check ends earlier, never later; a refusal stays; who recorded a proof stays named ---

for _check in (Vetting.__table__, DrivingCheck.__table__):
    refuse_more(
        _check,
        TableLaw(
            "check_is_written_once",
            ("UPDATE",),
            f"""({changed("presenter_id", "recorded_at")}
  OR ({redirected("recorded_by_id", "user_account")} AND NOT {_herself("recorded_by_id")})
  OR NEW.valid_until > OLD.valid_until OR NEW.checked_on < OLD.checked_on
  OR (OLD.result = 'refused' AND {changed("result", "checked_on")})) AND {_FORGOTTEN}""",
        ),
        TableLaw("check_is_written_once", ("DELETE",), f"OLD.result = 'refused' AND {_FORGOTTEN}"),
    )

refuse(DrivingCheck.__table__)

# --- The next guardian speaks after a wait, a day at least; who has an account here consents on paper ---

refuse_more(
    Guardian.__table__,
    TableLaw(
        "guardian_waits",
        ("INSERT",),
        """NEW.named_at > NEW.in_force_at - interval '24 hours' AND EXISTS (SELECT 1 FROM guardian n
  WHERE n.presenter_id = NEW.presenter_id AND n.replaced_at > n.in_force_at)""",
    ),
)
refuse_more(
    GuardianConsent.__table__,
    TableLaw(
        "account_consents_on_paper",
        ("INSERT",),
        f"""NEW.method = 'link' AND EXISTS (
  SELECT 1 FROM user_account u WHERE {_SAME_ADDRESS.replace("NEW.email", "NEW.guardian_email")})""",
    ),
)

# --- The first guardian is named by two: her link gives a first consent once a second person has confirmed her ---

refuse_more(
    Guardian.__table__,
    TableLaw("first_guardian_is_confirmed", ("INSERT",), "NEW.confirmed_by_id IS NOT NULL"),
    TableLaw(
        "first_guardian_is_confirmed",
        ("UPDATE",),
        f"OLD.confirmed_at IS NOT NULL AND {changed('confirmed_by_id', 'confirmed_at')} AND {_FORGOTTEN}",
    ),
    _another_person("named_by_id", "confirmed_by_id", "named_at"),
)
refuse_more(
    GuardianConsent.__table__,
    TableLaw(
        "first_guardian_is_confirmed",
        ("INSERT",),
        """NEW.method = 'link' AND NEW.guardian_id IS NOT NULL
  AND NOT EXISTS (SELECT 1 FROM guardian_consent c WHERE c.presenter_id = NEW.presenter_id)
  AND NOT EXISTS (SELECT 1 FROM guardian g WHERE g.presenter_id = NEW.presenter_id AND g.confirmed_at IS NOT NULL)""",
    ),
)
