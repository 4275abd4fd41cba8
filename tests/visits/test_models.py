"""What the tables of visits refuse by themselves, whatever the code path: each case by the ORM's or by plain SQL.

TRUST R8, S45, S47, S50. Every test runs on SQLite and on PostgreSQL.
"""

import datetime as dt

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from scheduler.visits.models.visits import Assignment, Presentation, Visit
from scheduler.visits.terms.states import AssignmentState, CancelledBy, PresentationState, VisitState
from tests.factories.requests import make_school_request
from tests.factories.safeguarding import a_cleared_educator
from tests.factories.visits import VISIT_DAY, make_assignment, make_presentation, make_visit
from tests.visits.defences import a_presentation, by_sql, give_seat, move, put, refusal_of

S = AssignmentState
pytestmark = [pytest.mark.postgres_decides, pytest.mark.usefixtures("app")]

LEAVING = [S.DECLINED, S.LAPSED, S.WITHDRAWN, S.REPLACED, S.ABSENT]


# --- nobody in two places ---


@pytest.mark.parametrize("held", [S.OFFERED, S.ACCEPTED, S.PRESENT])
@pytest.mark.parametrize("wanted", [S.OFFERED, S.ACCEPTED, S.PRESENT])
def test_a_promised_presenter_cannot_be_promised_elsewhere(held, wanted):
    ana = a_cleared_educator()
    make_assignment(a_presentation(), ana.id, held)
    other = a_presentation(at=dt.time(10, 30))

    assert refusal_of(lambda: make_assignment(other, ana.id, wanted)) == "nobody_in_two_places"


def test_a_suggestion_may_overlap_but_cannot_become_an_offer():
    ana = a_cleared_educator()
    make_assignment(a_presentation(), ana.id, S.ACCEPTED)
    wish = make_assignment(a_presentation(at=dt.time(10, 30)), ana.id, S.SUGGESTED)

    assert refusal_of(lambda: put(wish, S.OFFERED)) == "nobody_in_two_places"


@pytest.mark.parametrize(
    ("first", "second"),
    [((dt.time(11), 15), (dt.time(9), 240)), ((dt.time(10), 45), (dt.time(10, 59), 45))],
    ids=["a long one around a short one", "set up from 10:44, until 10:45 the other"],
)
def test_whatever_overlaps_is_refused(first, second):
    ana = a_cleared_educator()
    make_assignment(a_presentation(at=first[0], minutes=first[1]), ana.id)
    later = a_presentation(at=second[0], minutes=second[1])

    assert refusal_of(lambda: make_assignment(later, ana.id)) == "nobody_in_two_places"


def test_spans_that_only_touch_are_allowed(session):
    ana = a_cleared_educator()
    make_assignment(a_presentation(at=dt.time(10, 0)), ana.id)
    make_assignment(a_presentation(at=dt.time(11, 0)), ana.id)  # set up from 10:45, the moment the first one ends

    assert session.scalar(sa.select(sa.func.count()).select_from(Assignment)) == 2


@pytest.mark.parametrize("gone", LEAVING)
def test_time_given_back_can_be_promised_again(session, gone):
    ana = a_cleared_educator()
    make_assignment(a_presentation(), ana.id, gone)
    make_assignment(a_presentation(), ana.id, S.ACCEPTED)

    assert session.scalar(sa.select(sa.func.count()).select_from(Assignment)) == 2


def test_moving_a_presentation_onto_another_is_refused_by_the_cascade(session):
    ana = a_cleared_educator()
    make_assignment(a_presentation(at=dt.time(10, 0)), ana.id)
    later = a_presentation(at=dt.time(13, 0))
    make_assignment(later, ana.id)

    assert refusal_of(lambda: move(later, minutes=-180)) == "nobody_in_two_places"
    assert session.get_one(Presentation, later.id).starts_local == dt.time(13, 0)


def test_moving_a_presentation_takes_its_assignments_along(session):
    presentation = a_presentation()
    seat = make_assignment(presentation, a_cleared_educator().id)
    before = presentation.busy_from

    move(presentation, days=1)

    moved = session.get_one(Assignment, seat.id)
    assert (moved.on_day, moved.busy_from) == (VISIT_DAY + dt.timedelta(days=1), before + dt.timedelta(days=1))


def test_handing_a_seat_to_a_busy_presenter_is_refused():
    ana, boris = a_cleared_educator(), a_cleared_educator()
    make_assignment(a_presentation(), ana.id)
    seat = make_assignment(a_presentation(), boris.id)

    assert refusal_of(lambda: give_seat(seat, ana.id)) == "nobody_in_two_places"


def test_an_assignment_cannot_lie_about_its_hours():
    presentation = a_presentation()
    seat = make_assignment(presentation, a_cleared_educator().id)

    with pytest.raises(IntegrityError):
        by_sql("UPDATE assignment SET on_day = :day WHERE id = :id", day="2026-10-07", id=seat.id)


def test_one_presenter_lives_once_in_a_presentation():
    presentation = a_presentation()
    ana = a_cleared_educator()
    make_assignment(presentation, ana.id, S.SUGGESTED)

    with pytest.raises(IntegrityError):
        make_assignment(presentation, ana.id, S.SUGGESTED)


# --- plain facts of the rows ---


def test_one_request_has_one_living_visit():
    asked = make_school_request()
    make_visit(school_request_id=asked.id)

    again = refusal_of(lambda: make_visit(school_request_id=asked.id))
    assert again in ("one_living_visit_a_request", "visit.school_request_id")  # SQLite names the column
    with_a_reason = {"state": VisitState.CANCELLED, "cancelled_by": CancelledBy.SCHOOL}
    assert make_visit(school_request_id=asked.id, **with_a_reason).id


@pytest.mark.parametrize(
    ("table", "change", "name"),
    [
        ("visit", "state = 'cancelled'", "ck_visit_cancelled_by_somebody"),
        ("visit", "kilometres = -1", "ck_visit_kilometres_not_negative"),
        ("presentation", "minutes = 0", "ck_presentation_lasts_a_day_at_most"),
        ("presentation", "ends_at = starts_at", "ck_presentation_ends_after_it_starts"),
        ("presentation", "busy_from = ends_at", "ck_presentation_busy_while_it_lasts"),
        ("presentation", "expected_pupils = -1", "ck_presentation_nobody_negative"),
        ("presentation", "state = 'merged_into'", "ck_presentation_merged_into_another"),
        ("presentation", "sequence = -1", "ck_presentation_sequence_rises"),
    ],
)
def test_a_row_cannot_hold_nonsense(table, change, name):
    make_presentation(make_visit(VisitState.PLANNED), state=PresentationState.PLANNED)

    assert refusal_of(lambda: by_sql(f"UPDATE {table} SET {change}")) == name


def test_an_offer_has_an_end():
    ana = a_cleared_educator()

    refused = refusal_of(lambda: make_assignment(a_presentation(), ana.id, S.OFFERED, offered_until=None))
    assert refused == "ck_assignment_offer_has_an_end"


def test_a_visit_with_presentations_cannot_be_deleted(session):
    visit = make_visit()
    make_presentation(visit)

    with pytest.raises(IntegrityError):
        by_sql("DELETE FROM visit WHERE id = :id", id=visit.id)
    assert session.get(Visit, visit.id) is not None
