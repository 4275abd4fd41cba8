"""What was counted is kept by who was there, too: a report by presenter, and what young people did, add up few rows.

They are added up from what is stored; from now on the triggers that keep other figures keep these.
"""

import sqlalchemy as sa
from alembic import op

from scheduler import all_models  # noqa: F401  (each law stands beside its table)
from scheduler.attendance.crew_models import CREW_FIGURES
from scheduler.attendance.queries.crews import FILL_CREW_FIGURES
from scheduler.core.defences import create_defences, drop_defences

revision = CREW_FIGURES
down_revision = "0112_lists_by_index"
branch_labels = None
depends_on = None

KEY = ("centre_id", "presenter", "year", "month", "town", "programme_id", "campaign")
NUMBERS = ("visits", "presentations", "pupils", "parents", "teachers", "others", "kilometres", "minutes")


def upgrade() -> None:
    op.create_table(
        "crew_figure",
        *(sa.Column(name, sa.Integer(), autoincrement=False, nullable=False) for name in KEY),
        sa.Column("last_day", sa.Date(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in NUMBERS),
        sa.CheckConstraint("month BETWEEN 1 AND 12", name=op.f("ck_crew_figure_month_of_a_year")),
        *(
            sa.ForeignKeyConstraint(
                [f"{one}_id"], [f"{one}.id"], name=op.f(f"fk_crew_figure_{one}_id"), ondelete="CASCADE"
            )
            for one in ("centre", "programme")
        ),
        sa.PrimaryKeyConstraint(*KEY, name=op.f("pk_crew_figure")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_crew_figure_year_centre_id_town"), "crew_figure", ["year", "centre_id", "town"])
    create_defences(op.get_bind(), since=revision)
    op.execute(FILL_CREW_FIGURES)


def downgrade() -> None:
    drop_defences(op.get_bind(), since=revision)
    op.drop_table("crew_figure")
