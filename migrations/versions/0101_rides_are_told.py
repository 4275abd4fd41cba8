"""A driver is warned before her check ends; guardian and driver are told of a ride, and when it is one no longer."""

import sqlalchemy as sa
from alembic import op

from scheduler import all_models  # noqa: F401  (each law stands beside its table)
from scheduler.core.defences import RIDES, renew_triggers

revision = "0101_rides_are_told"
down_revision = "0099_back_to_the_centres"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("driving_check", sa.Column("warned_days", sa.Integer(), nullable=True))
    op.add_column("car_ride", sa.Column("told_start", sa.Time(), nullable=True))
    for table in ("car_ride", "proposed_ride"):
        renew_triggers(op.get_bind(), table, since=RIDES)


def downgrade() -> None:
    """The law of rides asks as before of what it is about: nothing to take back there."""
    op.drop_column("car_ride", "told_start")
    op.drop_column("driving_check", "warned_days")
