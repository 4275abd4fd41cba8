"""How panels are said: their questions, the scale, refusals, and what came of one, ready for a page."""

from collections.abc import Iterable, Mapping
from typing import Any

from babel.support import LazyProxy
from flask import url_for

from scheduler.core.errors import Reason
from scheduler.core.language import number, short_day
from scheduler.panels.terms import PanelQuestion, PanelReason, PanelRow
from scheduler.web.i18n import _, _l, _n, page_language

PANEL_QUESTIONS: Mapping[PanelQuestion, LazyProxy] = {
    PanelQuestion.CLEAR: _l("Is it clear?"),
    PanelQuestion.TRUE_TO_LIFE: _l("Is it true to life?"),
    PanelQuestion.WOULD_SHARE: _l("Would you share it?"),
    PanelQuestion.WOULD_HELP: _l("Would it help you, if it happened to you?"),
}
PANEL_WORDS: Mapping[Reason, LazyProxy] = {
    PanelReason.PANEL_IS_OVER: _l("It is over: answers are not taken any more."),
    PanelReason.RATED_ALREADY: _l("You have answered already; each of you answers once."),
    PanelReason.TOO_FEW_TO_ASK: _l("Wait until at least five young people can be asked: fewer could be recognised."),
    PanelReason.POST_IS_OUT: _l("Choose another post: this one is posted or dropped."),
}
PANEL_SCALE: Mapping[int, LazyProxy] = {1: _l("No"), 2: _l("Rather no"), 3: _l("Rather yes"), 4: _l("Yes")}


def about(row: PanelRow) -> str:
    """What a panel is about."""
    return _("A planned post") if row.post_number else row.programme(page_language())


def results(rows: Iterable[PanelRow]) -> list[dict[str, Any]]:
    """What came of each, as templates/panels/result.html prints it."""
    return [
        {
            "title": _("Panel of %(day)s", day=short_day(row.opened_on, page_language())),
            "href": url_for("panels.panel", number=row.number),
            "said": standing(row),
            "tone": "move" if row.open else "good" if row.sums else "quiet",
            "scale": [str(word) for word in PANEL_SCALE.values()],
            "lines": [
                (str(PANEL_QUESTIONS[one]), row.sums[one], number(round(row.mean(one), 1), page_language()))
                for one in row.questions
                if one in row.sums
            ],
        }
        for row in rows
    ]


def standing(row: PanelRow) -> str:
    """Where it is, in a sentence."""
    if row.open:
        until = _("It is open until %(day)s.", day=short_day(row.last_day, page_language()))
        return until + " " + _("Sums are shown once it is closed, if at least five have rated; who has is never shown.")
    if not row.closed:
        return _("Its last day is over; it is added up tonight.")
    if not row.sums:
        return _("It is closed. Fewer than five have rated, so nothing of it is shown.")
    return _n("%(num)s young person has rated.", "%(num)s young people have rated.", row.rated)
