"""What was written down once stays written: consents, guardians, corrections, held visits; an opened way is told."""

from alembic import op

from scheduler import all_models  # noqa: F401  (each law stands beside its table)
from scheduler.core.defences import FACTS_STAY, create_defences, drop_defences

revision = "0032_facts_stay"
down_revision = "0031_what_a_form_said"
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_defences(op.get_bind(), since=FACTS_STAY)


def downgrade() -> None:
    drop_defences(op.get_bind(), since=FACTS_STAY)
