"""The second step of staff: apps, passkeys, recovery codes; and what a sign-in knows of it.

Sign-ins that live during the upgrade stay; of staff they wait for the second step from then on.
"""

import sqlalchemy as sa
from alembic import op

from scheduler import all_models  # noqa: F401  (each law stands beside its table)
from scheduler.core.defences import create_defences, drop_defences

revision = "0034_second_step"
down_revision = "0032_facts_stay"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("sign_in", sa.Column("factor_at", MOMENT, nullable=True))
    op.add_column("sign_in", sa.Column("mailbox_at", MOMENT, nullable=True))
    op.add_column("sign_in", sa.Column("device", sa.String(), nullable=False, server_default=""))
    op.create_table(
        "code_app",
        *_of_a_user("code_app"),
        sa.Column("secret", sa.String(), nullable=False),
        sa.Column("last_counter", sa.Integer(), nullable=False),
        *_moments("added_at", "last_used_at"),
        sa.CheckConstraint("last_counter >= 0", name=op.f("ck_code_app_counter_counts")),
        sa.UniqueConstraint("user_id", name=op.f("uq_code_app_user_id")),
    )
    op.create_table(
        "passkey",
        *_of_a_user("passkey"),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("credential_id", "public_key")),
        sa.Column("sign_count", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        *_moments("added_at", "last_used_at"),
        sa.CheckConstraint("sign_count >= 0", name=op.f("ck_passkey_count_counts")),
        sa.UniqueConstraint("credential_id", name=op.f("uq_passkey_credential_id")),
    )
    op.create_table(
        "recovery_code",
        *_of_a_user("recovery_code"),
        sa.Column("code_hash", sa.String(), nullable=False),
        *_moments("made_at", "used_at"),
        sa.UniqueConstraint("code_hash", name=op.f("uq_recovery_code_code_hash")),
    )
    for table in ("passkey", "recovery_code"):
        op.create_index(op.f(f"ix_{table}_user_id"), table, ["user_id"])
    create_defences(op.get_bind(), since=revision)


def _of_a_user(table: str) -> tuple[sa.Column[int] | sa.Constraint, ...]:
    return (
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f(f"fk_{table}_user_id"), ondelete="CASCADE"
        ),
    )


def _moments(always: str, perhaps: str) -> tuple[sa.Column[object], ...]:
    return sa.Column(always, MOMENT, nullable=False), sa.Column(perhaps, MOMENT, nullable=True)


def downgrade() -> None:
    drop_defences(op.get_bind(), since=revision)
    for table in ("recovery_code", "passkey", "code_app"):
        op.drop_table(table)
    for column in ("device", "mailbox_at", "factor_at"):
        op.drop_column("sign_in", column)
