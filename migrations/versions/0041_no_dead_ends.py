"""No dead ends: what was said on the phone, who counted at the desk, why a visit was called off, schools found twice."""

import sqlalchemy as sa
from alembic import op

from scheduler import all_models  # noqa: F401  (each law stands beside its table)
from scheduler.core.defences import FACTS_STAY, renew_triggers

revision = "0041_no_dead_ends"
down_revision = "0047_levels"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
CAUSES = ("busy", "shut", "illness", "no_crew", "road", "no_need", "other")


def upgrade() -> None:
    op.add_column("school_request", sa.Column("told_by_phone", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("attendance", sa.Column("at_the_desk", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_table(
        "request_reminder",
        sa.Column("school_request_id", sa.Integer(), autoincrement=False, nullable=False),
        *(sa.Column(name, MOMENT, nullable=False) for name in ("since", "school_at")),
        sa.Column("centre_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("school_request_id", name=op.f("pk_request_reminder")),
        _points("request_reminder", "school_request_id", "school_request"),
    )
    op.create_table(
        "host_merger",
        *(sa.Column(name, sa.Integer(), autoincrement=False, nullable=False) for name in ("host_id", "into_id")),
        sa.Column("merged_at", MOMENT, nullable=False),
        sa.CheckConstraint("host_id <> into_id", name=op.f("ck_host_merger_not_into_itself")),
        sa.PrimaryKeyConstraint("host_id", name=op.f("pk_host_merger")),
        _points("host_merger", "host_id", "host"),
        _points("host_merger", "into_id", "host"),
    )
    op.create_index(op.f("ix_host_merger_into_id"), "host_merger", ["into_id"])
    op.create_table(
        "cancellation",
        sa.Column("visit_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column(
            "cause", sa.Enum(*CAUSES, name="cancelcause", native_enum=False, create_constraint=True, length=30),
            nullable=False,
        ),
        sa.Column("done_at", MOMENT, nullable=False),
        sa.Column("version_after", sa.Integer(), nullable=True),
        sa.Column("before", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("visit_id", name=op.f("pk_cancellation")),
        _points("cancellation", "visit_id", "visit"),
    )  # fmt: skip
    for table in ("visit", "presentation"):  # a cancellation just made may be taken back
        renew_triggers(op.get_bind(), table, since=FACTS_STAY)


def _points(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}"), ondelete="CASCADE")


def downgrade() -> None:
    for table in ("cancellation", "host_merger", "request_reminder"):
        op.drop_table(table)
    op.drop_column("attendance", "at_the_desk")
    op.drop_column("school_request", "told_by_phone")
