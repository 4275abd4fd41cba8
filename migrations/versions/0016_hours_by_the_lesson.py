"""A school may ask for a lesson instead of an hour; a presentation outside the shift of its class is meant so."""

import sqlalchemy as sa
from alembic import op

revision = "0016_hours_by_the_lesson"
down_revision = "0014_imports"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("requested_presentation") as batch:  # nothing refers to it: it may be rebuilt
        batch.add_column(sa.Column("lesson", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("outside_shift", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch.create_check_constraint(op.f("ck_requested_presentation_lesson_of_a_shift"), "lesson BETWEEN 1 AND 9")
    op.add_column("presentation", sa.Column("outside_shift", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    op.drop_column("presentation", "outside_shift")
    with op.batch_alter_table("requested_presentation") as batch:
        batch.drop_constraint(op.f("ck_requested_presentation_lesson_of_a_shift"), type_="check")
        batch.drop_column("outside_shift")
        batch.drop_column("lesson")
