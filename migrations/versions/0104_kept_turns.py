"""The inbox by an index. Kept turns, which 0132 drops again, are given to no new database."""

import sqlalchemy as sa
from alembic import op

revision = "0104_kept_turns"
down_revision = "0103_proofs_stay"
branch_labels = None
depends_on = None

SUGGESTED = sa.text("state = 'suggested'")
ATTENTION = {"sqlite_where": sa.text("attention = 1"), "postgresql_where": sa.text("attention")}
INBOX = ("centre_id", "state", "state_since", "owner_id", "attention", "programme_id", "host_id")


def upgrade() -> None:
    op.create_index(
        "seats_suggested", "assignment", ["presenter_id"], sqlite_where=SUGGESTED, postgresql_where=SUGGESTED
    )
    op.create_index("requests_of_the_inbox", "school_request", list(INBOX))
    op.create_index("requests_to_look_at", "school_request", ["centre_id"], **ATTENTION)


def downgrade() -> None:
    op.drop_index("requests_to_look_at", "school_request")
    op.drop_index("requests_of_the_inbox", "school_request")
    op.drop_index("seats_suggested", "assignment")
