"""An index by which a programme's requests of a year are found among all of ten years.

Versions of a centre's minors, which 0133 drops again, are given to no new database.
"""

from alembic import op

revision = "0105_minors_version"
down_revision = "0104_kept_turns"
branch_labels = None
depends_on = None

INDEX = "ix_school_request_programme_id_last_day"


def upgrade() -> None:
    op.create_index(INDEX, "school_request", ["programme_id", "last_day"])


def downgrade() -> None:
    op.drop_index(INDEX, "school_request")
