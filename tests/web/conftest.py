"""A centre with a programme, and browsers in which its staff has signed in; a test file may have its own of each."""

import pytest

from scheduler.policy import Role
from tests.factories.people import make_centre, make_user
from tests.factories.programmes import make_programme
from tests.web.browser import browser_of


@pytest.fixture
def centre(app):
    return make_centre()


@pytest.fixture
def programme(centre):
    return make_programme(centre_id=centre.id)


@pytest.fixture
def desk(app, programme):
    """A coordinator's browser."""
    return browser_of(app, make_user(Role.COORDINATOR, centre_id=programme.centre_id))


@pytest.fixture
def officer(app, programme):
    """The browser of a safeguarding officer."""
    return browser_of(app, make_user(Role.SAFEGUARDING, centre_id=programme.centre_id))


@pytest.fixture
def chief(app, programme):
    """An administrator's browser."""
    return browser_of(app, make_user(Role.ADMINISTRATOR, centre_id=programme.centre_id))
