"""Questions of one programme of the demo, and sums of the classes that have answered: a change as talks have it."""

import datetime as dt
import random
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler.core.clock import local_day
from scheduler.core.text import to_latin
from scheduler.demo.rows import Ids, added, note
from scheduler.programmes.terms import Audience
from scheduler.questions.models import AnswerSum, QuestionRound, QuestionSet, SetQuestion
from scheduler.questions.rules.sets import most_answers
from scheduler.questions.terms import MOST_ANSWERS, STEPS_OF_A_SCALE, QuestionKind, RoundMoment
from scheduler.visits.models.visits import Presentation, Visit
from scheduler.visits.terms.states import HELD_STATES

PROGRAMME = "safe-internet"
MOST_CLASSES = 30  # the latest ones
SEED = 19833
ASKED_SINCE = dt.timedelta(days=900)
SHARE_ON_PAPER = 3  # every third class has no phones

_A, _C = QuestionKind.AGREE, QuestionKind.CHOICE
# kind, aim, Serbian, English, choices in both, how often each is chosen in a hundred: before, after
QUESTIONS: tuple[tuple[QuestionKind, int, str, str, str, str, tuple[int, ...], tuple[int, ...]], ...] = (
    (_A, 5, "Знам коме да се обратим ако ме неко узнемирава на интернету.",
     "I know whom to turn to if somebody bothers me on the internet.", "", "",
     (8, 15, 27, 31, 19), (3, 7, 16, 38, 36)),
    (_C, 2, "Неко кога не познајеш тражи твоју слику. Шта је најбоље?",
     "Somebody whom you do not know asks for your picture. What is best?",
     "Послати стару слику\nНе послати и рећи одраслом\nОбрисати и ћутати",
     "Send an old picture\nNot send it, and tell an adult\nDelete it and be silent", (7, 56, 37), (2, 81, 17)),
    (_A, 1, "Оно што обришем на интернету заувек нестаје.",
     "What I delete on the internet is gone for ever.", "", "",
     (24, 27, 22, 16, 11), (41, 29, 14, 10, 6)),
    (_C, 1, "Неко те вређа у групи. Шта је најбоље прво да урадиш?",
     "Somebody insults you in a chat. What is best to do first?",
     "Сачувати поруке и рећи одраслом\nУзвратити истом мером\nИзаћи из групе и ћутати\nНе знам",
     "Keep the messages and tell an adult\nAnswer in kind\nLeave the chat and be silent\nI do not know",
     (38, 19, 27, 16), (69, 9, 16, 6)),
)  # fmt: skip


def write_questions(session: Session, ids: Ids) -> None:
    """One set, asked since long ago, and rounds of the latest classes that heard the talk."""
    began = local_day(ids.now) - ASKED_SINCE
    head = {"programme_id": ids.programmes[PROGRAMME], "edition": 1, "began_on": began, "is_asked": True}
    made = added(session, QuestionSet, [head])
    note(session, "question_set", made, "questions asked", ids.now - ASKED_SINCE)
    questions = added(session, SetQuestion, [_question(made[0], place) for place in range(len(QUESTIONS))])
    luck = random.Random(SEED)  # nosec B311  # a demo that is the same each time
    for place, (presentation_id, expected) in enumerate(_classes(session, ids)):
        _write_class(session, made[0], questions, (presentation_id, expected, place % SHARE_ON_PAPER == 0), luck)


def _question(set_id: int, place: int) -> dict[str, object]:
    kind, aim, cyrl, english, choices, choices_en, before, _after = QUESTIONS[place]
    return {
        "set_id": set_id,
        "place": place + 1,
        "kind": kind,
        "choices": STEPS_OF_A_SCALE if kind is _A else len(before),
        "aim": aim,
        "text_sr_cyrl": cyrl,
        "text_en": english or to_latin(cyrl),
        "choices_sr_cyrl": choices,
        "choices_en": choices_en,
    }


def _classes(session: Session, ids: Ids) -> list[tuple[int, int]]:
    """(presentation, how many were expected) of the latest ones that were held."""
    wanted = (
        select(Presentation.id, Presentation.expected_pupils)
        .join(Visit, Visit.id == Presentation.visit_id)
        .where(
            Visit.programme_id == ids.programmes[PROGRAMME],
            Presentation.audience == Audience.PUPILS,
            Presentation.state.in_(HELD_STATES),
            Presentation.expected_pupils > 0,
        )
        .order_by(Presentation.on_day.desc(), Presentation.id)
        .limit(MOST_CLASSES)
    )
    return [(row.id, min(row.expected_pupils, MOST_ANSWERS)) for row in session.execute(wanted)]


def _write_class(
    session: Session, set_id: int, questions: Sequence[int], asked: tuple[int, int, bool], luck: random.Random
) -> None:
    """Nine in ten answer before, a few fewer after; one in twenty leaves a question out."""
    presentation_id, expected, on_paper = asked
    way = "paper" if on_paper else "phone"
    for moment, part in ((RoundMoment.BEFORE, 0.9), (RoundMoment.AFTER, 0.84)):
        answers = max(1, round(expected * part))
        row = {
            "presentation_id": presentation_id,
            "set_id": set_id,
            "moment": moment,
            "announced": expected,
            "most": most_answers(expected),
            "phone": 0,
            "paper": 0,
        }
        round_id = added(session, QuestionRound, [row | {way: answers}])[0]
        sums = []
        for question_id, given in zip(questions, QUESTIONS, strict=True):
            weights = given[6] if moment is RoundMoment.BEFORE else given[7]
            chosen = luck.choices(range(1, len(weights) + 1), weights, k=answers - answers // 20)
            sums += [
                {"round_id": round_id, "question_id": question_id, "choice": choice, "phone": 0, "paper": 0}
                | {way: chosen.count(choice)}
                for choice in range(1, len(weights) + 1)
                if choice in chosen
            ]
        added(session, AnswerSum, sums)
