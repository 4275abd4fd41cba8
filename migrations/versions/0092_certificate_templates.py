"""How a centre's certificates look and what they say: versions that stay, and their pictures."""

import sqlalchemy as sa
from alembic import op

from scheduler import all_models  # noqa: F401  (each law stands beside its table)
from scheduler.core.defences import create_defences, drop_defences

revision = "0092_certificate_templates"
down_revision = "0091_nights_away"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
PICTURE, TEMPLATE = "certificate_picture", "certificate_template"
PLACES = ("logo_id", "first_id", "second_id", "third_id")
ONE_VERSION = (
    ("one_version_of_a_centre", "centre_id", "programme_id IS NULL"),
    ("one_version_of_a_programme", "programme_id", "programme_id IS NOT NULL"),
)


def _key(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}"), ondelete="RESTRICT")


def _check(table: str, name: str, holds: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(holds, name=op.f(f"ck_{table}_{name}"))


def upgrade() -> None:
    op.create_table(
        PICTURE,
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("id", "centre_id")),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("width", "height")),
        sa.Column("made_at", MOMENT, nullable=False),
        _check(PICTURE, "shows_something", "length(content) > 0"),
        _check(PICTURE, "has_sides", "width > 0 AND height > 0"),
        _key(PICTURE, "centre_id", "centre"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{PICTURE}")),
    )
    op.create_index(op.f(f"ix_{PICTURE}_centre_id"), PICTURE, ["centre_id"], unique=False)
    _templates()
    create_defences(op.get_bind(), since=revision)


def _templates() -> None:
    shapes = sa.Enum("across", "down", name="papershape", native_enum=False, create_constraint=True, length=30)
    op.create_table(
        TEMPLATE,
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("id", "centre_id")),
        sa.Column("programme_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("shape", shapes, nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("colour", "accent", "file_number")),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("signatories", "wordings")),
        *(sa.Column(name, sa.Integer(), nullable=True) for name in PLACES),
        _check(TEMPLATE, "version_counts", "version > 0"),
        _check(TEMPLATE, "colours", "(colour = '' OR length(colour) = 7) AND (accent = '' OR length(accent) = 7)"),
        _key(TEMPLATE, "centre_id", "centre"),
        _key(TEMPLATE, "programme_id", "programme"),
        *(_key(TEMPLATE, name, PICTURE) for name in PLACES),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{TEMPLATE}")),
    )
    whole = ["centre_id", "programme_id", "version"]
    op.create_index(op.f(f"ix_{TEMPLATE}_{'_'.join(whole)}"), TEMPLATE, whole, unique=False)
    op.create_index(op.f(f"ix_{TEMPLATE}_programme_id"), TEMPLATE, ["programme_id"], unique=False)
    for name, column, whose in ONE_VERSION:
        only = sa.text(whose)
        op.create_index(name, TEMPLATE, [column, "version"], unique=True, sqlite_where=only, postgresql_where=only)


def downgrade() -> None:
    drop_defences(op.get_bind(), since=revision)
    op.drop_table(TEMPLATE)
    op.drop_table(PICTURE)
