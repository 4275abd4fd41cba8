"""What is asked by a column is found by an index: a list that grows never looks through a table.

What a trigger of SQLite changes it finds by an index: a change costs the same however much is stored.
What a page asks of few rows is looked up row by row: no table of all there ever was is made to answer it.
"""

import datetime as dt
import re
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from sqlalchemy import ForeignKeyConstraint, Table, UniqueConstraint
from sqlalchemy.orm import Session

from scheduler import all_models
from scheduler.board.queries import week as board_week
from scheduler.board.terms import BoardWish
from scheduler.certificates.queries.papers import visits_missing_certificates
from scheduler.core.db import Base, db
from scheduler.requests.queries.inbox import inbox
from scheduler.requests.terms.pages import InboxFilters, Show
from scheduler.turns.queries.desk import desk_of, rows_told_to
from scheduler.turns.queries.of_requests import waiting_of_requests
from tests.factories import MONDAY
from tests.hashed_tables import hashed_tables
from tests.visits.scene import Scene

assert all_models  # fills the metadata

# No page and no service asks for these rows by that column, and who is pointed at there is never deleted, or hardly.
# The same holds of whoever did something to a row ("…_by_id"): it is read with the row.
NOT_ASKED = {
    "birth_date_correction.presenter_id", "campaign.centre_id", "campaign.programme_id",
    "campaign_city.municipality_id", "campaign_member.presenter_id",
    "certificate_template.first_id", "certificate_template.logo_id", "certificate_template.second_id",
    "certificate_template.third_id", "date_hold.municipality_id",
    "date_hold.programme_id", "feed_token.presenter_id", "guardian.presenter_id", "guardian_consent.guardian_id",
    "guardian_consent.paper_id", "handover.away_id", "handover.stand_in_id", "handover_district.district_id",
    "kept_figure.centre_id", "kept_figure.programme_id", "open_date.district_id", "open_date.programme_id",
    "presenter.home_id", "school_request.campaign_id", "school_request.owner_id",
    "told_note.presenter_id", "undoable_act.owner_before_id", "user_district.district_id", "visit.programme_id",
}  # fmt: skip


def _begun_by_an_index(table: Table) -> set[str]:
    """The columns with which an index of every row begins, or of every row that has them."""
    begin = {next(iter(table.primary_key.columns)).name, *(column.name for column in table.columns if column.unique)}
    begin |= {next(iter(one.columns)).name for one in table.constraints if isinstance(one, UniqueConstraint)}
    for one in table.indexes:
        first, where = next(iter(one.columns)).name, one.dialect_options["sqlite"]["where"]
        if where is None or str(where) == f"{first} IS NOT NULL":
            begin.add(first)
    return begin


def _without_an_index() -> Iterator[str]:
    for table in Base.metadata.sorted_tables:
        known = _begun_by_an_index(table)
        keys = [one.column_keys[0] for one in table.constraints if isinstance(one, ForeignKeyConstraint)]
        yield from (f"{table.name}.{key}" for key in keys if key not in known)


def test_every_foreign_key_begins_an_index_but_those_that_nobody_asks_by() -> None:
    assert {key for key in _without_an_index() if not key.endswith("_by_id")} - NOT_ASKED == set()


@pytest.mark.parametrize(
    ("statement", "index"),
    [
        (
            "SELECT id FROM visit WHERE state = :state AND papers_settled = 0 AND id > 7 ORDER BY id LIMIT 100",
            "visits_not_settled",
        ),
        ("SELECT id FROM certificate WHERE visit_id = 7", "ix_certificate_visit_id"),
        ("SELECT id FROM certificate WHERE presenter_id = 7", "ix_certificate_presenter_id"),
        (
            "SELECT visit_id, count(*) FROM certificate WHERE state = 'issued' AND told_at IS NULL"
            " AND presenter_id IS NULL GROUP BY visit_id ORDER BY visit_id LIMIT 500",
            "papers_to_tell",
        ),
        ("DELETE FROM form_key WHERE at < '2026-01-01'", "ix_form_key_at"),
        ("SELECT id FROM visit WHERE school_request_id = 7", "ix_visit_school_request_id_state"),
        ("SELECT id FROM school_request WHERE merged_into_id IN (7, 8)", "ix_school_request_merged_into_id"),
        (
            "SELECT id FROM school_request WHERE programme_id IN (3, 4) AND last_day >= '2026-09-01'",
            "ix_school_request_programme_id_last_day",
        ),
        ("SELECT id FROM presentation WHERE merged_into_id = 7", "ix_presentation_merged_into_id"),
        ("SELECT id FROM outbox_message WHERE kind = 'a' AND centre_id = 1", "ix_outbox_message_kind_centre_id"),
        ("SELECT user_id FROM user_role WHERE role IN ('coordinator')", "ix_user_role_role_user_id"),
        ("SELECT id FROM presenter WHERE adult_on > '2026-11-23'", "ix_presenter_adult_on"),
        (
            "SELECT thing_id FROM audit_entry WHERE action = 'minor read' AND actor = 'user:7' AND at >= '2026-11-23'",
            "reads_of_minors",
        ),
        (
            "SELECT id FROM assignment WHERE presenter_id IN (7, 8) AND busy_from > '2026-11-01'",
            "ix_assignment_presenter_id_busy_from",
        ),
    ],
)
def test_what_each_form_and_each_sweep_asks_is_asked_of_an_index(session, statement: str, index: str) -> None:
    named = {"state": "delivered"} if ":state" in statement else {}
    plan = db.session.execute(sa.text(f"EXPLAIN QUERY PLAN {statement}"), named).all()
    assert any(index in row[3] for row in plan), plan


# One row for each centre, district or city; or a table that is asked where somebody is suspended or a list taken back.
LOOKED_THROUGH = {
    ("district_is_told_anew_update", "figure_version"),
    ("municipality_is_told_anew_update", "figure_version"),
}
BODY = re.compile(r"\bBEGIN\b(.*)\bEND\s*$", re.DOTALL)


def _statements(session: Session) -> Iterator[tuple[str, str]]:
    """Each UPDATE and DELETE that a trigger makes, with a number in place of every column of its row."""
    for name, text in session.execute(sa.text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")):
        found = BODY.search(text)
        assert found, name
        for one in found[1].split(";"):
            if re.match(r"\s*(UPDATE|DELETE)\b", one):
                yield name, re.sub(r"\b(NEW|OLD)\.\w+", "7", one)


def test_no_trigger_looks_through_the_table_that_it_changes(session: Session) -> None:
    tables = {row[0] for row in session.execute(sa.text("SELECT name FROM sqlite_master WHERE type = 'table'"))}
    asked, through = 0, set()
    for name, statement in _statements(session):
        asked += 1
        for row in session.execute(sa.text("EXPLAIN QUERY PLAN " + statement.replace(":", "\\:"))):
            if (scanned := re.match(r"SCAN (\w+)$", row[3])) and scanned[1] in tables:
                through.add((name, scanned[1]))

    assert asked > 20
    assert through == LOOKED_THROUGH


LONG = {"visit", "presentation", "assignment", "attendance", "head_count", "certificate", "named_adult"}
MONTH = BoardWish(MONDAY.date(), MONDAY.date() + dt.timedelta(days=30))
QUESTIONS = {
    "desk": lambda reader: desk_of(reader, MONDAY),
    "mail of the morning": lambda reader: rows_told_to(reader, MONDAY),
    "inbox": lambda reader: inbox(reader, InboxFilters(Show.OPEN), now=MONDAY),
    "visits of the inbox": lambda reader: waiting_of_requests(reader, MONDAY),
    "board": lambda reader: board_week.board(reader, MONTH, now=MONDAY),
    "certificates": visits_missing_certificates,
}


@pytest.mark.parametrize("database", [pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True)
@pytest.mark.parametrize("question", QUESTIONS)
def test_no_page_reads_all_there_ever_was_to_tell_of_a_few(session, question):
    reader = Scene().coordinator
    assert hashed_tables(lambda: QUESTIONS[question](reader)) & LONG == set()
