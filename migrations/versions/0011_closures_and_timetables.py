"""Hosts are shut for some days; a working Saturday follows another day's timetable; example lines are marked."""

import sqlalchemy as sa
from alembic import op

revision = "0011_closures_and_timetables"
down_revision = "0010_school_time"
branch_labels = None
depends_on = None

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")
CALENDARS = ("republic", "vojvodina")
REASONS = ("snow", "strike", "exam_day", "other")
AT_MOST_ONE = (
    "CASE WHEN municipality_id IS NULL THEN 0 ELSE 1 END + CASE WHEN district_id IS NULL THEN 0 ELSE 1 END"
    " + CASE WHEN calendar IS NULL THEN 0 ELSE 1 END <= 1"
)


def upgrade() -> None:
    with op.batch_alter_table("school_calendar_entry") as batch:  # nothing refers to it: it may be rebuilt
        batch.add_column(sa.Column("timetable_of", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("example", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch.create_check_constraint(
            op.f("ck_school_calendar_entry_follows_a_working_day"), "timetable_of BETWEEN 0 AND 4"
        )
        batch.create_check_constraint(
            op.f("ck_school_calendar_entry_only_a_saturday_follows"),
            "timetable_of IS NULL OR kind = 'working-saturday'",
        )
    for number, name in enumerate(DAYS):
        op.execute(
            f"UPDATE school_calendar_entry SET timetable_of = {number} "
            f"WHERE kind = 'working-saturday' AND note = '{name} timetable'"
        )
    op.create_table(
        "closure",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("municipality_id", sa.Integer(), nullable=True),
        sa.Column("district_id", sa.Integer(), nullable=True),
        sa.Column("calendar", _enum(CALENDARS, "schoolcalendar"), nullable=True),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("reason", _enum(REASONS, "closurereason"), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("open_from", sa.Date(), nullable=True),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("last_day >= first_day", name=op.f("ck_closure_days_in_order")),
        sa.CheckConstraint("open_from BETWEEN first_day AND last_day", name=op.f("ck_closure_opens_while_it_lasts")),
        sa.CheckConstraint("(open_from IS NULL) = (lifted_at IS NULL)", name=op.f("ck_closure_lifted_by_somebody")),
        sa.CheckConstraint(AT_MOST_ONE, name=op.f("ck_closure_closes_one_place")),
        sa.ForeignKeyConstraint(
            ["municipality_id"], ["municipality.id"], name=op.f("fk_closure_municipality_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["district_id"], ["district.id"], name=op.f("fk_closure_district_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_closure")),
    )
    op.create_index(op.f("ix_closure_municipality_id"), "closure", ["municipality_id"])
    op.create_index(op.f("ix_closure_district_id"), "closure", ["district_id"])
    op.create_index(op.f("ix_closure_first_day_last_day"), "closure", ["first_day", "last_day"])
    op.create_table(
        "disruption",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("closure_id", sa.Integer(), nullable=False),
        sa.Column("visit_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["closure_id"], ["closure.id"], name=op.f("fk_disruption_closure_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name=op.f("fk_disruption_visit_id"), ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_disruption")),
        sa.UniqueConstraint("visit_id", name="disrupted_once"),
    )
    op.create_index(op.f("ix_disruption_closure_id"), "disruption", ["closure_id"])


def _enum(values: tuple[str, ...], name: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=30)


def downgrade() -> None:
    op.drop_table("disruption")
    op.drop_table("closure")
    with op.batch_alter_table("school_calendar_entry") as batch:
        batch.drop_constraint(op.f("ck_school_calendar_entry_only_a_saturday_follows"), type_="check")
        batch.drop_constraint(op.f("ck_school_calendar_entry_follows_a_working_day"), type_="check")
        batch.drop_column("example")
        batch.drop_column("timetable_of")
