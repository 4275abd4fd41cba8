"""Periods that a centre has signed off, the differences that later ones carry, and who has read a late cancellation."""

import sqlalchemy as sa
from alembic import op

from scheduler.core.defences import create_defences

revision = "0025_signed_periods"
down_revision = "0024_substitutes"
branch_labels = None
depends_on = None

COUNTED = ("visits", "presentations", "pupils", "parents", "teachers", "others", "cities", "kilometres")


def upgrade() -> None:
    op.create_table(
        "signed_period",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("centre_id", sa.Integer(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in COUNTED),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("signed_by_id", sa.Integer(), nullable=True),
        sa.Column("taken_back_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("taken_back_why", sa.String(), nullable=True),
        *(
            sa.CheckConstraint(condition, name=op.f(f"ck_signed_period_{name}"))
            for name, condition in (
                ("days_in_order", "last_day >= first_day"),
                ("no_less_than_nothing", " AND ".join(f"{name} >= 0" for name in COUNTED)),
                ("taken_back_with_a_reason", "(taken_back_at IS NULL) = (taken_back_why IS NULL)"),
            )
        ),
        sa.ForeignKeyConstraint(
            ["centre_id"], ["centre.id"], name=op.f("fk_signed_period_centre_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["signed_by_id"], ["user_account.id"], name=op.f("fk_signed_period_signed_by_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signed_period")),
    )
    op.create_index(op.f("ix_signed_period_centre_id_first_day"), "signed_period", ["centre_id", "first_day"])
    op.create_table(
        "carried_difference",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("carried_in_id", sa.Integer(), nullable=False),
        sa.Column("of_period_id", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in COUNTED),
        sa.CheckConstraint("carried_in_id <> of_period_id", name=op.f("ck_carried_difference_in_another_period")),
        sa.CheckConstraint(
            " OR ".join(f"{name} <> 0" for name in COUNTED), name=op.f("ck_carried_difference_is_a_difference")
        ),
        *(
            sa.ForeignKeyConstraint(
                [column], ["signed_period.id"], name=op.f(f"fk_carried_difference_{column}"), ondelete="RESTRICT"
            )
            for column in ("carried_in_id", "of_period_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_carried_difference")),
        sa.UniqueConstraint("carried_in_id", "of_period_id", name="each_period_once"),
    )
    op.create_index(op.f("ix_carried_difference_of_period_id"), "carried_difference", ["of_period_id"])
    create_defences(op.get_bind(), only="signed_period")
    _late_notice()


def _late_notice() -> None:
    op.create_table(
        "late_notice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("visit_id", sa.Integer(), nullable=False),
        sa.Column("presenter_id", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("kilometres", sa.Integer(), nullable=True),
        sa.CheckConstraint("kilometres BETWEEN 0 AND 2000", name=op.f("ck_late_notice_driven_in_a_day")),
        *(
            sa.ForeignKeyConstraint(
                [f"{thing}_id"], [f"{thing}.id"], name=op.f(f"fk_late_notice_{thing}_id"), ondelete="CASCADE"
            )
            for thing in ("visit", "presenter")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_late_notice")),
        sa.UniqueConstraint("visit_id", "presenter_id", name="each_asked_once"),
    )
    op.create_index(op.f("ix_late_notice_presenter_id"), "late_notice", ["presenter_id"])


def downgrade() -> None:
    op.drop_table("late_notice")
    op.drop_table("carried_difference")
    op.drop_table("signed_period")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION IF EXISTS signed_period_stays() CASCADE")
