"""Keys that sign what the QR codes of certificates say."""

import sqlalchemy as sa
from alembic import op

from scheduler import all_models  # noqa: F401  (each law stands beside its table)
from scheduler.core.defences import create_defences, drop_defences

revision = "0086_certificate_keys"
down_revision = "0085_locked_counts"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
TABLE = "certificate_key"


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("id", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("name", "algorithm", "public", "secret")),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("retired_at", MOMENT, nullable=True),
        sa.CheckConstraint("(retired_at IS NULL) = (secret <> '')", name=op.f(f"ck_{TABLE}_only_a_living_key_signs")),
        sa.CheckConstraint("algorithm = 'Ed25519'", name=op.f(f"ck_{TABLE}_algorithm_is_known")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{TABLE}")),
        sa.UniqueConstraint("name", name=op.f(f"uq_{TABLE}_name")),
    )
    living = sa.text("retired_at IS NULL")
    op.create_index("one_key_signs", TABLE, ["algorithm"], unique=True, sqlite_where=living, postgresql_where=living)
    create_defences(op.get_bind(), since=revision)


def downgrade() -> None:
    drop_defences(op.get_bind(), since=revision)
    op.drop_table(TABLE)
