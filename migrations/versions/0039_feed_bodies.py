"""What each calendar address gives is kept, ready to be sent; the database itself knows when that is over."""

import sqlalchemy as sa
from alembic import op

from scheduler import all_models  # noqa: F401  (each law stands beside its table)
from scheduler.core.defences import create_defences, drop_defences

revision = "0039_feed_bodies"
down_revision = "0038_kept_figures"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "feed_version",
        sa.Column("presenter_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("writer", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("steps", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("presenter_id", "writer", name=op.f("pk_feed_version")),
    )
    op.create_table(
        "feed_body",
        sa.Column("feed_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("made_by", sa.String(), nullable=False),
        *(sa.Column(name, MOMENT, nullable=False) for name in ("holds_from", "holds_until")),
        sa.Column("etag", sa.String(), nullable=False),
        *(sa.Column(name, MOMENT, nullable=False) for name in ("modified_at", "latest_told_at")),
        sa.Column("told_by_moment", sa.Boolean(), nullable=False),
        sa.Column("packed", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint("holds_from < holds_until", name=op.f("ck_feed_body_holds_for_a_while")),
        sa.PrimaryKeyConstraint("feed_id", name=op.f("pk_feed_body")),
        sa.ForeignKeyConstraint(
            ["feed_id"], ["feed_token.id"], name=op.f("fk_feed_body_feed_id"), ondelete="CASCADE"
        ),
    )
    create_defences(op.get_bind(), since=revision)


def downgrade() -> None:
    drop_defences(op.get_bind(), since=revision)
    op.drop_table("feed_body")
    op.drop_table("feed_version")
