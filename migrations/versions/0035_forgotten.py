"""Who is erased leaves a row without a name; the keyed hash of a certificate's holder can be forgotten, too."""

import sqlalchemy as sa
from alembic import op

from scheduler import all_models  # noqa: F401  (each law stands beside its table)
from scheduler.core.defences import DATABASE_LAW, renew_triggers

revision = "0035_forgotten"
down_revision = "0034_second_step"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("user_account", sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True))
    renew_triggers(op.get_bind(), "certificate", since=DATABASE_LAW)


def downgrade() -> None:
    """The triggers of certificates keep their new text: it asks for nothing that an older schema lacks."""
    op.drop_column("user_account", "erased_at")
