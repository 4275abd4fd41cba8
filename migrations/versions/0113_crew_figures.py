"""Kept figures by presenter, which 0136 drops again: a new database is given none."""

revision = "0113_crew_figures"
down_revision = "0112_lists_by_index"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
