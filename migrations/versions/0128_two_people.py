"""A second look is another person's; after a withdrawal the guardian's link alone, or a paper she was told of."""

import sqlalchemy as sa
from alembic import op

from scheduler import all_models  # noqa: F401  (each law stands beside its table)
from scheduler.core.defences import DEFENCES, FACTS_STAY, create_defences, drop_defences, pause_triggers, renew_triggers

revision = "0128_two_people"
down_revision = "0127_what_is_over"
branch_labels = None
depends_on = None

HELPLINE_FIGURES = "0076_helpline_figures"
MOMENT = sa.DateTime(timezone=True)
OF_PAPER = {
    "host_seen_at": MOMENT,
    "told_by_phone": sa.Boolean(),
    "told_on": sa.Date(),
    "told_by_id": sa.Integer(),
    "told_at": MOMENT,
}
SEEN = "method <> 'paper' OR earlier OR (paper_id IS NOT NULL AND first_seen_by_id IS NOT NULL"
# Who has invited an account last, and with whom the invitations of that one began. An administrator whose own account
# came from the page is followed to hers, step by step: as often as there are accounts, at most.
INVITED_BY = """
UPDATE user_account SET origin_id = (
  SELECT CAST(substr(a.actor, 6) AS INTEGER) FROM audit_entry a
  WHERE a.thing = 'user_account' AND a.thing_id = user_account.id AND a.action IN ('invited', 'user imported')
    AND a.actor LIKE 'user:%' AND NOT EXISTS (
      SELECT 1 FROM audit_entry b WHERE b.thing = 'user_account' AND b.thing_id = user_account.id
        AND b.action IN ('invited', 'user imported') AND b.id > a.id))"""
ONE_STEP_BACK = """
UPDATE user_account SET origin_id = (SELECT o.origin_id FROM user_account o WHERE o.id = user_account.origin_id)
WHERE origin_id <> id AND EXISTS (
  SELECT 1 FROM user_account o WHERE o.id = user_account.origin_id AND o.origin_id IS NOT NULL AND o.origin_id <> o.id)
"""


def upgrade() -> None:
    op.add_column("user_account", sa.Column("origin_id", sa.Integer(), nullable=True))
    _origins()
    for name, kind in OF_PAPER.items():
        op.add_column("consent_paper", sa.Column(name, kind, nullable=True))
    _check("paper_is_seen_by_two", "paper_is_seen", f"{SEEN})")
    create_defences(op.get_bind(), since=revision)
    renew_triggers(op.get_bind(), "helpline_period", since=HELPLINE_FIGURES)


def _origins() -> None:
    connection = op.get_bind()
    connection.execute(sa.text(INVITED_BY))
    while connection.execute(sa.text(ONE_STEP_BACK)).rowcount:
        pass


def _check(old: str, new: str, condition: str) -> None:
    """SQLite: triggers of other tables name this one, and nothing refers to it: it may be rebuilt beneath them."""
    table, sqlite = "guardian_consent", op.get_bind().dialect.name == "sqlite"
    if sqlite:
        op.execute("PRAGMA legacy_alter_table = ON")
    with op.batch_alter_table(table) as batch:
        batch.drop_constraint(op.f(f"ck_{table}_{old}"), type_="check")
        batch.create_check_constraint(op.f(f"ck_{table}_{new}"), condition)
    if sqlite:
        op.execute("PRAGMA legacy_alter_table = OFF")
    for since in sorted({one.since for one in DEFENCES if one.table == table and one.since < revision}):
        renew_triggers(op.get_bind(), table, since=since)


def downgrade() -> None:
    """A consent that the host has confirmed has one viewer: the release before holds it for one of earlier times."""
    drop_defences(op.get_bind(), since=revision)
    pause_triggers(op.get_bind(), "guardian_consent", since=FACTS_STAY)
    op.execute("UPDATE guardian_consent SET earlier = true WHERE method = 'paper' AND second_seen_by_id IS NULL")
    _check("paper_is_seen", "paper_is_seen_by_two", f"{SEEN} AND second_seen_by_id IS NOT NULL)")
    for name in OF_PAPER:
        op.drop_column("consent_paper", name)
    op.drop_column("user_account", "origin_id")
