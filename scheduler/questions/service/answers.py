"""A class answers: by phone one after the other, on paper as sums. What is kept is how often each choice was made."""

import datetime as dt
import logging
from collections.abc import Mapping

from sqlalchemy import select

from scheduler import policy
from scheduler.acts import Act, change
from scheduler.core import clock
from scheduler.core.errors import Conflict, NotFound, Rejected
from scheduler.policy import ANONYMOUS, Actor
from scheduler.questions.models import AnswerSum, QuestionRound, QuestionSet
from scheduler.questions.queries.sets import sets_by_id
from scheduler.questions.queries.sittings import sitting_of
from scheduler.questions.rules import sets as rules
from scheduler.questions.terms import AskedSitting, QuestionReason, RoundMoment, TallySheets
from scheduler.visits.models.visits import Presentation
from scheduler.visits.queries.agenda import readers_in_crew

log = logging.getLogger(__name__)


def answer(sitting: AskedSitting, moment: RoundMoment, choices: Mapping[int, int], *, now: dt.datetime) -> None:
    """Count what one listener chose: {question: choice}; a question may be left out. Then it is forgotten.

    No line of a log or of the audit says that, or when. The code has been checked by the caller, who has also made sure
    that a form is counted once.
    Raises: Rejected({"answers": "nothing_answered"}); Conflict("round_not_open", "round_is_full").
    """
    if not rules.is_open(moment, sitting.starts_at, sitting.ends_at, now):
        raise Conflict(QuestionReason.ROUND_NOT_OPEN)
    with change(ANONYMOUS, now) as act:
        row = _round(act, sitting, moment)
        known = {one.id: one.choices for one in sets_by_id([row.set_id])[row.set_id].questions}
        if not choices or any(not 1 <= choice <= known.get(question, 0) for question, choice in choices.items()):
            raise Rejected({"answers": QuestionReason.NOTHING_ANSWERED})
        if row.phone + row.paper >= row.most:
            raise Conflict(QuestionReason.ROUND_IS_FULL)
        row.phone += 1
        act.session.flush()
        held = _sums(act, row.id)
        for question, choice in choices.items():
            one = held.get((question, choice))
            if one is None:
                act.session.add(AnswerSum(round_id=row.id, question_id=question, choice=choice, phone=1))
            else:
                one.phone += 1


def type_sheets(
    actor: Actor, number: str, ordinal: int, moment: RoundMoment, sheets: TallySheets, *, now: dt.datetime
) -> None:
    """Store what was counted on paper, in place of what was typed before; of the crew, or of the centre's staff.

    Raises: NotAllowed, NotFound; Rejected with {"sheets" or "sums-<question>": reason}; Conflict("figures_stand").
    """
    with change(actor, now) as act:
        sitting = sitting_of(actor, number, ordinal)
        crew = readers_in_crew(sitting.visit_id) if actor.presenter_id is not None else ()
        policy.require(actor, "create", "answers", centre=policy.spot(sitting), presenters=crew)
        if rules.stands(sitting.on_day, clock.local_day(now)):
            raise Conflict(QuestionReason.FIGURES_STAND)
        if now < rules.hours_of(RoundMoment.BEFORE, sitting.starts_at, sitting.ends_at)[0]:
            raise Conflict(QuestionReason.ROUND_NOT_OPEN)
        row = _round(act, sitting, moment)
        if problems := rules.problems_with_sheets(sheets, row.most, row.phone):
            raise Rejected(problems)
        before = row.paper
        row.paper = max(before, sheets.sheets)
        act.session.flush()
        _write_sums(act, row.id, sheets)
        row.paper = sheets.sheets
        act.session.flush()
        act.record("sheets counted", row, {"changes": {"sheets": [before, sheets.sheets]}})
    log.info("sheets counted", extra={"presentation_id": sitting.presentation_id})


def _write_sums(act: Act, round_id: int, sheets: TallySheets) -> None:
    """Those that fall first: no sum of a question ever stands over its round, which the database refuses."""
    held = _sums(act, round_id)
    wanted = {
        (question, choice): count
        for question, counts in sheets.sums.items()
        for choice, count in enumerate(counts, start=1)
    }
    falling = [key for key, row in held.items() if wanted.get(key, 0) < row.paper]
    for key in falling:
        held[key].paper = wanted.get(key, 0)
    act.session.flush()
    for key, count in wanted.items():
        row = held.get(key)
        if row is not None:
            row.paper = count
        elif count:
            act.session.add(AnswerSum(round_id=round_id, question_id=key[0], choice=key[1], paper=count))
    act.session.flush()


def _round(act: Act, sitting: AskedSitting, moment: RoundMoment) -> QuestionRound:
    """The round of a presentation, made when it is first needed; who comes at once waits for the presentation's row.

    Raises: NotFound when there is no such presentation any more.
    """
    if act.session.get(Presentation, sitting.presentation_id, with_for_update=True) is None:
        raise NotFound("presentation")
    of = QuestionRound.presentation_id == sitting.presentation_id, QuestionRound.moment == moment
    row = act.session.scalar(select(QuestionRound).where(*of).execution_options(populate_existing=True))
    if row is None:
        act.session.get(QuestionSet, sitting.set_id, with_for_update=True)  # nobody words its questions meanwhile
        row = QuestionRound(
            presentation_id=sitting.presentation_id,
            set_id=sitting.set_id,
            moment=moment,
            announced=sitting.announced,
            most=rules.most_answers(sitting.announced),
            phone=0,
            paper=0,
        )
        act.session.add(row)
        act.session.flush()
    elif sitting.announced > row.announced:
        row.announced, row.most = sitting.announced, rules.most_answers(sitting.announced)
    return row


def _sums(act: Act, round_id: int) -> dict[tuple[int, int], AnswerSum]:
    rows = act.session.scalars(
        select(AnswerSum).where(AnswerSum.round_id == round_id).execution_options(populate_existing=True)
    )
    return {(one.question_id, one.choice): one for one in rows}
