"""Indexes of what lists are put in order by: requests that wait in line, and what is kept of whose turn it is."""

import sqlalchemy as sa
from alembic import op

revision = "0112_lists_by_index"
down_revision = "0111_search_keys"
branch_labels = None
depends_on = None

IN_LINE = ["centre_id", "state", "host_id", "special_needs", "in_line_since", "submitted_at", "parent_id"]
INDEXES = (("requests_in_line", "school_request", IN_LINE, "state IN ('waitlisted', 'proposed')"),)


def upgrade() -> None:
    for name, table, columns, those in INDEXES:
        op.create_index(name, table, columns, sqlite_where=sa.text(those), postgresql_where=sa.text(those))


def downgrade() -> None:
    for name, table, _columns, _those in INDEXES:
        op.drop_index(name, table)
