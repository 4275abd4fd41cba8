"""A visit to come follows its school: a host that somebody typed and that turned out to be a listed one."""

from alembic import op

from scheduler import all_models  # noqa: F401  (each law stands beside its table)
from scheduler.core.defences import FACTS_STAY, TableLaw, as_ddl, changed, renew_triggers

revision = "0051_visits_follow"
down_revision = "0046_districts"
branch_labels = None
depends_on = None

BEFORE = TableLaw("visit_keeps_its_host", ("UPDATE",), changed("host_id", "centre_id"))


def upgrade() -> None:
    renew_triggers(op.get_bind(), "visit", since=FACTS_STAY)


def downgrade() -> None:
    """The law as it stood: it asks no table that an older database has not."""
    on_sqlite = op.get_bind().dialect.name == "sqlite"
    op.execute("DROP TRIGGER visit_visit_keeps_its_host_update" + ("" if on_sqlite else " ON visit"))
    for statement in BEFORE.on_sqlite("visit") if on_sqlite else BEFORE.on_postgresql("visit"):
        op.execute(as_ddl(statement))
