"""Sets in editions, answers as sums, sheets of tallies; and what the database itself refuses.

What is shown of sums: whole classes alone, once nothing is added any more, and to whom it belongs.
What the database itself refuses of questions, on both databases, and what `invariants check` names.
"""

import datetime as dt
from dataclasses import replace

import pytest
import sqlalchemy as sa

from scheduler.config import settings
from scheduler.core.db import db, transaction
from scheduler.core.errors import NotAllowed, NotFound
from scheduler.core.refusals import refused_by
from scheduler.policy import Role
from scheduler.questions.models import AnswerSum, QuestionRound, QuestionSet, SetQuestion
from scheduler.questions.queries import figures
from scheduler.questions.queries.sets import editions_of, newest_sets, programme_with_questions, sets_by_id
from scheduler.questions.queries.sittings import is_asked_at, sitting_behind, sitting_of, sittings_of
from scheduler.questions.rules.sets import code_of
from scheduler.questions.service import sets as service
from scheduler.questions.service.answers import answer, type_sheets
from scheduler.questions.terms import QuestionDraft, QuestionKind, QuestionReason, RoundMoment, TallySheets
from scheduler.visits.terms.states import PresentationState, VisitState
from tests.factories import MONDAY
from tests.factories.people import an_actor, presenter_actor
from tests.factories.programmes import make_programme
from tests.factories.questions import AFTER, BEFORE, make_question_set, make_round
from tests.factories.safeguarding import a_cleared_educator
from tests.factories.visits import make_assignment, make_presentation, make_visit
from tests.refusals import conflict, rejection
from tests.visits.defences import take_defences_away

TODAY = MONDAY.date()
DAY = dt.timedelta(days=1)
SENTENCE = QuestionDraft(QuestionKind.AGREE, "Знам кога да зовем.", "", "", "", 5)
CHOICE = QuestionDraft(QuestionKind.CHOICE, "Који је број?", "Which number?", "112\n19833", "", 2)


def sitting(ana, visit):
    return sitting_of(ana, visit.number, 1)


def columns_of(table):
    with transaction() as session:
        return set(session.execute(sa.text(f"SELECT * FROM {table}")).keys())


# --- sets ---


def test_a_set_is_worded_asked_and_read(ana, programme):
    for place, draft in enumerate((SENTENCE, CHOICE), start=1):
        assert service.word_question(ana, programme.slug, place, draft, now=MONDAY) == 1
    with conflict(QuestionReason.SET_TOO_SHORT):
        service.ask_questions(ana, programme.slug, now=MONDAY)

    service.word_question(ana, programme.slug, 9, replace(SENTENCE, aim=1), now=MONDAY)
    service.ask_questions(ana, programme.slug, now=MONDAY)

    newest = newest_sets([programme.id])[programme.id]
    assert (newest.edition, newest.is_asked, newest.began_on) == (1, True, TODAY)
    assert [(one.place, one.kind, one.choices, one.aim) for one in newest.questions] == [
        (1, QuestionKind.AGREE, 5, 5),
        (2, QuestionKind.CHOICE, 2, 2),
        (3, QuestionKind.AGREE, 5, 1),
    ]
    assert newest.questions[0].text("en") == "Znam koga da zovem."
    assert newest.questions[1].own_choices("en") == ["112", "19833"]


def test_a_set_ends_at_seven_and_a_short_one_is_not_asked(ana, programme):
    make_question_set(programme, 7)
    with conflict(QuestionReason.SET_IS_FULL):
        service.word_question(ana, programme.slug, 8, SENTENCE, now=MONDAY)

    for _time in range(5):
        service.take_question_out(ana, programme.slug, 1, now=MONDAY)

    newest = newest_sets([programme.id])[programme.id]
    assert [one.text_en for one in newest.questions] == ["Question 6", "Question 7"]
    assert not newest.is_asked


@pytest.mark.both_databases
def test_what_has_answers_is_never_changed_a_new_edition_begins(ana, programme, presentation):
    set_id, questions = make_question_set(programme)
    make_round(presentation, set_id, BEFORE, {questions[0]: (0, 0, 0, 0, 6)})

    edition = service.word_question(ana, programme.slug, 2, SENTENCE, now=MONDAY)
    service.take_question_out(ana, programme.slug, 1, now=MONDAY)

    old, new = (sets_by_id([one.id])[one.id] for one in reversed(editions_of(programme.id)))
    assert (edition, new.edition) == (2, 2)
    assert [one.text_en for one in old.questions] == ["Question 1", "Question 2", "Question 3"]
    assert [one.text_en for one in new.questions] == ["Znam koga da zovem.", "Question 3"]
    assert (old.is_asked, new.is_asked) == (False, False)  # two are too few


def test_the_same_words_again_begin_no_edition(ana, programme, presentation):
    set_id, questions = make_question_set(programme)
    service.word_question(ana, programme.slug, 1, SENTENCE, now=MONDAY)
    make_round(presentation, set_id, BEFORE, {questions[0]: (1, 0, 0, 0, 0)})
    assert service.word_question(ana, programme.slug, 1, SENTENCE, now=MONDAY) == 1
    assert len(editions_of(programme.id)) == 1


def test_a_question_with_a_name_or_no_aim_is_refused(ana, programme):
    with rejection(aim=QuestionReason.AIM_OF_NO_CHOICE):
        service.word_question(ana, programme.slug, 1, replace(CHOICE, aim=0), now=MONDAY)
    assert editions_of(programme.id) == []


def test_sets_are_the_centres_own_and_no_presenters(ana, programme):
    make_question_set(programme)
    with pytest.raises(NotFound):
        service.stop_asking(an_actor(Role.COORDINATOR), programme.slug, now=MONDAY)
    with pytest.raises(NotAllowed):
        service.stop_asking(an_actor(Role.SAFEGUARDING, centre_id=ana.centre_id), programme.slug, now=MONDAY)
    with pytest.raises(NotFound):
        programme_with_questions(an_actor(Role.COORDINATOR), programme.slug)


def test_who_was_asked_before_is_asked_after_even_when_asking_has_stopped(ana, programme, visit, presentation):
    set_id, questions = make_question_set(programme)
    assert is_asked_at(visit.id)
    make_round(presentation, set_id, BEFORE, {questions[0]: (1, 0, 0, 0, 0)})
    service.word_question(ana, programme.slug, 1, SENTENCE, now=MONDAY)
    service.stop_asking(ana, programme.slug, now=MONDAY)

    assert is_asked_at(visit.id)
    assert (sitting(ana, visit).set_id, sitting(ana, visit).edition) == (set_id, 1)


def test_a_programme_that_asks_nothing_has_no_codes(ana, visit, presentation):
    assert sittings_of(ana, visit.number)[1] == []
    assert not is_asked_at(visit.id)


# --- answers ---


@pytest.mark.both_databases
def test_answers_are_added_up_and_nothing_else_is_kept(ana, programme, visit, presentation):
    _set_id, (first, second, third) = make_question_set(programme)
    for chosen in ({first: 4, second: 2, third: 1}, {first: 4}, {first: 5, third: 2}):
        answer(sitting(ana, visit), BEFORE, chosen, now=MONDAY)

    assert sitting(ana, visit).round(BEFORE).phone == 3
    with transaction() as session:
        rows = session.execute(sa.select(AnswerSum.question_id, AnswerSum.choice, AnswerSum.phone))
        assert sorted(map(tuple, rows)) == sorted(
            [(first, 4, 2), (first, 5, 1), (second, 2, 1), (third, 1, 1), (third, 2, 1)]
        )
    assert columns_of("answer_sum") == {"id", "round_id", "question_id", "choice", "phone", "paper"}
    assert columns_of("question_round") == {
        *("id", "presentation_id", "set_id", "moment", "announced", "most", "phone", "paper")
    }


def test_no_answer_is_written_into_the_audit(ana, programme, visit, presentation):
    _set_id, questions = make_question_set(programme)
    answer(sitting(ana, visit), BEFORE, {questions[0]: 4}, now=MONDAY)

    with transaction() as session:
        told = session.execute(
            sa.text("SELECT count(*) FROM audit_entry WHERE thing IN ('question_round', 'answer_sum')")
        )
        assert told.scalar() == 0


@pytest.mark.parametrize("chosen", [{}, {0: 6}, {0: 0}, {99: 1}])
def test_forged_choices_are_refused_and_nothing_is_counted(ana, programme, visit, presentation, chosen):
    _set_id, questions = make_question_set(programme)
    known = {questions[0] if question == 0 else question: choice for question, choice in chosen.items()}
    with rejection(answers=QuestionReason.NOTHING_ANSWERED):
        answer(sitting(ana, visit), BEFORE, known, now=MONDAY)
    assert sitting(ana, visit).rounds == {}


def test_a_class_answers_in_its_hours_alone(ana, programme, visit, presentation):
    _set_id, questions = make_question_set(programme)
    for moment, now in ((BEFORE, MONDAY + DAY), (AFTER, MONDAY), (AFTER, MONDAY + 9 * DAY), (BEFORE, MONDAY - 9 * DAY)):
        with conflict(QuestionReason.ROUND_NOT_OPEN):
            answer(sitting(ana, visit), moment, {questions[0]: 1}, now=now)


def test_a_round_ends_with_the_class_and_says_when_it_is_over_it(ana, programme, visit, presentation):
    _set_id, questions = make_question_set(programme)
    for _time in range(25):
        answer(sitting(ana, visit), BEFORE, {questions[0]: 3}, now=MONDAY)

    with conflict(QuestionReason.ROUND_IS_FULL):
        answer(sitting(ana, visit), BEFORE, {questions[0]: 3}, now=MONDAY)
    counted = sitting(ana, visit).round(BEFORE)
    assert (counted.answers, counted.most, counted.more_than_announced) == (25, 25, True)


def test_a_code_opens_its_own_round(ana, programme, visit, presentation):
    make_question_set(programme)
    code = code_of(presentation.uid, AFTER, settings().secret_key)
    assert sitting_behind(visit.number, 1, code)[1] is RoundMoment.AFTER
    for number, ordinal, wrong in (
        (visit.number, 2, code),
        ("P-0", 1, code),
        (visit.number, 1, code[:-1]),
        (visit.number, 1, "ж"),
    ):
        with pytest.raises(NotFound):
            sitting_behind(number, ordinal, wrong)


# --- paper ---


@pytest.mark.both_databases
def test_sums_of_paper_stand_in_place_of_those_before(ana, programme, visit, presentation):
    _set_id, (first, second, third) = make_question_set(programme)
    answer(sitting(ana, visit), BEFORE, {first: 1}, now=MONDAY)

    for sheets, sums in (
        (12, {first: (0, 0, 0, 2, 10), second: (12, 0, 0, 0, 0), third: (12, 0)}),
        (12, {first: (10, 2, 0, 0, 0), second: (0, 0, 0, 0, 12), third: (0, 12)}),
        (5, {first: (5, 0, 0, 0, 0), second: (0, 0, 0, 0, 0), third: (2, 3)}),
    ):
        type_sheets(ana, visit.number, 1, BEFORE, TallySheets(sheets, sums), now=MONDAY)

    counted = sitting(ana, visit).round(BEFORE)
    assert (counted.phone, counted.paper) == (1, 5)
    with transaction() as session:
        rows = session.execute(
            sa.select(AnswerSum.question_id, AnswerSum.choice, AnswerSum.phone, AnswerSum.paper).where(
                AnswerSum.phone + AnswerSum.paper > 0
            )
        )
        assert sorted(map(tuple, rows)) == [(first, 1, 1, 5), (third, 1, 0, 2), (third, 2, 0, 3)]


def test_the_crew_types_sums_and_reads_no_figures(ana, programme, visit, presentation):
    educator = a_cleared_educator(centre_id=ana.centre_id)
    make_assignment(presentation, educator.id)
    set_id, questions = make_question_set(programme)
    sheets = TallySheets(5, {questions[0]: (0, 0, 0, 0, 5)})

    type_sheets(presenter_actor(educator), visit.number, 1, AFTER, sheets, now=MONDAY)

    assert sitting(ana, visit).round(AFTER).paper == 5
    with pytest.raises(NotFound):
        type_sheets(
            presenter_actor(a_cleared_educator(centre_id=ana.centre_id)), visit.number, 1, AFTER, sheets, now=MONDAY
        )
    with pytest.raises(NotAllowed):
        figures.changes_of_presentation(
            presenter_actor(educator), presentation.id, sets_by_id([set_id])[set_id], TODAY + 20 * DAY
        )


def test_sums_that_cannot_be_are_refused_and_after_two_weeks_they_stand(ana, programme, visit, presentation):
    _set_id, questions = make_question_set(programme)
    over = TallySheets(5, {questions[0]: (0, 0, 0, 0, 6)})
    with rejection(**{f"sums-{questions[0]}": QuestionReason.SUMS_OVER_SHEETS}):
        type_sheets(ana, visit.number, 1, BEFORE, over, now=MONDAY)

    with conflict(QuestionReason.FIGURES_STAND):
        type_sheets(ana, visit.number, 1, BEFORE, TallySheets(5, {}), now=MONDAY + 14 * DAY)


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
