"""Reports by presenter and by place are counted when they are asked: their kept sums and triggers go."""

from alembic import op

from scheduler.core.defences import drop_table_with_triggers

revision = "0136_fewer_kept_figures"
down_revision = "0128_two_people"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ("place_figure", "crew_figure"):
        drop_table_with_triggers(op.get_bind(), table)


def downgrade() -> None:
    """Nothing to put back: what these tables held is counted from other rows."""
