"""What a school does with its visit by its secret link: reads who comes, and calls off unless it has begun."""

import datetime as dt

import sqlalchemy as sa

from scheduler.core import clock
from scheduler.core.db import transaction
from scheduler.policy import SYSTEM
from scheduler.visits.models.visits import Presentation
from scheduler.visits.service.plan_and_move import plan_visit
from scheduler.visits.terms.states import VisitState
from tests.factories import MONDAY
from tests.factories.staffing import staffing
from tests.web.visits.pages import body, link_of, offered_soon, reading, state_of


def test_a_school_cancels_by_its_link(app, scene):
    offered_soon(scene, scene.educator())
    status, browser = f"/status/{link_of(scene)}", reading(app, None)
    assert browser.get(f"{status}/cancel").status_code == 200
    assert state_of(scene) is VisitState.OFFERED  # opening the link does nothing

    assert browser.post(f"{status}/cancel", data={"reason": ""}).status_code == 422
    done = browser.post(f"{status}/cancel", data={"reason": "Exam day"})

    assert "The visit is cancelled." in body(done)
    assert state_of(scene) is VisitState.CANCELLED
    assert browser.post(f"{status}/cancel", data={"reason": "Exam day"}).location == status


def test_a_school_that_comes_too_late_reads_so_and_keeps_what_it_typed(app, scene):
    begun = MONDAY - dt.timedelta(hours=2)
    draft = scene.draft(on_day=clock.local_day(begun))
    scene.visit_id = plan_visit(SYSTEM, draft, now=begun - dt.timedelta(days=1)).id
    ends = begun + dt.timedelta(minutes=45)
    with transaction() as session:
        hours = {"busy_from": begun, "starts_at": begun, "ends_at": ends, "busy_until": ends}
        session.execute(sa.update(Presentation).values(**hours))
    status, browser = f"/status/{link_of(scene)}", reading(app, None)
    assert f"{status}/cancel" not in body(browser.get(status))

    answer = browser.post(f"{status}/cancel", data={"reason": "Nobody has come"})

    assert answer.status_code == 422
    assert "The visit has already begun. Please call the centre." in body(answer)
    assert "Nobody has come</textarea>" in body(answer)
    assert state_of(scene) is VisitState.PLANNED


def test_an_unknown_link_or_one_without_a_visit_cancels_nothing(client, scene):
    for secret in ("unknown", link_of(scene)):
        assert client.get(f"/status/{secret}/cancel").status_code == 404


def test_the_status_page_names_who_is_coming_once_the_visit_is_confirmed(app, scene):
    ana, tara = scene.educator(given_name="Jelena", family_name="Ristić"), scene.minor()
    status, browser = f"/status/{link_of(scene)}", reading(app, None)
    assert "Who is coming" not in body(browser.get(status))
    offered_soon(scene, ana, tara)
    assert "Jelena" not in body(browser.get(status))
    with staffing(scene.visit_id, scene.coordinator) as going:
        going.accept([ana, tara])
        going.confirm()

    shown = body(browser.get(status))

    assert [name in shown for name in ("Jelena Ristić", "Tara", "Ilić")] == [True, True, False]
    assert f"{status}/cancel" in shown


def test_an_evening_of_parents_is_announced_in_parents_and_without_a_lonely_0_of_pupils(desk, scene):
    number = offered_soon(scene, scene.educator())
    with transaction() as session:
        session.execute(sa.update(Presentation).values(expected_pupils=0, expected_parents=67, expected_teachers=2))

    page = " ".join(body(desk.get(f"/visits/{number}")).split())

    assert ("67 parents · 2 teachers" in page, "0 pupils" in page) == (True, False)
