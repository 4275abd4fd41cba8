"""Tours of campaigns: what each is wanted for, and the day of each of its cities."""

import sqlalchemy as sa
from alembic import op

revision = "0089_tours"
down_revision = "0087_topics_and_trainings"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
KINDS = (
    *(f"{act}_{file}" for file in ("hosts", "people", "bells", "visits", "helpline") for act in ("check", "import")),
    *("check_posts", "import_posts", "issue_certificates", "propose_plan"),
)


def _kinds(*kinds: str) -> None:
    """Which kinds of long work there are; nothing refers to that table: it may be rebuilt."""
    words = ", ".join(f"'{kind}'" for kind in kinds)
    with op.batch_alter_table("long_work") as batch:
        batch.drop_constraint(op.f("ck_long_work_workkind"), type_="check")
        batch.create_check_constraint(op.f("ck_long_work_workkind"), f"kind IN ({words})")


def _enum(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=30)


def _to(table: str, column: str, other: str, ondelete: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}"), ondelete=ondelete)


def upgrade() -> None:
    _kinds(*KINDS, "plan_tour")
    _tours()
    _stops()


def _tours() -> None:
    table = "campaign_tour"
    op.create_table(
        table,
        sa.Column("id", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("centre_id", "campaign_id", "user_id")),
        sa.Column("work_id", sa.Integer(), nullable=True),
        sa.Column("start_id", sa.Integer(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("finished_at", MOMENT, nullable=True),
        *(sa.Column(name, sa.Date(), nullable=False) for name in ("first_day", "last_day")),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("mornings", "afternoons")),
        sa.Column("mode", _enum("crewmode", "fixed", "rotating"), nullable=False),
        sa.Column("people", sa.Text(), nullable=False),
        sa.Column("nights", sa.Boolean(), nullable=False),
        sa.Column("night_km", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=True) for name in ("km", "nights_away", "bound")),
        *(sa.CheckConstraint(rule, name=op.f(f"ck_{table}_{name}")) for name, rule in _rules_of_tours()),
        _to(table, "centre_id", "centre", "CASCADE"),
        _to(table, "campaign_id", "campaign", "CASCADE"),
        _to(table, "user_id", "user_account", "CASCADE"),
        _to(table, "work_id", "long_work", "SET NULL"),
        _to(table, "start_id", "municipality", "RESTRICT"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )
    for columns in (["centre_id", "created_at"], ["created_at"], ["campaign_id"], ["user_id"], ["work_id"], ["start_id"]):
        op.create_index(op.f(f"ix_{table}_{'_'.join(columns)}"), table, columns, unique=False)


def _rules_of_tours() -> tuple[tuple[str, str], ...]:
    each = "mornings BETWEEN 0 AND 3 AND afternoons BETWEEN 0 AND 3"
    return (
        ("days_in_order", "last_day >= first_day"),
        ("stops_give_something", f"{each} AND mornings + afternoons BETWEEN 1 AND 4"),
        ("a_night_is_worth_a_road", "night_km BETWEEN 0 AND 1000"),
        (
            "finished_has_its_sums",
            "(finished_at IS NULL) = (km IS NULL) AND (finished_at IS NULL) = (nights_away IS NULL)",
        ),
        ("nobody_beats_a_bound", "bound <= km + nights_away * night_km"),
        ("nobody_away_unasked", "nights OR nights_away IS NULL OR nights_away = 0"),
    )


def _stops() -> None:
    table = "campaign_stop"
    op.create_table(
        table,
        sa.Column("id", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("tour_id", "municipality_id")),
        *(sa.Column(name, sa.Date(), nullable=True) for name in ("stays_on", "on_day")),
        sa.Column("from_home", sa.Boolean(), nullable=False),
        *(sa.Column(name, sa.Time(), nullable=True) for name in ("morning_local", "afternoon_local")),
        sa.Column("crew", sa.Text(), nullable=False),
        sa.Column("left_out", _enum("leftout", "no_school_day", "nobody_can", "no_day_left"), nullable=True),
        sa.CheckConstraint("on_day IS NULL OR left_out IS NULL", name=op.f(f"ck_{table}_left_out_has_no_day")),
        sa.CheckConstraint("on_day IS NOT NULL OR from_home", name=op.f(f"ck_{table}_nobody_sleeps_before_no_day")),
        sa.CheckConstraint(
            "stays_on IS NULL OR on_day IS NULL OR on_day = stays_on", name=op.f(f"ck_{table}_what_stays_stays")
        ),
        _to(table, "tour_id", "campaign_tour", "CASCADE"),
        _to(table, "municipality_id", "municipality", "RESTRICT"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("tour_id", "municipality_id", name="city_once_in_a_tour"),
        sa.UniqueConstraint("tour_id", "on_day", name="one_stop_a_day"),
    )
    op.create_index(op.f(f"ix_{table}_municipality_id"), table, ["municipality_id"], unique=False)


def downgrade() -> None:
    op.drop_table("campaign_stop")
    op.drop_table("campaign_tour")
    op.execute("DELETE FROM long_work WHERE kind = 'plan_tour'")
    _kinds(*KINDS)
