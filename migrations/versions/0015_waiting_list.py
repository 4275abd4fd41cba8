"""The waiting list has weights and dates; places are kept, duplicates merged; visits are open for hands."""

import sqlalchemy as sa
from alembic import op

revision = "0015_waiting_list"
down_revision = "0016_hours_by_the_lesson"
branch_labels = None
depends_on = None

ACTS = ("take", "assign", "waitlist")
POINTS = ("per_year", "most_years", "rural", "special_needs", "per_month")
DATE_STATES = ("open", "taken", "ended")
OFFER_STATES = ("held", "accepted", "refused", "lapsed", "withdrawn")
FIRM, HELD = "state IN ('held', 'accepted')", "state = 'held'"


def upgrade() -> None:
    op.add_column("school_request", sa.Column("in_line_since", sa.DateTime(timezone=True), nullable=True))
    _acts((*ACTS, "merge"))
    _hands()
    op.create_table(
        "waiting_weights",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("centre_id", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in POINTS),
        sa.CheckConstraint(
            " AND ".join(f"{name} BETWEEN 0 AND 99" for name in POINTS),
            name=op.f("ck_waiting_weights_points_are_small"),
        ),
        sa.ForeignKeyConstraint(
            ["centre_id"], ["centre.id"], name=op.f("fk_waiting_weights_centre_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_waiting_weights")),
        sa.UniqueConstraint("centre_id", name=op.f("uq_waiting_weights_centre_id")),
    )
    op.create_table(
        "open_date",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("centre_id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("district_id", sa.Integer(), nullable=True),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("starts_local", sa.Time(), nullable=False),
        sa.Column("hold_hours", sa.Integer(), nullable=False),
        sa.Column("state", _enum(DATE_STATES, "datestate"), nullable=False),
        sa.Column("state_since", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("hold_hours BETWEEN 1 AND 336", name=op.f("ck_open_date_held_two_weeks_at_most")),
        *(
            sa.ForeignKeyConstraint(
                [f"{thing}_id"], [f"{thing}.id"], name=op.f(f"fk_open_date_{thing}_id"), ondelete="RESTRICT"
            )
            for thing in ("centre", "programme", "district")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_open_date")),
    )
    op.create_index(op.f("ix_open_date_centre_id_state"), "open_date", ["centre_id", "state"])
    op.create_table(
        "date_offer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("open_date_id", sa.Integer(), nullable=False),
        sa.Column("school_request_id", sa.Integer(), nullable=False),
        sa.Column("state", _enum(OFFER_STATES, "dateofferstate"), nullable=False),
        sa.Column("state_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("offered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        *(
            sa.ForeignKeyConstraint(
                [f"{thing}_id"], [f"{thing}.id"], name=op.f(f"fk_date_offer_{thing}_id"), ondelete="CASCADE"
            )
            for thing in ("open_date", "school_request")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_date_offer")),
        sa.UniqueConstraint("open_date_id", "school_request_id", name="offered_once"),
    )
    for name, column, condition in (
        ("one_firm_offer_a_date", "open_date_id", FIRM),
        ("one_held_date_a_request", "school_request_id", HELD),
    ):
        op.create_index(
            name,
            "date_offer",
            [column],
            unique=True,
            sqlite_where=sa.text(condition),
            postgresql_where=sa.text(condition),
        )


def _hands() -> None:
    """An open visit, and who could go."""
    op.create_table(
        "open_call",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("visit_id", sa.Integer(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name=op.f("fk_open_call_visit_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_open_call")),
        sa.UniqueConstraint("visit_id", name=op.f("uq_open_call_visit_id")),
    )
    op.create_table(
        "raised_hand",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("visit_id", sa.Integer(), nullable=False),
        sa.Column("presenter_id", sa.Integer(), nullable=False),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        *(
            sa.ForeignKeyConstraint(
                [f"{thing}_id"], [f"{thing}.id"], name=op.f(f"fk_raised_hand_{thing}_id"), ondelete="CASCADE"
            )
            for thing in ("visit", "presenter")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_raised_hand")),
        sa.UniqueConstraint("visit_id", "presenter_id", name="one_hand_each"),
    )
    op.create_index(op.f("ix_raised_hand_presenter_id"), "raised_hand", ["presenter_id"])


def _acts(values: tuple[str, ...]) -> None:
    allowed = ", ".join(f"'{value}'" for value in values)
    with op.batch_alter_table("undoable_act") as batch:  # nothing refers to it: it may be rebuilt
        batch.drop_constraint(op.f("ck_undoable_act_together"), type_="check")
        batch.create_check_constraint(op.f("ck_undoable_act_together"), f"act IN ({allowed})")


def _enum(values: tuple[str, ...], name: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=30)


def downgrade() -> None:
    op.execute("DELETE FROM undoable_act WHERE act = 'merge'")
    _acts(ACTS)
    for table in ("raised_hand", "open_call", "date_offer"):
        op.drop_table(table)
    op.drop_table("open_date")
    op.drop_table("waiting_weights")
    op.drop_column("school_request", "in_line_since")
