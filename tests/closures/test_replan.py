"""A visit that a closure stopped gets a new date."""

import datetime as dt

import pytest
import sqlalchemy as sa

from scheduler.closures.service.replan import replan_visit
from scheduler.core.errors import Conflict, Rejected
from scheduler.requests.terms.school_request import RequestState
from scheduler.staffing.queries.invariants import violations
from scheduler.staffing.queries.who_comes import crew_for_school
from scheduler.visits.models.visits import Visit
from scheduler.visits.queries.pages import visit_of_request, visit_page
from scheduler.visits.service.confirm import record_promise
from scheduler.visits.terms.states import PresentationState, VisitState
from tests.closures.incidents import stop
from tests.factories import MONDAY
from tests.factories.staffing import a_plan
from tests.factories.visits import VISIT_DAY
from tests.visits.scene import Scene, mails, presentations, request_state, visit_of

NEW_DAY = VISIT_DAY + dt.timedelta(days=7)


def test_a_new_visit_stands_for_the_stopped_one_and_the_school_is_told_once(session):
    scene = Scene()
    scene.confirmed_by(scene.educator())
    stop(scene)

    number = replan_visit(scene.coordinator, scene.visit_id, NEW_DAY, (a_plan(room="12"),), now=MONDAY)

    assert visit_of(session, scene).state is VisitState.REPLANNED
    new = session.scalars(sa.select(Visit).where(Visit.number == number)).one()
    assert (new.state, new.on_day) == (VisitState.PLANNED, NEW_DAY)
    assert new.school_request_id == scene.asked.id
    assert request_state(session, scene) is RequestState.STAFFING
    (told,) = mails(session, "visit_replanned")
    assert "13" in told.text
    assert violations() == []
    old, page = (visit_page(scene.coordinator, one) for one in (visit_of(session, scene).number, number))
    assert (old.stands_for, old.replanned_as) == ("", number)
    assert (page.stands_for, page.replanned_as) == (old.visit.number, "")
    assert page.request_number == old.request_number == scene.asked.number
    assert visit_of_request(scene.coordinator, scene.asked.id).number == number
    assert crew_for_school(scene.asked.id, MONDAY).number == number


def test_a_visit_that_was_planned_again_twice_names_the_one_before_and_the_one_after(session):
    scene = Scene()
    numbers = [visit_of(session, scene).number]
    for week in (1, 2):
        stop(scene)
        day = VISIT_DAY + dt.timedelta(days=7 * week)
        numbers.append(replan_visit(scene.coordinator, scene.visit_id, day, (a_plan(),), now=MONDAY))
        scene.visit_id = session.scalars(sa.select(Visit.id).where(Visit.number == numbers[-1])).one()

    between = visit_page(scene.coordinator, numbers[1])

    assert (between.stands_for, between.replanned_as) == (numbers[0], numbers[2])


def test_trust_r11_a_second_press_gets_the_visit_that_the_first_one_made(session):
    scene = Scene()
    stop(scene)
    version = visit_of(session, scene).version

    def press() -> str:
        return replan_visit(scene.coordinator, scene.visit_id, NEW_DAY, (a_plan(),), now=MONDAY, version=version)

    assert press() == press()
    assert len(mails(session, "visit_replanned")) == 1


def test_only_a_stopped_visit_is_replanned_and_a_wrong_day_changes_nothing(session):
    scene = Scene()
    with pytest.raises(Conflict):
        replan_visit(scene.coordinator, scene.visit_id, NEW_DAY, (a_plan(),), now=MONDAY)
    stop(scene)
    with pytest.raises(Rejected) as refused:
        replan_visit(scene.coordinator, scene.visit_id, dt.date(2020, 1, 1), (a_plan(),), now=MONDAY)
    assert refused.value.problems == {"on_day": "in_the_past"}
    with pytest.raises(Rejected) as refused:
        replan_visit(scene.coordinator, scene.visit_id, VISIT_DAY - dt.timedelta(days=1), (a_plan(),), now=MONDAY)
    assert refused.value.problems == {"on_day": "before_it_fell_out"}
    assert visit_of(session, scene).state is VisitState.DISRUPTED


def test_a_visit_without_a_request_keeps_what_its_school_promised(session):
    scene = Scene(planned=False)
    scene.visit_id = scene.plan(school_request_id=None)
    record_promise(scene.coordinator, scene.visit_id, safeguarding_contact="Ana", now=MONDAY)
    stop(scene)

    number = replan_visit(scene.coordinator, scene.visit_id, NEW_DAY, (a_plan(),), now=MONDAY)

    new = session.scalars(sa.select(Visit).where(Visit.number == number)).one()
    assert (new.teacher_stays, new.safeguarding_contact) == (True, "Ana")
    assert [row.state for row in presentations(session, scene)] == [PresentationState.DISRUPTED]
