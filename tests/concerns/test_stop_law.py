"""The database itself gives no new visit to who is stopped, and lets go of no stop without a reason."""

import datetime as dt

import pytest
import sqlalchemy as sa

from scheduler.core.db import db, transaction
from scheduler.safeguarding.models import AssignmentStop
from scheduler.visits.models.visits import Assignment
from scheduler.visits.terms.states import AssignmentState
from tests.factories import MONDAY
from tests.factories.people import make_user
from tests.factories.safeguarding import a_cleared_educator
from tests.factories.visits import VISIT_DAY, make_assignment
from tests.visits.defences import a_presentation, by_sql, give_seat, move, put, refusal_of

S = AssignmentState
pytestmark = [pytest.mark.postgres_decides, pytest.mark.usefixtures("app")]


def stopped(presenter_id: int) -> AssignmentStop:
    with transaction() as session:
        session.add(stop := AssignmentStop(presenter_id=presenter_id, stopped_at=MONDAY))
    return stop


@pytest.mark.parametrize("state", [S.SUGGESTED, S.OFFERED, S.ACCEPTED])
def test_who_is_stopped_is_given_nothing_new(state):
    person = a_cleared_educator()
    stopped(person.id)
    refused = refusal_of(lambda: make_assignment(a_presentation(), person.id, state))
    assert refused == "presenter_is_not_stopped"


@pytest.mark.parametrize(
    ("was", "becomes"), [(S.SUGGESTED, S.OFFERED), (S.OFFERED, S.ACCEPTED), (S.DECLINED, S.OFFERED)]
)
def test_nothing_becomes_firmer(was, becomes):
    person = a_cleared_educator()
    seat = make_assignment(a_presentation(), person.id, was)
    stopped(person.id)
    assert refusal_of(lambda: put(seat, becomes)) == "presenter_is_not_stopped"


def test_what_she_has_promised_stays_where_the_visit_moves_and_another_is_not_put_in_her_place():
    person = a_cleared_educator()
    presentation = a_presentation()
    seat = make_assignment(presentation, person.id)
    stopped(person.id)
    move(presentation, days=1)
    put(seat, S.WITHDRAWN)
    db.session.rollback()
    assert db.session.get_one(Assignment, seat.id).on_day == VISIT_DAY + dt.timedelta(days=1)

    free, hers = a_cleared_educator(), a_cleared_educator()
    seat = make_assignment(a_presentation(), free.id)
    stopped(hers.id)
    assert refusal_of(lambda: give_seat(seat, hers.id)) == "presenter_is_not_stopped"


@pytest.mark.parametrize(
    ("statement", "refusal"),
    [
        ("DELETE FROM assignment_stop", "stop_stays"),
        ("UPDATE assignment_stop SET stopped_at = '2020-01-01 00:00:00+00:00'", "stop_stays"),
        ("UPDATE assignment_stop SET lifted_at = stopped_at", "lifted_with_a_reason"),
    ],
)
def test_a_stop_is_lifted_with_a_reason_or_stays(statement, refusal):
    stopped(a_cleared_educator().id)
    assert refusal in refusal_of(lambda: by_sql(statement))


def test_once_lifted_it_stays_lifted_and_she_takes_new_visits():
    person = a_cleared_educator()
    stopped(person.id)
    lifted = "UPDATE assignment_stop SET lifted_at = stopped_at, lifted_because = 'settled'"
    assert refusal_of(lambda: by_sql(lifted)) == "stop_is_lifted_by_another"
    by_sql(f"{lifted}, lifted_by_id = :who", who=make_user().id)
    make_assignment(a_presentation(), person.id)
    undone = "UPDATE assignment_stop SET lifted_at = NULL, lifted_because = NULL"
    assert refusal_of(lambda: by_sql(undone)) == "stop_stays"
    db.session.rollback()
    assert db.session.scalar(sa.select(sa.func.count(AssignmentStop.id))) == 1
