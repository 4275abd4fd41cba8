"""A search for a substitute, in waves; a visit that goes with a short crew, or is held online."""

import sqlalchemy as sa
from alembic import op

revision = "0024_substitutes"
down_revision = "0023_follow_ups"
branch_labels = None
depends_on = None

STATES = ("searching", "stopped", "choosing", "filled", "online", "short", "moved", "called_off", "over")
OPEN = "state IN ('searching', 'stopped', 'choosing')"


def upgrade() -> None:
    op.add_column("visit", sa.Column("goes_short", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("visit", sa.Column("online_link", sa.String(), nullable=False, server_default=""))
    op.create_table(
        "relief",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("visit_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.Enum(*STATES, name="reliefstate", native_enum=False, create_constraint=True, length=30),
                  nullable=False),
        sa.Column("state_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("was_confirmed", sa.Boolean(), nullable=False),
        sa.Column("wave", sa.Integer(), nullable=False),
        sa.Column("next_wave_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("wave >= 0", name=op.f("ck_relief_waves_are_counted")),
        sa.CheckConstraint(
            "state <> 'searching' OR next_wave_at IS NOT NULL", name=op.f("ck_relief_who_searches_goes_on")
        ),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name=op.f("fk_relief_visit_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_relief")),
    )  # fmt: skip
    op.create_index(op.f("ix_relief_visit_id"), "relief", ["visit_id"])
    where = sa.text(OPEN)
    op.create_index(
        "one_open_relief_a_visit", "relief", ["visit_id"], unique=True, sqlite_where=where, postgresql_where=where
    )
    op.create_table(
        "relief_ask",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("relief_id", sa.Integer(), nullable=False),
        sa.Column("presenter_id", sa.Integer(), nullable=False),
        sa.Column("wave", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["relief_id"], ["relief.id"], name=op.f("fk_relief_ask_relief_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["presenter_id"], ["presenter.id"], name=op.f("fk_relief_ask_presenter_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_relief_ask")),
        sa.UniqueConstraint("relief_id", "presenter_id", name="asked_once_a_search"),
    )
    op.create_index(op.f("ix_relief_ask_presenter_id"), "relief_ask", ["presenter_id"])


def downgrade() -> None:
    op.drop_table("relief_ask")
    op.drop_table("relief")
    op.drop_column("visit", "online_link")
    op.drop_column("visit", "goes_short")
