"""A concern and a hand-off stay as they were reported, a check is never lengthened, the next guardian waits."""

from alembic import op

from scheduler import all_models  # noqa: F401  (each law stands beside its table)
from scheduler.core.defences import FACTS_STAY, TWO_PEOPLE, create_defences, drop_defences, renew_triggers

revision = "0129_reports_stay"
down_revision = "0128_two_people"
branch_labels = None
depends_on = None

SAY_MORE = {"guardian": FACTS_STAY, "concern_about": TWO_PEOPLE, "hand_off": TWO_PEOPLE, "assignment_stop": TWO_PEOPLE}


def upgrade() -> None:
    create_defences(op.get_bind(), since=revision)
    for table, since in SAY_MORE.items():
        renew_triggers(op.get_bind(), table, since=since)


def downgrade() -> None:
    """What says more stays: the release before does nothing that it refuses."""
    drop_defences(op.get_bind(), since=revision)
