"""Files that long work makes, with their hashes; and when a school was written to about a certificate."""

import sqlalchemy as sa
from alembic import op

revision = "0098_files_of_certificates"
down_revision = "0097_sheet_scans"
branch_labels = None
depends_on = None

KINDS = (
    *(f"{act}_{file}" for file in ("hosts", "people", "bells", "visits", "helpline") for act in ("check", "import")),
    *("check_posts", "import_posts", "issue_certificates", "propose_plan", "plan_tour"),
)
NEW_KINDS = ("zip_certificates", "merge_certificates", "mail_certificates")
PHASES = ("", "reading", "comparing", "storing", "issuing", "searching")
NEW_PHASES = ("drawing", "writing")
TABLE = "work_file"
REFER = ("plan_proposal", "campaign_tour")


def _words(kinds: tuple[str, ...], phases: tuple[str, ...]) -> None:
    """Which kinds and phases of long work there are; who refers to it does so afterwards (SQLite rebuilds the table)."""
    known = {table: op.get_bind().execute(sa.text(_refer(table))).all() for table in REFER}
    with op.batch_alter_table("long_work") as batch:
        for name, column, words in (("workkind", "kind", kinds), ("phase", "phase", phases)):
            listed = ", ".join(f"'{word}'" for word in words)
            batch.drop_constraint(op.f(f"ck_long_work_{name}"), type_="check")
            batch.create_check_constraint(op.f(f"ck_long_work_{name}"), f"{column} IN ({listed})")
    for table, rows in known.items():
        for row_id, work_id in rows:
            back = sa.text(f"UPDATE {table} SET work_id = :work WHERE id = :id AND work_id IS NULL")
            op.get_bind().execute(back, {"work": work_id, "id": row_id})


def _refer(table: str) -> str:
    return f"SELECT id, work_id FROM {table} WHERE work_id IN (SELECT id FROM long_work) ORDER BY id"


def upgrade() -> None:
    _words((*KINDS, *NEW_KINDS), (*PHASES, *NEW_PHASES))
    op.create_table(
        TABLE,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("work_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("length(sha256) = 64", name=op.f(f"ck_{TABLE}_hash_is_whole")),
        sa.ForeignKeyConstraint(["work_id"], ["long_work.id"], name=op.f(f"fk_{TABLE}_work_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{TABLE}")),
        sa.UniqueConstraint("work_id", "name", name="each_file_of_a_work_once"),
    )
    op.add_column("certificate", sa.Column("told_at", sa.DateTime(timezone=True), nullable=True))
    # Every school was written to as its certificates were issued; of one that took another's place it was not told.
    op.execute(
        """UPDATE certificate SET told_at = issued_at
        WHERE visit_id IN (SELECT id FROM visit WHERE school_request_id IS NOT NULL)
        AND id NOT IN (SELECT replaced_by_id FROM certificate WHERE replaced_by_id IS NOT NULL)"""
    )


def downgrade() -> None:
    op.drop_column("certificate", "told_at")
    op.drop_table(TABLE)
    words = ", ".join(f"'{kind}'" for kind in NEW_KINDS)
    op.execute(f"DELETE FROM long_work WHERE kind IN ({words})")
    phases = ", ".join(f"'{phase}'" for phase in NEW_PHASES)
    op.execute(f"UPDATE long_work SET phase = '' WHERE phase IN ({phases})")
    _words(KINDS, PHASES)
