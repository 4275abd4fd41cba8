"""What is stored of cohorts: numbers, days and choices. No column holds a text that somebody typed."""

import datetime as dt

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from scheduler.cohorts.terms import HIGHEST_LEVEL, LARGEST_COHORT, MOST_PRACTICE_GROUPS, SMALLEST_COHORT, CohortSkill
from scheduler.core.db import Base
from scheduler.core.defences import TableLaw, changed, refuse
from scheduler.core.ways import NamedWay, closed
from scheduler.places.models import Host
from scheduler.programmes.terms import SchoolLevel


class Cohort(Base):
    """A group of one school that is trained in parts until its school year ends."""

    __tablename__ = "cohort"
    __table_args__ = (
        CheckConstraint(f"size BETWEEN {SMALLEST_COHORT} AND {LARGEST_COHORT}", name="size_of_a_group"),
        CheckConstraint(
            "(school_level = 'primary' AND grade BETWEEN 1 AND 8)"
            " OR (school_level = 'secondary' AND grade BETWEEN 1 AND 4)",
            name="grade_of_its_school",
        ),
        CheckConstraint(f"level BETWEEN 0 AND {HIGHEST_LEVEL}", name="level_counts_skills"),
        CheckConstraint("ends_on >= began_on", name="days_in_order"),
        CheckConstraint("gave_up_on BETWEEN began_on AND ends_on", name="given_up_while_it_lives"),
        CheckConstraint("version > 0", name="version_counts"),
        Index(None, "centre_id", "ends_on"),
        Index(None, "host_id"),
        Index(None, "programme_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)  # D-2026-0007
    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id", ondelete="RESTRICT"))
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id", ondelete="RESTRICT"))
    host_id: Mapped[int] = mapped_column(ForeignKey("host.id", ondelete="RESTRICT"))
    school_level: Mapped[SchoolLevel]
    grade: Mapped[int]
    size: Mapped[int]
    level: Mapped[int] = mapped_column(default=0)  # in how many skills it was trained
    began_on: Mapped[dt.date]
    ends_on: Mapped[dt.date]  # the last day of its school year
    gave_up_on: Mapped[dt.date | None]
    version: Mapped[int] = mapped_column(default=1)

    host: Mapped[Host] = relationship(lazy="raise")

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012  (SQLAlchemy's own name)


class CohortPart(Base):
    """A request for a training of a cohort, and what it trains. Its visit says whether it was held, and by whom."""

    __tablename__ = "cohort_part"
    __table_args__ = (Index(None, "cohort_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    cohort_id: Mapped[int] = mapped_column(ForeignKey("cohort.id", ondelete="RESTRICT"))
    school_request_id: Mapped[int] = mapped_column(ForeignKey("school_request.id", ondelete="RESTRICT"), unique=True)
    skill: Mapped[CohortSkill]

    cohort: Mapped[Cohort] = relationship(lazy="raise")


class PracticeCase(Base):
    """A case of the practice of reporting as a centre has worded it; others are as the product ships them."""

    __tablename__ = "practice_case"
    __table_args__ = (
        UniqueConstraint("centre_id", "code", name="case_once_in_a_centre"),
        CheckConstraint("tell_adult OR block_report OR hotline OR helpline", name="some_way_is_right"),
        CheckConstraint("story_sr_cyrl <> '' AND why_sr_cyrl <> ''", name="case_has_words"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id", ondelete="CASCADE"))
    code: Mapped[str]  # as data/practice_cases.csv has it
    story_sr_cyrl: Mapped[str]
    story_en: Mapped[str]
    why_sr_cyrl: Mapped[str]
    why_en: Mapped[str]
    tell_adult: Mapped[bool]
    block_report: Mapped[bool]
    hotline: Mapped[bool]
    helpline: Mapped[bool]


class PracticeSum(Base):
    """How many groups answered a case in one part, and how many rightly: sums alone, never an answer."""

    __tablename__ = "practice_sum"
    __table_args__ = (
        UniqueConstraint("part_id", "code", name="case_once_in_a_part"),
        CheckConstraint(f"groups BETWEEN 1 AND {MOST_PRACTICE_GROUPS}", name="groups_of_a_class"),
        CheckConstraint("correct BETWEEN 0 AND groups", name="no_more_right_than_all"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    part_id: Mapped[int] = mapped_column(ForeignKey("cohort_part.id", ondelete="CASCADE"))
    code: Mapped[str]
    groups: Mapped[int]
    correct: Mapped[int]


# --- What the database itself refuses ---

_MERGED = "EXISTS (SELECT 1 FROM host_merger m WHERE m.host_id = OLD.host_id AND m.into_id = NEW.host_id)"
_EARNED = (
    "(SELECT COUNT(DISTINCT p.skill) FROM cohort_part p JOIN visit v ON v.school_request_id = p.school_request_id"
    " JOIN presentation s ON s.visit_id = v.id"
    " WHERE p.cohort_id = NEW.id AND s.state IN ('delivered', 'part_delivered'))"
)
_HELD = (
    "EXISTS (SELECT 1 FROM visit v JOIN presentation s ON s.visit_id = v.id"
    " WHERE v.school_request_id = OLD.school_request_id AND s.state IN ('delivered', 'part_delivered'))"
)
_FITTING_REQUEST = (
    "EXISTS (SELECT 1 FROM school_request r JOIN cohort c ON c.id = NEW.cohort_id JOIN programme g"
    " ON g.id = r.programme_id WHERE r.id = NEW.school_request_id AND r.host_id = c.host_id"
    " AND r.centre_id = c.centre_id AND g.kind = 'cohort_training')"
)
_NO_DEMO = closed(NamedWay.DEMO)

refuse(
    Cohort.__table__,
    TableLaw("level_is_earned", ("INSERT",), "NEW.level > 0"),
    TableLaw("level_is_earned", ("UPDATE OF level",), f"{changed('level')} AND NEW.level > {_EARNED}"),
    TableLaw("level_only_rises", ("UPDATE OF level",), "NEW.level < OLD.level"),
    TableLaw(
        "cohort_keeps_its_school",
        ("UPDATE",),
        f"{changed('code', 'centre_id', 'programme_id', 'began_on', 'ends_on')}"
        f" OR ({changed('host_id')} AND NOT {_MERGED})",
    ),
    TableLaw("cohort_stays", ("DELETE",), _NO_DEMO),
    keys=("n.id = NEW.id", "n.code = NEW.code"),
)
refuse(
    CohortPart.__table__,
    TableLaw("part_fits_its_cohort", ("INSERT",), f"NOT {_FITTING_REQUEST}"),
    TableLaw(
        "part_keeps_its_cohort",
        ("UPDATE",),
        f"{changed('cohort_id', 'school_request_id')} OR ({changed('skill')} AND {_HELD})",
    ),
    TableLaw("part_stays", ("DELETE",), f"{_HELD} AND {_NO_DEMO}"),
    keys=("n.id = NEW.id", "n.school_request_id = NEW.school_request_id"),
)
refuse(
    PracticeSum.__table__,
    TableLaw(
        "practice_is_of_reporting",
        ("INSERT",),
        "NOT EXISTS (SELECT 1 FROM cohort_part p WHERE p.id = NEW.part_id AND p.skill = 'report')",
    ),
    TableLaw(
        "sums_only_rise",
        ("UPDATE",),
        f"{changed('part_id', 'code')} OR NEW.groups < OLD.groups OR NEW.correct < OLD.correct",
    ),
    keys=("n.id = NEW.id", "(n.part_id = NEW.part_id AND n.code = NEW.code)"),
)
