"""A programme has a photograph on its public page."""

import sqlalchemy as sa
from alembic import op

revision = "0075_programme_photo"
down_revision = "0074_names_in_two_scripts"
branch_labels = None
depends_on = None

TABLE = "programme_photo"


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("picture", sa.LargeBinary(), nullable=False),
        sa.Column("agreed_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{TABLE}")),
        sa.UniqueConstraint("programme_id", name=op.f(f"uq_{TABLE}_programme_id")),
        sa.ForeignKeyConstraint(
            ["programme_id"], ["programme.id"], name=op.f(f"fk_{TABLE}_programme_id"), ondelete="CASCADE"
        ),
        sa.CheckConstraint("length(picture) > 0", name=op.f(f"ck_{TABLE}_shows_something")),
    )


def downgrade() -> None:
    op.drop_table(TABLE)
