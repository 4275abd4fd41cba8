"""A programme is booked now or asked for; dates are held; schools rank dates and name days on which they cannot."""

import sqlalchemy as sa
from alembic import op

from scheduler.core.defences import create_defences

revision = "0017_holds"
down_revision = "0015_waiting_list"
branch_labels = None
depends_on = None

HOLD_STATES = ("held", "kept", "taken", "released", "lapsed")
LIVING = "state IN ('held', 'kept')"
WITH_THE_VISITOR = "state = 'held'"


def upgrade() -> None:
    _booking()
    _preferences()
    _date_hold()
    op.create_table(
        "held_time",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("date_hold_id", sa.Integer(), nullable=False),
        sa.Column("presenter_id", sa.Integer(), nullable=False),
        sa.Column("busy_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("busy_until", sa.DateTime(timezone=True), nullable=False),
        *(
            sa.ForeignKeyConstraint(
                [f"{thing}_id"], [f"{thing}.id"], name=op.f(f"fk_held_time_{thing}_id"), ondelete="CASCADE"
            )
            for thing in ("date_hold", "presenter")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_held_time")),
    )
    op.create_index(op.f("ix_held_time_presenter_id_busy_from"), "held_time", ["presenter_id", "busy_from"])
    op.create_index(op.f("ix_held_time_date_hold_id"), "held_time", ["date_hold_id"])
    create_defences(op.get_bind(), only="held_time")


def _booking() -> None:
    """Until somebody says otherwise, schools ask first, as before. No rebuild: other tables refer to this one."""
    op.execute(
        "ALTER TABLE programme ADD COLUMN booking VARCHAR(30) DEFAULT 'ask_first' NOT NULL"
        " CONSTRAINT ck_programme_booking CHECK (booking IN ('book_now', 'ask_first'))"
    )


def _preferences() -> None:
    op.create_table(
        "preferred_date",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("school_request_id", sa.Integer(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("starts_local", sa.Time(), nullable=True),
        sa.Column("day_part", _enum(("any", "morning", "afternoon", "evening"), "daypart"), nullable=False),
        sa.CheckConstraint("rank BETWEEN 1 AND 5", name=op.f("ck_preferred_date_five_at_most")),
        sa.ForeignKeyConstraint(
            ["school_request_id"],
            ["school_request.id"],
            name=op.f("fk_preferred_date_school_request_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_preferred_date")),
        sa.UniqueConstraint("school_request_id", "rank", name="each_rank_once"),
    )
    op.create_table(
        "blackout_days",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("school_request_id", sa.Integer(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.CheckConstraint("last_day >= first_day", name=op.f("ck_blackout_days_days_in_order")),
        sa.ForeignKeyConstraint(
            ["school_request_id"],
            ["school_request.id"],
            name=op.f("fk_blackout_days_school_request_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_blackout_days")),
    )
    op.create_index(op.f("ix_blackout_days_school_request_id"), "blackout_days", ["school_request_id"])


def _date_hold() -> None:
    whose = ("programme", "host", "municipality", "school_request")
    op.create_table(
        "date_hold",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("draft", sa.String(), nullable=False),
        sa.Column("network", sa.String(), nullable=False),
        *(sa.Column(f"{thing}_id", sa.Integer(), nullable=thing != "programme") for thing in whose),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("starts_local", sa.Time(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("busy_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("busy_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", _enum(HOLD_STATES, "holdstate"), nullable=False),
        sa.Column("state_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        *(
            sa.CheckConstraint(condition, name=op.f(f"ck_date_hold_{name}"))
            for name, condition in (
                ("lasts_a_day_at_most", "minutes BETWEEN 15 AND 960"),
                ("ends_after_it_starts", "busy_from < busy_until"),
                ("somewhere", "host_id IS NOT NULL OR municipality_id IS NOT NULL"),
                ("kept_for_a_request", "state NOT IN ('kept', 'taken') OR school_request_id IS NOT NULL"),
            )
        ),
        *(
            sa.ForeignKeyConstraint(
                [f"{thing}_id"], [f"{thing}.id"], name=op.f(f"fk_date_hold_{thing}_id"), ondelete="CASCADE"
            )
            for thing in whose
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_date_hold")),
    )
    for name, column, condition in (
        ("one_hold_a_draft", "draft", WITH_THE_VISITOR),
        ("one_hold_a_request", "school_request_id", LIVING),
    ):
        where = sa.text(condition)
        op.create_index(name, "date_hold", [column], unique=True, sqlite_where=where, postgresql_where=where)
    for columns in (["host_id"], ["state", "until"], ["network", "state"]):
        op.create_index(op.f(f"ix_date_hold_{'_'.join(columns)}"), "date_hold", columns)


def _enum(values: tuple[str, ...], name: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=30)


def downgrade() -> None:
    op.drop_table("held_time")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION IF EXISTS held_time_is_free() CASCADE")
    op.drop_table("date_hold")
    op.drop_table("blackout_days")
    op.drop_table("preferred_date")
    op.drop_column("programme", "booking")
