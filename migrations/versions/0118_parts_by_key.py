"""What tells a calendar's months of a change finds each month by its key, and looks through no table.

Of whoever is named as a guardian the address is compared with those of minors, and not with everybody's.
"""

from alembic import op

from scheduler import all_models  # noqa: F401  (each law stands beside its table)
from scheduler.core.defences import FACTS_STAY, renew_triggers
from scheduler.feeds.models import FEED_PARTS

revision = "0118_parts_by_key"
down_revision = "0113_crew_figures"
branch_labels = None
depends_on = None

TELL_PARTS = ("assignment", "calendar_entry", "presentation", "visit")


def upgrade() -> None:
    for table in TELL_PARTS:
        renew_triggers(op.get_bind(), table, since=FEED_PARTS)
    renew_triggers(op.get_bind(), "guardian", since=FACTS_STAY)


def downgrade() -> None:
    """What these triggers do is the same, so they stay: the release before works with them too."""
