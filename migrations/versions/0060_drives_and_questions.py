"""A drive is an adult's, and of a visit that was held; nobody is asked about the numbers of a visit that is over."""

from alembic import op

from scheduler import all_models  # noqa: F401  (each law stands beside its table)
from scheduler.core.defences import create_defences, drop_defences

revision = "0060_drives_and_questions"
down_revision = "0051_visits_follow"
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_defences(op.get_bind(), since=revision)


def downgrade() -> None:
    drop_defences(op.get_bind(), since=revision)
