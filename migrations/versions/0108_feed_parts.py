"""Parts of long calendars, which 0137 drops again: a new database is given none."""

revision = "0108_feed_parts"
down_revision = "0106_lists_by_index"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
