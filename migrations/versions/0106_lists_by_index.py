"""Lists find what they show by an index of their own; an index of a column that few rows have is one of those rows."""

import sqlalchemy as sa
from alembic import op

revision = "0106_lists_by_index"
down_revision = "0105_minors_version"
branch_labels = None
depends_on = None

FEW = (("certificate", "presenter_id"), ("school_request", "merged_into_id"))
LETTERS = {
    "papers_to_tell": "state = 'issued' AND told_at IS NULL AND presenter_id IS NULL",
    "papers_that_are_told": "state = 'issued' AND told_at IS NOT NULL AND presenter_id IS NULL",
}


def upgrade() -> None:
    for table, column in FEW:
        there = sa.text(f"{column} IS NOT NULL")
        op.drop_index(op.f(f"ix_{table}_{column}"), table)
        op.create_index(
            op.f(f"ix_{table}_{column}"), table, [column], sqlite_where=there, postgresql_where=there
        )
    for name, which in LETTERS.items():
        these = sa.text(which)
        op.create_index(name, "certificate", ["visit_id"], sqlite_where=these, postgresql_where=these)


def downgrade() -> None:
    for name in LETTERS:
        op.drop_index(name, "certificate")
    for table, column in FEW:
        op.drop_index(op.f(f"ix_{table}_{column}"), table)
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column])
