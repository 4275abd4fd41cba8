"""Names behind certificates are hashed under a key of their own, so that SECRET_KEY may change.

A name that is no longer stored cannot be hashed again: those stay under the SECRET_KEY of today, which is asked too.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from scheduler import all_models  # noqa: F401  (each law stands beside its table)
from scheduler.config import name_secret, name_secrets, settings
from scheduler.core.defences import DATABASE_LAW, pause_triggers, renew_triggers
from scheduler.core.text import name_key

revision = "0093_name_key"
down_revision = "0092_certificate_templates"
branch_labels = None
depends_on = None

NAMED = {"certificate": ("holder_name", "holder_key"), "named_adult": ("name", "name_key")}


def upgrade() -> None:
    if _any_named():  # nothing is made in an instance that awaits a backup
        _hash_again((settings().secret_key,), name_secret())


def downgrade() -> None:
    if _any_named():
        _hash_again(name_secrets()[:-1], settings().secret_key)


def _any_named() -> bool:
    return any(_named(table) for table in NAMED)


def _named(table: str) -> Sequence[sa.Row]:
    name, key = NAMED[table]
    said = sa.text(f"SELECT id, {name} AS name, {key} AS key FROM {table} WHERE {name} IS NOT NULL ORDER BY id")
    return op.get_bind().execute(said).all()


def _hash_again(before: Sequence[str], after: str) -> None:
    connection = op.get_bind()
    pause_triggers(connection, "certificate", since=DATABASE_LAW)  # a printed key stays, but for this
    for table, (_name, key) in NAMED.items():
        for row in _named(table):
            if row.key in [name_key(row.name, secret) for secret in before]:
                connection.execute(
                    sa.text(f"UPDATE {table} SET {key} = :key WHERE id = :id"),
                    {"key": name_key(row.name, after), "id": row.id},
                )
    renew_triggers(connection, "certificate", since=DATABASE_LAW)
