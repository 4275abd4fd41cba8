"""What is counted where it is read needs no table beside it: the crew of a campaign."""

from alembic import op

revision = "0005_lighter"
down_revision = "0002_less_to_keep"
branch_labels = None
depends_on = None

COMPUTING = {
    "assignment": (
        "assignment_is_in_a_crew_insert",
        "assignment_is_in_a_crew_delete",
        "assignment_joins_a_crew_update",
        "assignment_leaves_a_crew_update",
    ),
    "presentation": ("presentation_has_a_crew_update",),
    "visit": ("visit_has_a_crew_update",),
}


def upgrade() -> None:
    postgresql = op.get_bind().dialect.name == "postgresql"
    for table, triggers in COMPUTING.items():
        for trigger in triggers:
            op.execute(f"DROP TRIGGER {trigger} ON {table}" if postgresql else f"DROP TRIGGER {trigger}")
            if postgresql:
                op.execute(f"DROP FUNCTION {trigger}()")
    op.drop_table("campaign_crew")


def downgrade() -> None:
    raise NotImplementedError("what was kept is gone: restore a backup")
