"""What tests of pages begin with; a file may have a `programme` of its own."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from scheduler.policy import Role
from scheduler.programmes.models import Programme
from tests.factories.counting import LEAVING
from tests.factories.programmes import make_programme
from tests.standing_clock import StandingClock
from tests.web.browser import staff_of


@pytest.fixture
def programme(app: Flask) -> Programme:
    return make_programme()


@pytest.fixture
def desk(app: Flask, programme: Programme) -> FlaskClient:
    """A coordinator's browser."""
    return staff_of(app, programme)


@pytest.fixture
def after_the_talk(the_clock: StandingClock) -> None:
    """It is the afternoon of the visits of tests/factories/counting.py."""
    the_clock.stands_at(LEAVING)


@pytest.fixture
def officer(app: Flask, programme: Programme) -> FlaskClient:
    """A safeguarding officer's browser."""
    return staff_of(app, programme, Role.SAFEGUARDING)


@pytest.fixture
def chief(app: Flask, programme: Programme) -> FlaskClient:
    """An administrator's browser."""
    return staff_of(app, programme, Role.ADMINISTRATOR)
