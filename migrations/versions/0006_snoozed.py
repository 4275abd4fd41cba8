"""Rows of the first page are put off until a day, and several requests are accepted with one press."""

import sqlalchemy as sa
from alembic import op

revision = "0006_snoozed"
down_revision = "0005_lighter"
branch_labels = None
depends_on = None

ACTS = "act IN ('take', 'assign', 'waitlist', 'agree', 'merge', 'decline', 'end')"
TOGETHER = "ck_undoable_act_together"


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"ALTER TABLE undoable_act DROP CONSTRAINT {TOGETHER}")
        op.execute(f"ALTER TABLE undoable_act ADD CONSTRAINT {TOGETHER} CHECK ({ACTS})")
    else:
        _make_undoable_act_again()
    op.create_table(
        "snooze",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("centre_id", sa.Integer(), nullable=False),
        sa.Column("visit_id", sa.Integer()),
        sa.Column("school_request_id", sa.Integer()),
        sa.Column("matter", sa.String(), nullable=False),
        sa.Column("reason", sa.String(30), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("noted_by_id", sa.Integer()),
        sa.CheckConstraint("(visit_id IS NULL) <> (school_request_id IS NULL)", name="about_one_thing"),
        sa.CheckConstraint("reason IN ('nobody_there', 'asked_again', 'until_monday')", name="putoffreason"),
        sa.ForeignKeyConstraint(["centre_id"], ["centre.id"], name="fk_snooze_centre_id", ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name="fk_snooze_visit_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["school_request_id"], ["school_request.id"], name="fk_snooze_school_request_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["noted_by_id"], ["user_account.id"], name="fk_snooze_noted_by_id", ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_snooze"),
    )
    op.create_index("ix_snooze_centre_id_noted_at", "snooze", ["centre_id", "noted_at"])
    for column in ("visit_id", "school_request_id"):
        op.create_index(f"ix_snooze_{column}", "snooze", [column])


def _make_undoable_act_again() -> None:
    """SQLite changes no CHECK. Nothing refers to the table, and its rows live for an hour: they go along."""
    connection = op.get_bind().execution_options(no_parameters=True)
    before = connection.exec_driver_sql("SELECT sql FROM sqlite_schema WHERE name = 'undoable_act'").scalar_one()
    indexes = connection.exec_driver_sql(
        "SELECT sql FROM sqlite_schema WHERE tbl_name = 'undoable_act' AND type = 'index' AND sql IS NOT NULL"
    ).scalars()
    after = [before.replace("'waitlist', 'merge'", "'waitlist', 'agree', 'merge'"), *indexes]
    connection.exec_driver_sql("CREATE TEMPORARY TABLE undoable_before AS SELECT * FROM undoable_act")
    op.drop_table("undoable_act")
    for statement in after:
        connection.exec_driver_sql(statement)
    connection.exec_driver_sql("INSERT INTO undoable_act SELECT * FROM undoable_before")
    connection.exec_driver_sql("DROP TABLE undoable_before")


def downgrade() -> None:
    raise NotImplementedError("what was put off is gone: restore a backup")
