"""The list of letters finds what it shows by indexes of its own."""

import sqlalchemy as sa
from alembic import op

revision = "0106_lists_by_index"
down_revision = "0105_minors_version"
branch_labels = None
depends_on = None

LETTERS = {
    "papers_to_tell": "state = 'issued' AND told_at IS NULL AND presenter_id IS NULL",
    "papers_that_are_told": "state = 'issued' AND told_at IS NOT NULL AND presenter_id IS NULL",
}


def upgrade() -> None:
    for name, which in LETTERS.items():
        these = sa.text(which)
        op.create_index(name, "certificate", ["visit_id"], sqlite_where=these, postgresql_where=these)


def downgrade() -> None:
    for name in LETTERS:
        op.drop_index(name, "certificate")
