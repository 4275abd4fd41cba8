"""Indexes by which lists are put in order: the inbox, the waiting list, days that are over soon, visits of a request."""

import sqlalchemy as sa
from alembic import op

revision = "0112_lists_by_index"
down_revision = "0111_search_keys"
branch_labels = None
depends_on = None

INBOX = ["centre_id", "state", "state_since", "owner_id", "attention", "programme_id", "host_id"]
IN_LINE = ["centre_id", "state", "host_id", "special_needs", "in_line_since", "submitted_at", "parent_id"]
INDEXES = (
    ("requests_in_line", IN_LINE, "state IN ('waitlisted', 'proposed')"),
    ("requests_by_last_day", ["centre_id", "last_day", "number", "host_id"], "state IN ('waitlisted')"),
)


def _inbox_by(columns: list[str]) -> None:
    op.drop_index("requests_of_the_inbox", "school_request")
    op.create_index("requests_of_the_inbox", "school_request", columns)


def upgrade() -> None:
    _inbox_by([*INBOX, "number"])
    op.drop_index("ix_visit_school_request_id", "visit")
    op.create_index(op.f("ix_visit_school_request_id_state"), "visit", ["school_request_id", "state"])
    for name, columns, those in INDEXES:
        op.create_index(name, "school_request", columns, sqlite_where=sa.text(those), postgresql_where=sa.text(those))


def downgrade() -> None:
    for name, _columns, _those in INDEXES:
        op.drop_index(name, "school_request")
    op.drop_index("ix_visit_school_request_id_state", "visit")
    op.create_index(op.f("ix_visit_school_request_id"), "visit", ["school_request_id"])
    _inbox_by(INBOX)
