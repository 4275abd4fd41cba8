"""Figures of the helpline: totals and margins of the days of a month, and what of them the public was told."""

import sqlalchemy as sa
from alembic import op

from scheduler import all_models  # noqa: F401  (each law stands beside its table)
from scheduler.core.defences import create_defences, drop_defences

revision = "0076_helpline_figures"
down_revision = "0075_programme_photo"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
MARGINS = ("age", "caller", "district", "topic", "act")
NUMBERS = (
    *("communications", "calls", "mails", "chats", "forms", "cases", "advisory", "forwarded"),
    *("to_police", "to_prosecutor", "to_social_work", "to_health", "to_education", "to_others"),
)
TABLES = ("helpline_code", "helpline_publication", "helpline_public_cell", "helpline_period", "helpline_count")


def _margin() -> sa.Enum:
    return sa.Enum(*MARGINS, name="helplinemargin", native_enum=False, create_constraint=True, length=30)


OLD_KINDS = (
    *(f"{act}_{file}" for file in ("hosts", "people", "bells", "visits") for act in ("check", "import")),
    "issue_certificates",
)


def _kinds(*kinds: str) -> None:
    """Which kinds of long work there are; nothing refers to that table: it may be rebuilt."""
    words = ", ".join(f"'{kind}'" for kind in kinds)
    with op.batch_alter_table("long_work") as batch:
        batch.drop_constraint(op.f("ck_long_work_workkind"), type_="check")
        batch.create_check_constraint(op.f("ck_long_work_workkind"), f"kind IN ({words})")


def upgrade() -> None:
    _kinds(*OLD_KINDS[:-1], "check_helpline", "import_helpline", OLD_KINDS[-1])
    _shared()
    _counted()
    create_defences(op.get_bind(), since=revision)


def _shared() -> None:
    op.create_table(
        "helpline_code",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code_list", sa.Integer(), nullable=False),
        sa.Column("margin", _margin(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name_sr_cyrl", sa.String(), nullable=False),
        sa.Column("name_en", sa.String(), nullable=False),
        sa.CheckConstraint("code_list > 0", name=op.f("ck_helpline_code_list_has_a_version")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_helpline_code")),
        sa.UniqueConstraint("code_list", "margin", "code", name="code_once_in_a_list"),
    )
    op.create_table(
        "helpline_publication",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("centre_id", sa.Integer(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("code_list", sa.Integer(), nullable=False),
        sa.Column("published_at", MOMENT, nullable=False),
        sa.CheckConstraint("last_day >= first_day", name=op.f("ck_helpline_publication_days_in_order")),
        sa.ForeignKeyConstraint(
            ["centre_id"], ["centre.id"], name=op.f("fk_helpline_publication_centre_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_helpline_publication")),
    )
    op.create_index(
        op.f("ix_helpline_publication_centre_id_first_day"),
        "helpline_publication",
        ["centre_id", "first_day"],
        unique=False,
    )
    op.create_table(
        "helpline_public_cell",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("publication_id", sa.Integer(), nullable=False),
        sa.Column("margin", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.CheckConstraint("number = 0 OR number >= 5", name=op.f("ck_helpline_public_cell_no_small_cell_is_public")),
        sa.ForeignKeyConstraint(
            ["publication_id"],
            ["helpline_publication.id"],
            name=op.f("fk_helpline_public_cell_publication_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_helpline_public_cell")),
        sa.UniqueConstraint("publication_id", "margin", "code", name="cell_once_in_a_publication"),
    )


def _counted() -> None:
    op.create_table(
        "helpline_period",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("centre_id", sa.Integer(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("code_list", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in NUMBERS),
        sa.Column("signed_at", MOMENT, nullable=True),
        sa.Column("signed_by_id", sa.Integer(), nullable=True),
        sa.Column("publication_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("cases = advisory + forwarded", name=op.f("ck_helpline_period_cases_are_outcomes")),
        sa.CheckConstraint(
            "communications = calls + mails + chats + forms",
            name=op.f("ck_helpline_period_communications_are_channels"),
        ),
        sa.CheckConstraint(
            " AND ".join(f"{name} >= 0" for name in NUMBERS),
            name=op.f("ck_helpline_period_no_less_than_nothing"),
        ),
        sa.CheckConstraint(
            "forwarded = to_police + to_prosecutor + to_social_work + to_health + to_education + to_others",
            name=op.f("ck_helpline_period_forwarded_are_by_whom"),
        ),
        sa.CheckConstraint("last_day >= first_day", name=op.f("ck_helpline_period_days_in_order")),
        sa.CheckConstraint("version > 0", name=op.f("ck_helpline_period_version_counts")),
        sa.ForeignKeyConstraint(
            ["centre_id"], ["centre.id"], name=op.f("fk_helpline_period_centre_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["publication_id"],
            ["helpline_publication.id"],
            name=op.f("fk_helpline_period_publication_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["signed_by_id"], ["user_account.id"], name=op.f("fk_helpline_period_signed_by_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_helpline_period")),
    )
    op.create_index(
        op.f("ix_helpline_period_centre_id_first_day"), "helpline_period", ["centre_id", "first_day"], unique=False
    )
    op.create_index(op.f("ix_helpline_period_publication_id"), "helpline_period", ["publication_id"], unique=False)
    op.create_table(
        "helpline_count",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("period_id", sa.Integer(), nullable=False),
        sa.Column("margin", _margin(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "margin <> 'age' OR code IN ('under_7', 'from_7', 'from_11', 'from_15', 'adult')",
            name=op.f("ck_helpline_count_age_is_a_band"),
        ),
        sa.CheckConstraint(
            "margin <> 'caller' OR code IN ('child', 'parent', 'school_staff', 'other_professional', 'other_person')",
            name=op.f("ck_helpline_count_caller_is_a_kind"),
        ),
        sa.CheckConstraint("number > 0", name=op.f("ck_helpline_count_counts_something")),
        sa.ForeignKeyConstraint(
            ["period_id"], ["helpline_period.id"], name=op.f("fk_helpline_count_period_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_helpline_count")),
        sa.UniqueConstraint("period_id", "margin", "code", name="code_once_in_a_period"),
    )


def downgrade() -> None:
    drop_defences(op.get_bind(), since=revision)
    for table in reversed(TABLES):
        op.drop_table(table)
    op.execute("DELETE FROM long_work WHERE kind IN ('check_helpline', 'import_helpline')")
    _kinds(*OLD_KINDS)
