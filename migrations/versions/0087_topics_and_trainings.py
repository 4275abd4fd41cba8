"""A centre makes lists of topics of its own; on which day a presenter was trained, and in what."""

import sqlalchemy as sa
from alembic import op

from scheduler import all_models  # noqa: F401  (each law stands beside its table)
from scheduler.core.defences import create_defences, drop_defences

revision = "0087_topics_and_trainings"
down_revision = "0084_reach_of_posts"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
SUBJECTS = ("speaking", "online_safety", "handing_on", "reporting", "programme")


def _to(table: str, column: str, other: str, ondelete: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}"), ondelete=ondelete)


def upgrade() -> None:
    _lists()
    _trainings()
    create_defences(op.get_bind(), since=revision)


def _lists() -> None:
    table = "helpline_list"
    op.create_table(
        table,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("centre_id", sa.Integer(), nullable=False),
        sa.Column("code_list", sa.Integer(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("added_at", MOMENT, nullable=False),
        sa.Column("added_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("code_list > 1000", name=op.f(f"ck_{table}_beyond_the_shipped")),
        _to(table, "centre_id", "centre", "RESTRICT"),
        _to(table, "added_by_id", "user_account", "SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("centre_id", "first_day", name="one_list_from_a_day"),
        sa.UniqueConstraint("code_list", name=op.f(f"uq_{table}_code_list")),
    )


def _trainings() -> None:
    table = "presenter_training"
    subject = sa.Enum(*SUBJECTS, name="trainingsubject", native_enum=False, create_constraint=True, length=30)
    op.create_table(
        table,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("presenter_id", sa.Integer(), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("subject", subject, nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("recorded_at", MOMENT, nullable=False),
        sa.Column("recorded_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("minutes BETWEEN 15 AND 600", name=op.f(f"ck_{table}_minutes_of_a_day")),
        _to(table, "presenter_id", "presenter", "CASCADE"),
        _to(table, "recorded_by_id", "user_account", "SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("presenter_id", "on_day", "subject", name="training_once_a_day"),
    )


def downgrade() -> None:
    drop_defences(op.get_bind(), since=revision)
    op.drop_table("presenter_training")
    op.drop_table("helpline_list")
