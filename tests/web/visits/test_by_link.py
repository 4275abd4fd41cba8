"""What a school does with its visit by its secret link: reads who comes, and calls off."""

import pytest

from scheduler.visits.service.confirm import confirm_visit
from scheduler.visits.terms.states import VisitState
from tests.factories import MONDAY
from tests.visits.scene import Scene
from tests.web.browser import browser_of
from tests.web.visits.pages import body, link_of, number_of_visit, offered_soon, reading, state_of


@pytest.fixture
def scene(app):
    scene = Scene(planned=False)
    scene.host_name = scene.host.name_sr_latn
    return scene


def test_a_school_cancels_by_its_link(app, scene):
    offered_soon(scene, scene.educator())
    path = f"/status/{link_of(scene)}/cancel"
    browser = reading(app, None)
    assert browser.get(path).status_code == 200
    assert state_of(scene) is VisitState.OFFERED  # opening the link does nothing

    assert browser.post(path, data={"reason": ""}).status_code == 422
    done = browser.post(path, data={"reason": "Exam day"})

    assert done.status_code == 200
    assert "The visit is cancelled." in body(done)
    assert state_of(scene) is VisitState.CANCELLED
    again = browser.post(path, data={"reason": "Exam day"})
    assert (again.status_code, again.location) == (302, path.removesuffix("/cancel"))


def test_an_unknown_link_or_one_without_a_visit_cancels_nothing(app, scene):
    assert app.test_client().get("/status/unknown/cancel").status_code == 404
    assert app.test_client().get(f"/status/{link_of(scene)}/cancel").status_code == 404


def test_the_status_page_says_who_is_coming_and_offers_the_way_out(app, scene):
    ana, tara = scene.educator(given_name="Jelena", family_name="Ristić"), scene.minor()
    secret, browser = link_of(scene), reading(app, None)
    assert "Who is coming" not in body(browser.get(f"/status/{secret}"))
    offered_soon(scene, ana, tara)
    assert "Jelena" not in body(browser.get(f"/status/{secret}"))
    for person in (ana, tara):
        browser_of(app, person).post(f"/offers/{number_of_visit(scene)}/accept")
    confirm_visit(scene.coordinator, scene.visit_id, now=MONDAY)

    shown = body(browser.get(f"/status/{secret}"))

    assert "Jelena Ristić" in shown
    assert "Tara" in shown
    assert "Ilić" not in shown
    assert f"/status/{secret}/cancel" in shown
