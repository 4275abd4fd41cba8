"""What nobody used goes: columns hidden in a list, drafts that young presenters rate, openings of a post's link."""

from alembic import op

revision = "0002_less_to_keep"
down_revision = "0001_first_release"
branch_labels = None
depends_on = None

GONE = ("hidden_columns", "panel_seat", "panel_sum", "panel", "post_openings")
FUNCTIONS_WITHOUT_A_TRIGGER = """DO $$ DECLARE gone text; BEGIN
  FOR gone IN SELECT p.oid::regprocedure FROM pg_proc p
    WHERE p.prorettype = 'trigger'::regtype AND p.pronamespace = current_schema()::regnamespace
      AND NOT EXISTS (SELECT 1 FROM pg_trigger t WHERE t.tgfoid = p.oid)
  LOOP EXECUTE 'DROP FUNCTION ' || gone; END LOOP; END $$"""


def upgrade() -> None:
    for table in GONE:
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        op.execute(FUNCTIONS_WITHOUT_A_TRIGGER)


def downgrade() -> None:
    raise NotImplementedError("what was kept is gone: restore a backup")
