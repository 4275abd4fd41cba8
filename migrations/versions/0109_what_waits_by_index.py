"""Indexes of the few: visits that were not held, and numbers that wait for a lock, among all of ten years."""

import sqlalchemy as sa
from alembic import op

revision = "0109_what_waits_by_index"
down_revision = "0108_feed_parts"
branch_labels = None
depends_on = None

INDEXES = (
    ("visits_not_held", "visit", ["centre_id", "on_day"], "state IN ('disrupted', 'replanned', 'cancelled')"),
    ("counts_to_lock", "attendance", ["presentation_id"], "state IN ('submitted', 'countersigned', 'assumed')"),
)


def upgrade() -> None:
    for name, table, columns, those in INDEXES:
        op.create_index(name, table, columns, sqlite_where=sa.text(those), postgresql_where=sa.text(those))


def downgrade() -> None:
    for name, table, _columns, _those in INDEXES:
        op.drop_index(name, table)
