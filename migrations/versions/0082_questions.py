"""Questions before and after a presentation: sets of a programme, rounds of a class, and sums of choices."""

import sqlalchemy as sa
from alembic import op

from scheduler import all_models  # noqa: F401  (each law stands beside its table)
from scheduler.core.defences import create_defences, drop_defences

revision = "0082_questions"
down_revision = "0086_certificate_keys"
branch_labels = None
depends_on = None

TEXTS = ("text_sr_cyrl", "text_en", "choices_sr_cyrl", "choices_en")


def _one_of(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=30)


def _points(table: str, column: str, to: str, ondelete: str = "RESTRICT") -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=op.f(f"fk_{table}_{column}"), ondelete=ondelete)


def _whole(*names: str) -> list[sa.Column]:
    return [sa.Column(name, sa.Integer(), nullable=False) for name in names]


def upgrade() -> None:
    op.create_table(
        "question_set",
        *_whole("id", "programme_id", "edition"),
        sa.Column("began_on", sa.Date(), nullable=False),
        sa.Column("is_asked", sa.Boolean(), nullable=False),
        sa.CheckConstraint("edition > 0", name=op.f("ck_question_set_edition_counts")),
        _points("question_set", "programme_id", "programme"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_question_set")),
        sa.UniqueConstraint("programme_id", "edition", name="edition_once_in_a_programme"),
    )
    table = "set_question"
    op.create_table(
        table,
        *_whole("id", "set_id", "place"),
        sa.Column("kind", _one_of("questionkind", "agree", "choice"), nullable=False),
        *_whole("choices", "aim"),
        *(sa.Column(name, sa.String(), nullable=False) for name in TEXTS),
        sa.CheckConstraint("place BETWEEN 1 AND 7", name=op.f(f"ck_{table}_place_in_a_set")),
        sa.CheckConstraint("choices BETWEEN 2 AND 5", name=op.f(f"ck_{table}_some_to_choose_from")),
        sa.CheckConstraint("aim BETWEEN 1 AND choices", name=op.f(f"ck_{table}_aim_is_a_choice")),
        sa.CheckConstraint(
            "kind <> 'agree' OR (choices = 5 AND aim IN (1, 5))", name=op.f(f"ck_{table}_scale_has_two_ends")
        ),
        sa.CheckConstraint("text_sr_cyrl <> ''", name=op.f(f"ck_{table}_asks_something")),
        _points(table, "set_id", "question_set"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("set_id", "place", name="place_once_in_a_set"),
    )
    _sums()
    create_defences(op.get_bind(), since=revision)


def _sums() -> None:
    table = "question_round"
    op.create_table(
        table,
        *_whole("id", "presentation_id", "set_id"),
        sa.Column("moment", _one_of("roundmoment", "before", "after"), nullable=False),
        *_whole("announced", "most", "phone", "paper"),
        sa.CheckConstraint("phone >= 0 AND paper >= 0", name=op.f(f"ck_{table}_no_less_than_nobody")),
        sa.CheckConstraint("phone + paper <= most", name=op.f(f"ck_{table}_no_more_than_a_class")),
        sa.CheckConstraint(
            "announced > 0 AND most BETWEEN announced AND 600", name=op.f(f"ck_{table}_ends_somewhere")
        ),
        _points(table, "presentation_id", "presentation", "CASCADE"),
        _points(table, "set_id", "question_set"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("presentation_id", "moment", name="moment_once_in_a_presentation"),
    )
    op.create_index(op.f(f"ix_{table}_set_id"), table, ["set_id"], unique=False)
    table = "answer_sum"
    op.create_table(
        table,
        *_whole("id", "round_id", "question_id", "choice", "phone", "paper"),
        sa.CheckConstraint("phone >= 0 AND paper >= 0", name=op.f(f"ck_{table}_no_less_than_nobody")),
        _points(table, "round_id", "question_round", "CASCADE"),
        _points(table, "question_id", "set_question"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("round_id", "question_id", "choice", name="choice_once_in_a_round"),
    )
    op.create_index(op.f(f"ix_{table}_question_id"), table, ["question_id"], unique=False)


def downgrade() -> None:
    drop_defences(op.get_bind(), since=revision)
    for table in ("answer_sum", "question_round", "set_question", "question_set"):
        op.drop_table(table)
