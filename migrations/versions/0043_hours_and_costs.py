"""Who drives to a visit: kilometres and minutes as planned and, where she says so, as driven."""

import sqlalchemy as sa
from alembic import op

revision = "0043_hours_and_costs"
down_revision = "0042_numbers_asked"
branch_labels = None
depends_on = None

CHECKS = {
    "planned_forward": "planned_kilometres >= 0 AND planned_minutes >= 0",
    "driven_in_a_day": "driven_kilometres BETWEEN 0 AND 2000",
    "driven_within_a_day": "driven_minutes BETWEEN 0 AND 1440",
    "driven_is_said_whole": "(driven_kilometres IS NULL) = (driven_minutes IS NULL)",
}

# Of a visit to which one adult goes, it is known who drives; where there are more, nobody wrote it down.
KNOWN = """INSERT INTO drive (visit_id, presenter_id, planned_kilometres, planned_minutes)
  SELECT v.id, MIN(a.presenter_id), v.kilometres, 0 FROM visit v
  JOIN presentation p ON p.visit_id = v.id JOIN assignment a ON a.presentation_id = p.id
  JOIN presenter q ON q.id = a.presenter_id
  WHERE v.state IN ('confirmed', 'ready', 'delivered') AND v.kilometres > 0 AND a.state IN ('accepted', 'present')
    AND (q.adult_on IS NULL OR q.adult_on <= v.on_day)
  GROUP BY v.id, v.kilometres HAVING COUNT(DISTINCT a.presenter_id) = 1"""


def upgrade() -> None:
    op.create_table(
        "drive",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("visit_id", sa.Integer(), nullable=False),
        sa.Column("presenter_id", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("planned_kilometres", "planned_minutes")),
        *(sa.Column(name, sa.Integer(), nullable=True) for name in ("driven_kilometres", "driven_minutes")),
        sa.Column("reason", sa.String(), server_default="", nullable=False),
        sa.Column("corrected_at", sa.DateTime(timezone=True), nullable=True),
        *(sa.CheckConstraint(text, name=op.f(f"ck_drive_{name}")) for name, text in CHECKS.items()),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name=op.f("fk_drive_visit_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["presenter_id"], ["presenter.id"], name=op.f("fk_drive_presenter_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_drive")),
        sa.UniqueConstraint("visit_id", "presenter_id", name="one_drive_each"),
    )
    op.create_index(op.f("ix_drive_presenter_id"), "drive", ["presenter_id"])
    op.execute(sa.text(KNOWN))


def downgrade() -> None:
    op.drop_table("drive")
