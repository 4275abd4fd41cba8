"""A visit planned instead of one that a closure stopped says for which it stands; the old one is over."""

import sqlalchemy as sa
from alembic import op

from scheduler.core.defences import DEFENCES
from scheduler.visits.models import visits


revision = "0009_a_visit_stands_for_another"
down_revision = "0007_undo_told_columns"
branch_labels = None
depends_on = None
assert visits  # the defences are registered

INDEX = "one_living_visit_a_request"
LIVING_THEN = sa.text("state <> 'cancelled'")
LIVING_NOW = sa.text("state NOT IN ('cancelled', 'replanned')")


def upgrade() -> None:
    op.create_table(
        "replanning",
        sa.Column("stopped_id", sa.Integer(), nullable=False),
        sa.Column("new_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["stopped_id"], ["visit.id"], name="fk_replanning_stopped_id", ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(["new_id"], ["visit.id"], name="fk_replanning_new_id", ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("stopped_id", name="pk_replanning"),
        sa.UniqueConstraint("new_id", name="uq_replanning_new_id"),
    )
    op.drop_index(INDEX, "visit")
    op.create_index(
        INDEX, "visit", ["school_request_id"], unique=True, sqlite_where=LIVING_NOW, postgresql_where=LIVING_NOW
    )
    if op.get_bind().dialect.name == "postgresql":
        # A promise waits for whoever ends a proof of its presenter. What models say is what stays (see 0001).
        defence = next(one for one in DEFENCES if one.table == "assignment")
        for statement in defence.postgresql:
            if "FUNCTION assignment_is_allowed" in statement and "CREATE OR REPLACE" in statement:
                op.execute(statement)


def downgrade() -> None:
    # The old rule knows one visit a request that is not cancelled: the one that is over lets go of it.
    op.execute("UPDATE visit SET school_request_id = NULL WHERE state = 'replanned'")
    op.drop_index(INDEX, "visit")
    op.create_index(
        INDEX, "visit", ["school_request_id"], unique=True, sqlite_where=LIVING_THEN, postgresql_where=LIVING_THEN
    )
    op.drop_table("replanning")
