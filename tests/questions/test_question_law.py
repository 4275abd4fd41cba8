"""What the database itself refuses of questions, on both databases, and what `invariants check` names."""

import pytest
import sqlalchemy as sa

from scheduler.core.db import db, transaction
from scheduler.core.refusals import refused_by
from scheduler.questions.models import QuestionSet, SetQuestion
from scheduler.questions.queries import figures
from tests.factories.programmes import make_programme
from tests.factories.questions import AFTER, BEFORE, make_question_set, make_round
from tests.visits.defences import take_defences_away


@pytest.mark.postgres_decides
@pytest.mark.parametrize(
    ("statement", "law"),
    [
        ("UPDATE set_question SET aim = 1", "asked_set_stays"),
        ("DELETE FROM set_question WHERE place = 3", "asked_set_stays"),
        ("UPDATE question_set SET edition = 2", "edition_stays"),
        ("UPDATE question_round SET moment = 'after'", "round_keeps_its_class"),
        ("UPDATE question_round SET phone = 5", "phone_answers_only_rise"),
        ("UPDATE question_round SET phone = 700", "ck_question_round_no_more_than_a_class"),
        ("UPDATE question_round SET most = 601", "ck_question_round_ends_somewhere"),
        ("UPDATE answer_sum SET phone = 7", "sums_fit_their_round"),
        ("UPDATE answer_sum SET paper = 1", "sums_fit_their_round"),
        ("UPDATE answer_sum SET phone = 5", "phone_answers_only_rise"),
        ("UPDATE answer_sum SET choice = 4", "sum_keeps_its_choice"),
        ("INSERT INTO answer_sum (round_id, question_id, choice, phone, paper)"
         " SELECT round_id, question_id, 6, 0, 0 FROM answer_sum", "choice_of_its_question"),
    ],
)  # fmt: skip
def test_the_database_keeps_sums_that_can_be(programme, presentation, statement, law):
    set_id, questions = make_question_set(programme)
    make_round(presentation, set_id, BEFORE, {questions[0]: (0, 0, 0, 0, 6)})

    with pytest.raises(sa.exc.IntegrityError) as refused, transaction() as session:
        session.execute(sa.text(statement))
    assert refused_by(refused.value) == law


@pytest.mark.postgres_decides
def test_the_database_keeps_a_set_to_its_programme_and_one_set_to_a_presentation(programme, presentation):
    set_id, questions = make_question_set(programme)
    other, _questions = make_question_set(make_programme(centre_id=programme.centre_id))
    later, _questions = make_question_set(programme, edition=2)

    def refusal_of(wrong):
        with pytest.raises(sa.exc.IntegrityError) as refused:
            make_round(presentation, wrong, AFTER, {})
        db.session.rollback()
        return refused_by(refused.value)

    assert refusal_of(other) == "set_of_its_programme"
    make_round(presentation, set_id, BEFORE, {questions[0]: (0, 0, 0, 0, 6)})
    assert refusal_of(later) == "one_set_in_a_presentation"


def test_invariants_are_kept_and_a_sum_by_hand_is_named(ana, programme, visit, presentation):
    set_id, questions = make_question_set(programme)
    number = make_round(presentation, set_id, BEFORE, {questions[0]: (0, 0, 0, 0, 6)})
    assert figures.violations() == []

    with transaction() as session:
        take_defences_away(session, "answer_sum")
        session.execute(sa.text("UPDATE answer_sum SET phone = 9"))

    assert figures.violations() == [f"question round {number}: its sums are more than its answers"]
    with transaction() as session:
        assert session.scalars(sa.select(QuestionSet.id)).all() == [set_id]
        assert session.scalars(sa.select(sa.func.count(SetQuestion.id))).one() == 3
