"""A visit's hours and the shifts of its classes: refused, meant all the same, and said on the board."""

import datetime as dt

import pytest

from scheduler.board.queries.placing import answer
from scheduler.board.queries.week import board
from scheduler.board.service import place_visit
from scheduler.board.terms import BoardWish, Placing, ShiftsShown
from scheduler.places.service.school_time import tell_school_time
from scheduler.places.terms.school_time import Bells, Grouping, Rotation, SchoolTime, Shift
from scheduler.programmes.terms import Audience, SchoolLevel
from scheduler.staffing.service.move import move_visit
from scheduler.visits.queries.pages import visits_of_week
from scheduler.visits.terms.plans import NewTimes
from tests.closures.incidents import tell
from tests.factories import MONDAY
from tests.factories.staffing import UNTIL, a_plan
from tests.factories.visits import VISIT_DAY
from tests.refusals import rejection
from tests.visits.scene import Scene, mails, presentations

DAY = dt.timedelta(days=1)
WEEK = dt.timedelta(days=7)


@pytest.fixture
def scene(session) -> Scene:
    """Nothing is planned yet; the school has told its shifts."""
    scene = Scene(planned=False)
    tell(scene)
    return scene


def test_a_plan_outside_the_shift_is_refused_and_stores_nothing(scene):
    plans = (a_plan(dt.time(9, 55), classes="7b"), a_plan(dt.time(11, 35), classes="8b"))

    with rejection(**{"presentations-1-starts_local": "class_not_there"}):
        scene.plan(presentations=plans)
    assert visits_of_week(scene.coordinator, VISIT_DAY - DAY, 1).rows == []


def test_what_the_school_means_is_stored_as_meant_and_parents_and_unreadable_classes_are_never_refused(session, scene):
    meant = a_plan(dt.time(11, 35), classes="8b", outside_shift=True)
    evening = a_plan(dt.time(19), audience=Audience.PARENTS, level=SchoolLevel.NONE, classes="8b")
    scene.visit_id = scene.plan(presentations=(meant, evening, a_plan(dt.time(13), classes="the choir")))

    assert [row.outside_shift for row in presentations(session, scene)] == [True, False, False]


def test_a_move_out_of_the_shift_is_refused_and_leaves_the_visit_where_it_is(session, scene):
    scene.visit_id = scene.plan(presentations=(a_plan(dt.time(9, 55), classes="7b"),))

    with rejection(**{"presentations-0-starts_local": "class_not_there"}):
        move_visit(scene.coordinator, scene.visit_id, NewTimes(VISIT_DAY + WEEK, {}, UNTIL), now=MONDAY)
    assert [row.on_day for row in presentations(session, scene)] == [VISIT_DAY]
    assert mails(session, "visit_moved") == []

    (row,) = presentations(session, scene)
    wish = NewTimes(VISIT_DAY + WEEK, {}, UNTIL, frozenset({row.id}))
    move_visit(scene.coordinator, scene.visit_id, wish, now=MONDAY)

    (row,) = presentations(session, scene)
    assert (row.on_day, row.outside_shift) == (VISIT_DAY + WEEK, True)

    move_visit(scene.coordinator, scene.visit_id, NewTimes(VISIT_DAY, {}, UNTIL), now=MONDAY)
    assert [row.outside_shift for row in presentations(session, scene)] == [False]


def test_the_board_says_before_the_drop_that_the_class_is_not_there_and_what_is_dropped_is_meant(session, scene):
    scene.visit_id = scene.plan(presentations=(a_plan(dt.time(9, 55), classes="7b"),))
    there = Placing(VISIT_DAY + WEEK, dt.time(9, 55), UNTIL)

    said = answer(scene.coordinator, scene.visit_id, there, now=MONDAY)

    assert [(doubt.why.code, doubt.hard) for doubt in said.doubts] == [("class_not_there", False)]
    place_visit(scene.coordinator, scene.visit_id, there, now=MONDAY)
    assert [row.outside_shift for row in presentations(session, scene)] == [True]
    back = Placing(VISIT_DAY + WEEK, dt.time(15, 55), UNTIL)
    assert answer(scene.coordinator, scene.visit_id, back, now=MONDAY).doubts == ()
    place_visit(scene.coordinator, scene.visit_id, back, now=MONDAY)
    assert [row.outside_shift for row in presentations(session, scene)] == [False]


def test_the_board_shows_the_shift_of_the_classes_and_says_when_they_are_away(scene):
    plans = (a_plan(dt.time(9, 55), classes="7b"), a_plan(dt.time(15), classes="8b"))
    scene.visit_id = scene.plan(presentations=plans)
    wish = BoardWish(VISIT_DAY, VISIT_DAY)

    def shown() -> list[ShiftsShown | None]:
        found = board(scene.coordinator, wish)
        return [block.shifts for cell in found.unassigned.cells for block in cell.blocks]

    assert shown() == [ShiftsShown((Shift.MORNING, Shift.AFTERNOON), away=False)]
    turned = SchoolTime(
        {(Shift.MORNING, False): Bells(dt.time(8)), (Shift.AFTERNOON, False): Bells(dt.time(14))},
        Grouping.GRADES,
        Rotation.WEEK,
        first_grades=frozenset({2, 4, 6, 8}),
        anchor_day=VISIT_DAY,
    )
    tell_school_time(scene.coordinator, scene.host.id, turned, version=1, now=MONDAY)
    assert shown() == [ShiftsShown((Shift.MORNING, Shift.AFTERNOON), away=True)]
