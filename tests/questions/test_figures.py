"""What is shown of sums: whole classes alone, once nothing is added any more, and to whom it belongs."""

import datetime as dt

import pytest
import sqlalchemy as sa

from scheduler.policy import Role
from scheduler.questions.models import QuestionRound
from scheduler.questions.queries import figures
from scheduler.questions.queries.sets import sets_by_id
from scheduler.visits.terms.states import PresentationState, VisitState
from tests.factories import MONDAY
from tests.factories.people import an_actor
from tests.factories.questions import AFTER, BEFORE, make_question_set, make_round
from tests.factories.visits import make_presentation, make_visit

TODAY = MONDAY.date()
DAY = dt.timedelta(days=1)


@pytest.fixture
def answered(programme):
    """Three classes that were held long ago: one whole, one with too few before, one with too few after."""
    set_id, questions = make_question_set(programme)
    visit = make_visit(VisitState.DELIVERED, programme=programme, on_day=TODAY - 30 * DAY)
    rows = []
    for hour, before, after in ((8, (8, 0, 0, 0, 2), (2, 0, 0, 0, 8)), (9, (4, 0, 0, 0, 0), (0, 0, 0, 0, 20)),
                                (10, (0, 0, 0, 0, 20), (0, 0, 0, 0, 4))):  # fmt: skip
        one = make_presentation(visit, dt.time(hour), PresentationState.DELIVERED, expected_pupils=20)
        make_round(one, set_id, BEFORE, {questions[0]: before})
        make_round(one, set_id, AFTER, {questions[0]: after})
        rows.append(one)
    return set_id, rows


def of_days(ana, set_id, today=TODAY):
    asked = sets_by_id([set_id])[set_id]
    return figures.changes_of_programme(ana, asked, TODAY - 60 * DAY, TODAY, today)


@pytest.mark.both_databases
def test_a_change_is_made_of_whole_classes_alone(ana, answered):
    first, second, third = of_days(ana, answered[0])

    assert (first.change.before.answers, first.change.after.answers, first.change.groups) == (10, 10, 1)
    assert first.change.difference == pytest.approx(0.6)
    assert (second.change, third.change) == (None, None)


def test_of_one_presentation_the_same_and_of_small_ones_nothing(ana, answered):
    set_id, rows = answered
    asked = sets_by_id([set_id])[set_id]
    told = [figures.changes_of_presentation(ana, one.id, asked, TODAY)[0].change for one in rows]

    assert [one is not None for one in told] == [True, False, False]
    assert told[0] == of_days(ana, set_id)[0].change


def test_before_they_stand_no_figures_are_shown(ana, answered):
    held = TODAY - 30 * DAY
    assert [of_days(ana, answered[0], today)[0].change is None for today in (held + 13 * DAY, held + 14 * DAY)] == [
        True,
        False,
    ]


def test_another_centre_reads_nothing(answered):
    stranger = an_actor(Role.COORDINATOR)
    assert of_days(stranger, answered[0])[0].change is None
    assert (
        figures.rounds_of_programme(stranger, sets_by_id([answered[0]])[answered[0]], TODAY - 60 * DAY, TODAY, 1).total
        == 0
    )


def test_what_listeners_said_after_is_told_for_everybody(ana, programme, answered):
    days = TODAY - 60 * DAY, TODAY
    (said,) = figures.said_after(ana.centre_id, *days, TODAY)
    one = sa.select(QuestionRound.presentation_id).where(QuestionRound.presentation_id == answered[1][1].id)
    (narrow,) = figures.said_after(ana.centre_id, *days, TODAY, only=one)

    assert (said.programme_slug, said.edition, said.answers, said.as_wished) == (programme.slug, 1, 30, None)  # two not
    assert (narrow.answers, narrow.as_wished) == (20, 20)
    assert figures.said_after(ana.centre_id, *days, TODAY - 20 * DAY) == []
