"""Panels: youth rate drafts; seats and sums that nothing joins, and the database's law over both."""

import sqlalchemy as sa
from alembic import op

from scheduler import all_models  # noqa: F401  (each law stands beside its table)
from scheduler.core.defences import create_defences, drop_defences

revision = "0083_panels"
down_revision = "0082_questions"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
QUESTIONS = ("clear", "true_to_life", "would_share", "would_help")


def _to(table: str, column: str, other: str, ondelete: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}"), ondelete=ondelete)


def upgrade() -> None:
    _panel()
    _sums_and_seats()
    create_defences(op.get_bind(), since=revision)


def _panel() -> None:
    table = "panel"
    op.create_table(
        table,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("centre_id", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=True) for name in ("programme_id", "post_id", "asked_by_id")),
        *(sa.Column(name, sa.Date(), nullable=False) for name in ("opened_on", "last_day", "born_by")),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("text_sr_cyrl", "text_en")),
        sa.Column("rated", sa.Integer(), nullable=False),
        sa.Column("closed_at", MOMENT, nullable=True),
        sa.CheckConstraint("(programme_id IS NULL) <> (post_id IS NULL)", name=op.f(f"ck_{table}_about_one_thing")),
        sa.CheckConstraint("last_day > opened_on", name=op.f(f"ck_{table}_days_in_order")),
        sa.CheckConstraint("born_by < opened_on", name=op.f(f"ck_{table}_asks_who_is_born")),
        sa.CheckConstraint("text_sr_cyrl <> ''", name=op.f(f"ck_{table}_says_something")),
        sa.CheckConstraint("rated >= 0", name=op.f(f"ck_{table}_no_less_than_nobody")),
        _to(table, "centre_id", "centre", "RESTRICT"),
        _to(table, "programme_id", "programme", "CASCADE"),
        _to(table, "post_id", "post", "CASCADE"),
        _to(table, "asked_by_id", "user_account", "SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("number", name=op.f(f"uq_{table}_number")),
    )
    op.create_index(op.f("ix_panel_centre_id_last_day"), table, ["centre_id", "last_day"], unique=False)
    runs = sa.text("closed_at IS NULL")
    op.create_index("panels_that_run", table, ["last_day"], unique=False, sqlite_where=runs, postgresql_where=runs)
    for column in ("programme_id", "post_id", "asked_by_id"):
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column], unique=False)


def _sums_and_seats() -> None:
    table = "panel_sum"
    question = sa.Enum(*QUESTIONS, name="panelquestion", native_enum=False, create_constraint=True, length=30)
    op.create_table(
        table,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("panel_id", sa.Integer(), nullable=False),
        sa.Column("question", question, nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("answer", "times")),
        sa.CheckConstraint("answer BETWEEN 1 AND 4", name=op.f(f"ck_{table}_answer_of_the_scale")),
        sa.CheckConstraint("times >= 0", name=op.f(f"ck_{table}_no_less_than_never")),
        _to(table, "panel_id", "panel", "CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("panel_id", "question", "answer", name="answer_once_in_a_panel"),
    )
    table = "panel_seat"
    op.create_table(
        table,
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("panel_id", "presenter_id")),
        _to(table, "panel_id", "panel", "CASCADE"),
        _to(table, "presenter_id", "presenter", "CASCADE"),
        sa.PrimaryKeyConstraint("panel_id", "presenter_id", name=op.f(f"pk_{table}")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f(f"ix_{table}_presenter_id"), table, ["presenter_id"], unique=False)


def downgrade() -> None:
    drop_defences(op.get_bind(), since=revision)
    for table in ("panel_seat", "panel_sum", "panel"):
        op.drop_table(table)
