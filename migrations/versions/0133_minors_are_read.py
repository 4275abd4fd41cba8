"""The minors of a centre are read with each page of staff: their version, and the triggers that changed it, go."""

from alembic import op

from scheduler.core.defences import drop_table_with_triggers

revision = "0133_minors_are_read"
down_revision = "0132_turns_are_judged_live"
branch_labels = None
depends_on = None


def upgrade() -> None:
    drop_table_with_triggers(op.get_bind(), "minors_version")


def downgrade() -> None:
    """Nothing to put back: the version said only that names had changed."""
