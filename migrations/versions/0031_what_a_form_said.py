"""A form's key keeps what the form said, as a digest: the same key with other content is told so."""

import sqlalchemy as sa
from alembic import op

revision = "0031_what_a_form_said"
down_revision = "0030_database_law"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("form_key", sa.Column("said", sa.Text(), nullable=False, server_default=""))


def downgrade() -> None:
    op.drop_column("form_key", "said")
