"""Sets of questions: the newest of each programme, one in its edition, and who has one."""

from collections import defaultdict
from collections.abc import Collection

from sqlalchemy import func, select

from scheduler import policy
from scheduler.core.db import db
from scheduler.core.errors import NotFound
from scheduler.core.text import fold
from scheduler.policy import Actor
from scheduler.programmes.models import Programme
from scheduler.questions.models import QuestionRound, QuestionSet, SetQuestion
from scheduler.questions.terms import ProgrammeQuestions, QuestionRow, RoundMoment, SetRow
from scheduler.visits.models.visits import Presentation, Visit

_OF_QUESTION = tuple(name for name in QuestionRow.__dataclass_fields__)


def programmes_with_questions(actor: Actor) -> list[ProgrammeQuestions]:
    """Every programme of the actor's centre by name, with its newest set: four questions. Raises: NotAllowed."""
    policy.require(actor, "read", "answers", centre=policy.own_part(actor))
    columns = Programme.id, Programme.slug, Programme.name_sr_cyrl, Programme.name_en
    rows = db.session().execute(select(*columns).where(Programme.centre_id == actor.centre_id)).all()
    newest = newest_sets([row.id for row in rows])
    answered = _answered(actor)
    found = [ProgrammeQuestions(*row, newest.get(row.id), *answered.get(row.id, (0, 0))) for row in rows]
    return sorted(found, key=lambda one: (one.newest is None, fold(one.name_sr_cyrl), one.programme_id))


def programme_with_questions(actor: Actor, slug: str) -> ProgrammeQuestions:
    """One of them. Raises: NotAllowed; NotFound."""
    for one in programmes_with_questions(actor):
        if one.slug == slug:
            return one
    raise NotFound("programme")


def newest_sets(programme_ids: Collection[int]) -> dict[int, SetRow]:
    """{programme: its set in the newest edition}."""
    latest = func.max(QuestionSet.edition).label("edition")
    newest = select(QuestionSet.programme_id, latest).group_by(QuestionSet.programme_id).subquery()
    wanted = (
        select(QuestionSet.id)
        .join(newest, newest.c.programme_id == QuestionSet.programme_id)
        .where(newest.c.edition == QuestionSet.edition, QuestionSet.programme_id.in_(programme_ids))
    )
    return {one.programme_id: one for one in sets_by_id(list(db.session().scalars(wanted))).values()}


def questions_asked(programme_id: int) -> list[QuestionRow]:
    """What the listeners of a programme are asked now, for everybody who wants to know it: one question."""
    columns = tuple(getattr(SetQuestion, name) for name in _OF_QUESTION)
    asked = select(*columns).join(QuestionSet, QuestionSet.id == SetQuestion.set_id)
    rows = asked.where(QuestionSet.programme_id == programme_id, QuestionSet.is_asked).order_by(SetQuestion.place)
    return [QuestionRow(*row) for row in db.session().execute(rows)]


def editions_of(programme_id: int) -> list[SetRow]:
    """Every edition of a programme's set, the newest first."""
    wanted = select(QuestionSet.id).where(QuestionSet.programme_id == programme_id)
    rows = sets_by_id(list(db.session().scalars(wanted))).values()
    return sorted(rows, key=lambda one: -one.edition)


def sets_by_id(ids: Collection[int]) -> dict[int, SetRow]:
    """These sets with their questions in order: two questions of the database."""
    if not ids:
        return {}
    questions: dict[int, list[QuestionRow]] = defaultdict(list)
    columns = tuple(getattr(SetQuestion, name) for name in _OF_QUESTION)
    wanted = select(SetQuestion.set_id, *columns).where(SetQuestion.set_id.in_(ids)).order_by(SetQuestion.place)
    for row in db.session().execute(wanted):
        questions[row.set_id].append(QuestionRow(*row[1:]))
    of_set = QuestionSet.id, QuestionSet.programme_id, QuestionSet.edition, QuestionSet.began_on, QuestionSet.is_asked
    rows = db.session().execute(select(*of_set).where(QuestionSet.id.in_(ids)).order_by(QuestionSet.id))
    return {row.id: SetRow(*row, tuple(questions[row.id])) for row in rows}


def _answered(actor: Actor) -> dict[int, tuple[int, int]]:
    """{programme: (presentations that were asked, answers after)}, as far as the actor reaches."""
    answers = func.sum(QuestionRound.phone + QuestionRound.paper).filter(QuestionRound.moment == RoundMoment.AFTER)
    wanted = (
        select(
            Visit.programme_id,
            func.count(QuestionRound.presentation_id.distinct()).label("presentations"),
            func.coalesce(answers, 0).label("answers"),
        )
        .select_from(QuestionRound)
        # a sum is in no index: what was asked leads to its visits, and not all visits of ten years to what was asked
        .join(Presentation, Presentation.id == QuestionRound.presentation_id + 0)
        .join(Visit, Visit.id == Presentation.visit_id + 0)
        .where(policy.in_reach(actor, Visit))
        .group_by(Visit.programme_id)
    )
    return {row.programme_id: (row.presentations, int(row.answers)) for row in db.session().execute(wanted)}
