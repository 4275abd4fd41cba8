"""Two presenters of a centre: a minor, and an adult."""

import pytest

from tests.factories.people import make_centre
from tests.factories.safeguarding import a_cleared_educator, a_cleared_minor


@pytest.fixture
def tara(session):
    return a_cleared_minor(centre_id=make_centre().id, given_name="Тара", family_name="Јовићева")


@pytest.fixture
def ana(session):
    return a_cleared_educator(centre_id=make_centre().id, given_name="Ана", family_name="Марић")
