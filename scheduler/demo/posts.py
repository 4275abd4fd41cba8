"""Posts of the campaign and of the helpline around the day of loading: posted with their reach, ready, planned."""

import datetime as dt
from dataclasses import dataclass

from scheduler.core.clock import local_day
from scheduler.policy import Actor
from scheduler.posts import service
from scheduler.posts.terms import LeadsTo, PostChannel, PostDraft, PostState, ReachDraft

NINE, FIVE = dt.time(9), dt.time(17)


@dataclass(frozen=True)
class DemoPost:
    """One post: so many days from today, whose, on which channel, its text, what came of it."""

    days: int
    of_campaign: bool
    channel: PostChannel
    sr_cyrl: str
    en: str
    state: PostState
    reach: tuple[int, int] = (0, 0)  # reached, reacted


_C, _S = PostChannel, PostState
ALL = (
    DemoPost(-12, True, _C.INSTAGRAM, "Поштуј. Реагуј на мржњу: једна порука подршке мења дан.",
             "Show respect. React to hate: one message of support changes a day.", _S.POSTED, (4180, 312)),
    DemoPost(-8, False, _C.FACEBOOK, "Број 19833 је бесплатан. Зову деца, родитељи и наставници.",
             "19833 is free of charge. Children, parents and teachers call.", _S.POSTED, (2630, 94)),
    DemoPost(-3, True, _C.TIKTOK, "Шта кажеш другу кога вређају у групи? Ево три реченице.",
             "What do you say to a friend who is insulted in a chat? Three sentences.", _S.POSTED, (9340, 871)),
    DemoPost(0, True, _C.INSTAGRAM, "Данас смо са средњошколцима: питај, слушај, реагуј.",
             "Today we are with high-school students: ask, listen, react.", _S.READY),
    DemoPost(2, False, _C.X, "Непознат неко тражи твоју слику? Не мораш да одговориш. Позови 19833.",
             "A stranger asks for your picture? You need not answer. Call 19833.", _S.PLANNED),
    DemoPost(9, True, _C.YOUTUBE, "", "", _S.PLANNED),
)  # fmt: skip


def write_posts(actor: Actor, campaign_id: int, now: dt.datetime) -> None:
    """Through the services, as its staff would."""
    for one in ALL:
        draft = PostDraft(
            channel=one.channel,
            on_day=local_day(now) + dt.timedelta(days=one.days),
            at=NINE if one.of_campaign else FIVE,
            campaign_id=campaign_id if one.of_campaign else None,
            text_sr_cyrl=one.sr_cyrl,
            text_en=one.en,
            poster_id=actor.user_id,
            leads_to=LeadsTo.CAMPAIGN if one.of_campaign else LeadsTo.FIGURES,
        )
        number = service.plan_post(actor, draft, now=now)
        if one.state is not PostState.PLANNED:
            service.move_post(actor, number, PostState.READY, now=now)
        if one.state is PostState.POSTED:
            service.move_post(actor, number, PostState.POSTED, now=now)
            service.say_reach(actor, number, ReachDraft(*one.reach), now=now)
