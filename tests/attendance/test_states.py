"""Counted and locked visits that tests are handed in one step are those that the services leave: row for row."""

import pytest

from scheduler.attendance.terms import HeadCounts
from scheduler.core.db import db
from scheduler.visits.models.visits import Assignment
from tests.factories.counting import Begun, a_begun_visit, a_counted_visit, a_locked_visit, count_all, sign_all
from tests.side_by_side import rows_of, sizes

pytestmark = [pytest.mark.both_databases, pytest.mark.usefixtures("app")]

LEFT_OUT = {"outbox_message", "calendar_entry"}  # letters and the texts of calendars: written by services alone
SAID = HeadCounts(pupils=51, teachers=3)


def locked_by_services() -> Begun:
    return sign_all(count_all(a_begun_visit(2), SAID), SAID)


STATES = {
    "counted": (lambda: count_all(a_begun_visit(2), SAID), lambda: a_counted_visit(2, SAID)),
    "locked": (locked_by_services, lambda: a_locked_visit(2, SAID)),
}


@pytest.mark.parametrize("state", STATES)
def test_a_written_state_of_counting_is_the_played_one_in_every_column_and_every_table(state):
    play, write = STATES[state]
    empty = sizes()
    played = play()
    after = sizes()
    written = write()
    end = sizes()

    assert rows_of(written.visit.id) == rows_of(played.visit.id)
    grown = {table: after[table] - empty[table] for table in empty} | dict.fromkeys(LEFT_OUT, 0)
    assert {table: end[table] - after[table] for table in empty} == grown


@pytest.mark.parametrize("make", [a_counted_visit, a_locked_visit])
def test_whoever_said_the_numbers_is_the_educator_of_the_visit(make):
    begun = make()
    db.session.rollback()
    rows = db.session.query(Assignment.presenter_id).all()
    said_by = db.session.execute(db.text("SELECT submitted_by_id FROM attendance")).scalars().all()
    assert rows == [(begun.educator.id,)]
    assert said_by == [begun.educator.user_id]
