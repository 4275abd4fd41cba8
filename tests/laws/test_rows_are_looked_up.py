"""What a page asks of few rows is looked up row by row: no table of all there ever was is made to answer it."""

import datetime as dt

import pytest

from scheduler.board.queries import week as board_week
from scheduler.board.terms import BoardWish
from scheduler.certificates.queries.papers import visits_missing_certificates
from scheduler.requests.queries.inbox import inbox
from scheduler.requests.terms.pages import InboxFilters, Show
from scheduler.turns.queries.desk import desk_of, rows_told_to
from scheduler.turns.queries.of_requests import waiting_of_requests
from tests.factories import MONDAY
from tests.hashed_tables import hashed_tables
from tests.visits.scene import Scene

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
