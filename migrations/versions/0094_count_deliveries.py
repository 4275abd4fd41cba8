"""Numbers are stored once however often, late or out of order a phone delivers them."""

import sqlalchemy as sa
from alembic import op

revision = "0094_count_deliveries"
down_revision = "0093_name_key"
branch_labels = None
depends_on = None

TABLE = "count_delivery"
OUTCOMES = ("stored", "stands", "late", "aside")
CHECKS = {
    "turn_of_a_sheet": "turn BETWEEN 0 AND 999",
    "knows_what_it_left": "(outcome = 'stored') = (left_mark <> '')",
}


def upgrade() -> None:
    outcome = sa.Enum(*OUTCOMES, name="deliveryoutcome", native_enum=False, create_constraint=True, length=30)
    op.create_table(
        TABLE,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("presentation_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("said", sa.String(), nullable=False),
        sa.Column("outcome", outcome, nullable=False),
        sa.Column("left_mark", sa.String(), nullable=False),
        sa.Column("arrived_at", sa.DateTime(timezone=True), nullable=False),
        *(sa.CheckConstraint(holds, name=op.f(f"ck_{TABLE}_{name}")) for name, holds in CHECKS.items()),
        sa.ForeignKeyConstraint(
            ["presentation_id"], ["presentation.id"], name=op.f(f"fk_{TABLE}_presentation_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f(f"fk_{TABLE}_user_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{TABLE}")),
        sa.UniqueConstraint("key", "turn", "said", name="each_delivery_once"),
    )
    for columns in (["presentation_id"], ["user_id"], ["outcome", "arrived_at"]):
        op.create_index(op.f(f"ix_{TABLE}_{'_'.join(columns)}"), TABLE, columns, unique=False)


def downgrade() -> None:
    op.drop_table(TABLE)
