"""Of whoever is named as a guardian the address is compared with those of minors, and not with everybody's. Whether
something is kept of a visit's turn is looked up by the visit.
"""

from alembic import op

from scheduler import all_models  # noqa: F401  (each law stands beside its table)
from scheduler.core.defences import FACTS_STAY, renew_triggers
from scheduler.turns.models import KEPT_TURNS, WHICH

revision = "0118_parts_by_key"
down_revision = "0113_crew_figures"
branch_labels = None
depends_on = None


def upgrade() -> None:
    renew_triggers(op.get_bind(), "guardian", since=FACTS_STAY)
    for model, _visits, _columns in WHICH:
        renew_triggers(op.get_bind(), model.__tablename__, since=KEPT_TURNS)
    renew_triggers(op.get_bind(), "visit", since=KEPT_TURNS)


def downgrade() -> None:
    """What these triggers do is the same, so they stay: the release before works with them too."""
