"""Whom the centre's own login knows by which name: an address counts once, then the name does."""

import sqlalchemy as sa
from alembic import op

from scheduler import all_models  # noqa: F401  (each law stands beside its table)
from scheduler.core.defences import create_defences, drop_defences

revision = "0036_login_identity"
down_revision = "0035_forgotten"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "login_identity",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("issuer", "subject")),
        *(sa.Column(name, MOMENT, nullable=False) for name in ("linked_at", "last_used_at")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_login_identity")),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_login_identity_user_id"), ondelete="CASCADE"
        ),
        sa.UniqueConstraint("user_id", "issuer", name=op.f("uq_login_identity_user_id_issuer")),
        sa.UniqueConstraint("issuer", "subject", name=op.f("uq_login_identity_issuer_subject")),
    )
    create_defences(op.get_bind(), since=revision)


def downgrade() -> None:
    drop_defences(op.get_bind(), since=revision)
    op.drop_table("login_identity")
