"""A visit to come follows its school when that turns out to be a listed one; how a request ended can be taken back."""

import sqlalchemy as sa
from alembic import op

from scheduler import all_models  # noqa: F401  (each law stands beside its table)
from scheduler.core.defences import FACTS_STAY, TableLaw, as_ddl, changed, renew_triggers

revision = "0051_visits_follow"
down_revision = "0043_hours_and_costs"
branch_labels = None
depends_on = None

BEFORE = TableLaw("visit_keeps_its_host", ("UPDATE",), changed("host_id", "centre_id"))


ACTS = ("take", "assign", "waitlist", "merge")


def upgrade() -> None:
    op.add_column("undoable_act", sa.Column("reason_before", sa.String(), nullable=False, server_default=""))
    op.add_column(
        "undoable_act", sa.Column("attention_before", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    _acts((*ACTS, "decline", "end"))
    renew_triggers(op.get_bind(), "visit", since=FACTS_STAY)


def downgrade() -> None:
    """The law as it stood: it asks no table that an older database has not."""
    on_sqlite = op.get_bind().dialect.name == "sqlite"
    op.execute("DROP TRIGGER visit_visit_keeps_its_host_update" + ("" if on_sqlite else " ON visit"))
    for statement in BEFORE.on_sqlite("visit") if on_sqlite else BEFORE.on_postgresql("visit"):
        op.execute(as_ddl(statement))
    op.execute("DELETE FROM undoable_act WHERE act IN ('decline', 'end')")
    _acts(ACTS)
    for column in ("attention_before", "reason_before"):
        op.drop_column("undoable_act", column)


def _acts(values: tuple[str, ...]) -> None:
    allowed = ", ".join(f"'{value}'" for value in values)
    with op.batch_alter_table("undoable_act") as batch:  # nothing refers to it: it may be rebuilt
        batch.drop_constraint(op.f("ck_undoable_act_together"), type_="check")
        batch.create_check_constraint(op.f("ck_undoable_act_together"), f"act IN ({allowed})")
