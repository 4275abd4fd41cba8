"""What has changed, from sums alone: of a presentation, of a programme in some days, and what listeners said after.

Shown is only what stands (rules/sets.py), and classes with too few answers are in no sum, so that no look at one
period, one presentation or another day gives away what is hidden.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, func, select

from scheduler import policy
from scheduler.core.db import db
from scheduler.core.paging import PER_PAGE, Page, first_row
from scheduler.policy import Actor
from scheduler.programmes.models import Programme
from scheduler.questions.models import AnswerSum, QuestionRound, QuestionSet
from scheduler.questions.queries.sets import sets_by_id
from scheduler.questions.rules.change import as_wished, change_in, enough, told_share
from scheduler.questions.rules.sets import STANDS_AFTER
from scheduler.questions.terms import (
    ClassSums,
    QuestionChange,
    QuestionRow,
    RoundMoment,
    SaidAfter,
    SetRow,
    SideSums,
)
from scheduler.visits.models.visits import Presentation, Visit
from scheduler.visits.terms.states import HELD_STATES


def changes_of_programme(
    actor: Actor, asked: SetRow, first: dt.date, last: dt.date, today: dt.date
) -> list[QuestionChange]:
    """Each question of a set with its change over the presentations of these days. Raises: NotAllowed."""
    policy.require(actor, "read", "answers", centre=policy.own_part(actor))
    within = policy.in_reach(actor, Visit), Presentation.on_day.between(first, last), _stands(today)
    return _changes(asked, _classes(asked, *within))


def changes_of_presentation(actor: Actor, presentation_id: int, asked: SetRow, today: dt.date) -> list[QuestionChange]:
    """The same of one presentation. Raises: NotAllowed."""
    policy.require(actor, "read", "answers", centre=policy.own_part(actor))
    within = policy.in_reach(actor, Visit), Presentation.id == presentation_id, _stands(today)
    return _changes(asked, _classes(asked, *within))


def rounds_of_programme(actor: Actor, asked: SetRow, first: dt.date, last: dt.date, page: int) -> Page[dict[str, Any]]:
    """The presentations of these days that were asked, by day and never by what they answered. Raises: NotAllowed."""
    policy.require(actor, "read", "answers", centre=policy.own_part(actor))
    counted = {
        moment: func.coalesce(
            func.sum(QuestionRound.phone + QuestionRound.paper).filter(QuestionRound.moment == moment), 0
        )
        for moment in RoundMoment
    }
    wanted = (
        select(
            Visit.number,
            Presentation.on_day,
            Presentation.starts_local,
            Presentation.ordinal,
            func.max(QuestionRound.announced).label("announced"),
            *(counted[moment].label(moment.value) for moment in RoundMoment),
        )
        .select_from(QuestionRound)
        .join(Presentation, Presentation.id == QuestionRound.presentation_id)
        .join(Visit, Visit.id == Presentation.visit_id)
        .where(
            policy.in_reach(actor, Visit),
            QuestionRound.set_id == asked.id,
            Presentation.on_day.between(first, last),
        )
        .group_by(Visit.number, Presentation.on_day, Presentation.starts_local, Presentation.ordinal, Presentation.id)
    )
    total = db.session().scalar(select(func.count()).select_from(wanted.subquery())) or 0
    some = wanted.order_by(Presentation.on_day.desc(), Presentation.starts_local, Presentation.id)
    rows = db.session().execute(some.limit(PER_PAGE).offset(first_row(page)))
    return Page([dict(row._mapping) for row in rows], page, total)


def said_after(
    centre_id: int, first: dt.date, last: dt.date, today: dt.date, only: Select[Any] | None = None
) -> list[SaidAfter]:
    """What listeners of a centre's presentations said afterwards in these days, for everybody: five questions.

    `only`: a select of ids narrows it to some presentations, for example to those with a young presenter. The caller
    has checked the right to say it to whom she says it. Where nobody was asked, no presentation is looked at.
    """
    if not db.session().scalar(select(exists().where(QuestionRound.moment == RoundMoment.AFTER))):
        return []
    within = [Visit.centre_id == centre_id, Presentation.on_day.between(first, last), _stands(today)]
    if only is not None:
        here = only.where(Presentation.id == QuestionRound.presentation_id)
        within.append(here.correlate(QuestionRound).exists())  # of the few that were asked
    sums = _sums(*within, QuestionRound.moment == RoundMoment.AFTER)
    asked = sets_by_id({set_id for set_id, *_rest in sums})
    named = select(Programme.id, Programme.slug).where(Programme.id.in_({one.programme_id for one in asked.values()}))
    slugs = {row.id: row.slug for row in db.session().execute(named)}
    found = []
    for one in sorted(asked.values(), key=lambda each: (slugs[each.programme_id], each.edition)):
        for question in one.questions:
            counted = [
                counts
                for (set_id, _place, question_id, _moment), counts in _by_choice(sums, question)
                if (set_id, question_id) == (one.id, question.id) and enough(counts)
            ]
            if counted:
                found.append(_said(slugs[one.programme_id], one, question, counted))
    return found


def violations() -> list[str]:
    """Sums that say more than their round, rounds that hold more than a class; for `invariants check`."""
    over = (
        select(QuestionRound.id)
        .join(AnswerSum, AnswerSum.round_id == QuestionRound.id)
        .group_by(QuestionRound.id, AnswerSum.question_id, QuestionRound.phone, QuestionRound.paper)
        .having((func.sum(AnswerSum.phone) > QuestionRound.phone) | (func.sum(AnswerSum.paper) > QuestionRound.paper))
        .order_by(QuestionRound.id)
    )
    said = [f"question round {one}: its sums are more than its answers" for one in dict.fromkeys(_ids(over))]
    full = select(QuestionRound.id).where(QuestionRound.phone + QuestionRound.paper > QuestionRound.most)
    said += [f"question round {one}: more answers than a class has" for one in _ids(full.order_by(QuestionRound.id))]
    elsewhere = (
        select(QuestionRound.id)
        .join(Presentation, Presentation.id == QuestionRound.presentation_id)
        .join(Visit, Visit.id == Presentation.visit_id)
        .join(QuestionSet, QuestionSet.id == QuestionRound.set_id)
        .where(QuestionSet.programme_id != Visit.programme_id)
        .order_by(QuestionRound.id)
    )
    return said + [f"question round {one}: its set is of another programme" for one in _ids(elsewhere)]


Sums = dict[tuple[int, int, int, RoundMoment], dict[int, int]]  # (set, presentation, question, moment): {choice: times}


def _ids(wanted: Select[int]) -> Iterable[int]:
    return db.session().scalars(wanted)


def _stands(today: dt.date) -> ColumnElement[bool]:
    """As `rules.sets.stands` says it, of presentations that were held."""
    return (Presentation.on_day <= today - STANDS_AFTER) & Presentation.state.in_(HELD_STATES)


def _sums(*within: Any) -> Sums:
    wanted = (
        select(
            QuestionRound.set_id,
            QuestionRound.presentation_id,
            AnswerSum.question_id,
            QuestionRound.moment,
            AnswerSum.choice,
            (AnswerSum.phone + AnswerSum.paper).label("times"),
        )
        .select_from(AnswerSum)
        .join(QuestionRound, QuestionRound.id == AnswerSum.round_id)
        .join(Presentation, Presentation.id == QuestionRound.presentation_id)
        .join(Visit, Visit.id == Presentation.visit_id)
        .where(*within)
        .order_by(QuestionRound.presentation_id, AnswerSum.question_id)
    )
    found: Sums = defaultdict(dict)
    for row in db.session().execute(wanted):
        found[row.set_id, row.presentation_id, row.question_id, row.moment][row.choice] = row.times
    return found


def _by_choice(
    sums: Sums, question: QuestionRow
) -> Iterable[tuple[tuple[int, int, int, RoundMoment], tuple[int, ...]]]:
    steps = range(1, question.choices + 1)
    return ((key, tuple(times.get(step, 0) for step in steps)) for key, times in sums.items())


def _classes(asked: SetRow, *within: Any) -> dict[int, list[ClassSums]]:
    """{question: its sums in each presentation}."""
    sums = _sums(QuestionRound.set_id == asked.id, *within)
    found: dict[int, list[ClassSums]] = {}
    for question in asked.questions:
        mine = {key[1:]: counts for key, counts in _by_choice(sums, question) if key[2] == question.id}
        nobody = (0,) * question.choices
        found[question.id] = [
            ClassSums(
                place,
                mine.get((place, question.id, RoundMoment.BEFORE), nobody),
                mine.get((place, question.id, RoundMoment.AFTER), nobody),
            )
            for place in dict.fromkeys(key[0] for key in mine)
        ]
    return found


def _changes(asked: SetRow, classes: dict[int, list[ClassSums]]) -> list[QuestionChange]:
    return [QuestionChange(one, change_in(one, classes[one.id])) for one in asked.questions]


def _said(slug: str, asked: SetRow, question: QuestionRow, counted: Sequence[tuple[int, ...]]) -> SaidAfter:
    counts = tuple(sum(one) for one in zip(*counted, strict=True))
    whole = SideSums(counts, question.aim, question.kind)
    return SaidAfter(slug, asked.edition, question, whole.answers, told_share(as_wished(whole), whole.answers))
