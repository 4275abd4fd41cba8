"""Posts, planned through their service."""

import datetime as dt
from typing import Any

from scheduler.policy import Actor
from scheduler.posts import service
from scheduler.posts.terms import LeadsTo, PostChannel, PostDraft
from tests.factories import MONDAY


def a_post_draft(by: Actor, **given: Any) -> PostDraft:
    """A post of MONDAY on Instagram, for the helpline, that whoever plans it posts herself."""
    fair = {
        "channel": PostChannel.INSTAGRAM, "on_day": MONDAY.date(), "at": dt.time(9),
        "text_sr_cyrl": "Поштуј и реагуј на мржњу!", "poster_id": by.user_id, "leads_to": LeadsTo.BOOK,
    }  # fmt: skip
    return PostDraft(**(fair | given))


def planned(by: Actor, **given: Any) -> str:
    """Its number."""
    return service.plan_post(by, a_post_draft(by, **given), now=MONDAY)
