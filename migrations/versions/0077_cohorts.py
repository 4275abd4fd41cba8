"""Web Detectives: cohorts of a school, and the requests that are their parts."""

import sqlalchemy as sa
from alembic import op

from scheduler import all_models  # noqa: F401  (each law stands beside its table)
from scheduler.core.defences import create_defences, drop_defences

revision = "0077_cohorts"
down_revision = "0076_helpline_figures"
branch_labels = None
depends_on = None

TEXTS = ("story_sr_cyrl", "story_en", "why_sr_cyrl", "why_en")
WAYS = ("tell_adult", "block_report", "hotline", "helpline")


def _one_of(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=30)


def _points(table: str, column: str, to: str, ondelete: str = "RESTRICT") -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=op.f(f"fk_{table}_{column}"), ondelete=ondelete)


def upgrade() -> None:
    op.create_table(
        "cohort",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("centre_id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("host_id", sa.Integer(), nullable=False),
        sa.Column("school_level", _one_of("schoollevel", "primary", "secondary", "none"), nullable=False),
        sa.Column("grade", sa.Integer(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("began_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("gave_up_on", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("size BETWEEN 5 AND 60", name=op.f("ck_cohort_size_of_a_group")),
        sa.CheckConstraint(
            "(school_level = 'primary' AND grade BETWEEN 1 AND 8)"
            " OR (school_level = 'secondary' AND grade BETWEEN 1 AND 4)",
            name=op.f("ck_cohort_grade_of_its_school"),
        ),
        sa.CheckConstraint("level BETWEEN 0 AND 3", name=op.f("ck_cohort_level_counts_skills")),
        sa.CheckConstraint("ends_on >= began_on", name=op.f("ck_cohort_days_in_order")),
        sa.CheckConstraint("gave_up_on BETWEEN began_on AND ends_on", name=op.f("ck_cohort_given_up_while_it_lives")),
        sa.CheckConstraint("version > 0", name=op.f("ck_cohort_version_counts")),
        _points("cohort", "centre_id", "centre"),
        _points("cohort", "programme_id", "programme"),
        _points("cohort", "host_id", "host"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cohort")),
        sa.UniqueConstraint("code", name=op.f("uq_cohort_code")),
    )
    op.create_index(op.f("ix_cohort_centre_id_ends_on"), "cohort", ["centre_id", "ends_on"], unique=False)
    op.create_index(op.f("ix_cohort_host_id"), "cohort", ["host_id"], unique=False)
    op.create_index(op.f("ix_cohort_programme_id"), "cohort", ["programme_id"], unique=False)
    op.create_table(
        "cohort_part",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cohort_id", sa.Integer(), nullable=False),
        sa.Column("school_request_id", sa.Integer(), nullable=False),
        sa.Column("skill", _one_of("cohortskill", "recognise", "help", "report"), nullable=False),
        _points("cohort_part", "cohort_id", "cohort"),
        _points("cohort_part", "school_request_id", "school_request"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cohort_part")),
        sa.UniqueConstraint("school_request_id", name=op.f("uq_cohort_part_school_request_id")),
    )
    op.create_index(op.f("ix_cohort_part_cohort_id"), "cohort_part", ["cohort_id"], unique=False)
    _practice()
    create_defences(op.get_bind(), since=revision)


def _practice() -> None:
    op.create_table(
        "practice_case",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("centre_id", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("code", *TEXTS)),
        *(sa.Column(name, sa.Boolean(), nullable=False) for name in WAYS),
        sa.CheckConstraint(" OR ".join(WAYS), name=op.f("ck_practice_case_some_way_is_right")),
        sa.CheckConstraint("story_sr_cyrl <> '' AND why_sr_cyrl <> ''", name=op.f("ck_practice_case_case_has_words")),
        _points("practice_case", "centre_id", "centre", "CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_practice_case")),
        sa.UniqueConstraint("centre_id", "code", name="case_once_in_a_centre"),
    )
    op.create_table(
        "practice_sum",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("part_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("groups", sa.Integer(), nullable=False),
        sa.Column("correct", sa.Integer(), nullable=False),
        sa.CheckConstraint("groups BETWEEN 1 AND 60", name=op.f("ck_practice_sum_groups_of_a_class")),
        sa.CheckConstraint("correct BETWEEN 0 AND groups", name=op.f("ck_practice_sum_no_more_right_than_all")),
        _points("practice_sum", "part_id", "cohort_part", "CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_practice_sum")),
        sa.UniqueConstraint("part_id", "code", name="case_once_in_a_part"),
    )


def downgrade() -> None:
    drop_defences(op.get_bind(), since=revision)
    op.drop_table("practice_sum")
    op.drop_table("practice_case")
    op.drop_table("cohort_part")
    op.drop_table("cohort")
