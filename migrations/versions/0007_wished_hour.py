"""A school that asks for another date names the hour, too."""

import sqlalchemy as sa
from alembic import op

revision = "0007_wished_hour"
down_revision = "0002_less_to_keep"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("date_wish", sa.Column("starts_local", sa.Time(), nullable=True))


def downgrade() -> None:
    op.drop_column("date_wish", "starts_local")
