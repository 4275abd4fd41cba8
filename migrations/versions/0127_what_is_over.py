"""Indexes of kept turns, which 0132 drops again: a new database is given none."""

revision = "0127_what_is_over"
down_revision = "0126_hours_in_order"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
