"""Certificates may be about more than a visit, or less: a cohort of Web Detectives, a whole campaign, a class."""

import sqlalchemy as sa
from alembic import op

from scheduler import all_models  # noqa: F401  (each law stands beside its table)
from scheduler.core.defences import create_defences, drop_defences

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


def _on_sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"


def _keys() -> dict[str, str]:
    return {
        f"fk_{TABLE}_{column}": f"FOREIGN KEY({column}) REFERENCES {column.removesuffix('_id')} (id) ON DELETE RESTRICT"
        for column in SUBJECTS.values()
    }


def _said(checks: dict[str, str]) -> dict[str, str]:
    return {f"ck_{TABLE}_{name}": f"CHECK ({holds})" for name, holds in checks.items()}


def _laws(gone: dict[str, str], new: dict[str, str]) -> None:
    """Constraints give way to others. SQLite: certificates refer to each other, so their table is not rebuilt; what it
    says of itself is written anew, as SQLite's own manual does it (lang_altertable.html, 7): no row lies otherwise.
    """
    if not _on_sqlite():
        for name in gone:
            op.execute(f"ALTER TABLE {TABLE} DROP CONSTRAINT {name}")
        for name, holds in new.items():
            op.execute(f"ALTER TABLE {TABLE} ADD CONSTRAINT {name} {holds}")
        return
    connection = op.get_bind()
    written = sa.text("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = :name")
    text = connection.execute(written, {"name": TABLE}).scalar_one()
    for name, holds in gone.items():
        law = next(one for one in (f"CONSTRAINT {name} {holds}", f'CONSTRAINT "{name}" {holds}') if one in text)
        text = text[: text.index(law)].rstrip().removesuffix(",") + text[text.index(law) + len(law) :]
    more = "".join(f", \n\tCONSTRAINT {name} {holds}" for name, holds in new.items())
    text = text[: text.rindex(")")].rstrip() + more + "\n)"
    version = connection.exec_driver_sql("PRAGMA schema_version").scalar_one()
    connection.exec_driver_sql("PRAGMA writable_schema = ON")
    anew = sa.text("UPDATE sqlite_master SET sql = :sql WHERE type = 'table' AND name = :name")
    connection.execute(anew, {"sql": text, "name": TABLE})
    connection.exec_driver_sql(f"PRAGMA schema_version = {version + 1}")
    connection.exec_driver_sql("PRAGMA writable_schema = RESET")


def upgrade() -> None:
    op.add_column(TABLE, sa.Column("about", sa.String(), nullable=False, server_default=""))
    for column in SUBJECTS.values():
        op.add_column(TABLE, sa.Column(column, sa.Integer(), nullable=True))
    _laws(_said(BEFORE), _said(NOW) | _keys())
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
    _laws(_said(NOW) | _keys(), _said(BEFORE))
    for column in SUBJECTS.values():
        op.drop_column(TABLE, column)
    op.drop_column(TABLE, "about")
