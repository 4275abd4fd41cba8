"""Names are kept folded, so that a search finds them by an index; and indexes that do not grow with what they never find.

An index of a key that few rows have holds those rows alone: SQLite counts all that have none as alike.
"""

import sqlalchemy as sa
from alembic import op

from scheduler import all_models  # noqa: F401  (each law stands beside its table)
from scheduler.core.defences import create_defences, drop_defences
from scheduler.people.search_models import SEARCH_KEYS

revision = SEARCH_KEYS
down_revision = "0109_what_waits_by_index"
branch_labels = None
depends_on = None

NOT_FOLDED = {name: sa.text("search_key IS NULL") for name in ("sqlite_where", "postgresql_where")}
TOLD = (
    ("certificate", "cohort_id"),
    ("certificate", "campaign_id"),
    ("certificate", "presentation_id"),
    ("certificate", "presenter_id"),
    ("certificate", "replaced_by_id"),
    ("school_request", "parent_id"),
    ("school_request", "merged_into_id"),
    ("presentation", "merged_into_id"),
)


def _index_anew(table: str, column: str, *, told: bool) -> None:
    where = sa.text(f"{column} IS NOT NULL") if told else None
    op.drop_index(op.f(f"ix_{table}_{column}"), table)
    op.create_index(op.f(f"ix_{table}_{column}"), table, [column], sqlite_where=where, postgresql_where=where)


def upgrade() -> None:
    _make_tables()
    for table, column in TOLD:
        _index_anew(table, column, told=True)
    op.create_index(op.f("ix_outbox_message_kind_centre_id"), "outbox_message", ["kind", "centre_id"])
    op.create_index(op.f("ix_user_role_role_user_id"), "user_role", ["role", "user_id"])
    of_check = ["presenter_id", "checked_on", "id", "result", "valid_until"]
    op.create_index("checks_in_order", "vetting", of_check)
    op.create_index("presenters_of_a_centre", "presenter", ["centre_id", "user_id", "adult_on", "suspended_at"])
    op.drop_index(op.f("ix_presenter_centre_id"), "presenter")
    create_defences(op.get_bind(), since=revision)
    op.execute("INSERT INTO person_search_key (user_id, centre_id) SELECT id, centre_id FROM user_account")
    op.execute(
        "INSERT INTO contact_search_key (school_request_id, centre_id)"
        " SELECT id, centre_id FROM school_request WHERE contact_name <> ''"
    )


def _make_tables() -> None:
    op.create_table(
        "person_search_key",
        sa.Column("user_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("centre_id", sa.Integer(), nullable=False),
        sa.Column("search_key", sa.String(), nullable=True),
        sa.Column("mailbox_key", sa.String(), nullable=True),
        sa.CheckConstraint(
            "(search_key IS NULL) = (mailbox_key IS NULL)", name=op.f("ck_person_search_key_both_or_none")
        ),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_person_search_key")),
    )
    op.create_index(
        op.f("ix_person_search_key_centre_id_search_key"), "person_search_key", ["centre_id", "search_key"]
    )
    op.create_index(op.f("ix_person_search_key_mailbox_key"), "person_search_key", ["mailbox_key"])
    op.create_index("persons_not_folded", "person_search_key", ["user_id"], **NOT_FOLDED)
    op.create_table(
        "contact_search_key",
        sa.Column("school_request_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("centre_id", sa.Integer(), nullable=False),
        sa.Column("search_key", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("school_request_id", name=op.f("pk_contact_search_key")),
    )
    op.create_index(
        op.f("ix_contact_search_key_centre_id_school_request_id_search_key"),
        "contact_search_key",
        ["centre_id", "school_request_id", "search_key"],
    )
    op.create_index("contacts_not_folded", "contact_search_key", ["school_request_id"], **NOT_FOLDED)


def downgrade() -> None:
    drop_defences(op.get_bind(), since=revision)
    op.create_index(op.f("ix_presenter_centre_id"), "presenter", ["centre_id"])
    op.drop_index("presenters_of_a_centre", "presenter")
    op.drop_index("checks_in_order", "vetting")
    op.drop_index(op.f("ix_user_role_role_user_id"), "user_role")
    op.drop_index(op.f("ix_outbox_message_kind_centre_id"), "outbox_message")
    for table, column in TOLD:
        _index_anew(table, column, told=False)
    op.drop_table("contact_search_key")
    op.drop_table("person_search_key")
