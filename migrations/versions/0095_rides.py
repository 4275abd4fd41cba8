"""A guardian may agree that a minor rides in an adult's car, an adult may be checked as a driver of minors."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from scheduler import all_models  # noqa: F401  (each law stands beside its table)
from scheduler.core.defences import create_defences, drop_defences

revision = "0095_rides"
down_revision = "0094_count_deliveries"
branch_labels = None
depends_on = None

TABLE = "driving_check"
AGREED = ("guardian_consent", "consent_paper")


def upgrade() -> None:
    for name in AGREED:
        op.add_column(name, sa.Column("rides", sa.Boolean(), nullable=False, server_default=sa.false()))
    result = sa.Enum("cleared", "refused", name="vettingresult", native_enum=False, create_constraint=True, length=30)
    op.create_table(
        TABLE,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("presenter_id", sa.Integer(), nullable=False),
        sa.Column("result", result, nullable=False),
        sa.Column("checked_on", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=False),
        sa.Column("recorded_by_id", sa.Integer(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("valid_until >= checked_on", name=op.f(f"ck_{TABLE}_days_in_order")),
        sa.ForeignKeyConstraint(
            ["presenter_id"], ["presenter.id"], name=op.f(f"fk_{TABLE}_presenter_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["recorded_by_id"], ["user_account.id"], name=op.f(f"fk_{TABLE}_recorded_by_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{TABLE}")),
    )
    op.create_index(op.f(f"ix_{TABLE}_presenter_id_valid_until"), TABLE, ["presenter_id", "valid_until"], unique=False)
    op.add_column("plan_journey", sa.Column("rides", sa.Boolean(), nullable=False, server_default=sa.false()))
    _who_rides("proposed_ride", "proposal_id", "plan_journey.proposal_id", sa.Column("km_saved", sa.Integer(), nullable=False))
    _who_rides("car_ride", "visit_id", "visit.id", sa.Column("arranged_at", sa.DateTime(timezone=True), nullable=False))
    create_defences(op.get_bind(), since=revision)


def _to(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [other], name=op.f(f"fk_{table}_{column}"), ondelete="CASCADE")


def _who_rides(table: str, of: str, other: str, *more: sa.Column[Any]) -> None:
    """Who rides with whom on a day, in a plan or to a visit."""
    proposed = table == "proposed_ride"
    laws = {"somebody_else_drives": "driver_id <> presenter_id"} | ({"saves_road": "km_saved >= 0"} if proposed else {})
    seat = (of, "presenter_id", "on_day") if proposed else (of, "presenter_id")
    op.create_table(
        table,
        sa.Column("id", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in (of, "presenter_id", "driver_id")),
        sa.Column("on_day", sa.Date(), nullable=False),
        *more,
        *(sa.CheckConstraint(holds, name=op.f(f"ck_{table}_{name}")) for name, holds in laws.items()),
        _to(table, of, other),
        _to(table, "presenter_id", "presenter.id"),
        _to(table, "driver_id", "presenter.id"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint(*seat, name=op.f("one_seat_a_day" if proposed else "one_seat_a_visit")),
    )
    for column in ("presenter_id", "driver_id"):
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column], unique=False)


def downgrade() -> None:
    drop_defences(op.get_bind(), since=revision)
    for name in ("car_ride", "proposed_ride", TABLE):
        op.drop_table(name)
    op.drop_column("plan_journey", "rides")
    for name in AGREED:
        op.drop_column(name, "rides")
