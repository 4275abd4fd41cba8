"""What the public reads of a year that is counted is kept as it was made."""

import sqlalchemy as sa
from alembic import op

revision = "0003_public_figures"
down_revision = "0002_less_to_keep"
branch_labels = None
depends_on = None


def upgrade() -> None:
    numbers = ("presentations", "pupils", "parents", "teachers", "others", "high_school")
    op.create_table(
        "public_figure",
        sa.Column("centre_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("iso", sa.String(), nullable=False),
        sa.Column("city_sr_cyrl", sa.String(), nullable=False),
        sa.Column("campaign", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("city_sr_latn", sa.String(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in numbers),
        *(sa.Column(name, sa.Date(), nullable=False) for name in ("first_day", "last_day", "made_on")),
        sa.ForeignKeyConstraint(
            ["centre_id"], ["centre.id"], name=op.f("fk_public_figure_centre_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("centre_id", "year", "iso", "city_sr_cyrl", "campaign", name=op.f("pk_public_figure")),
        sa.CheckConstraint(
            "pupils >= high_school AND high_school >= 0 AND parents >= 0 AND teachers >= 0 AND others >= 0",
            name=op.f("ck_public_figure_no_less_than_nobody"),
        ),
    )


def downgrade() -> None:
    raise NotImplementedError("what the public has read would change by a few people: restore a backup")
