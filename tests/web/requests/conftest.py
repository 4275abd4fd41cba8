"""A signed-in browser, and a booking answered page by page."""

import datetime as dt

import pytest
from flask.testing import FlaskClient

from scheduler.core import tokens
from scheduler.core.db import transaction
from scheduler.people.models import AvailableHours, SignIn
from scheduler.people.rules import sign_in_length
from scheduler.policy import Role
from scheduler.programmes.models import Programme
from scheduler.programmes.terms import Audience, Booking
from tests.factories.people import make_user
from tests.factories.places import make_host
from tests.factories.programmes import make_programme
from tests.factories.safeguarding import a_cleared_educator
from tests.standing_clock import THE_CLOCK


@pytest.fixture
def sign_in(app):
    """Give a client that is signed in as a fresh user of a role (coordinator), in a centre of choice."""

    def signed_in(*roles: Role, **given) -> FlaskClient:
        user = make_user(*roles, **given)
        token, now = tokens.new_token(), THE_CLOCK.now()
        with transaction() as session:
            session.add(
                SignIn(
                    token_hash=tokens.token_hash(token),
                    user_id=user.id,
                    created_at=now,
                    last_seen_at=now,
                    expires_at=now + sign_in_length(roles or (Role.COORDINATOR,)),
                )
            )
        client = app.test_client()
        with client.session_transaction() as cookie:
            cookie["_user_id"] = token
            cookie["_fresh"] = True
        return client

    return signed_in


@pytest.fixture
def hands(monkeypatch):
    """Tests are quicker than hands; the one about that sets its own limit."""
    monkeypatch.setattr("scheduler.web.requests.booking.draft.QUICKEST_S", 0)


@pytest.fixture
def programme(app):
    return make_programme(Audience.PUPILS, Audience.PARENTS, slug="talk")


@pytest.fixture
def desk(sign_in, programme):
    """A coordinator of the programme's centre."""
    return sign_in(centre_id=programme.centre_id)


@pytest.fixture
def host(app):
    return make_host("Вук Караџић")


@pytest.fixture
def now_programme(programme):
    with transaction() as session:
        session.get_one(Programme, programme.id).booking = Booking.NOW
    return programme


@pytest.fixture
def educator(now_programme):
    person = a_cleared_educator(centre_id=now_programme.centre_id)
    with transaction() as session:
        session.add_all(
            AvailableHours(presenter_id=person.id, weekday=day, from_local=dt.time(8), until_local=dt.time(16))
            for day in range(7)
        )
    return person


@pytest.fixture
def later(the_clock):
    """The product's clock moved on."""
    return the_clock.moves_on


@pytest.fixture
def evening(programme):
    names = {"name_en": "Evening for parents", "name_sr_cyrl": "Родитељско вече", "minutes": 60}
    return make_programme(Audience.PARENTS, centre_id=programme.centre_id, **names)


@pytest.fixture
def gathering(programme):
    names = {"name_en": "Gathering of teachers", "name_sr_cyrl": "Сусрет са наставницима", "minutes": 90}
    return make_programme(Audience.TEACHERS, centre_id=programme.centre_id, **names)


@pytest.fixture
def talk(programme):
    with transaction() as session:
        session.get_one(Programme, programme.id).name_en = "Talk with pupils"
    return programme
