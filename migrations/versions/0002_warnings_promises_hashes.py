"""A proof knows of which ending it has warned."""

import sqlalchemy as sa
from alembic import op

revision = "0002_warnings_promises_hashes"
down_revision = "0001_first_tables"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for proof in ("vetting", "guardian_consent"):
        op.add_column(proof, sa.Column("warned_days", sa.Integer(), nullable=True))


def downgrade() -> None:
    for proof in ("guardian_consent", "vetting"):
        op.drop_column(proof, "warned_days")
