"""What was counted is kept by place alone, too: a report by month or by city adds up a fifth of the rows.

They are added up from the figures that are kept; from now on triggers keep them beside those.
"""

import sqlalchemy as sa
from alembic import op

from scheduler import all_models  # noqa: F401  (each law stands beside its table)
from scheduler.attendance.place_models import PLACE_FIGURES
from scheduler.attendance.queries.figures_of_places import FILL_PLACES
from scheduler.core.defences import create_defences, drop_defences

revision = PLACE_FIGURES
down_revision = "0119_request_tallies"
branch_labels = None
depends_on = None

KEY = ("year", "month", "centre_id", "town")
NUMBERS = (
    "first_visits", "presentations", "pupils", "parents", "teachers", "others", "first_kilometres", "pupils_once",
    "with_influencer", "without_influencer", "turned_away",
)  # fmt: skip


def upgrade() -> None:
    op.create_table(
        "place_figure",
        *(sa.Column(name, sa.Integer(), autoincrement=False, nullable=False) for name in KEY),
        sa.Column("last_day", sa.Date(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in NUMBERS),
        sa.CheckConstraint("month BETWEEN 0 AND 12", name=op.f("ck_place_figure_month_or_the_whole_year")),
        sa.ForeignKeyConstraint(
            ["centre_id"], ["centre.id"], name=op.f("fk_place_figure_centre_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint(*KEY, name=op.f("pk_place_figure")),
        sqlite_with_rowid=False,
    )
    create_defences(op.get_bind(), since=revision)
    op.execute(FILL_PLACES)


def downgrade() -> None:
    drop_defences(op.get_bind(), since=revision)
    op.drop_table("place_figure")
