"""Presses that come too late: what was typed stays, and the page says what has happened meanwhile."""

import datetime as dt

import pytest
import sqlalchemy as sa

from scheduler.core import clock
from scheduler.core.db import transaction
from scheduler.policy import SYSTEM
from scheduler.visits.models.visits import Presentation
from scheduler.visits.service.cancel import cancel_visit
from scheduler.visits.service.plan_and_move import plan_visit
from scheduler.visits.terms.states import VisitState
from tests.factories import MONDAY
from tests.visits.scene import Scene
from tests.web.visits.pages import body, coordinator, link_of, number_of_visit, offered_soon, reading, state_of


@pytest.fixture
def scene(app):
    return Scene(planned=False)


def begun_visit(scene: Scene) -> str:
    """A visit of the scene that began two hours before the real now; its number."""
    ago = MONDAY - dt.timedelta(hours=2)
    scene.visit_id = plan_visit(SYSTEM, scene.draft(on_day=clock.local_day(ago)), now=ago - dt.timedelta(days=1)).id
    with transaction() as session:
        [row] = session.scalars(sa.select(Presentation).where(Presentation.visit_id == scene.visit_id))
        for name in ("busy_from", "starts_at"):
            setattr(row, name, ago)
        for name in ("ends_at", "busy_until"):
            setattr(row, name, ago + dt.timedelta(minutes=45))
    return number_of_visit(scene)


def test_a_school_that_comes_too_late_is_told_so_and_keeps_what_it_typed(app, scene):
    begun_visit(scene)
    secret, browser = link_of(scene), reading(app, None)
    assert f"/status/{secret}/cancel" not in body(browser.get(f"/status/{secret}"))

    answer = browser.post(f"/status/{secret}/cancel", data={"reason": "Nobody has come"})

    assert answer.status_code == 422
    assert "The visit has already begun. Please call the centre." in body(answer)
    assert "Nobody has come</textarea>" in body(answer)
    assert state_of(scene) is VisitState.PLANNED


def test_a_colleague_who_cancels_second_keeps_the_reason_that_was_typed(app, scene):
    number = offered_soon(scene, scene.educator())
    cancel_visit(scene.coordinator, scene.visit_id, reason="Storm", now=MONDAY)

    answer = coordinator(app, scene).post(
        f"/visits/{number}/cancel", data={"by": "centre", "cause": "other", "reason": "They rang: exam day"}
    )

    assert answer.status_code == 409
    assert "They rang: exam day</textarea>" in body(answer)
