"""What staff and youth do with panels: put a draft before them, rate it once, close it."""

import datetime as dt
import logging
import secrets
from collections.abc import Mapping
from dataclasses import replace

from sqlalchemy import and_, case, or_, select, update
from sqlalchemy.orm import Session

from scheduler import policy
from scheduler.acts import Act, change
from scheduler.core import clock
from scheduler.core.db import transaction
from scheduler.core.errors import Conflict, GroundReason, NotFound, Rejected
from scheduler.panels import rules
from scheduler.panels.models import Panel, PanelSeat, PanelSum
from scheduler.panels.queries import asked_youth, number_asked
from scheduler.panels.terms import ANSWERS, LEAST_RATED, PanelDraft, PanelQuestion, PanelReason
from scheduler.people.models import Presenter
from scheduler.policy import SYSTEM, Actor
from scheduler.posts.models import Post
from scheduler.posts.service import SHORT_NUMBER, SMALL_LETTERS
from scheduler.posts.terms import LIVING_POSTS
from scheduler.programmes.models import Programme

log = logging.getLogger(__name__)


def open_panel(actor: Actor, draft: PanelDraft, *, now: dt.datetime) -> str:
    """Put a draft before the youth of the actor's centre; the number of the panel.

    Raises: NotAllowed; NotFound; Rejected with {field: reason}; Conflict("too_few_to_ask", "post_is_out").
    """
    policy.require(actor, "create", "panel", centre=actor.centre_id)
    if actor.centre_id is None:
        raise NotFound("centre")
    today = clock.local_day(now)
    with change(actor, now) as act:
        post_id, whole = _put(act.session, actor.centre_id, draft)
        if problems := rules.problems_with_panel(whole, today=today):
            raise Rejected(problems)
        if number_asked(actor.centre_id, today) < LEAST_RATED:
            raise Conflict(PanelReason.TOO_FEW_TO_ASK)
        panel = Panel(
            number="".join(secrets.choice(SMALL_LETTERS) for _ in range(SHORT_NUMBER)),
            centre_id=actor.centre_id,
            programme_id=whole.programme_id,
            post_id=post_id,
            asked_by_id=actor.user_id,
            opened_on=today,
            last_day=whole.last_day,
            born_by=rules.born_by(today),
            text_sr_cyrl=whole.text_sr_cyrl.strip(),
            text_en=whole.text_en.strip(),
        )
        act.session.add(panel)
        act.session.flush()
        asked = [(one, answer) for one in PanelQuestion if one in whole.questions for answer in ANSWERS]
        act.session.add_all(PanelSum(panel_id=panel.id, question=one, answer=answer) for one, answer in asked)
        act.record("panel opened", panel)
        number = panel.number
    log.info("panel opened", extra={"panel": number})
    return number


def rate_panel(actor: Actor, number: str, answers: Mapping[PanelQuestion, int], *, now: dt.datetime) -> None:
    """Answer once, every question. No audit row and no line of a log says who did, or when.

    Raises: NotAllowed; NotFound; Rejected with {question: reason}; Conflict("panel_is_over", "rated_already").
    """
    policy.require(actor, "rate", "panel", presenters=[actor.presenter_id])
    today = clock.local_day(now)
    with change(actor, now) as act:
        panel = _locked(act.session, number)
        if panel is None or not _is_asked(act.session, actor, panel, today):
            raise NotFound("panel")
        if not rules.is_open(panel.last_day, panel.closed_at, today):
            raise Conflict(PanelReason.PANEL_IS_OVER)
        if act.session.get(PanelSeat, (panel.id, actor.presenter_id)) is not None:
            raise Conflict(PanelReason.RATED_ALREADY)
        wanted = select(PanelSum.question).where(PanelSum.panel_id == panel.id).distinct()
        if problems := rules.problems_with_answers(answers, set(act.session.scalars(wanted))):
            raise Rejected(problems)
        act.session.add(PanelSeat(panel_id=panel.id, presenter_id=actor.presenter_id))
        act.session.flush()
        _add_up(act.session, panel.id, answers)


def close_panel(actor: Actor, number: str, *, now: dt.datetime) -> None:
    """End it before its day; closed twice is closed once. Raises: NotAllowed; NotFound."""
    with change(actor, now) as act:
        panel = _locked(act.session, number)
        policy.require(actor, "close", "panel", centre=panel.centre_id if panel else None)
        if panel is None:
            raise NotFound("panel")
        _close(act, panel)


def close_due(now: dt.datetime) -> int:
    """Each night: end those whose last day is over, and with that forget who has rated; how many."""
    with transaction() as session:
        due = select(Panel.number).where(Panel.closed_at.is_(None), Panel.last_day < clock.local_day(now))
        numbers = list(session.scalars(due.order_by(Panel.id)))
    for number in numbers:
        with change(SYSTEM, now) as act:
            if (panel := _locked(act.session, number)) is not None:
                _close(act, panel)
    return len(numbers)


def _put(session: Session, centre_id: int, draft: PanelDraft) -> tuple[int | None, PanelDraft]:
    """The post of which a draft is, with the texts that the youth will read. Raises: NotFound; Conflict; Rejected."""
    if draft.post_number:
        own = Post.number == draft.post_number, Post.centre_id == centre_id
        post = session.scalar(select(Post).where(*own).with_for_update(read=True))
        if post is None:
            raise NotFound("post")
        if post.state not in LIVING_POSTS:
            raise Conflict(PanelReason.POST_IS_OUT)
        return post.id, replace(draft, programme_id=None, text_sr_cyrl=post.text_sr_cyrl, text_en=post.text_en)
    programme = select(Programme.id).where(Programme.id == draft.programme_id, Programme.centre_id == centre_id)
    if session.scalar(programme) is None:
        raise Rejected({"programme": GroundReason.UNKNOWN})
    return None, draft


def _locked(session: Session, number: str) -> Panel | None:
    wanted = select(Panel).where(Panel.number == number).with_for_update()
    return session.scalar(wanted.execution_options(populate_existing=True))


def _is_asked(session: Session, actor: Actor, panel: Panel, today: dt.date) -> bool:
    hers = Presenter.id == actor.presenter_id, Presenter.centre_id == panel.centre_id
    return session.scalar(select(Presenter.id).where(*hers, *asked_youth(today))) is not None


def _add_up(session: Session, panel_id: int, answers: Mapping[PanelQuestion, int]) -> None:
    """One more for each answer; every sum of the panel is written, so that no change of one tells of an answer."""
    given = or_(*(and_(PanelSum.question == one, PanelSum.answer == answer) for one, answer in answers.items()))
    more = case((given, PanelSum.times + 1), else_=PanelSum.times)
    session.execute(
        update(PanelSum)
        .where(PanelSum.panel_id == panel_id)
        .values(times=more)
        .execution_options(synchronize_session=False)
    )


def _close(act: Act, panel: Panel) -> None:
    """The database forgets who has rated as soon as this is written."""
    if panel.closed_at is None:
        panel.closed_at = act.now
        act.session.flush()
        act.record("panel closed", panel)
