"""Whoever works from an old page overwrites nobody, is told what changed, and loses nothing typed (TRUST R10)."""

import datetime as dt
import re

import pytest

from scheduler.staffing.service.offers import answer_offer
from scheduler.visits.terms.states import VisitState
from tests.factories import MONDAY
from tests.factories.people import presenter_actor
from tests.visits.scene import Scene
from tests.web.visits.pages import DAY, body, coordinator, meant, offered_soon, state_of


@pytest.fixture
def scene(app):
    return Scene(planned=False)


def opened(browser, path: str) -> dict[str, str]:
    """What a form on the page says of the visit that its reader saw."""
    shown = body(browser.get(path))
    return {name: re.search(rf'name="{name}"[^>]* value="(\d*)"', shown).group(1) for name in ("version", "seen_lines")}


@pytest.mark.both_databases
@pytest.mark.parametrize("page", ["move", "cancel", "withdraw"])
def test_a_stale_form_changes_nothing_tells_what_changed_and_keeps_what_was_typed(app, scene, page):
    ana = scene.educator()
    number = offered_soon(scene, ana)
    browser = coordinator(app, scene)
    path = f"/visits/{number}/{page}" if page != "withdraw" else f"/visits/{number}/crew/{ana.id}/withdraw"
    seen = opened(browser, path)
    answer_offer(presenter_actor(ana), scene.visit_id, accepts=True, now=MONDAY)
    typed = {
        "on_day": (DAY + dt.timedelta(days=1)).strftime("%d.%m.%Y."),
        "starts-0-starts_local": "12:05",
        "until_day": (DAY - dt.timedelta(days=10)).strftime("%d.%m.%Y."),
        "until_time": "14:00",
        "reason": "A strike",
        "by": "school",
        "cause": "busy",
        **meant(DAY + dt.timedelta(days=1), "12:05"),
    }

    stale = browser.post(path, data=typed | seen)

    assert stale.status_code == 409
    assert "Since you opened this page:" in body(stale)
    assert "A presenter accepted" in body(stale)
    assert "A strike" in body(stale)
    assert page != "move" or "12:05" in body(stale)
    assert state_of(scene) is VisitState.OFFERED

    again = {name: re.search(rf'name="{name}"[^>]* value="(\d+)"', body(stale)).group(1) for name in seen}
    assert browser.post(path, data=typed | again).status_code == 302


@pytest.mark.parametrize("press", ["confirm", "offer"])
def test_a_stale_press_on_the_visits_page_is_refused_and_told(app, scene, press):
    ana, mira = scene.educator(), scene.educator()
    number = offered_soon(scene, ana)
    browser = coordinator(app, scene)
    seen = opened(browser, f"/visits/{number}")
    answer_offer(presenter_actor(ana), scene.visit_id, accepts=True, now=MONDAY)
    scene.suggest(mira)
    until = {"until_day": (DAY - dt.timedelta(days=10)).strftime("%d.%m.%Y."), "until_time": "13:37"}

    stale = browser.post(f"/visits/{number}/{press}", data=seen | until)

    assert stale.status_code == 409
    assert "A presenter was suggested" in body(stale)
    assert press != "offer" or "13:37" in body(stale)
    assert state_of(scene) is VisitState.OFFERED
