"""Adults may stay away for a night: what they said, what a plan may use, and where it would have them sleep."""

import sqlalchemy as sa
from alembic import op

from scheduler import all_models  # noqa: F401  (each law stands beside its table)
from scheduler.core.defences import create_defences, drop_defences

revision = "0091_nights_away"
down_revision = "0090_repairs"
branch_labels = None
depends_on = None

ASSUMED = ("person", "reach", "weekday", "language", "one_more")


def _assumed(*those: str) -> None:
    """What may be assumed. SQLite: a trigger of another table names this one, and nothing refers to it: it may be
    rebuilt beneath it.
    """
    words, sqlite = ", ".join(f"'{one}'" for one in those), op.get_bind().dialect.name == "sqlite"
    if sqlite:
        op.execute("PRAGMA legacy_alter_table = ON")
    with op.batch_alter_table("plan_ground") as batch:
        batch.drop_constraint(op.f("ck_plan_ground_assumed"), type_="check")
        batch.create_check_constraint(op.f("ck_plan_ground_assumed"), f"assumed IN ({words})")
    if sqlite:
        op.execute("PRAGMA legacy_alter_table = OFF")


def _to(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [other], name=op.f(f"fk_{table}_{column}"), ondelete="CASCADE")


def upgrade() -> None:
    _assumed(*ASSUMED, "night")
    op.create_table(
        "overnight_wish",
        sa.Column("presenter_id", sa.Integer(), nullable=False),
        sa.Column("most_nights", sa.Integer(), nullable=False),
        sa.Column("said_on", sa.Date(), nullable=False),
        sa.CheckConstraint("most_nights BETWEEN 1 AND 3", name=op.f("ck_overnight_wish_nights_in_a_row")),
        _to("overnight_wish", "presenter_id", "presenter.id"),
        sa.PrimaryKeyConstraint("presenter_id", name=op.f("pk_overnight_wish")),
    )
    op.create_table(
        "plan_journey",
        sa.Column("proposal_id", sa.Integer(), nullable=False),
        sa.Column("most_nights", sa.Integer(), nullable=False),
        sa.Column("km_saved", sa.Integer(), nullable=True),
        sa.CheckConstraint("most_nights BETWEEN 0 AND 3", name=op.f("ck_plan_journey_nights_in_a_row")),
        _to("plan_journey", "proposal_id", "plan_proposal.id"),
        sa.PrimaryKeyConstraint("proposal_id", name=op.f("pk_plan_journey")),
    )
    _nights()
    create_defences(op.get_bind(), since=revision)


def _nights() -> None:
    table = "proposed_night"
    op.create_table(
        table,
        sa.Column("id", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("proposal_id", "presenter_id")),
        sa.Column("after_day", sa.Date(), nullable=False),
        sa.Column("host_id", sa.Integer(), nullable=False),
        _to(table, "proposal_id", "plan_journey.proposal_id"),
        _to(table, "presenter_id", "presenter.id"),
        _to(table, "host_id", "host.id"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("proposal_id", "presenter_id", "after_day", name=op.f("one_bed_a_night")),
    )
    for column in ("presenter_id", "host_id"):
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column], unique=False)


def downgrade() -> None:
    drop_defences(op.get_bind(), since=revision)
    for table in ("proposed_night", "plan_journey", "overnight_wish"):
        op.drop_table(table)
    op.execute("DELETE FROM plan_proposal WHERE id IN (SELECT proposal_id FROM plan_ground WHERE assumed = 'night')")
    _assumed(*ASSUMED)
