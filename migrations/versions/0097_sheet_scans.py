"""Photos and scans of filled sign-in sheets, kept for a time as proof of a head count."""

import sqlalchemy as sa
from alembic import op

from scheduler import all_models  # noqa: F401  (each law stands beside its table)
from scheduler.core.defences import create_defences, drop_defences

revision = "0097_sheet_scans"
down_revision = "0096_kinds_of_certificates"
branch_labels = None
depends_on = None

TABLE = "sheet_scan"


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("presentation_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("pdf", "jpeg", "png", name="scankind", native_enum=False, create_constraint=True, length=30),
            nullable=False,
        ),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("added_by_id", sa.Integer(), nullable=True),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("size > 0", name=op.f(f"ck_{TABLE}_shows_something")),
        sa.CheckConstraint("length(sha256) = 64", name=op.f(f"ck_{TABLE}_knows_its_hash")),
        sa.ForeignKeyConstraint(
            ["presentation_id"], ["presentation.id"], name=op.f(f"fk_{TABLE}_presentation_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["added_by_id"], ["user_account.id"], name=op.f(f"fk_{TABLE}_added_by_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{TABLE}")),
        sa.UniqueConstraint("presentation_id", "sha256", name=op.f("each_sheet_once")),
    )
    create_defences(op.get_bind(), since=revision)


def downgrade() -> None:
    drop_defences(op.get_bind(), since=revision)
    op.drop_table(TABLE)
