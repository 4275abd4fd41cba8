"""`questions change` prints what has changed, and what listeners said after, as JSON."""

import datetime as dt
import json

import pytest

from scheduler.visits.terms.states import PresentationState, VisitState
from tests.factories import MONDAY
from tests.factories.programmes import make_programme
from tests.factories.questions import AFTER, BEFORE, make_question_set, make_round
from tests.factories.visits import make_presentation, make_visit

DAYS = ["--from", "2026-08-01", "--to", "2026-09-30"]


@pytest.fixture
def answered(session):
    programme = make_programme(slug="talk")
    set_id, questions = make_question_set(programme)
    day = MONDAY.date() - dt.timedelta(days=30)
    visit = make_visit(VisitState.DELIVERED, programme=programme, on_day=day)
    presentation = make_presentation(visit, state=PresentationState.DELIVERED)
    make_round(presentation, set_id, BEFORE, {questions[0]: (8, 0, 0, 0, 2)})
    make_round(presentation, set_id, AFTER, {questions[0]: (0, 0, 0, 0, 10)})


def test_it_prints_one_document_and_names_a_programme_that_is_not_there(run, answered):
    result = run("questions", "change", *DAYS)

    told = json.loads(result.stdout)
    (edition,) = told["change"]
    first, second, third = edition["questions"]
    assert (edition["programme"], edition["edition"]) == ("talk", 1)
    assert (first["change"]["difference"], first["change"]["size"]) == (0.8, "large")
    assert first["change"]["before"] == {"answers": 10, "share": 0.2, "mean": 1.8, "spread": 1.6865}
    assert (second["change"], third["change"]) == (None, None)
    assert told["said_after"] == [
        {"programme": "talk", "edition": 1, "question": "Question 1", "answers": 10, "as_wished": 10}
    ]

    result = run("questions", "change", *DAYS, "--programme", "nothing")
    assert result.exit_code == 2
    assert "--programme nothing: there are talk" in result.output
