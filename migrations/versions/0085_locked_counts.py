"""On PostgreSQL a count that is written reads the counts of its own presentation, and no longer those of all."""

from alembic import op

from scheduler import all_models  # noqa: F401  (each law stands beside its table)
from scheduler.core.defences import DATABASE_LAW, renew_triggers

revision = "0085_locked_counts"
down_revision = "0080_proposals"
branch_labels = None
depends_on = None


def upgrade() -> None:
    renew_triggers(op.get_bind(), "head_count", since=DATABASE_LAW)


def downgrade() -> None:
    """The law says the same in other words: nothing to take back."""
