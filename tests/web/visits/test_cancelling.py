"""The coordinator's page on which a visit is called off: for whom, who is told, and ten minutes to think again."""

import re

import pytest

from scheduler.core.db import db
from scheduler.visits.models.visits import Visit
from scheduler.visits.service.cancel import cancel_visit
from scheduler.visits.terms.states import CancelledBy, VisitState
from tests.factories import MONDAY
from tests.web.visits.pages import body, offered_soon, state_of

RANG = {"by": "school", "cause": "busy", "reason": "They rang: an exam"}


@pytest.fixture
def visit(scene) -> str:
    """The address of a visit that is offered."""
    return f"/visits/{offered_soon(scene, scene.educator(given_name='Милица'))}"


def test_the_page_names_who_is_told_before_anything_is_pressed(desk, visit):
    shown = body(desk.get(f"{visit}/cancel"))

    for words in ("Who is told", "the school: ana@school.example", "Milica"):
        assert words in shown


def test_a_phoned_cancellation_is_the_schools(desk, scene, visit):
    desk.post(f"{visit}/cancel", data=RANG)

    assert state_of(scene) is VisitState.CANCELLED
    assert db.session.get(Visit, scene.visit_id).cancelled_by is CancelledBy.SCHOOL


@pytest.mark.parametrize("left_out", [{"by"}, {"cause"}, {"reason"}, {"by", "cause", "reason"}], ids=sorted)
def test_who_why_and_in_which_words_must_be_said_and_what_is_missing_is_listed_in_the_order_of_the_page(
    desk, scene, visit, left_out
):
    typed = {name: words for name, words in RANG.items() if name not in left_out}

    answer = desk.post(f"{visit}/cancel", data=typed)

    shown = body(answer)
    missing = re.findall(r'<a href="#([a-z]+)', shown[shown.index("error-summary") : shown.index("</ul>")])
    assert (answer.status_code, missing) == (422, [name for name in RANG if name in left_out])
    assert state_of(scene) is not VisitState.CANCELLED


def test_it_is_taken_back_from_the_page_while_no_mail_has_left(desk, scene, visit):
    before = state_of(scene)
    desk.post(f"{visit}/cancel", data=RANG)
    shown = body(desk.get(visit))
    assert f'action="{visit}/cancel/undo"' in shown
    assert "Take the cancellation back" in shown

    for _press in range(2):  # pressed twice: nothing breaks
        desk.post(f"{visit}/cancel/undo")
        assert state_of(scene) is before
    assert "Take the cancellation back" not in body(desk.get(visit))


def test_a_colleague_who_cancels_second_keeps_the_reason_that_was_typed(desk, scene, visit):
    cancel_visit(scene.coordinator, scene.visit_id, reason="Storm", now=MONDAY)

    answer = desk.post(f"{visit}/cancel", data=RANG | {"by": "centre", "cause": "other"})

    assert answer.status_code == 409
    assert f"{RANG['reason']}</textarea>" in body(answer)


def test_markup_in_a_reason_is_text(desk, visit):
    desk.post(f"{visit}/cancel", data=RANG | {"reason": "<script>alert(1)</script>"})

    assert "<script>alert" not in body(desk.get(visit))
