"""A colleague looks after what somebody owns for some days."""

import sqlalchemy as sa
from alembic import op

revision = "0018_handing_over"
down_revision = "0017_holds"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "handover",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("centre_id", sa.Integer(), nullable=False),
        sa.Column("away_id", sa.Integer(), nullable=False),
        sa.Column("stand_in_id", sa.Integer(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("last_day >= first_day", name=op.f("ck_handover_days_in_order")),
        sa.CheckConstraint("away_id <> stand_in_id", name=op.f("ck_handover_somebody_else")),
        *(
            sa.ForeignKeyConstraint(
                [column], [f"{table}.id"], name=op.f(f"fk_handover_{column}"), ondelete="CASCADE"
            )
            for column, table in (("centre_id", "centre"), ("away_id", "user_account"), ("stand_in_id", "user_account"))
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handover")),
    )
    op.create_index(op.f("ix_handover_centre_id_last_day"), "handover", ["centre_id", "last_day"])
    op.create_table(
        "handover_district",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("handover_id", sa.Integer(), nullable=False),
        sa.Column("district_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["handover_id"], ["handover.id"], name=op.f("fk_handover_district_handover_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["district_id"], ["district.id"], name=op.f("fk_handover_district_district_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handover_district")),
        sa.UniqueConstraint("handover_id", "district_id", name=op.f("uq_handover_district_handover_id_district_id")),
    )


def downgrade() -> None:
    op.drop_table("handover_district")
    op.drop_index(op.f("ix_handover_centre_id_last_day"), "handover")
    op.drop_table("handover")
