"""What nobody used goes, once more: plans drawn as if one thing were otherwise, and the weights of a plan."""

import sqlalchemy as sa
from alembic import op

revision = "0004_less_again"
down_revision = "0003_public_figures"
branch_labels = None
depends_on = None

SUPPOSITIONS = "DELETE FROM plan_proposal WHERE id IN (SELECT proposal_id FROM plan_ground WHERE assumed IS NOT NULL)"
LAW = "proposed_visit_assumption_is_not_applied"
GROUND = ("proposal_id", "trouble", "presenter_id", "away_from", "away_until", "closure_id", "late_id")
LEVERS = ("reach", "kilometres", "fairness", "calm")
LEVERS_CHECK = (
    "CONSTRAINT ck_plan_proposal_levers_have_three_steps CHECK (reach BETWEEN 0 AND 2 AND kilometres BETWEEN 0 AND 2 "
    "AND fairness BETWEEN 0 AND 2 AND calm BETWEEN 0 AND 2), "
)
REFERS_TO = {"presenter_id": "presenter", "closure_id": "closure", "late_id": "school_request"}


def upgrade() -> None:
    op.execute(SUPPOSITIONS)  # their rows name people who are nobody
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"DROP FUNCTION {LAW}_insert CASCADE")
    else:
        op.execute(f"DROP TRIGGER {LAW}_insert")
        op.execute(f"DROP TRIGGER {LAW}_update")
    _make_plan_ground_again()
    _drop_levers()


def _drop_levers() -> None:
    """SQLite drops no column that a CHECK names, and making a table again deletes what refers to it: its own manual
    takes a CHECK out of the stored text (sqlite.org/lang_altertable.html, section 7).
    """
    if op.get_bind().dialect.name == "sqlite":
        version = op.get_bind().scalar(sa.text("PRAGMA schema_version"))
        op.execute("PRAGMA writable_schema = ON")
        op.execute(f"UPDATE sqlite_schema SET sql = replace(sql, '{LEVERS_CHECK}', '') WHERE name = 'plan_proposal'")
        op.execute(f"PRAGMA schema_version = {version + 1}")
        op.execute("PRAGMA writable_schema = OFF")
    for name in LEVERS:
        op.execute(f"ALTER TABLE plan_proposal DROP COLUMN {name}")


def _make_plan_ground_again() -> None:
    """SQLite changes no CHECK: the few rows of two months are read, and written into the new table."""
    rows = (
        op.get_bind().execute(sa.text(f"SELECT {', '.join(GROUND)} FROM plan_ground").columns(**TYPES)).mappings().all()
    )
    op.drop_table("plan_ground")
    table = op.create_table(
        "plan_ground",
        *(sa.Column(name, TYPES[name], nullable=name not in GROUND[:2]) for name in GROUND),
        sa.PrimaryKeyConstraint("proposal_id", name="pk_plan_ground"),
        *(sa.CheckConstraint(said, name=name) for name, said in CHECKS.items()),
        *(
            sa.ForeignKeyConstraint([name], [f"{other}.id"], name=f"fk_plan_ground_{name}", ondelete="CASCADE")
            for name, other in {"proposal_id": "plan_proposal", **REFERS_TO}.items()
        ),
    )
    for name in REFERS_TO:
        op.create_index(f"ix_plan_ground_{name}", "plan_ground", [name])
    op.bulk_insert(table, [dict(one) for one in rows])


TYPES = {
    **dict.fromkeys(GROUND, sa.Integer()),
    **dict.fromkeys(("away_from", "away_until"), sa.Date()),
    "trouble": sa.String(30),
}
CHECKS = {
    "somebody_is_away": "(away_from IS NOT NULL) = (trouble IN ('absence', 'leaves', 'consent'))",
    "hosts_are_shut": "(closure_id IS NOT NULL) = (trouble = 'closure')",
    "request_comes_late": "(late_id IS NOT NULL) = (trouble = 'late')",
    "about_somebody": "(presenter_id IS NOT NULL) = (away_from IS NOT NULL)",
    "away_in_order": "away_until >= away_from",
    "trouble": "trouble IN ('absence', 'leaves', 'consent', 'closure', 'late')",
}


def downgrade() -> None:
    raise NotImplementedError("what was kept is gone: restore a backup")
