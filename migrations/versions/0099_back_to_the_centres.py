"""A programme may go back to the certificates of its centre: the newest version of its template says so."""

import sqlalchemy as sa
from alembic import op

revision = "0099_back_to_the_centres"
down_revision = "0098_files_of_certificates"
branch_labels = None
depends_on = None

TABLE = "certificate_template"


def upgrade() -> None:
    op.add_column(TABLE, sa.Column("follows_centre", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    op.drop_column(TABLE, "follows_centre")
