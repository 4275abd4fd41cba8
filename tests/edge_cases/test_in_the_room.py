"""Edge cases of docs/edge_cases.md, about what happens in the room: each test is named after its row."""

import datetime as dt

from sqlalchemy import select

from scheduler.attendance.models import Attendance
from scheduler.attendance.queries.counting import counted_visit
from scheduler.attendance.service.counting import submit_counts
from scheduler.attendance.terms import HeadCounts
from scheduler.core.db import db
from scheduler.visits.models.visits import Visit
from scheduler.visits.queries.pages import visit_for
from scheduler.visits.terms.states import AssignmentState, VisitState
from tests.factories.counting import a_count
from tests.factories.people import presenter_actor
from tests.factories.staffing import a_plan
from tests.visits.scene import Scene, presentations, states, visit_of

OVER = dt.datetime(2026, 10, 6, 15, 0, tzinfo=dt.UTC)


def number_of(scene: Scene) -> str:
    return db.session.scalar(select(Visit.number).where(Visit.id == scene.visit_id))


def test_influencer_missing_educator_present_is_held_and_marked_short(session):
    scene = Scene(a_plan(), influencers=1)
    ana, tara = scene.educator(), scene.minor()
    scene.confirmed_by(ana, tara)
    (row,) = presentations(session, scene)

    draft = a_count(absent=frozenset({tara.id}))
    submit_counts(presenter_actor(ana), row.id, draft, now=OVER)

    assert visit_of(session, scene).state is VisitState.DELIVERED
    assert states(session, scene) == {ana.id: [AssignmentState.PRESENT], tara.id: [AssignmentState.ABSENT]}
    assert visit_for(scene.coordinator, number_of(scene)).short_crew


def test_a_visit_that_was_held_by_its_whole_crew_is_not_short(session):
    scene = Scene(a_plan(), influencers=1)
    ana, tara = scene.educator(), scene.minor()
    scene.confirmed_by(ana, tara)
    (row,) = presentations(session, scene)

    submit_counts(presenter_actor(ana), row.id, a_count(), now=OVER)

    assert not visit_for(scene.coordinator, number_of(scene)).short_crew


def test_turned_away_at_the_door_planned_present_and_turned_away_are_three_numbers(session):
    scene = Scene(a_plan(expected_pupils=90))
    ana = scene.educator()
    scene.confirmed_by(ana)
    (row,) = presentations(session, scene)

    draft = a_count(HeadCounts(pupils=70, teachers=2), turned_away=15)
    submit_counts(presenter_actor(ana), row.id, draft, now=OVER)

    (one,) = counted_visit(scene.coordinator, number_of(scene)).presentations
    assert (one.expected.pupils, one.said_by_educator.total, one.turned_away) == (90, 72, 15)


def test_same_pupils_twice_is_ticked_for_the_second_presentation_only(session):
    scene = Scene(a_plan(classes="7b"), a_plan(dt.time(11), classes="7b"))
    ana = scene.educator()
    scene.confirmed_by(ana)

    for row, again in zip(presentations(session, scene), (False, True), strict=True):
        draft = a_count(HeadCounts(pupils=25, teachers=1), same_pupils=again)
        submit_counts(presenter_actor(ana), row.id, draft, now=OVER)

    rows = session.scalars(select(Attendance.same_pupils).order_by(Attendance.presentation_id)).all()
    assert rows == [False, True]
