"""Kept figures by place alone, which 0136 drops again: a new database is given none."""

revision = "0123_place_figures"
down_revision = "0119_request_tallies"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
