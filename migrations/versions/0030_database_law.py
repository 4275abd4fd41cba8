"""The database holds its law whole: what it refuses, what it frees by itself, and the named ways past it."""

import sqlalchemy as sa
from alembic import op

from scheduler import all_models  # noqa: F401  (each law stands beside its table)
from scheduler.core.defences import DATABASE_LAW, create_defences, drop_defences, renew_triggers

revision = "0030_database_law"
down_revision = "0029_consent_of_the_guardian"
branch_labels = None
depends_on = None

WAYS = ("demo", "undo_import", "retention", "erasure", "release")


def upgrade() -> None:
    op.create_table(
        "open_way",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column(
            "way", sa.Enum(*WAYS, name="namedway", native_enum=False, create_constraint=True, length=30), nullable=False
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_open_way")),
    )
    for table in ("assignment", "audit_entry"):
        renew_triggers(op.get_bind(), table)
    create_defences(op.get_bind(), since=DATABASE_LAW)


def downgrade() -> None:
    """The triggers of the crew keep their new text: it asks for nothing that an older schema lacks."""
    drop_defences(op.get_bind(), since=DATABASE_LAW)
    op.drop_table("open_way")
