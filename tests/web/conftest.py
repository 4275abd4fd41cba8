"""A coordinator's browser, for tests whose file has a `programme` of its own."""

import pytest

from tests.factories.people import make_user
from tests.web.browser import browser_of


@pytest.fixture
def desk(app, programme):
    return browser_of(app, make_user(centre_id=programme.centre_id))
