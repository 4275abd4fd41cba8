"""The days of a school's visit: whoever can come, or the very crew, with what each promised and the school said."""

import datetime as dt

import pytest

from scheduler.booking.queries.school_days import days_of_crews, days_of_visit, visits_to_place
from scheduler.core.db import transaction
from scheduler.core.errors import NotFound
from scheduler.people.models import AvailabilityException, Presenter
from scheduler.visits.terms.states import AssignmentState
from tests.ceilings import at_most
from tests.closures.incidents import stop, tell
from tests.counting import statements
from tests.factories import MONDAY
from tests.factories.places import make_municipality
from tests.factories.safeguarding import an_educator_on_working_days
from tests.factories.visits import VISIT_DAY, make_assignment, make_presentation, make_visit
from tests.visits.scene import Scene, a_plan

DAY, WEEK = dt.timedelta(days=1), dt.timedelta(days=7)
TODAY = MONDAY.date()


def free_of(days) -> list[dt.date]:
    return [one.day for one in days.found.free]


def of_crew(scene: Scene, *people: Presenter):
    visit = visits_to_place([scene.visit_id])[scene.visit_id]
    [days] = days_of_crews([(visit, [one.id for one in people])], now=MONDAY)
    return days


def test_a_visit_that_moves_may_have_the_day_on_which_its_own_crew_is_promised_to_it(session):
    scene = Scene(notice_days=0)
    scene.confirmed_by(an_educator_on_working_days(centre_id=scene.centre_id))

    found = free_of(days_of_visit(scene.visit_id, now=MONDAY))

    assert VISIT_DAY in found
    assert found[0] == TODAY + DAY  # never today
    assert all(day.weekday() < 5 for day in found)


def test_a_stopped_visit_gets_no_day_before_the_one_that_fell_out_and_a_class_only_its_shift(session):
    scene = Scene(a_plan(classes="7b"), notice_days=0)
    ana = an_educator_on_working_days(centre_id=scene.centre_id)
    scene.confirmed_by(ana)
    tell(scene)  # 7b is there in the morning of every second week
    stop(scene)

    for days in (days_of_visit(scene.visit_id, now=MONDAY), of_crew(scene, ana)):
        found = free_of(days)
        monday = VISIT_DAY - VISIT_DAY.weekday() * DAY
        assert found
        assert min(found) >= VISIT_DAY
        assert [day for day in found if ((day - monday).days // 7) % 2] == []


def test_where_its_own_hour_has_no_day_a_visit_has_other_hours_of_its_classes_shift_and_bells(session):
    scene = Scene(a_plan(dt.time(20, 0), classes="7b"), notice_days=0)
    scene.confirmed_by(an_educator_on_working_days(centre_id=scene.centre_id))
    tell(scene)  # 7b is there in the morning of every second week, in the afternoon of the others

    days = days_of_visit(scene.visit_id, now=MONDAY)

    assert days.found.free == ()
    assert days.at_other_hours
    for one in days.at_other_hours:
        assert one.starts
        assert days.against(one.day, [a_plan(one.starts[0], classes="7b")]) == []


def test_the_crew_that_agreed_is_asked_neither_for_its_hours_nor_how_far_it_goes_but_kept_from_two_places(session):
    scene = Scene(notice_days=0)
    ana = scene.educator(reach_km=1, home_id=make_municipality("Београд", lat=44.80, lon=20.46).id)  # names no hours
    scene.confirmed_by(ana)
    stop(scene)
    away, taken = VISIT_DAY + WEEK, VISIT_DAY + WEEK + DAY
    with transaction() as open_session:
        open_session.add(AvailabilityException(presenter_id=ana.id, first_day=away, last_day=away, available=False))
    other = make_visit(programme=scene.programme, host_id=scene.host.id, on_day=taken)
    make_assignment(make_presentation(other, dt.time(10)), ana.id, AssignmentState.ACCEPTED)

    found = free_of(of_crew(scene, ana))

    assert {away, taken} & set(found) == set()
    assert taken + DAY in found
    assert free_of(days_of_visit(scene.visit_id, now=MONDAY)) == []  # of all others nobody has hours


def test_many_stopped_visits_read_lessons_and_shifts_once(session):
    scene = Scene()
    ana = an_educator_on_working_days(centre_id=scene.centre_id)
    stop(scene)
    visit = visits_to_place([scene.visit_id])[scene.visit_id]
    with statements() as one:
        days_of_crews([(visit, [ana.id])], now=MONDAY)
    with statements() as three:
        days_of_crews([(visit, [ana.id])] * 3, now=MONDAY)

    at_most(2 * 2, len(three) - len(one), "SELECTs of two more visits")  # who can come, and what they promised


def test_of_a_visit_that_is_none_nothing_is_said(session):
    with pytest.raises(NotFound):
        days_of_visit(0, now=MONDAY)
