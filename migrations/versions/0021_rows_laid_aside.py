"""Rows of a file are laid aside in pieces before they are stored in one step."""

import sqlalchemy as sa
from alembic import op

revision = "0021_rows_laid_aside"
down_revision = "0019_sent_for_the_waiting_list"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "staged_row",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("stage", sa.String(), nullable=False),
        sa.Column("thing", sa.String(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("told", sa.Text(), nullable=False),
        sa.Column("before", sa.Text(), nullable=False),
        sa.Column("details", sa.Text(), nullable=False),
        sa.Column("staged_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staged_row")),
    )
    op.create_index(op.f("ix_staged_row_stage_thing_place"), "staged_row", ["stage", "thing", "place"])
    op.create_index(op.f("ix_staged_row_staged_at"), "staged_row", ["staged_at"])
    op.create_index(op.f("ix_assignment_presentation_id"), "assignment", ["presentation_id"])


def downgrade() -> None:
    op.drop_index(op.f("ix_assignment_presentation_id"), "assignment")
    op.drop_table("staged_row")
