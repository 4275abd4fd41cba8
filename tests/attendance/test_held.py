"""The counting says how long it was and who of the crew came (T7), and may say it again until the school answers."""

import pytest
from sqlalchemy import select

from scheduler.attendance.queries.counting import crew_at
from scheduler.attendance.queries.history import said_so_far
from scheduler.attendance.service.counting import submit_counts
from scheduler.attendance.terms import HeadCounts
from scheduler.staffing.service.crew import withdraw_presenter
from scheduler.visits.models.visits import Assignment, Presentation, Visit
from scheduler.visits.terms.states import AssignmentState, PresentationState, VisitState
from tests.factories.counting import LEAVING, a_begun_visit, a_count
from tests.factories.safeguarding import a_cleared_educator, a_cleared_minor
from tests.factories.visits import VISIT_DAY, make_assignment

A, P = AssignmentState, PresentationState


def held(session, begun) -> list[tuple[PresentationState, int | None]]:
    session.rollback()
    wanted = select(Presentation.state, Presentation.minutes_given).where(Presentation.visit_id == begun.visit.id)
    return [(state, minutes) for state, minutes in session.execute(wanted.order_by(Presentation.ordinal))]


def seats(session, begun) -> dict[int, AssignmentState]:
    session.rollback()
    rows = session.execute(
        select(Assignment.presenter_id, Assignment.state).where(Assignment.presentation_id == begun.first)
    )
    return dict(rows.all())


@pytest.mark.both_databases
def test_fewer_minutes_than_planned_make_it_part_delivered_and_the_visit_is_delivered(session):
    begun = a_begun_visit(2)

    submit_counts(begun.teacher, begun.first, a_count(minutes_given=30), now=LEAVING)
    submit_counts(begun.teacher, begun.presentations[1].id, a_count(minutes_given=45), now=LEAVING)

    assert held(session, begun) == [(P.PART_DELIVERED, 30), (P.DELIVERED, None)]
    assert session.get(Visit, begun.visit.id).state is VisitState.DELIVERED


def test_minutes_said_again_move_it_between_whole_and_part(session):
    begun = a_begun_visit()
    seen = []
    for minutes in (45, 20, 25, 45):
        submit_counts(begun.teacher, begun.first, a_count(minutes_given=minutes), now=LEAVING)
        seen += held(session, begun)

    assert seen == [(P.DELIVERED, None), (P.PART_DELIVERED, 20), (P.PART_DELIVERED, 25), (P.DELIVERED, None)]


@pytest.mark.both_databases
def test_a_young_presenter_who_did_not_come_is_absent_and_the_educator_present(session):
    begun = a_begun_visit()
    minor = a_cleared_minor(centre_id=begun.visit.centre_id)
    make_assignment(begun.presentations[0], minor.id)

    submit_counts(begun.teacher, begun.first, a_count(absent=frozenset({minor.id})), now=LEAVING)

    assert seats(session, begun) == {begun.educator.id: A.PRESENT, minor.id: A.ABSENT}


@pytest.mark.both_databases
def test_an_absent_adult_is_noted_though_a_minor_came_and_a_mistake_is_undone(session):
    begun = a_begun_visit()
    other = a_cleared_educator(centre_id=begun.visit.centre_id)
    minor = a_cleared_minor(centre_id=begun.visit.centre_id)
    for person in (other, minor):
        make_assignment(begun.presentations[0], person.id)
    wrong = a_count(absent=frozenset({other.id}))
    submit_counts(begun.teacher, begun.first, wrong, now=LEAVING)
    assert seats(session, begun) == {begun.educator.id: A.PRESENT, other.id: A.ABSENT, minor.id: A.PRESENT}

    submit_counts(begun.teacher, begun.first, a_count(), now=LEAVING)

    assert set(seats(session, begun).values()) == {A.PRESENT}


def test_the_same_said_twice_changes_nothing_also_with_somebody_absent(session):
    begun = a_begun_visit()
    minor = a_cleared_minor(centre_id=begun.visit.centre_id)
    make_assignment(begun.presentations[0], minor.id)
    said = a_count(absent=frozenset({minor.id}), minutes_given=40)
    for _each in range(2):
        submit_counts(begun.teacher, begun.first, said, now=LEAVING)

    assert said_so_far([begun.first])[0].version == 1
    assert len(said_so_far([begun.first])) == 1


def test_who_was_present_at_one_talk_can_still_be_taken_out_of_the_next(session):
    begun = a_begun_visit(2)
    other = a_cleared_educator(centre_id=begun.visit.centre_id)
    for presentation in begun.presentations:
        make_assignment(presentation, other.id)
    third = a_cleared_educator(centre_id=begun.visit.centre_id)
    make_assignment(begun.presentations[0], third.id)
    submit_counts(begun.teacher, begun.first, a_count(absent=frozenset({third.id})), now=LEAVING)

    withdraw_presenter(begun.coordinator, begun.visit.id, other.id, reason="Ill", now=LEAVING)

    assert seats(session, begun)[other.id] is A.PRESENT
    assert HeadCounts(88, 0, 2, 0) == said_so_far([begun.first])[0].said


def test_colleagues_read_a_minors_first_name_only(session):
    begun = a_begun_visit()
    minor = a_cleared_minor(centre_id=begun.visit.centre_id, given_name="Tara", family_name="Ilić")
    make_assignment(begun.presentations[0], minor.id)

    assert "Tara" in [one.name for one in crew_at(begun.first, VISIT_DAY)]
