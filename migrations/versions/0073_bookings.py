"""What a school sends together is one booking: its requests share the number of the first."""

import sqlalchemy as sa
from alembic import op

from scheduler import all_models  # noqa: F401  (each law stands beside its table)
from scheduler.core.defences import create_defences, drop_defences

revision = "0073_bookings"
down_revision = "0072_programme_words"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("school_request", sa.Column("booking", sa.String(), nullable=False, server_default=""))
    op.execute("UPDATE school_request SET booking = number")
    op.create_index(op.f("ix_school_request_booking"), "school_request", ["booking"])
    create_defences(op.get_bind(), since=revision)


def downgrade() -> None:
    drop_defences(op.get_bind(), since=revision)
    op.drop_index(op.f("ix_school_request_booking"), "school_request")
    op.drop_column("school_request", "booking")
