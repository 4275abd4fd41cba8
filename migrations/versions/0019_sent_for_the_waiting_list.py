"""A school may send its request for the waiting list, when nothing is free."""

import sqlalchemy as sa
from alembic import op

revision = "0019_sent_for_the_waiting_list"
down_revision = "0018_handing_over"
branch_labels = None
depends_on = None


def upgrade() -> None:
    waits = sa.Column("for_waiting_list", sa.Boolean(), nullable=False, server_default=sa.false())
    op.add_column("school_request", waits)


def downgrade() -> None:
    op.drop_column("school_request", "for_waiting_list")
