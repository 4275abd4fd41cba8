"""What the rule of turns says of a visit is kept; the database itself knows when that is over. The inbox by an index."""

import sqlalchemy as sa
from alembic import op

from scheduler import all_models  # noqa: F401  (each law stands beside its table)
from scheduler.core.defences import create_defences, drop_defences
from scheduler.turns.models import KEPT_TURNS
from scheduler.turns.queries.kept_turns import MARK_ALL

revision = KEPT_TURNS
down_revision = "0103_proofs_stay"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
SUGGESTED = sa.text("state = 'suggested'")
ATTENTION = {"sqlite_where": sa.text("attention = 1"), "postgresql_where": sa.text("attention")}
INBOX = ("centre_id", "state", "state_since", "owner_id", "attention", "programme_id", "host_id")


def upgrade() -> None:
    op.create_table(
        "kept_turn",
        sa.Column("visit_id", sa.Integer(), autoincrement=False, nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("centre_id", "host_id")),
        sa.Column("request_id", sa.Integer(), nullable=True),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("ours", sa.Boolean(), nullable=False),
        sa.Column("matter", sa.String(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("not_counted", sa.Integer(), nullable=False),
        sa.Column("judged_at", MOMENT, nullable=False),
        sa.Column("holds_until", MOMENT, nullable=True),
        sa.Column("made_by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("visit_id", name=op.f("pk_kept_turn")),
    )
    op.create_table(
        "turn_mark",
        sa.Column("visit_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("writer", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("visit_id", "writer", name=op.f("pk_turn_mark")),
    )
    op.create_index(
        "seats_suggested", "assignment", ["presenter_id"], sqlite_where=SUGGESTED, postgresql_where=SUGGESTED
    )
    op.create_index("requests_of_the_inbox", "school_request", list(INBOX))
    op.create_index("requests_to_look_at", "school_request", ["centre_id"], **ATTENTION)
    create_defences(op.get_bind(), since=revision)
    op.execute(MARK_ALL)


def downgrade() -> None:
    drop_defences(op.get_bind(), since=revision)
    op.drop_index("requests_to_look_at", "school_request")
    op.drop_index("requests_of_the_inbox", "school_request")
    op.drop_index("seats_suggested", "assignment")
    op.drop_table("turn_mark")
    op.drop_table("kept_turn")
