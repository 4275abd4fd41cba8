"""A campaign's crew and the inbox are counted where they are read, an import is stored in pieces.

On SQLite, triggers that only refuse at the same event become one: `0005_lighter/sqlite.sql`, made from the models.
"""

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "0005_lighter"
down_revision = "0004_less_again"
branch_labels = None
depends_on = None

COMPUTING = {
    "assignment": (
        "assignment_is_in_a_crew_insert",
        "assignment_is_in_a_crew_delete",
        "assignment_joins_a_crew_update",
        "assignment_leaves_a_crew_update",
    ),
    "host": ("host_is_tallied_update",),
    "municipality": ("municipality_is_tallied_update",),
    "presentation": ("presentation_has_a_crew_update",),
    "school_request": (
        "school_request_is_tallied_insert",
        "school_request_is_tallied_update",
        "school_request_is_tallied_delete",
    ),
    "visit": ("visit_has_a_crew_update",),
}


def upgrade() -> None:
    postgresql = op.get_bind().dialect.name == "postgresql"
    for table, triggers in COMPUTING.items():
        for trigger in triggers:
            op.execute(f"DROP TRIGGER {trigger} ON {table}" if postgresql else f"DROP TRIGGER {trigger}")
            if postgresql:
                op.execute(f"DROP FUNCTION {trigger}()")
    for table in ("campaign_crew", "request_tally"):
        op.drop_table(table)
    _let_imports_be_in_pieces()
    if not postgresql:
        _merge_refusals()


def _merge_refusals() -> None:
    connection = op.get_bind().execution_options(no_parameters=True)
    for statement in Path(__file__).with_suffix("").joinpath("sqlite.sql").read_text().split("\n;\n"):
        connection.exec_driver_sql(statement)


def _let_imports_be_in_pieces() -> None:
    """Every import of before is whole. What is a later change of a row is known from then on for each row."""
    op.add_column("import_batch", sa.Column("file_digest", sa.String(), nullable=False, server_default=""))
    op.add_column("import_batch", sa.Column("stored_rows", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("imported_row", sa.Column("last_audit_id", sa.Integer(), nullable=False, server_default="0"))
    op.execute("UPDATE import_batch SET stored_rows = rows")
    op.execute(
        "UPDATE imported_row SET last_audit_id = "
        "(SELECT b.last_audit_id FROM import_batch b WHERE b.id = imported_row.batch_id)"
    )
    op.drop_column("import_batch", "last_audit_id")


def downgrade() -> None:
    raise NotImplementedError("what was kept is gone: restore a backup")
