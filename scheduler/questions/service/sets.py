"""What staff do with a set of questions: word one, take one out, begin and stop asking.

What has answers is never changed: the first change after them begins a new edition, which holds the rest as it was.
"""

import datetime as dt
import logging

from sqlalchemy import select

from scheduler import policy
from scheduler.acts import Act, change
from scheduler.core import clock
from scheduler.core.errors import Conflict, NotFound, Rejected
from scheduler.core.text import to_latin
from scheduler.policy import Actor
from scheduler.programmes.models import Programme
from scheduler.questions.models import QuestionRound, QuestionSet, SetQuestion
from scheduler.questions.queries.sets import newest_sets
from scheduler.questions.rules import sets as rules
from scheduler.questions.terms import FEWEST_QUESTIONS, QuestionDraft, QuestionKind, QuestionReason, QuestionRow, SetRow

log = logging.getLogger(__name__)


def word_question(actor: Actor, slug: str, place: int, draft: QuestionDraft, *, now: dt.datetime) -> int:
    """Word a question of a programme's set, or add one behind the last; returns the edition it stands in.

    Raises: NotAllowed, NotFound; Rejected with {field: reason}; Conflict("set_is_full").
    """
    with change(actor, now) as act:
        programme, newest = _own(act, slug)
        if problems := rules.problems_with_question(draft):
            raise Rejected(problems)
        there = {one.place: one for one in newest.questions} if newest else {}
        if place not in there:
            if rules.is_full(newest):
                raise Conflict(QuestionReason.SET_IS_FULL)
            place = len(there) + 1
        values = _values(draft)
        if place in there and all(getattr(there[place], name) == value for name, value in values.items()):
            return newest.edition if newest else 0
        row = _open_edition(act, programme, newest)
        held = act.session.scalar(select(SetQuestion).where(SetQuestion.set_id == row.id, SetQuestion.place == place))
        if held is None:
            act.session.add(SetQuestion(set_id=row.id, place=place, **values))
        else:
            for name, value in values.items():
                setattr(held, name, value)
        act.session.flush()
        act.record("question worded", row, {"place": place, "edition": row.edition})
        return row.edition


def take_question_out(actor: Actor, slug: str, place: int, *, now: dt.datetime) -> None:
    """The set asks it no more; what was answered stays with its edition. A set that grows too short is not asked.

    Raises: NotAllowed, NotFound.
    """
    with change(actor, now) as act:
        programme, newest = _own(act, slug)
        if newest is None or place not in {one.place for one in newest.questions}:
            raise NotFound("question")
        row = _open_edition(act, programme, newest)
        rows = select(SetQuestion).where(SetQuestion.set_id == row.id).order_by(SetQuestion.place)
        questions = act.session.scalars(rows).all()
        for one in questions:
            if one.place == place:
                act.session.delete(one)
        act.session.flush()
        for one in questions:
            if one.place > place:
                one.place -= 1
                act.session.flush()  # one after the other: a place is free before it is taken
        act.record("question taken out", row, {"place": place, "edition": row.edition})
        if row.is_asked and len(questions) - 1 < FEWEST_QUESTIONS:
            row.is_asked = False


def ask_questions(actor: Actor, slug: str, *, now: dt.datetime) -> None:
    """From now on the presentations of the programme have codes and sheets.

    Raises: NotAllowed, NotFound; Conflict("set_too_short").
    """
    with change(actor, now) as act:
        _programme, newest = _own(act, slug)
        if newest is None or not rules.may_be_asked(newest):
            raise Conflict(QuestionReason.SET_TOO_SHORT)
        _set_asked(act, newest, True)


def stop_asking(actor: Actor, slug: str, *, now: dt.datetime) -> None:
    """No further class is asked; one that was asked before is still asked after. Raises: NotAllowed, NotFound."""
    with change(actor, now) as act:
        _programme, newest = _own(act, slug)
        if newest is None:
            raise NotFound("questions")
        _set_asked(act, newest, False)


def _set_asked(act: Act, newest: SetRow, asked: bool) -> None:
    row = act.session.get_one(QuestionSet, newest.id)
    if row.is_asked is not asked:
        row.is_asked = asked
        act.record("questions asked" if asked else "questions stopped", row, {"edition": row.edition})


def _own(act: Act, slug: str) -> tuple[Programme, SetRow | None]:
    """A programme of the actor's centre, locked, and its newest set."""
    programme = act.session.scalar(select(Programme).where(Programme.slug == slug).with_for_update())
    policy.require(act.actor, "update", "question_set", centre=programme.centre_id if programme else None)
    if programme is None:
        raise NotFound("programme")
    return programme, newest_sets([programme.id]).get(programme.id)


def _open_edition(act: Act, programme: Programme, newest: SetRow | None) -> QuestionSet:
    """The set that may be changed: the newest while nobody has answered it, else a copy of it under the next number."""
    if newest is not None:
        held = act.session.get_one(QuestionSet, newest.id, with_for_update=True)  # nobody answers it meanwhile
        if not _has_answers(act, held.id):
            return held
    edition = newest.edition + 1 if newest else 1
    row = QuestionSet(programme_id=programme.id, edition=edition, began_on=clock.local_day(act.now))
    act.session.add(row)
    act.session.flush()
    if newest is not None:
        row.is_asked = newest.is_asked
        act.session.get_one(QuestionSet, newest.id).is_asked = False
        act.session.add_all(_copy(row.id, one) for one in newest.questions)
        act.session.flush()
        act.record("question edition begun", row, {"edition": edition})
    log.info("question edition begun", extra={"set_id": row.id, "edition": edition})
    return row


def _has_answers(act: Act, set_id: int) -> bool:
    return act.session.scalar(select(QuestionRound.id).where(QuestionRound.set_id == set_id).limit(1)) is not None


def _copy(set_id: int, one: QuestionRow) -> SetQuestion:
    said = {name: value for name, value in vars(one).items() if name != "id"}
    return SetQuestion(set_id=set_id, **said)


def _values(draft: QuestionDraft) -> dict[str, object]:
    """As it is stored: without English words the Serbian ones, in Latin letters, stand for them."""
    own = draft.kind is QuestionKind.CHOICE
    cyrl = "\n".join(rules.choices_in(draft.choices_sr_cyrl)) if own else ""
    english = "\n".join(rules.choices_in(draft.choices_en)) if own else ""
    return {
        "kind": draft.kind,
        "choices": rules.number_of_choices(draft),
        "aim": draft.aim,
        "text_sr_cyrl": draft.text_sr_cyrl,
        "text_en": draft.text_en or to_latin(draft.text_sr_cyrl),
        "choices_sr_cyrl": cyrl,
        "choices_en": english or to_latin(cyrl),
    }
