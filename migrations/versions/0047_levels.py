"""Pages stay level: who is a minor, and what somebody has read of minors today, is found by an index."""

import sqlalchemy as sa
from alembic import op

revision = "0047_levels"
down_revision = "0039_feed_bodies"
branch_labels = None
depends_on = None

READS = "reads_of_minors"


def upgrade() -> None:
    op.create_index(op.f("ix_presenter_adult_on"), "presenter", ["adult_on"])
    of_minors = sa.text("action = 'minor read'")
    op.create_index(READS, "audit_entry", ["actor", "at"], sqlite_where=of_minors, postgresql_where=of_minors)


def downgrade() -> None:
    op.drop_index(READS, table_name="audit_entry")
    op.drop_index(op.f("ix_presenter_adult_on"), table_name="presenter")
