"""Long work with its progress, the last run of each job, first steps of a centre; a removed day can come back."""

import sqlalchemy as sa
from alembic import op

revision = "0008_long_work_and_first_steps"
down_revision = "0004_what_the_public_is_told"
branch_labels = None
depends_on = None

REMOVABLE = ("holiday", "school_calendar_entry")
KINDS = ("check_hosts", "import_hosts", "issue_certificates")
STATES = ("waiting", "running", "done", "failed")
PHASES = ("", "reading", "comparing", "storing", "issuing")
STEPS = ("helpline", "backup", "put_away")


def _words(name, *words):
    return sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=30)


def upgrade() -> None:
    for table in REMOVABLE:
        op.add_column(table, sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "job_run",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("failed", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job_run")),
        sa.UniqueConstraint("name", name=op.f("uq_job_run_name")),
    )
    op.create_table(
        "long_work",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", _words("workkind", *KINDS), nullable=False),
        sa.Column("centre_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("state", _words("workstate", *STATES), nullable=False),
        sa.Column("phase", _words("phase", *PHASES), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("file_name", sa.String(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "done >= 0 AND total >= 0 AND attempts >= 0", name=op.f("ck_long_work_counts_not_negative")
        ),
        sa.ForeignKeyConstraint(
            ["centre_id"], ["centre.id"], name=op.f("fk_long_work_centre_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_long_work_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_long_work")),
    )
    op.create_index("ix_long_work_state_leased_until", "long_work", ["state", "leased_until"])
    op.create_index("ix_long_work_centre_id_kind_id", "long_work", ["centre_id", "kind", "id"])
    op.create_index("ix_long_work_user_id", "long_work", ["user_id"])
    op.create_table(
        "settled_step",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("centre_id", sa.Integer(), nullable=False),
        sa.Column("step", _words("handstep", *STEPS), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["centre_id"], ["centre.id"], name=op.f("fk_settled_step_centre_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_settled_step")),
        sa.UniqueConstraint("centre_id", "step", name=op.f("uq_settled_step_centre_id_step")),
    )


def downgrade() -> None:
    op.drop_table("settled_step")
    op.drop_table("long_work")
    op.drop_table("job_run")
    for table in REMOVABLE:
        op.execute(f"DELETE FROM {table} WHERE removed_at IS NOT NULL")
        op.drop_column(table, "removed_at")
