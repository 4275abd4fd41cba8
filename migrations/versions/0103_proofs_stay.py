"""What is kept as proof stays: a filled sheet as it was sent, and what a certificate in another's place is about."""

from alembic import op

from scheduler import all_models  # noqa: F401  (each law stands beside its table)
from scheduler.core.defences import DATABASE_LAW, create_defences, drop_defences, renew_triggers

revision = "0103_proofs_stay"
down_revision = "0102_papers_of_presenters"
branch_labels = None
depends_on = None

KINDS_OF_PAPERS = "0096_kinds_of_certificates"


def upgrade() -> None:
    create_defences(op.get_bind(), since=revision)
    for since in (DATABASE_LAW, KINDS_OF_PAPERS):
        renew_triggers(op.get_bind(), "certificate", since=since)


def downgrade() -> None:
    """Laws of certificates are made by the present text there too: nothing to take back."""
    drop_defences(op.get_bind(), since=revision)
