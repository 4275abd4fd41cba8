"""Who reads the pages of places."""

from scheduler.core.db import db
from scheduler.people.models import User
from tests.visits.scene import Scene
from tests.web.browser import browser_of


def reading(browser):
    browser.set_cookie("language", "en")
    return browser


def coordinator(app, scene: Scene):
    return reading(browser_of(app, db.session.get_one(User, scene.coordinator.user_id)))
