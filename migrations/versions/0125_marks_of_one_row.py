"""What marks one visit, or one place and year, makes no list of it first, on SQLite: a file of past years has 500,000."""

from alembic import op

from scheduler import all_models  # noqa: F401  (each law stands beside its table)
from scheduler.attendance.models import KEPT_FIGURES
from scheduler.core.defences import renew_triggers

revision = "0125_marks_of_one_row"
down_revision = "0123_place_figures"
branch_labels = None
depends_on = None

COUNTED = ("attendance", "head_count", "assignment", "visit", "presenter")


def upgrade() -> None:
    for table in COUNTED:
        renew_triggers(op.get_bind(), table, since=KEPT_FIGURES)


def downgrade() -> None:
    """What these triggers do is the same, so they stay: the release before works with them too."""
