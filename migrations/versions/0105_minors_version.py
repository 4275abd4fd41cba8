"""A version for the minors of each centre: who remembers their names knows when they are others.

And an index by which a programme's requests of a year are found among all of ten years.
"""

import sqlalchemy as sa
from alembic import op

from scheduler import all_models  # noqa: F401  (each law stands beside its table)
from scheduler.core.defences import RANDOM, create_defences, drop_defences
from scheduler.people.version_models import MINORS_VERSIONS

revision = MINORS_VERSIONS
down_revision = "0104_kept_turns"
branch_labels = None
depends_on = None

INDEX = "ix_school_request_programme_id_last_day"


def upgrade() -> None:
    op.create_table(
        "minors_version",
        sa.Column("centre_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["centre_id"], ["centre.id"], name=op.f("fk_minors_version_centre_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("centre_id", name=op.f("pk_minors_version")),
    )
    op.create_index(INDEX, "school_request", ["programme_id", "last_day"])
    create_defences(op.get_bind(), since=revision)
    of_anything = RANDOM[op.get_bind().dialect.name == "postgresql"]
    op.execute(f"INSERT INTO minors_version (centre_id, version) SELECT id, {of_anything} FROM centre")


def downgrade() -> None:
    drop_defences(op.get_bind(), since=revision)
    op.drop_index(INDEX, "school_request")
    op.drop_table("minors_version")
