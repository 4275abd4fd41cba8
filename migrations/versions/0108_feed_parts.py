"""A long calendar is kept in parts, so that a change of one month makes that month anew and no other."""

import sqlalchemy as sa
from alembic import op

from scheduler import all_models  # noqa: F401  (each law stands beside its table)
from scheduler.core.defences import create_defences, drop_defences
from scheduler.feeds.models import FEED_PARTS

revision = FEED_PARTS
down_revision = "0106_lists_by_index"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "feed_month",
        *(sa.Column(name, sa.Integer(), autoincrement=False, nullable=False) for name in ("presenter_id", "month")),
        sa.Column("writer", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("steps", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("presenter_id", "month", "writer", name=op.f("pk_feed_month")),
    )
    op.create_table(
        "feed_part",
        *(sa.Column(name, sa.Integer(), autoincrement=False, nullable=False) for name in ("feed_id", "first_month")),
        sa.Column("end_month", sa.Integer(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("made_by", sa.String(), nullable=False),
        *(sa.Column(name, MOMENT, nullable=False) for name in ("holds_from", "holds_until", "changed_at")),
        sa.Column("entries", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("packed", sa.LargeBinary(), nullable=False),
        sa.Column("length", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in ("crc", "shift")),
        sa.CheckConstraint("first_month < end_month", name=op.f("ck_feed_part_has_a_month")),
        sa.CheckConstraint("holds_from < holds_until", name=op.f("ck_feed_part_holds_for_a_while")),
        sa.PrimaryKeyConstraint("feed_id", "first_month", name=op.f("pk_feed_part")),
        sa.ForeignKeyConstraint(["feed_id"], ["feed_token.id"], name=op.f("fk_feed_part_feed_id"), ondelete="CASCADE"),
    )
    create_defences(op.get_bind(), since=revision)


def downgrade() -> None:
    drop_defences(op.get_bind(), since=revision)
    op.drop_table("feed_part")
    op.drop_table("feed_month")
