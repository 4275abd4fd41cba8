"""A certificate may be a presenter's, for a school year; a minor's is stored without her name."""

import sqlalchemy as sa
from alembic import op

from scheduler import all_models  # noqa: F401  (each law stands beside its table)
from scheduler.core.defences import create_defences, drop_defences
from scheduler.core.laws_anew import write_laws_anew

revision = "0102_papers_of_presenters"
down_revision = "0101_rides_are_told"
branch_labels = None
depends_on = None

TABLE, COLUMN = "certificate", "presenter_id"
SUBJECTS = {"cohort": "cohort_id", "campaign": "campaign_id", "group": "presentation_id"}


def _said(kinds: str, named: str, subjects: dict[str, str]) -> dict[str, str]:
    about = " AND ".join(f"(kind = '{kind}') = ({column} IS NOT NULL)" for kind, column in subjects.items())
    return {
        f"ck_{TABLE}_certificatekind": f"CHECK (kind IN ({kinds}))",
        f"ck_{TABLE}_no_person_on_other_kinds": f"CHECK (kind IN ({named}) OR holder_name IS NULL)",
        f"ck_{TABLE}_is_about_what_its_kind_says": f"CHECK ({about})",
    }


KINDS = "'school', 'teacher', 'cohort', 'campaign', 'group'"
BEFORE = _said(KINDS, "'teacher'", SUBJECTS)
NOW = _said(f"{KINDS}, 'presenter'", "'teacher', 'presenter'", SUBJECTS | {"presenter": COLUMN})
KEY = {f"fk_{TABLE}_{COLUMN}": f"FOREIGN KEY({COLUMN}) REFERENCES presenter (id) ON DELETE RESTRICT"}


def upgrade() -> None:
    op.add_column(TABLE, sa.Column(COLUMN, sa.Integer(), nullable=True))
    write_laws_anew(op.get_bind(), TABLE, BEFORE, NOW | KEY)
    op.create_index(op.f(f"ix_{TABLE}_{COLUMN}"), TABLE, [COLUMN], unique=False)
    create_defences(op.get_bind(), since=revision)


def downgrade() -> None:
    """Papers of presenters are no papers before."""
    drop_defences(op.get_bind(), since=revision)
    op.drop_index(op.f(f"ix_{TABLE}_{COLUMN}"), TABLE)
    write_laws_anew(op.get_bind(), TABLE, NOW | KEY, BEFORE)
    op.drop_column(TABLE, COLUMN)
