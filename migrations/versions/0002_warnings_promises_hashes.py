"""A proof knows of which ending it has warned; a visit without a request holds what its school promised."""

import sqlalchemy as sa
from alembic import op

revision = "0002_warnings_promises_hashes"
down_revision = "0001_first_tables"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for proof in ("vetting", "guardian_consent"):
        op.add_column(proof, sa.Column("warned_days", sa.Integer(), nullable=True))
    op.add_column("visit", sa.Column("teacher_stays", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("visit", sa.Column("safeguarding_contact", sa.String(), nullable=False, server_default=""))


def downgrade() -> None:
    op.drop_column("visit", "safeguarding_contact")
    op.drop_column("visit", "teacher_stays")
    for proof in ("guardian_consent", "vetting"):
        op.drop_column(proof, "warned_days")
