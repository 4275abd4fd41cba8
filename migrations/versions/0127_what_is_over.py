"""Whether anything that is kept of turns is over is looked up: by the clock both ways, and by the rules that judged."""

import sqlalchemy as sa
from alembic import op

revision = "0127_what_is_over"
down_revision = "0126_hours_in_order"
branch_labels = None
depends_on = None

TOLD = sa.text("holds_until IS NOT NULL")


def upgrade() -> None:
    op.create_index(op.f("ix_kept_turn_judged_at"), "kept_turn", ["judged_at"])
    op.create_index(op.f("ix_kept_turn_made_by"), "kept_turn", ["made_by"])
    op.create_index(
        op.f("ix_kept_turn_holds_until"), "kept_turn", ["holds_until"], sqlite_where=TOLD, postgresql_where=TOLD
    )


def downgrade() -> None:
    for column in ("holds_until", "made_by", "judged_at"):
        op.drop_index(op.f(f"ix_kept_turn_{column}"), "kept_turn")
