"""What the youth were asked: the text of a programme, rated and closed; a planned post that waits for two of them."""

import datetime as dt

from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler.core.clock import local_day
from scheduler.demo.crowd import people
from scheduler.panels import service
from scheduler.panels.terms import PanelDraft, PanelQuestion
from scheduler.people.models import Presenter, User
from scheduler.people.terms import PresenterKind
from scheduler.policy import Actor, Role
from scheduler.posts.models import Post
from scheduler.posts.terms import PostState

PANEL_ASKS = (PanelQuestion.CLEAR, PanelQuestion.TRUE_TO_LIFE, PanelQuestion.WOULD_SHARE)
YOUTH_SAID = ((4, 3, 3), (4, 2, 2), (3, 3, 4), (4, 2, 2), (3, 4, 3), (4, 2, 1))  # by one line after the other
PANEL_OPENED_BEFORE, PANEL_LASTS = dt.timedelta(days=21), dt.timedelta(days=10)
DRAFT_SR_CYRL = """Шта радиш кад неко у групи исмева другара?
Покажемо три стварна разговора и заједно тражимо реченицу која помаже."""
DRAFT_EN = """What do you do when somebody in a chat makes fun of a friend?
We show three real chats and look together for the sentence that helps."""


def write_panels(session: Session, actor: Actor, programme_id: int, now: dt.datetime) -> None:
    """Through the services; whoever signs in as a young person has not said a word yet."""
    youth = _youth(session, actor)
    then = now - PANEL_OPENED_BEFORE
    written = PanelDraft(PANEL_ASKS, local_day(then + PANEL_LASTS), programme_id, "", DRAFT_SR_CYRL, DRAFT_EN)
    number = service.open_panel(actor, written, now=then)
    for one, said in zip(youth, YOUTH_SAID, strict=False):
        service.rate_panel(one, number, dict(zip(PANEL_ASKS, said, strict=True)), now=then)
    service.close_panel(actor, number, now=now)
    own = Post.centre_id == actor.centre_id, Post.state == PostState.PLANNED, Post.text_sr_cyrl != ""
    post = session.scalars(select(Post.number).where(*own).order_by(Post.on_day)).first()
    asked = PanelDraft(PANEL_ASKS, local_day(now + PANEL_LASTS), post_number=post or "")
    number = service.open_panel(actor, asked, now=now)
    for one, said in zip(youth[:3], YOUTH_SAID, strict=False):
        service.rate_panel(one, number, dict(zip(PANEL_ASKS, said, strict=True)), now=now)


def _youth(session: Session, actor: Actor) -> list[Actor]:
    """The young presenters of the actor's centre, who signs in herself the last."""
    with_account = {person.email for person in people() if person.row["sign_in"] == "yes"}
    wanted = select(Presenter.id, User.id, User.email).join(User, User.id == Presenter.user_id)
    hers = Presenter.centre_id == actor.centre_id, Presenter.kind == PresenterKind.INFLUENCER
    rows = session.execute(wanted.where(*hers).order_by(Presenter.id)).all()
    ordered = sorted(rows, key=lambda row: row[2] in with_account)
    return [
        Actor(frozenset({Role.INFLUENCER}), user_id=user_id, centre_id=actor.centre_id, presenter_id=presenter_id)
        for presenter_id, user_id, _email in ordered
    ]
