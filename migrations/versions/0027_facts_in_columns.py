"""Facts that were read back from the audit log or out of a sentence stand in columns of their own."""

import re

import sqlalchemy as sa
from alembic import op

revision = "0027_facts_in_columns"
down_revision = "0026_phones_and_short_messages"
branch_labels = None
depends_on = None

CHECKED = (  # SQLite takes a check with a new column only, and these tables are not written anew
    ("minutes_given", "minutes_given BETWEEN 0 AND 480", "given_a_day_at_most"),
    ("notice_hours", "notice_hours >= 0", "notice_not_negative"),
)
LATE_HOURS = 48

# Confirmed for this very time: of "confirmed" and "moved" the last word was "confirmed".
CONFIRMED_AND_MOVED = """
UPDATE visit SET confirmed_at = (
  SELECT c.at FROM audit_entry c WHERE c.thing = 'visit' AND c.thing_id = visit.id AND c.action = 'visit confirmed'
    AND NOT EXISTS (SELECT 1 FROM audit_entry later WHERE later.thing = 'visit' AND later.thing_id = visit.id
                    AND later.id > c.id AND later.action IN ('visit confirmed', 'visit moved'))),
moved_at = (
  SELECT max(m.at) FROM audit_entry m WHERE m.thing = 'visit' AND m.thing_id = visit.id AND m.action = 'visit moved')"""
CORRECTED = """
UPDATE school_request SET addresses_corrected = (
  SELECT count(*) FROM audit_entry c WHERE c.thing = 'school_request' AND c.thing_id = school_request.id
    AND c.action = 'address corrected')"""

PRESENTATION = sa.table(
    "presentation",
    sa.column("id", sa.Integer),
    sa.column("state", sa.String),
    sa.column("reason", sa.String),
    sa.column("minutes_given", sa.Integer),
    sa.column("notice_hours", sa.Integer),
)


def upgrade() -> None:
    for name in ("confirmed_at", "moved_at"):
        op.add_column("visit", sa.Column(name, sa.DateTime(timezone=True), nullable=True))
    op.execute(CONFIRMED_AND_MOVED)
    op.add_column("school_request", sa.Column("addresses_corrected", sa.Integer(), nullable=False, server_default="0"))
    op.execute(CORRECTED)
    for column, condition, name in CHECKED:
        check = f"CONSTRAINT ck_presentation_{name} CHECK ({condition})"
        op.execute(f"ALTER TABLE presentation ADD COLUMN {column} INTEGER {check}")
    _sentences_to_numbers()


def _sentences_to_numbers() -> None:
    connection, row = op.get_bind(), PRESENTATION.c
    for words, column, state in (
        (r"(\d{1,3}) min", row.minutes_given, "part_delivered"),
        (r"(?:late|early): (\d{1,6}) h", row.notice_hours, "cancelled"),
    ):
        told = connection.execute(sa.select(row.id, row.reason).where(row.state == state, row.reason != "")).all()
        for ident, reason in told:
            if found := re.fullmatch(words, reason):
                changed = {column.name: int(found[1]), "reason": ""}
                connection.execute(sa.update(PRESENTATION).where(row.id == ident).values(changed))


def downgrade() -> None:
    connection, row = op.get_bind(), PRESENTATION.c
    late = sa.case((row.notice_hours < LATE_HOURS, "late: "), else_="early: ")
    for column, sentence in (
        (row.minutes_given, sa.cast(row.minutes_given, sa.String) + " min"),
        (row.notice_hours, late + sa.cast(row.notice_hours, sa.String) + " h"),
    ):
        connection.execute(sa.update(PRESENTATION).where(column.is_not(None)).values(reason=sentence))
    for name in ("notice_hours", "minutes_given"):
        op.drop_column("presentation", name)
    op.drop_column("school_request", "addresses_corrected")
    for name in ("moved_at", "confirmed_at"):
        op.drop_column("visit", name)
