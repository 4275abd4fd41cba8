"""Sets of questions, rounds of classes and their sums, written straight into the tables."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from scheduler.core.db import transaction
from scheduler.programmes.models import Programme
from scheduler.questions.models import AnswerSum, QuestionRound, QuestionSet, SetQuestion
from scheduler.questions.rules.sets import most_answers
from scheduler.questions.terms import QuestionKind, RoundMoment
from scheduler.visits.models.visits import Presentation, Visit
from scheduler.visits.terms.states import PresentationState, VisitState
from tests.factories import MONDAY, a_number
from tests.factories.programmes import make_programme
from tests.factories.visits import make_presentation, make_visit

BEFORE, AFTER = RoundMoment.BEFORE, RoundMoment.AFTER


def make_question_set(programme: Programme, questions: int = 3, **given: Any) -> tuple[int, list[int]]:
    """A set that is asked: sentences to agree with, at last a choice of two. Its id, and those of its questions."""
    with transaction() as session:
        fair: dict[str, Any] = {"edition": 1, "began_on": dt.date(2026, 9, 1), "is_asked": True}
        row = QuestionSet(programme_id=programme.id, **(fair | given))
        session.add(row)
        session.flush()
        made = [_question(row.id, place, last=place == questions) for place in range(1, questions + 1)]
        session.add_all(made)
        session.flush()
        return row.id, [one.id for one in made]


def make_asked_visit(centre_id: int) -> tuple[Visit, Presentation]:
    """A visit of MONDAY whose class is asked, and its presentation, which begins this very minute."""
    programme = make_programme(centre_id=centre_id, open=False)
    make_question_set(programme)
    number = f"P-2026-9{a_number():04d}"  # none of the demo's
    visit = make_visit(VisitState.CONFIRMED, programme=programme, on_day=MONDAY.date(), number=number)
    return visit, make_presentation(visit, dt.time(11), PresentationState.CONFIRMED, ordinal=1)


def _question(set_id: int, place: int, *, last: bool) -> SetQuestion:
    choices = {"choices_sr_cyrl": "Да\nНе", "choices_en": "Yes\nNo"} if last else {}
    return SetQuestion(
        set_id=set_id,
        place=place,
        kind=QuestionKind.CHOICE if last else QuestionKind.AGREE,
        choices=2 if last else 5,
        aim=1 if last else 5,
        text_sr_cyrl=f"Питање {place}",
        text_en=f"Question {place}",
        **choices,
    )


def make_round(
    presentation: Presentation, set_id: int, moment: RoundMoment, sums: dict[int, Sequence[int]], *, announced: int = 30
) -> int:
    """A class that has answered by phone: of each question how often each choice; its id."""
    with transaction() as session:
        row = QuestionRound(
            presentation_id=presentation.id,
            set_id=set_id,
            moment=moment,
            announced=announced,
            most=most_answers(announced),
            phone=max(map(sum, sums.values()), default=0),
            paper=0,
        )
        session.add(row)
        session.flush()
        session.add_all(
            AnswerSum(round_id=row.id, question_id=question, choice=choice, phone=times)
            for question, counts in sums.items()
            for choice, times in enumerate(counts, start=1)
            if times
        )
        session.flush()
        return row.id
