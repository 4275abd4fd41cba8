"""Certificates may be about more than a visit, or less: a cohort of Web Detectives, a whole campaign, a class."""

import sqlalchemy as sa
from alembic import op

from scheduler import all_models  # noqa: F401  (each law stands beside its table)
from scheduler.core.defences import create_defences, drop_defences
from scheduler.core.laws_anew import write_laws_anew

revision = "0096_kinds_of_certificates"
down_revision = "0095_rides"
branch_labels = None
depends_on = None

TABLE = "certificate"
KINDS = ("school", "teacher", "cohort", "campaign", "group")
SUBJECTS = {"cohort": "cohort_id", "campaign": "campaign_id", "group": "presentation_id"}
BEFORE = {
    "certificatekind": "kind IN ('school', 'teacher')",
    "no_person_on_a_schools_certificate": "kind <> 'school' OR holder_name IS NULL",
}
NOW = {
    "certificatekind": f"kind IN ({', '.join(repr(kind) for kind in KINDS)})",
    "no_person_on_other_kinds": "kind IN ('teacher') OR holder_name IS NULL",
    "is_about_what_its_kind_says": " AND ".join(
        f"(kind = '{kind}') = ({column} IS NOT NULL)" for kind, column in SUBJECTS.items()
    ),
    "says_what_it_is_about": "(kind IN ('school', 'teacher')) = (about = '')",
}


def _keys() -> dict[str, str]:
    return {
        f"fk_{TABLE}_{column}": f"FOREIGN KEY({column}) REFERENCES {column.removesuffix('_id')} (id) ON DELETE RESTRICT"
        for column in SUBJECTS.values()
    }


def _said(checks: dict[str, str]) -> dict[str, str]:
    return {f"ck_{TABLE}_{name}": f"CHECK ({holds})" for name, holds in checks.items()}


def upgrade() -> None:
    op.add_column(TABLE, sa.Column("about", sa.String(), nullable=False, server_default=""))
    for column in SUBJECTS.values():
        op.add_column(TABLE, sa.Column(column, sa.Integer(), nullable=True))
    write_laws_anew(op.get_bind(), TABLE, _said(BEFORE), _said(NOW) | _keys())
    for column in SUBJECTS.values():
        op.create_index(op.f(f"ix_{TABLE}_{column}"), TABLE, [column], unique=False)
    living = sa.text("state = 'issued' AND about <> ''")
    op.create_index(
        "each_subject_once", TABLE, ["kind", "about"], unique=True, sqlite_where=living, postgresql_where=living
    )
    create_defences(op.get_bind(), since=revision)


def downgrade() -> None:
    """Papers of the new kinds are no papers before."""
    drop_defences(op.get_bind(), since=revision)
    op.drop_index("each_subject_once", TABLE)
    for column in SUBJECTS.values():
        op.drop_index(op.f(f"ix_{TABLE}_{column}"), TABLE)
    write_laws_anew(op.get_bind(), TABLE, _said(NOW) | _keys(), _said(BEFORE))
    for column in SUBJECTS.values():
        op.drop_column(TABLE, column)
    op.drop_column(TABLE, "about")
