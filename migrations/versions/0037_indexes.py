"""What is asked by a column is found by an index; which visits still wait for certificates is a column."""

import sqlalchemy as sa
from alembic import op

revision = "0037_indexes"
down_revision = "0036_login_identity"
branch_labels = None
depends_on = None

ASKED_BY = (
    ("assignment", "busy_until"),
    ("certificate", "visit_id"),
    ("certificate", "replaced_by_id"),
    ("date_hold", "school_request_id"),
    ("date_offer", "school_request_id"),
    ("date_wish", "visit_id"),
    ("form_key", "at"),
    ("school_request", "merged_into_id"),
    ("school_request", "parent_id"),
    ("visit", "school_request_id"),
)
WAITING = "visits_not_settled"
FREED = "freed_by_the_database"


def upgrade() -> None:
    """The first sweep of certificates settles the visits of before, a hundred at a time."""
    for table, *columns in ASKED_BY:
        op.create_index(op.f(f"ix_{table}_{'_'.join(columns)}"), table, columns)
    freed = sa.text("reason = 'ended_in_database'")
    op.create_index(FREED, "assignment", ["presentation_id"], sqlite_where=freed, postgresql_where=freed)
    op.add_column("visit", sa.Column("papers_settled", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_index(
        WAITING,
        "visit",
        ["state", "centre_id"],
        sqlite_where=sa.text("papers_settled = 0"),
        postgresql_where=sa.text("NOT papers_settled"),
    )


def downgrade() -> None:
    op.drop_index(WAITING, table_name="visit")
    op.drop_column("visit", "papers_settled")
    op.drop_index(FREED, table_name="assignment")
    for table, *columns in reversed(ASKED_BY):
        op.drop_index(op.f(f"ix_{table}_{'_'.join(columns)}"), table_name=table)
