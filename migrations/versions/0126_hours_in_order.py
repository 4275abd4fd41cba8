"""All hours that anybody keeps are read from an index: five of them, and not a row for each presenter and weekday."""

from alembic import op

revision = "0126_hours_in_order"
down_revision = "0125_marks_of_one_row"
branch_labels = None
depends_on = None

NAME = "ix_available_hours_weekday_from_local_until_local"


def upgrade() -> None:
    op.create_index(op.f(NAME), "available_hours", ["weekday", "from_local", "until_local"])


def downgrade() -> None:
    op.drop_index(op.f(NAME), "available_hours")
