"""A plan may mend what broke, or be drawn as if something were otherwise; what is assumed is never applied."""

import sqlalchemy as sa
from alembic import op

from scheduler import all_models  # noqa: F401  (each law stands beside its table)
from scheduler.core.defences import create_defences, drop_defences

revision = "0090_repairs"
down_revision = "0089_tours"
branch_labels = None
depends_on = None

TABLE = "plan_ground"
TROUBLES = ("absence", "leaves", "consent", "closure", "late")
ASSUMED = ("person", "reach", "weekday", "language", "one_more")
LANGUAGES = ("sr", "hu", "sk", "ro", "rue", "hr", "bs", "sq", "bg", "en")
CHECKS = {
    "mends_or_assumes": "(trouble IS NULL) <> (assumed IS NULL)",
    "somebody_is_away": "(away_from IS NOT NULL) = (COALESCE(trouble, '') IN ('absence', 'leaves', 'consent'))",
    "hosts_are_shut": "(closure_id IS NOT NULL) = (COALESCE(trouble, '') = 'closure')",
    "request_comes_late": "(late_id IS NOT NULL) = (COALESCE(trouble, '') = 'late')",
    "about_somebody": "(presenter_id IS NOT NULL) = "
    "(away_from IS NOT NULL OR COALESCE(assumed, 'one_more') <> 'one_more')",
    "away_in_order": "away_until >= away_from",
    "comes_on_a_weekday": "(weekday IS NOT NULL) = (COALESCE(assumed, '') = 'weekday')",
    "teaches_in_a_language": "(language IS NOT NULL) = (COALESCE(assumed, '') = 'language')",
    "weekday_in_week": "weekday BETWEEN 0 AND 6",
}
LIES_IN = {
    "proposal_id": "plan_proposal",
    "presenter_id": "presenter",
    "closure_id": "closure",
    "late_id": "school_request",
}


def _enum(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=30)


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("proposal_id", sa.Integer(), nullable=False),
        sa.Column("trouble", _enum("trouble", *TROUBLES), nullable=True),
        sa.Column("assumed", _enum("assumed", *ASSUMED), nullable=True),
        sa.Column("presenter_id", sa.Integer(), nullable=True),
        *(sa.Column(name, sa.Date(), nullable=True) for name in ("away_from", "away_until")),
        *(sa.Column(name, sa.Integer(), nullable=True) for name in ("closure_id", "late_id", "weekday")),
        sa.Column("language", _enum("teachinglanguage", *LANGUAGES), nullable=True),
        *(sa.CheckConstraint(holds, name=op.f(f"ck_{TABLE}_{name}")) for name, holds in CHECKS.items()),
        *(
            sa.ForeignKeyConstraint([column], [f"{other}.id"], name=op.f(f"fk_{TABLE}_{column}"), ondelete="CASCADE")
            for column, other in LIES_IN.items()
        ),
        sa.PrimaryKeyConstraint("proposal_id", name=op.f(f"pk_{TABLE}")),
    )
    for column in ("presenter_id", "closure_id", "late_id"):
        op.create_index(op.f(f"ix_{TABLE}_{column}"), TABLE, [column], unique=False)
    create_defences(op.get_bind(), since=revision)


def downgrade() -> None:
    drop_defences(op.get_bind(), since=revision)
    op.execute(f"DELETE FROM plan_proposal WHERE id IN (SELECT proposal_id FROM {TABLE})")
    op.drop_table(TABLE)
