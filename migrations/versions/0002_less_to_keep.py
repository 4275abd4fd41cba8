"""What nobody used goes: the columns that somebody hides in a list."""

from alembic import op

revision = "0002_less_to_keep"
down_revision = "0001_first_release"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_table("hidden_columns")


def downgrade() -> None:
    raise NotImplementedError("what was kept is gone: restore a backup")
