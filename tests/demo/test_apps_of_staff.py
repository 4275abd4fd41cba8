"""Where a demo asks for a second step, its staff have apps whose secrets `demo sign-ins` prints."""

from dataclasses import replace

from scheduler import config
from scheduler.core.db import db, transaction
from scheduler.demo import crowd, load
from scheduler.keys.service import passing
from scheduler.people.models import User
from scheduler.people.queries import signed_in_user
from scheduler.people.terms import STAFF_ROLES
from tests.factories import MONDAY
from tests.factories.keys import a_browser, code_at
from tests.factories.people import make_user


def test_the_secret_of_each_of_the_staff_gives_codes_that_open(app):
    staff = [person for person in crowd.who_signs_in() if person.role in STAFF_ROLES]
    users = {person.email: make_user(person.role, email=person.email).id for person in staff}
    with transaction() as session:
        made = load._write_apps(session, STAFF_ROLES, MONDAY)

    config.use(replace(app.config["SETTINGS"], second_factor="required"))
    assert set(made) == set(users)
    for email, secret in made.items():
        browser = a_browser(db.session.get_one(User, users[email]))
        token = passing.pass_code(browser, code_at(secret, MONDAY), network="x", now=MONDAY)
        assert signed_in_user(token, MONDAY).user_id == users[email]
    config.use(app.config["SETTINGS"])
