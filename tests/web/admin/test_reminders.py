"""The page of reminders: what is on, switched by an administrator, with an undo; what is typed into its address."""

import pytest

from scheduler.core.db import db
from scheduler.messages.queries import switches_of
from scheduler.messages.rules import REMINDERS
from scheduler.messages.terms import Reminder
from scheduler.policy import Role
from scheduler.web.admin.reminders import READERS, WHAT, WHEN
from tests.factories.people import make_user
from tests.web.browser import browser_of

PAGE = "/settings/reminders"


@pytest.fixture
def boss(app):
    return make_user(Role.ADMINISTRATOR)


@pytest.fixture
def admin(app, boss):
    return browser_of(app, boss)


def press(admin, kind: str, to: str):
    return admin.post(f"{PAGE}/{kind}/{to}?lang=en", follow_redirects=True)


def test_each_reminder_stands_in_words(admin):
    assert set(WHAT) == set(WHEN) == set(Reminder)
    assert set(READERS) == {rule.reader for rule in REMINDERS.values()}
    page = admin.get(f"{PAGE}?lang=en")
    assert page.text.count('<th scope="row"') == len(Reminder)
    assert page.text.count("Switch off") == len(Reminder) - 2


def test_one_press_switches_it_and_the_note_takes_that_back(admin, boss):
    page = press(admin, "survey", "off").text
    assert "Switched off. What is written already is still sent." in page
    assert f"{PAGE}/survey/on" in page
    assert "Switched off ·" not in page
    assert boss.full_name.split()[0] in page
    assert "Switched on." in press(admin, "survey", "on").text
    db.session.rollback()
    assert [row.is_on for row in switches_of(boss.centre_id).values()] == [True]


def test_what_is_always_on_has_no_switch_and_a_forged_press_changes_nothing(admin, boss):
    assert "Open the page again" in press(admin, "consent", "off").text
    assert switches_of(boss.centre_id) == {}


@pytest.mark.parametrize("path", ["nothing/off", "survey/maybe", "survey"])
def test_other_addresses_are_no_pages(admin, path):
    assert admin.post(f"{PAGE}/{path}").status_code == 404


def test_a_coordinator_neither_sees_nor_switches(app):
    coordinator = browser_of(app, make_user(Role.COORDINATOR))
    assert coordinator.get(PAGE).status_code == 403
    assert coordinator.post(f"{PAGE}/survey/off").status_code == 403
