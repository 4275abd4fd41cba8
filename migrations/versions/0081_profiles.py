"""Texts of yearly profiles, and profiles as they were signed."""

import sqlalchemy as sa
from alembic import op

from scheduler import all_models  # noqa: F401  (each law stands beside its table)
from scheduler.core.defences import create_defences, drop_defences

revision = "0081_profiles"
down_revision = "0080_proposals"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
TYPED = ("about_sr_cyrl", "about_en", "plans_sr_cyrl", "plans_en")


def _to(table: str, column: str, other: str, ondelete: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}"), ondelete=ondelete)


def upgrade() -> None:
    _texts()
    _signed()
    create_defences(op.get_bind(), since=revision)


def _texts() -> None:
    table = "profile_text"
    op.create_table(
        table,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("centre_id", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Date(), nullable=False) for name in ("first_day", "last_day")),
        *(sa.Column(name, sa.String(), nullable=False) for name in TYPED),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("last_day >= first_day", name=op.f(f"ck_{table}_days_in_order")),
        sa.CheckConstraint(
            " AND ".join(f"length({name}) <= 6000" for name in TYPED), name=op.f(f"ck_{table}_no_longer")
        ),
        _to(table, "centre_id", "centre", "RESTRICT"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("centre_id", "first_day", "last_day", name="texts_once_for_some_days"),
    )


def _signed() -> None:
    table = "signed_profile"
    op.create_table(
        table,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("centre_id", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Date(), nullable=False) for name in ("first_day", "last_day")),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("papers", "public_papers")),
        sa.Column("signed_at", MOMENT, nullable=False),
        sa.Column("signed_by_id", sa.Integer(), nullable=True),
        sa.Column("taken_back_at", MOMENT, nullable=True),
        sa.Column("taken_back_why", sa.String(), nullable=True),
        sa.CheckConstraint("last_day >= first_day", name=op.f(f"ck_{table}_days_in_order")),
        sa.CheckConstraint("papers <> ''", name=op.f(f"ck_{table}_says_something")),
        sa.CheckConstraint(
            "(taken_back_at IS NULL) = (taken_back_why IS NULL)", name=op.f(f"ck_{table}_taken_back_with_a_reason")
        ),
        _to(table, "centre_id", "centre", "RESTRICT"),
        _to(table, "signed_by_id", "user_account", "SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )
    op.create_index(op.f(f"ix_{table}_centre_id_first_day"), table, ["centre_id", "first_day"], unique=False)


def downgrade() -> None:
    drop_defences(op.get_bind(), since=revision)
    op.drop_table("signed_profile")
    op.drop_table("profile_text")
