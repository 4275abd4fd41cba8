"""The districts that a member of staff is limited to; without any she sees everything of her centre."""

import sqlalchemy as sa
from alembic import op

revision = "0046_districts"
down_revision = "0045_campaign_pages"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "user_district",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("district_id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user_district")),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_user_district_user_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["district_id"], ["district.id"], name=op.f("fk_user_district_district_id"), ondelete="RESTRICT"
        ),
        sa.UniqueConstraint("user_id", "district_id", name=op.f("uq_user_district_user_id_district_id")),
    )


def downgrade() -> None:
    op.drop_table("user_district")
