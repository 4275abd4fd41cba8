"""Other numbers that a school asks for wait for a coordinator; a visit knows from which day it was moved."""

import sqlalchemy as sa
from alembic import op

from scheduler import all_models  # noqa: F401  (each law stands beside its table)
from scheduler.core.defences import create_defences, drop_defences

revision = "0042_numbers_asked"
down_revision = "0046_districts"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
OPEN = sa.text("answered_at IS NULL")
NUMBERS = ("ordinal", "pupils_before", "parents_before", "teachers_before", "pupils", "parents", "teachers")
OUTCOMES = ("accepted", "declined", "replaced", "lapsed")


def upgrade() -> None:
    op.create_table(
        "numbers_asked",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("visit_id", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in NUMBERS),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("answered_at", MOMENT, nullable=True),
        sa.Column(
            "outcome",
            sa.Enum(*OUTCOMES, name="numbersoutcome", native_enum=False, create_constraint=True, length=30),
            nullable=True,
        ),
        sa.Column("reason", sa.String(), server_default="", nullable=False),
        sa.CheckConstraint(
            "(answered_at IS NULL) = (outcome IS NULL)", name=op.f("ck_numbers_asked_answered_with_an_outcome")
        ),
        sa.CheckConstraint(
            "pupils >= 0 AND parents >= 0 AND teachers >= 0", name=op.f("ck_numbers_asked_nobody_negative")
        ),
        sa.ForeignKeyConstraint(
            ["visit_id"], ["visit.id"], name=op.f("fk_numbers_asked_visit_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_numbers_asked")),
    )
    op.create_index(op.f("ix_numbers_asked_visit_id"), "numbers_asked", ["visit_id"])
    op.create_index(
        "one_open_question_a_presentation",
        "numbers_asked",
        ["visit_id", "ordinal"],
        unique=True,
        sqlite_where=OPEN,
        postgresql_where=OPEN,
    )
    op.add_column("visit", sa.Column("moved_from_day", sa.Date(), nullable=True))
    op.add_column("visit", sa.Column("moved_from_times", sa.String(), server_default="", nullable=False))
    create_defences(op.get_bind(), since=revision)


def downgrade() -> None:
    drop_defences(op.get_bind(), since=revision)
    op.drop_column("visit", "moved_from_times")
    op.drop_column("visit", "moved_from_day")
    op.drop_table("numbers_asked")
