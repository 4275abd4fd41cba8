"""Figures are kept beside what they count: by month, centre, municipality, programme, campaign and audience.

They are added up from what is stored, by the same triggers that keep them from now on.
"""

import sqlalchemy as sa
from alembic import op

from scheduler import all_models  # noqa: F401  (each law stands beside its table)
from scheduler.attendance.models import KEPT_FIGURES
from scheduler.attendance.queries.figures import MARK_ALL
from scheduler.core.defences import create_defences, drop_defences
from scheduler.reports.models import FILL_CREWS

revision = KEPT_FIGURES
down_revision = "0037_indexes"
branch_labels = None
depends_on = None

NUMBERS = (
    "visits", "first_visits", "presentations", "pupils", "parents", "teachers", "others", "kilometres",
    "first_kilometres", "pupils_once", "with_influencer", "without_influencer", "turned_away",
)  # fmt: skip


def upgrade() -> None:
    op.create_table(
        "kept_figure",
        *_numbers("year", "month", "centre_id", "town", "programme_id", "campaign"),
        _word("audience", "audience", "pupils", "parents", "teachers", "others"),
        _word("level", "schoollevel", "primary", "secondary", "none"),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        *_numbers(*NUMBERS),
        sa.CheckConstraint("month BETWEEN 0 AND 12", name=op.f("ck_kept_figure_month_or_the_whole_year")),
        *_points("kept_figure", "centre", "programme"),
        sa.PrimaryKeyConstraint(
            "year", "month", "centre_id", "town", "programme_id", "campaign", "audience", "level",
            name=op.f("pk_kept_figure"),
        ),
        sqlite_with_rowid=False,
    )  # fmt: skip
    op.create_table(
        "stale_figure",
        *_numbers("year", "centre_id", "town"),
        sa.PrimaryKeyConstraint("year", "centre_id", "town", name=op.f("pk_stale_figure")),
    )
    op.create_table(
        "figure_version",
        *_numbers("year"),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("year", name=op.f("pk_figure_version")),
    )
    op.create_table(
        "campaign_crew",
        *_numbers("campaign_id", "presenter_id", "seats"),
        sa.CheckConstraint("seats >= 0", name=op.f("ck_campaign_crew_seats_not_negative")),
        *_points("campaign_crew", "campaign", "presenter"),
        sa.PrimaryKeyConstraint("campaign_id", "presenter_id", name=op.f("pk_campaign_crew")),
    )
    create_defences(op.get_bind(), since=revision)
    for statement in (MARK_ALL, sa.text("DELETE FROM stale_figure"), FILL_CREWS):
        op.execute(statement)


def _numbers(*names: str) -> tuple[sa.Column[int], ...]:
    return tuple(sa.Column(name, sa.Integer(), autoincrement=False, nullable=False) for name in names)


def _word(name: str, kind: str, *words: str) -> sa.Column[str]:
    said = sa.Enum(*words, name=kind, native_enum=False, create_constraint=True, length=30)
    return sa.Column(name, said, nullable=False)


def _points(table: str, *others: str) -> tuple[sa.ForeignKeyConstraint, ...]:
    return tuple(
        sa.ForeignKeyConstraint([f"{one}_id"], [f"{one}.id"], name=op.f(f"fk_{table}_{one}_id"), ondelete="CASCADE")
        for one in others
    )


def downgrade() -> None:
    drop_defences(op.get_bind(), since=revision)
    for table in ("campaign_crew", "figure_version", "stale_figure", "kept_figure"):
        op.drop_table(table)
