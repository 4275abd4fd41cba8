"""A person may give her name in the other letters, too: both parts of it, or neither."""

import sqlalchemy as sa
from alembic import op

revision = "0074_names_in_two_scripts"
down_revision = "0073_bookings"
branch_labels = None
depends_on = None

TABLE = "user_account"
GIVEN, FAMILY = "other_given_name", "other_family_name"
LAWS = {
    "other_name_is_whole": f"({GIVEN} IS NULL) = ({FAMILY} IS NULL)",
    "other_name_is_not_empty": f"{GIVEN} <> '' AND {FAMILY} <> ''",
    "other_name_is_no_longer": f"length({GIVEN}) <= 80 AND length({FAMILY}) <= 80",
}


def upgrade() -> None:
    # Added in place: a batch would rebuild the table and drop its triggers. The laws of both stand beside the second.
    op.add_column(TABLE, sa.Column(GIVEN, sa.String(), nullable=True))
    laws = [sa.CheckConstraint(law, name=op.f(f"ck_{TABLE}_{name}")) for name, law in LAWS.items()]
    op.add_column(TABLE, sa.Column(FAMILY, sa.String(), *laws, nullable=True))


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        for name in LAWS:
            op.drop_constraint(op.f(f"ck_{TABLE}_{name}"), TABLE, type_="check")
    op.drop_column(TABLE, FAMILY)
    op.drop_column(TABLE, GIVEN)
