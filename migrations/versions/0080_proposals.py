"""Plans that the planner proposes: what each is for, and what it says of each request."""

import sqlalchemy as sa
from alembic import op

from scheduler import all_models  # noqa: F401  (each law stands beside its table)
from scheduler.core.defences import create_defences, drop_defences

revision = "0080_proposals"
down_revision = "0079_posts"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
OLD_KINDS = (
    *(f"{act}_{file}" for file in ("hosts", "people", "bells", "visits", "helpline") for act in ("check", "import")),
    "issue_certificates",
)
OLD_PHASES = ("", "reading", "comparing", "storing", "issuing")
LEVERS = ("reach", "kilometres", "fairness", "calm")
FIGURES = ("cost", "served_weight", "asked_weight", "km", "steps")
CAUSES = (
    *("no_day", "topic", "language", "reach", "time", "taken", "large_crew", "full", "elsewhere"),
    *("no_youth", "less_worth"),
)


def _words(kinds: tuple[str, ...], phases: tuple[str, ...]) -> None:
    """Which kinds of long work there are, and what it is busy with; nothing refers to that table: it may be rebuilt."""
    kind, phase = (", ".join(f"'{one}'" for one in those) for those in (kinds, phases))
    with op.batch_alter_table("long_work") as batch:
        batch.drop_constraint(op.f("ck_long_work_workkind"), type_="check")
        batch.create_check_constraint(op.f("ck_long_work_workkind"), f"kind IN ({kind})")
        batch.drop_constraint(op.f("ck_long_work_phase"), type_="check")
        batch.create_check_constraint(op.f("ck_long_work_phase"), f"phase IN ({phase})")


def _enum(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=30)


def _to(table: str, column: str, other: str, ondelete: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}"), ondelete=ondelete)


def upgrade() -> None:
    _words((*OLD_KINDS, "propose_plan"), (*OLD_PHASES, "searching"))
    _proposals()
    _rows()
    create_defences(op.get_bind(), since=revision)


def _proposals() -> None:
    table = "plan_proposal"
    op.create_table(
        table,
        sa.Column("id", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("centre_id", "user_id")),
        *(sa.Column(name, sa.Integer(), nullable=True) for name in ("work_id", "based_on_id")),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("finished_at", MOMENT, nullable=True),
        *(sa.Column(name, sa.Date(), nullable=False) for name in ("first_day", "last_day")),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("districts", "programmes", "people")),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in LEVERS),
        *(sa.Column(name, sa.Integer(), nullable=True) for name in (*FIGURES, "bound_weight")),
        sa.CheckConstraint("last_day >= first_day", name=op.f(f"ck_{table}_days_in_order")),
        sa.CheckConstraint(
            " AND ".join(f"{one} BETWEEN 0 AND 2" for one in LEVERS), name=op.f(f"ck_{table}_levers_have_three_steps")
        ),
        sa.CheckConstraint(
            " AND ".join(f"(finished_at IS NULL) = ({one} IS NULL)" for one in FIGURES),
            name=op.f(f"ck_{table}_finished_has_its_sums"),
        ),
        sa.CheckConstraint(
            "bound_weight IS NULL OR bound_weight >= served_weight", name=op.f(f"ck_{table}_nobody_beats_a_bound")
        ),
        sa.CheckConstraint("based_on_id <> id", name=op.f(f"ck_{table}_another_one_before")),
        _to(table, "centre_id", "centre", "CASCADE"),
        _to(table, "user_id", "user_account", "CASCADE"),
        _to(table, "work_id", "long_work", "SET NULL"),
        _to(table, "based_on_id", table, "SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )
    for columns in (["centre_id", "created_at"], ["created_at"], ["user_id"], ["work_id"], ["based_on_id"]):
        op.create_index(op.f(f"ix_{table}_{'_'.join(columns)}"), table, columns, unique=False)


def _rows() -> None:
    table = "proposed_visit"
    op.create_table(
        table,
        sa.Column("id", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("proposal_id", "request_id")),
        sa.Column("on_day", sa.Date(), nullable=True),
        sa.Column("starts_local", sa.Time(), nullable=True),
        *(sa.Column(name, sa.Integer(), nullable=True) for name in ("educator_id", "influencer_id")),
        sa.Column("pinned", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("cause", _enum("waitcause", *CAUSES), nullable=True),
        sa.Column("lacking", _enum("presenterkind", "educator", "influencer"), nullable=True),
        sa.Column("told", sa.Text(), nullable=False),
        sa.Column("visit_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "(on_day IS NULL) = (starts_local IS NULL) AND (on_day IS NULL) = (educator_id IS NULL)",
            name=op.f(f"ck_{table}_seat_is_whole"),
        ),
        sa.CheckConstraint(
            "influencer_id IS NULL OR on_day IS NOT NULL", name=op.f(f"ck_{table}_nobody_without_a_day")
        ),
        sa.CheckConstraint("influencer_id <> educator_id", name=op.f(f"ck_{table}_crew_of_two")),
        sa.CheckConstraint("(on_day IS NULL) = (cause IS NOT NULL)", name=op.f(f"ck_{table}_waits_for_a_cause")),
        sa.CheckConstraint(
            "on_day IS NOT NULL OR (visit_id IS NULL AND NOT pinned)", name=op.f(f"ck_{table}_only_a_seat_is_applied")
        ),
        _to(table, "proposal_id", "plan_proposal", "CASCADE"),
        _to(table, "request_id", "school_request", "CASCADE"),
        _to(table, "educator_id", "presenter", "CASCADE"),
        _to(table, "influencer_id", "presenter", "CASCADE"),
        _to(table, "visit_id", "visit", "SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("proposal_id", "request_id", name="request_once_in_a_proposal"),
    )
    for column in ("request_id", "educator_id", "influencer_id", "visit_id"):
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column], unique=False)


def downgrade() -> None:
    drop_defences(op.get_bind(), since=revision)
    op.drop_table("proposed_visit")
    op.drop_table("plan_proposal")
    op.execute("DELETE FROM long_work WHERE kind = 'propose_plan'")
    _words(OLD_KINDS, OLD_PHASES)
