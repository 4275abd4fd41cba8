"""Hand-offs of what a child told, concerns about presenters, and the stop of their new visits."""

import sqlalchemy as sa
from alembic import op

from scheduler import all_models  # noqa: F401  (each law stands beside its table)
from scheduler.core.defences import create_defences, drop_defences

revision = "0078_handoffs"
down_revision = "0077_cohorts"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
TABLES = ("assignment_stop", "hand_off", "concern", "concern_about")


def _words(name: str, *words: str) -> sa.Enum:
    return sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=30)


def _key(table: str, column: str, other: str, ondelete: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}"), ondelete=ondelete)


def _id(table: str) -> tuple[sa.Column[int], sa.PrimaryKeyConstraint]:
    return sa.Column("id", sa.Integer(), nullable=False), sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}"))


def upgrade() -> None:
    _stops()
    _hand_offs()
    _concerns()
    create_defences(op.get_bind(), since=revision)


def _stops() -> None:
    table = "assignment_stop"
    ident, key = _id(table)
    op.create_table(
        table,
        ident,
        sa.Column("presenter_id", sa.Integer(), nullable=False),
        sa.Column("stopped_at", MOMENT, nullable=False),
        sa.Column("lifted_at", MOMENT, nullable=True),
        sa.Column("lifted_by_id", sa.Integer(), nullable=True),
        sa.Column(
            "lifted_because", _words("liftedbecause", "nothing_found", "somebody_else", "settled"), nullable=True
        ),
        key,
        sa.CheckConstraint("lifted_at >= stopped_at", name=op.f(f"ck_{table}_moments_in_order")),
        sa.CheckConstraint(
            "(lifted_at IS NULL) = (lifted_because IS NULL)", name=op.f(f"ck_{table}_lifted_with_a_reason")
        ),
        _key(table, "presenter_id", "presenter", "CASCADE"),
        _key(table, "lifted_by_id", "user_account", "SET NULL"),
    )
    op.create_index(
        "one_standing_stop",
        table,
        ["presenter_id"],
        unique=True,
        sqlite_where=sa.text("lifted_at IS NULL"),
        postgresql_where=sa.text("lifted_at IS NULL"),
    )
    op.create_index(op.f(f"ix_{table}_presenter_id_stopped_at"), table, ["presenter_id", "stopped_at"])


def _hand_offs() -> None:
    table = "hand_off"
    ident, key = _id(table)
    op.create_table(
        table,
        ident,
        sa.Column("centre_id", sa.Integer(), nullable=False),
        sa.Column("visit_id", sa.Integer(), nullable=True),
        sa.Column("told", _words("handedto", "school", "helpline"), nullable=False),
        sa.Column("told_at", MOMENT, nullable=False),
        sa.Column("noted_at", MOMENT, nullable=False),
        sa.Column("noted_by_id", sa.Integer(), nullable=True),
        key,
        sa.UniqueConstraint("visit_id", "told", "told_at", "noted_by_id", name="noted_once"),
        sa.CheckConstraint("told_at <= noted_at", name=op.f(f"ck_{table}_told_before_it_is_noted")),
        _key(table, "centre_id", "centre", "RESTRICT"),
        _key(table, "visit_id", "visit", "SET NULL"),
        _key(table, "noted_by_id", "user_account", "SET NULL"),
    )
    op.create_index(op.f(f"ix_{table}_centre_id_told_at"), table, ["centre_id", "told_at"])


def _concerns() -> None:
    table = "concern"
    ident, key = _id(table)
    op.create_table(
        table,
        ident,
        sa.Column("centre_id", sa.Integer(), nullable=False),
        sa.Column("spoken_up_by", _words("spokenupby", "school", "colleague", "anybody"), nullable=False),
        sa.Column("visit_id", sa.Integer(), nullable=True),
        sa.Column("host_id", sa.Integer(), nullable=True),
        sa.Column("on_day", sa.Date(), nullable=True),
        sa.Column("phone", sa.String(), nullable=False),
        sa.Column("reported_at", MOMENT, nullable=False),
        sa.Column("reported_by_id", sa.Integer(), nullable=True),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("ended_by_id", sa.Integer(), nullable=True),
        key,
        sa.CheckConstraint("ended_at >= reported_at", name=op.f(f"ck_{table}_moments_in_order")),
        sa.CheckConstraint("ended_at IS NULL OR phone = ''", name=op.f(f"ck_{table}_no_number_once_it_ended")),
        _key(table, "centre_id", "centre", "RESTRICT"),
        _key(table, "visit_id", "visit", "SET NULL"),
        _key(table, "host_id", "host", "SET NULL"),
        _key(table, "reported_by_id", "user_account", "SET NULL"),
        _key(table, "ended_by_id", "user_account", "SET NULL"),
    )
    op.create_index(op.f(f"ix_{table}_centre_id_reported_at"), table, ["centre_id", "reported_at"])
    op.create_index(op.f(f"ix_{table}_visit_id"), table, ["visit_id"])
    op.create_index(op.f(f"ix_{table}_host_id"), table, ["host_id"])
    op.create_index(
        "open_concerns",
        table,
        ["centre_id"],
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    table = "concern_about"
    ident, key = _id(table)
    op.create_table(
        table,
        ident,
        sa.Column("concern_id", sa.Integer(), nullable=False),
        sa.Column("presenter_id", sa.Integer(), nullable=False),
        sa.Column("stop_id", sa.Integer(), nullable=True),
        key,
        sa.UniqueConstraint("concern_id", "presenter_id", name=op.f(f"uq_{table}_concern_id_presenter_id")),
        _key(table, "concern_id", "concern", "CASCADE"),
        _key(table, "presenter_id", "presenter", "CASCADE"),
        _key(table, "stop_id", "assignment_stop", "SET NULL"),
    )
    op.create_index(op.f(f"ix_{table}_presenter_id"), table, ["presenter_id"])
    op.create_index(op.f(f"ix_{table}_stop_id"), table, ["stop_id"])


def downgrade() -> None:
    drop_defences(op.get_bind(), since=revision)
    for table in reversed(TABLES):
        op.drop_table(table)
