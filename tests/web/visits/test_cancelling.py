"""The coordinator's page on which a visit is called off: for whom, who is told, and ten minutes to think again."""

import re

import pytest

from scheduler.core.db import db
from scheduler.visits.models.visits import Visit
from scheduler.visits.terms.states import CancelledBy, VisitState
from tests.visits.scene import Scene
from tests.web.visits.pages import body, coordinator, offered_soon, state_of

RANG = {"by": "school", "cause": "busy", "reason": "They rang: an exam"}


@pytest.fixture
def scene(app):
    return Scene(planned=False)


def test_the_page_names_who_is_told_before_anything_is_pressed(app, scene):
    number = offered_soon(scene, scene.educator(given_name="Милица"))
    shown = body(coordinator(app, scene).get(f"/visits/{number}/cancel?lang=en"))

    for words in ("Who is told", "the school: ana@school.example", "Milica"):
        assert words in shown


def test_a_phoned_cancellation_is_the_schools(app, scene):
    number = offered_soon(scene, scene.educator())
    coordinator(app, scene).post(f"/visits/{number}/cancel", data=RANG)

    assert state_of(scene) is VisitState.CANCELLED
    assert db.session.get(Visit, scene.visit_id).cancelled_by is CancelledBy.SCHOOL


@pytest.mark.parametrize("left_out", ["by", "cause", "reason"])
def test_who_why_and_in_which_words_must_be_said(app, scene, left_out):
    number = offered_soon(scene, scene.educator())
    said = {name: words for name, words in RANG.items() if name != left_out}

    assert coordinator(app, scene).post(f"/visits/{number}/cancel", data=said).status_code == 422
    assert state_of(scene) is not VisitState.CANCELLED


def test_it_is_taken_back_from_the_page_while_no_mail_has_left(app, scene):
    number = offered_soon(scene, scene.educator())
    browser, before = coordinator(app, scene), state_of(scene)
    browser.post(f"/visits/{number}/cancel", data=RANG)
    shown = body(browser.get(f"/visits/{number}?lang=en"))

    undo = f"/visits/{number}/cancel/undo"
    assert re.search(rf'action="{undo}"', shown)
    assert "Take the cancellation back" in shown
    browser.post(undo)
    assert state_of(scene) is before
    assert "Take the cancellation back" not in body(browser.get(f"/visits/{number}?lang=en"))

    browser.post(undo)  # pressed twice: told so, nothing breaks
    assert state_of(scene) is before


def test_what_is_missing_is_told_in_the_order_of_the_page(app, scene):
    number = offered_soon(scene, scene.educator())

    shown = body(coordinator(app, scene).post(f"/visits/{number}/cancel?lang=en", data={}))

    told = re.findall(r'<a href="#([a-z]+)', shown[shown.index("error-summary") : shown.index("</ul>")])
    assert told == ["by", "cause", "reason"]
