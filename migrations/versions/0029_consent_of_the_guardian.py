"""A guardian of record, papers that two have seen, birth dates that two correct."""

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from alembic import op

revision = "0029_consent_of_the_guardian"
down_revision = "0028_findings_in_columns"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
SCANS = sa.Enum("pdf", "jpeg", "png", name="scankind", native_enum=False, create_constraint=True, length=30)
POINTERS = (
    ("guardian_id", "guardian", "CASCADE"),
    ("paper_id", "consent_paper", "CASCADE"),
    ("first_seen_by_id", "user_account", "RESTRICT"),
    ("second_seen_by_id", "user_account", "RESTRICT"),
)
WORDS = sa.Enum(
    "guardian", "minor", "staff", "replaced",
    name="withdrawnby", native_enum=False, create_constraint=True, length=30,
)  # fmt: skip
CHECKS = (
    ("seen_by_two_people", "second_seen_by_id <> first_seen_by_id"),
    ("withdrawn_at_a_moment", "withdrawn_by IS NULL OR withdrawn_at IS NOT NULL"),
    ("link_is_of_a_guardian", "method <> 'link' OR earlier OR guardian_id IS NOT NULL"),
    (
        "paper_is_seen_by_two",
        "method <> 'paper' OR earlier OR (paper_id IS NOT NULL AND first_seen_by_id IS NOT NULL"
        " AND second_seen_by_id IS NOT NULL)",
    ),
)
# The newest consent that stands tells who the guardian is; else the newest of all.
GUARDIANS_OF_RECORD = """
INSERT INTO guardian (presenter_id, name, email, phone, named_at, in_force_at, asked_text)
SELECT c.presenter_id, c.guardian_name, c.guardian_email, c.guardian_phone, c.recorded_at, c.recorded_at, ''
FROM guardian_consent c WHERE c.id = (
  SELECT n.id FROM guardian_consent n WHERE n.presenter_id = c.presenter_id
  ORDER BY CASE WHEN n.withdrawn_at IS NULL THEN 0 ELSE 1 END, n.given_on DESC, n.id DESC LIMIT 1)"""
WHOSE = """
UPDATE guardian_consent SET guardian_id = (
  SELECT g.id FROM guardian g WHERE g.presenter_id = guardian_consent.presenter_id
    AND g.email = guardian_consent.guardian_email)"""


def upgrade() -> None:
    _guardian()
    _consent_paper()
    _birth_date_correction()
    _columns_of_consent()
    op.execute(GUARDIANS_OF_RECORD)
    op.execute(WHOSE)
    op.execute("UPDATE guardian_consent SET withdrawn_by = 'staff' WHERE withdrawn_at IS NOT NULL")


def _guardian() -> None:
    op.create_table(
        "guardian",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("presenter_id", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("name", "email", "phone")),
        sa.Column("named_by_id", sa.Integer(), nullable=True),
        sa.Column("named_at", MOMENT, nullable=False),
        sa.Column("in_force_at", MOMENT, nullable=False),
        sa.Column("replaced_at", MOMENT, nullable=True),
        sa.Column("asked_text", sa.String(), nullable=False),
        sa.CheckConstraint("replaced_at >= in_force_at", name=op.f("ck_guardian_moments_in_order")),
        _key("guardian", "presenter_id", "presenter", "CASCADE"),
        _key("guardian", "named_by_id", "user_account", "SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guardian")),
    )
    _one_open("one_last_guardian", "guardian", "replaced_at IS NULL")


def _consent_paper() -> None:
    op.create_table(
        "consent_paper",
        sa.Column("id", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("presenter_id", "guardian_id")),
        *(
            sa.Column(name, sa.Boolean(), nullable=False)
            for name in ("takes_part", "travels", "photo", "name_on_the_web")
        ),
        sa.Column("text_version", sa.String(), nullable=False),
        *(sa.Column(name, sa.Date(), nullable=False) for name in ("given_on", "valid_until")),
        sa.Column("scan", sa.LargeBinary(), nullable=False),
        sa.Column("scan_kind", SCANS, nullable=False),
        sa.Column("first_seen_by_id", sa.Integer(), nullable=False),
        sa.Column("first_seen_at", MOMENT, nullable=False),
        sa.Column("second_seen_by_id", sa.Integer(), nullable=True),
        *(sa.Column(name, MOMENT, nullable=True) for name in ("second_seen_at", "ended_at")),
        *(
            sa.CheckConstraint(condition, name=op.f(f"ck_consent_paper_{name}"))
            for name, condition in (
                ("days_in_order", "valid_until >= given_on"),
                ("is_about_taking_part", "takes_part"),
                ("seen_by_two_people", "second_seen_by_id <> first_seen_by_id"),
                ("seen_by_somebody", "(second_seen_by_id IS NULL) = (second_seen_at IS NULL)"),
                ("seen_or_ended", "second_seen_at IS NULL OR ended_at IS NULL"),
            )
        ),
        _key("consent_paper", "presenter_id", "presenter", "CASCADE"),
        _key("consent_paper", "guardian_id", "guardian", "CASCADE"),
        _key("consent_paper", "first_seen_by_id", "user_account", "RESTRICT"),
        _key("consent_paper", "second_seen_by_id", "user_account", "RESTRICT"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent_paper")),
    )
    op.create_index(
        op.f("ix_consent_paper_presenter_id_first_seen_at"), "consent_paper", ["presenter_id", "first_seen_at"]
    )
    op.create_index(op.f("ix_consent_paper_guardian_id"), "consent_paper", ["guardian_id"])


def _birth_date_correction() -> None:
    op.create_table(
        "birth_date_correction",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("presenter_id", sa.Integer(), nullable=False),
        sa.Column("birth_date", sa.Date(), nullable=False),
        sa.Column("proposed_by_id", sa.Integer(), nullable=False),
        sa.Column("proposed_at", MOMENT, nullable=False),
        sa.Column("confirmed_by_id", sa.Integer(), nullable=True),
        sa.Column("confirmed_at", MOMENT, nullable=True),
        sa.Column("on_the_host", sa.Boolean(), nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        *(
            sa.CheckConstraint(condition, name=op.f(f"ck_birth_date_correction_{name}"))
            for name, condition in (
                ("corrected_by_two_people", "confirmed_by_id <> proposed_by_id"),
                ("confirmed_by_one", "confirmed_at IS NULL OR confirmed_by_id IS NOT NULL OR on_the_host"),
                ("confirmed_or_ended", "confirmed_at IS NULL OR ended_at IS NULL"),
            )
        ),
        _key("birth_date_correction", "presenter_id", "presenter", "CASCADE"),
        _key("birth_date_correction", "proposed_by_id", "user_account", "RESTRICT"),
        _key("birth_date_correction", "confirmed_by_id", "user_account", "RESTRICT"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_birth_date_correction")),
    )
    _one_open("one_open_correction", "birth_date_correction", "confirmed_at IS NULL AND ended_at IS NULL")


def _columns_of_consent() -> None:
    """Every row of before is an earlier one; a new one is not, unless it says so."""
    with _written_anew(), op.batch_alter_table("guardian_consent") as batch:
        for column, table, gone in POINTERS:
            batch.add_column(sa.Column(column, sa.Integer(), nullable=True))
            batch.create_foreign_key(op.f(f"fk_guardian_consent_{column}"), table, [column], ["id"], ondelete=gone)
        batch.add_column(sa.Column("withdrawn_by", WORDS, nullable=True))
        batch.add_column(sa.Column("earlier", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.execute("UPDATE guardian_consent SET earlier = true")
    with _written_anew(), op.batch_alter_table("guardian_consent") as batch:
        for name, condition in CHECKS:
            batch.create_check_constraint(op.f(f"ck_guardian_consent_{name}"), condition)


@contextmanager
def _written_anew() -> Iterator[None]:
    """SQLite: the triggers of assignments name this table, and nothing refers to it: it may be rebuilt beneath them."""
    sqlite = op.get_bind().dialect.name == "sqlite"
    if sqlite:
        op.execute("PRAGMA legacy_alter_table = ON")
    yield
    if sqlite:
        op.execute("PRAGMA legacy_alter_table = OFF")


def _key(table: str, column: str, to: str, gone: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=op.f(f"fk_{table}_{column}"), ondelete=gone)


def _one_open(name: str, table: str, condition: str) -> None:
    where = sa.text(condition)
    op.create_index(name, table, ["presenter_id"], unique=True, sqlite_where=where, postgresql_where=where)


def downgrade() -> None:
    with _written_anew(), op.batch_alter_table("guardian_consent") as batch:
        for name, _condition in CHECKS:
            batch.drop_constraint(op.f(f"ck_guardian_consent_{name}"), type_="check")
        batch.drop_constraint(op.f("ck_guardian_consent_withdrawnby"), type_="check")
        for column, _table, _gone in POINTERS:
            batch.drop_constraint(op.f(f"fk_guardian_consent_{column}"), type_="foreignkey")
        for column in ("earlier", "withdrawn_by", *(column for column, _table, _gone in POINTERS)):
            batch.drop_column(column)
    for table in ("birth_date_correction", "consent_paper", "guardian"):
        op.drop_table(table)
