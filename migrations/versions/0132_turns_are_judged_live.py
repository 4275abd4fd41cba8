"""Whose turn it is, is judged when a page asks: the kept verdicts, their marks and triggers go."""

from alembic import op

from scheduler.core.defences import drop_table_with_triggers

revision = "0132_turns_are_judged_live"
down_revision = "0128_two_people"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ("turn_mark", "kept_turn"):
        drop_table_with_triggers(op.get_bind(), table)


def downgrade() -> None:
    """Nothing to put back: what these tables held is judged from other rows."""
