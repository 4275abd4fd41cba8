"""An import is a row with what it stored, so that it can be taken back; what a centre calls its columns is remembered."""

import sqlalchemy as sa
from alembic import op

revision = "0014_imports"
down_revision = "0013_status_page"
branch_labels = None
depends_on = None


OLD_KINDS = ("check_hosts", "import_hosts", "issue_certificates")
FILES = ("hosts", "people", "bells", "visits")
KINDS = (*(f"{act}_{file}" for file in FILES for act in ("check", "import")), "issue_certificates")


def _kinds(*kinds: str) -> None:
    """Which kinds of long work there are; nothing refers to that table: it may be rebuilt."""
    words = ", ".join(f"'{kind}'" for kind in kinds)
    with op.batch_alter_table("long_work") as batch:
        batch.drop_constraint(op.f("ck_long_work_workkind"), type_="check")
        batch.create_check_constraint(op.f("ck_long_work_workkind"), f"kind IN ({words})")


def upgrade() -> None:
    _kinds(*KINDS)
    op.create_index(op.f("ix_presentation_merged_into_id"), "presentation", ["merged_into_id"])
    op.create_table(
        "import_batch",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("centre_id", sa.Integer(), nullable=True),
        sa.Column("file_name", sa.String(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("stored_by", sa.String(), nullable=False),
        sa.Column("stored_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_audit_id", sa.Integer(), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_batch")),
    )
    op.create_index(op.f("ix_import_batch_centre_id_id"), "import_batch", ["centre_id", "id"])
    op.create_table(
        "imported_row",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("thing", sa.String(), nullable=False),
        sa.Column("thing_id", sa.Integer(), nullable=False),
        sa.Column("before", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["import_batch.id"], name=op.f("fk_imported_row_batch_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_imported_row")),
        sa.UniqueConstraint("batch_id", "thing", "thing_id", name=op.f("uq_imported_row_batch_id_thing_thing_id")),
    )
    op.create_table(
        "column_name",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("centre_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("heading", sa.String(), nullable=False),
        sa.Column("field", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_column_name")),
        sa.UniqueConstraint("centre_id", "kind", "heading", name=op.f("uq_column_name_centre_id_kind_heading")),
    )


def downgrade() -> None:
    op.execute("DELETE FROM long_work WHERE kind NOT IN ('check_hosts', 'import_hosts', 'issue_certificates')")
    _kinds(*OLD_KINDS)
    op.drop_table("column_name")
    op.drop_table("imported_row")
    op.drop_table("import_batch")
    op.drop_index(op.f("ix_presentation_merged_into_id"), "presentation")
