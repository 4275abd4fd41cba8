"""Whoever works from an old page overwrites nobody, is told what changed, and loses nothing typed (TRUST R10)."""

import datetime as dt

import pytest

from scheduler.staffing.service.offers import answer_offer
from scheduler.visits.terms.states import VisitState
from tests.factories import MONDAY
from tests.factories.people import presenter_actor
from tests.web.reading import value_of
from tests.web.visits.pages import ANSWER_BY, DAY, body, meant, offered_soon, state_of


def seen_on(page) -> dict[str, str]:
    """What a form on the page says of the visit that its reader saw."""
    return {name: value_of(page, name) for name in ("version", "seen_lines")}


@pytest.mark.both_databases
@pytest.mark.parametrize("page", ["move", "cancel", "withdraw"])
def test_a_stale_form_changes_nothing_tells_what_changed_and_keeps_what_was_typed(desk, scene, page):
    ana, later = scene.educator(), DAY + dt.timedelta(days=1)
    visit = f"/visits/{offered_soon(scene, ana)}"
    path = f"{visit}/{page}" if page != "withdraw" else f"{visit}/crew/{ana.id}/withdraw"
    seen = seen_on(desk.get(path))
    answer_offer(presenter_actor(ana), scene.visit_id, accepts=True, now=MONDAY)
    moved = ANSWER_BY | {"on_day": f"{later:%d.%m.%Y.}", "starts-0-starts_local": "12:05"} | meant(later, "12:05")
    typed = moved | {"reason": "A strike", "by": "school", "cause": "busy"}

    stale = desk.post(path, data=typed | seen)

    assert stale.status_code == 409
    for words in ("Since you opened this page:", "A presenter accepted", "A strike"):
        assert words in body(stale)
    assert page != "move" or "12:05" in body(stale)
    assert state_of(scene) is VisitState.OFFERED

    assert desk.post(path, data=typed | seen_on(stale)).status_code == 302


@pytest.mark.parametrize("press", ["confirm", "offer"])
def test_a_stale_press_on_the_visits_page_is_refused_and_told(desk, scene, press):
    ana, mira = scene.educator(), scene.educator()
    visit = f"/visits/{offered_soon(scene, ana)}"
    seen = seen_on(desk.get(visit))
    answer_offer(presenter_actor(ana), scene.visit_id, accepts=True, now=MONDAY)
    scene.suggest(mira)

    stale = desk.post(f"{visit}/{press}", data=seen | ANSWER_BY | {"until_time": "13:37"})

    assert stale.status_code == 409
    assert "A presenter was suggested" in body(stale)
    assert press != "offer" or "13:37" in body(stale)
    assert state_of(scene) is VisitState.OFFERED
