"""Letters that follow a visit, what a school says three months later, and adults who count themselves."""

import sqlalchemy as sa
from alembic import op

revision = "0023_follow_ups"
down_revision = "0021_rows_laid_aside"
branch_labels = None
depends_on = None

KINDS = ("report_due", "feedback", "survey", "next_year", "stopped")


def upgrade() -> None:
    op.create_table(
        "follow_up_note",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("visit_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Enum(*KINDS, name="followup", native_enum=False, create_constraint=True, length=30),
                  nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["visit_id"], ["visit.id"], name=op.f("fk_follow_up_note_visit_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_follow_up_note")),
        sa.UniqueConstraint("visit_id", "kind", name="each_follow_up_once"),
    )  # fmt: skip
    op.create_table(
        "visit_survey",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("visit_id", sa.Integer(), nullable=False),
        sa.Column("spoken_of", sa.Boolean(), nullable=False),
        sa.Column("changed", sa.Boolean(), nullable=False),
        sa.Column("knows_whom_to_call", sa.Boolean(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("given_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name=op.f("fk_visit_survey_visit_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit_survey")),
        sa.UniqueConstraint("visit_id", name=op.f("uq_visit_survey_visit_id")),
    )
    op.create_table(
        "tally_mark",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("presentation_id", sa.Integer(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("marked_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("people BETWEEN 1 AND 10", name=op.f("ck_tally_mark_people_of_one_press")),
        sa.ForeignKeyConstraint(
            ["presentation_id"],
            ["presentation.id"],
            name=op.f("fk_tally_mark_presentation_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tally_mark")),
    )
    op.create_index(op.f("ix_tally_mark_presentation_id"), "tally_mark", ["presentation_id"])


def downgrade() -> None:
    op.drop_table("tally_mark")
    op.drop_table("visit_survey")
    op.drop_table("follow_up_note")
