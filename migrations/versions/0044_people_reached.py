"""How far somebody goes, her face for schools, what was agreed by telephone, and who fetches a minor."""

import sqlalchemy as sa
from alembic import op

from scheduler import all_models  # noqa: F401  (each law stands beside its table)
from scheduler.core.defences import create_defences, drop_defences

revision = "0044_people_reached"
down_revision = "0041_no_dead_ends"
branch_labels = None
depends_on = None

REACH = "ck_presenter_reach_in_kilometres"


def _of_presenter(table: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_presenter_id")
    return sa.ForeignKeyConstraint(["presenter_id"], ["presenter.id"], name=name, ondelete="CASCADE")


def upgrade() -> None:
    # Added in place: a batch would rebuild the table and drop its triggers.
    reach = sa.Column("reach_km", sa.Integer(), sa.CheckConstraint("reach_km BETWEEN 1 AND 999", name=op.f(REACH)))
    op.add_column("presenter", reach)
    op.add_column("presenter", sa.Column("has_car", sa.Boolean(), nullable=False, server_default=sa.true()))
    op.create_table(
        "presenter_photo",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("presenter_id", sa.Integer(), nullable=False),
        sa.Column("picture", sa.LargeBinary(), nullable=False),
        sa.Column("agreed_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_presenter_photo")),
        sa.UniqueConstraint("presenter_id", name=op.f("uq_presenter_photo_presenter_id")),
        _of_presenter("presenter_photo"),
    )
    op.create_table(
        "presenter_note",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("presenter_id", sa.Integer(), nullable=False),
        sa.Column("said_on", sa.Date(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.CheckConstraint("text <> ''", name=op.f("ck_presenter_note_says_something")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_presenter_note")),
        _of_presenter("presenter_note"),
    )
    op.create_index(op.f("ix_presenter_note_presenter_id_said_on"), "presenter_note", ["presenter_id", "said_on"])
    op.create_table(
        "pick_up",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("visit_id", sa.Integer(), nullable=False),
        sa.Column("presenter_id", sa.Integer(), nullable=False),
        sa.Column("who", sa.String(), nullable=False),
        sa.Column("typed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("who <> ''", name=op.f("ck_pick_up_says_something")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pick_up")),
        sa.UniqueConstraint("visit_id", "presenter_id", name=op.f("uq_pick_up_visit_id_presenter_id")),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name=op.f("fk_pick_up_visit_id"), ondelete="CASCADE"),
        _of_presenter("pick_up"),
    )
    op.create_index(op.f("ix_pick_up_presenter_id"), "pick_up", ["presenter_id"])
    create_defences(op.get_bind(), since=revision)


def downgrade() -> None:
    drop_defences(op.get_bind(), since=revision)
    for table in ("pick_up", "presenter_note", "presenter_photo"):
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        op.drop_constraint(op.f(REACH), "presenter", type_="check")
    for name in ("has_car", "reach_km"):
        op.drop_column("presenter", name)
