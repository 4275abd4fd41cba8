"""A calendar is kept in one piece: parts by month, their versions and the triggers that took them out go."""

from alembic import op

from scheduler.core.defences import drop_table_with_triggers

revision = "0137_calendars_in_one_piece"
down_revision = "0136_fewer_kept_figures"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ("feed_part", "feed_month"):
        drop_table_with_triggers(op.get_bind(), table)


def downgrade() -> None:
    """Nothing to put back: parts are made from the stored entries."""
