"""A proof knows of which ending it has warned; a visit without a request holds what its school promised;
names behind certificates are kept as keyed hashes only."""

import sqlalchemy as sa
from alembic import op

from scheduler.config import settings
from scheduler.core.text import fold, keyed

revision = "0002_warnings_promises_hashes"
down_revision = "0001_first_tables"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for proof in ("vetting", "guardian_consent"):
        op.add_column(proof, sa.Column("warned_days", sa.Integer(), nullable=True))
    op.add_column("visit", sa.Column("teacher_stays", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("visit", sa.Column("safeguarding_contact", sa.String(), nullable=False, server_default=""))
    # Until now the folded name itself stood there.
    _change("certificate", "holder_key", "kind <> 'school'", lambda row: keyed(row.holder_key, settings().secret_key))
    _change("named_adult", "name_key", "name IS NOT NULL", lambda row: keyed(row.name_key, settings().secret_key))


def _change(table, column, where, value):
    connection = op.get_bind()
    rows = connection.execute(sa.text(f"SELECT * FROM {table} WHERE {where} ORDER BY id")).all()
    for row in rows:
        connection.execute(
            sa.text(f"UPDATE {table} SET {column} = :value WHERE id = :id"), {"value": value(row), "id": row.id}
        )


def downgrade() -> None:
    # A name that is no longer kept cannot come back: its hash stays, and only equals itself.
    _change("named_adult", "name_key", "name IS NOT NULL", lambda row: fold(row.name))
    _change("certificate", "holder_key", "holder_name IS NOT NULL", lambda row: fold(row.holder_name))
    op.drop_column("visit", "safeguarding_contact")
    op.drop_column("visit", "teacher_stays")
    for proof in ("guardian_consent", "vetting"):
        op.drop_column(proof, "warned_days")
