"""A visit three weeks from today, and browsers that read what its pages say."""

import datetime as dt

import sqlalchemy as sa

from scheduler.core import tokens
from scheduler.core.db import db, transaction
from scheduler.people.models import User
from scheduler.requests.models import SchoolRequest
from scheduler.visits.models.visits import Visit
from scheduler.visits.terms.states import VisitState
from tests.factories import MONDAY
from tests.visits.scene import Scene
from tests.web.browser import browser_of

SOON = MONDAY + dt.timedelta(days=21)
DAY = SOON.date()
ANSWER_BY = {"until_day": f"{DAY - dt.timedelta(days=10):%d.%m.%Y.}", "until_time": "14:00"}


def plan_soon(scene: Scene, **given) -> str:
    """Plan the scene's visit three weeks from the day on which the suite stands; its number."""
    scene.visit_id = scene.plan(on_day=DAY, **given) if given else scene.planned(DAY)
    return db.session.scalar(sa.select(Visit.number).where(Visit.id == scene.visit_id))


def offered_soon(scene: Scene, *people) -> str:
    number = plan_soon(scene)
    scene.offered_to(*people, until=SOON - dt.timedelta(days=14))
    return number


def reading(app, person, language: str = "en"):
    """A browser of this person, or of nobody, that shows pages in that language."""
    browser = browser_of(app, person) if person else app.test_client()
    browser.set_cookie("language", language)
    return browser


def coordinator(app, scene: Scene):
    return reading(app, db.session.get_one(User, scene.coordinator.user_id))


def body(answer) -> str:
    return answer.get_data(as_text=True)


def state_of(scene: Scene) -> VisitState:
    db.session.rollback()
    return db.session.scalar(sa.select(Visit.state).where(Visit.id == scene.visit_id))


def number_of_request(scene: Scene) -> str:
    return db.session.scalar(sa.select(SchoolRequest.number).where(SchoolRequest.id == scene.asked.id))


def number_of_visit(scene: Scene) -> str:
    return db.session.scalar(sa.select(Visit.number).where(Visit.id == scene.visit_id))


def link_of(scene: Scene) -> str:
    with transaction():
        return tokens.mint("status", scene.asked.id, lasts=dt.timedelta(days=90), now=MONDAY)


def meant(day: dt.date, *times: str) -> dict[str, str]:
    """A form says that a date beside those to press is meant."""
    return {"meant": "y", "meant_for": " ".join([day.isoformat(), *times])}
