"""What a school does on its page (dates, wishes, checklist, feedback), and what the nightly re-check has found."""

import sqlalchemy as sa
from alembic import op

revision = "0013_status_page"
down_revision = "0011_closures_and_timetables"
branch_labels = None
depends_on = None

OPEN = sa.text("answered_at IS NULL")


def upgrade() -> None:
    # Without batch mode: rebuilding the table on SQLite would delete what refers to it.
    op.add_column("school_request", sa.Column("directions", sa.String(), nullable=False, server_default=""))
    _proposals()
    _wishes()
    _checklist_and_findings()
    _feedback()


def _proposals() -> None:
    op.create_table(
        "date_proposal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("school_request_id", sa.Integer(), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("starts_local", sa.Time(), nullable=False),
        sa.Column("held_until", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["school_request_id"],
            ["school_request.id"],
            name=op.f("fk_date_proposal_school_request_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_date_proposal")),
        sa.UniqueConstraint("school_request_id", "on_day", "starts_local", name="each_date_once"),
    )
    op.create_index(op.f("ix_date_proposal_held_until"), "date_proposal", ["held_until"])


def _wishes() -> None:
    op.create_table(
        "date_wish",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("visit_id", sa.Integer(), nullable=False),
        sa.Column("first_choice", sa.Date(), nullable=False),
        sa.Column("second_choice", sa.Date(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", _enum(("moved", "kept", "taken_back"), "wishoutcome"), nullable=True),
        sa.CheckConstraint(
            "(answered_at IS NULL) = (outcome IS NULL)", name=op.f("ck_date_wish_answered_with_an_outcome")
        ),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name=op.f("fk_date_wish_visit_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_date_wish")),
    )
    op.create_index(
        "one_open_wish_a_visit", "date_wish", ["visit_id"], unique=True, sqlite_where=OPEN, postgresql_where=OPEN
    )


def _checklist_and_findings() -> None:
    op.create_table(
        "readiness",
        sa.Column("visit_id", sa.Integer(), nullable=False),
        sa.Column("ticked", sa.String(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name=op.f("fk_readiness_visit_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("visit_id", name=op.f("pk_readiness")),
    )
    op.create_table(
        "finding",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("visit_id", sa.Integer(), nullable=False),
        sa.Column("kind", _enum(("clock", "closed", "away"), "findingkind"), nullable=False),
        sa.Column("about", sa.String(), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name=op.f("fk_finding_visit_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_finding")),
        sa.UniqueConstraint("visit_id", "kind", "about", name="each_finding_once"),
    )


def _feedback() -> None:
    op.create_table(
        "visit_feedback",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("visit_id", sa.Integer(), nullable=False),
        sa.Column("useful", sa.Integer(), nullable=False),
        sa.Column("clear", sa.Integer(), nullable=False),
        sa.Column("again", sa.Boolean(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("given_on", sa.Date(), nullable=False),
        sa.CheckConstraint(
            "useful BETWEEN 1 AND 5 AND clear BETWEEN 1 AND 5", name=op.f("ck_visit_feedback_marks_of_a_school")
        ),
        sa.ForeignKeyConstraint(
            ["visit_id"], ["visit.id"], name=op.f("fk_visit_feedback_visit_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit_feedback")),
        sa.UniqueConstraint("visit_id", name=op.f("uq_visit_feedback_visit_id")),
    )


def _enum(values: tuple[str, ...], name: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=30)


def downgrade() -> None:
    for table in ("visit_feedback", "finding", "readiness", "date_wish", "date_proposal"):
        op.drop_table(table)
    op.drop_column("school_request", "directions")
