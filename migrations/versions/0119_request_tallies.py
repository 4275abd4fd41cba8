"""How many requests are alike in all by which the inbox is narrowed is kept, so that it counts none of them.

They are counted from what is stored; from now on whatever changes a request adds a line.
"""

import sqlalchemy as sa
from alembic import op

from scheduler import all_models  # noqa: F401  (each law stands beside its table)
from scheduler.core.defences import create_defences, drop_defences
from scheduler.requests.queries.tallies import FILL_TALLIES
from scheduler.requests.tally_models import REQUEST_TALLIES

revision = REQUEST_TALLIES
down_revision = "0118_parts_by_key"
branch_labels = None
depends_on = None

KIND = ("centre_id", "state", "owner", "district", "programme_id")


def upgrade() -> None:
    op.create_table(
        "request_tally",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        *(
            sa.Column(name, sa.String() if name == "state" else sa.Integer(), nullable=False)
            for name in (*KIND, "many")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_request_tally")),
    )
    op.create_index("tallies_of_the_inbox", "request_tally", [*KIND, "many"])
    create_defences(op.get_bind(), since=revision)
    op.execute(FILL_TALLIES)


def downgrade() -> None:
    drop_defences(op.get_bind(), since=revision)
    op.drop_table("request_tally")
