"""Panels: a centre with young people, and a draft before them."""

import datetime as dt
from typing import Any

from scheduler.core.db import transaction
from scheduler.panels import service
from scheduler.panels.terms import PanelDraft, PanelQuestion
from scheduler.people.models import Presenter
from scheduler.policy import Actor
from tests.factories import MONDAY
from tests.factories.people import presenter_actor
from tests.factories.programmes import make_programme
from tests.factories.safeguarding import a_cleared_minor

IN_A_WEEK = MONDAY.date() + dt.timedelta(days=7)
AFTERWARDS = MONDAY + dt.timedelta(days=8)


def some_youth(centre_id: int, number: int = 5, **given: Any) -> list[Presenter]:
    """Sixteen-year-olds of a centre, with consents."""
    with transaction():
        return [a_cleared_minor(centre_id=centre_id, **given) for _ in range(number)]


def a_panel_draft(**given: Any) -> PanelDraft:
    """Two questions about the text of a programme, for a week; a programme or a post is named."""
    fair: dict[str, Any] = {
        "questions": (PanelQuestion.CLEAR, PanelQuestion.WOULD_SHARE),
        "last_day": IN_A_WEEK,
        "text_sr_cyrl": "Шта ради ко добије туђу слику?",
    }
    return PanelDraft(**(fair | given))


def an_open_panel(by: Actor, **given: Any) -> str:
    """Its number."""
    if not given.keys() & {"programme_id", "post_number"}:
        given["programme_id"] = make_programme(centre_id=by.centre_id).id
    return service.open_panel(by, a_panel_draft(**given), now=MONDAY)


def rated(number: str, people: list[Presenter], clear: int = 4, share: int = 3) -> None:
    """All of them answer the two questions alike."""
    for one in people:
        answers = {PanelQuestion.CLEAR: clear, PanelQuestion.WOULD_SHARE: share}
        service.rate_panel(presenter_actor(one), number, answers, now=MONDAY)
