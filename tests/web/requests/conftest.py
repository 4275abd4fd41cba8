"""Somebody who books a programme, and whoever comes when it is booked at once."""

import pytest

from scheduler.programmes.terms import Audience
from tests.factories.people import make_user
from tests.factories.places import make_host
from tests.factories.programmes import make_programme
from tests.factories.safeguarding import an_educator_on_working_days
from tests.web.browser import browser_of
from tests.web.requests.booking import Booking, booked_now


@pytest.fixture
def sign_in(app):
    """Give a client that is signed in as a fresh user of a role (coordinator), in a centre of choice."""
    return lambda *roles, **given: browser_of(app, make_user(*roles, **given))


@pytest.fixture(autouse=True)
def hands(monkeypatch):
    """Tests are quicker than hands; the one about that sets its own limit."""
    monkeypatch.setattr("scheduler.web.requests.booking.draft.QUICKEST_S", 0)


@pytest.fixture
def programme(app):
    return make_programme(Audience.PUPILS, Audience.PARENTS, slug="talk")


@pytest.fixture
def host(app):
    return make_host("Вук Караџић")


@pytest.fixture
def booking(client, host, programme):
    """A programme that is asked for first."""
    return Booking(client, host, programme)


@pytest.fixture
def educator(programme):
    return an_educator_on_working_days(centre_id=programme.centre_id, given_name="Наташа", family_name="Бојић")


@pytest.fixture
def now(booking, educator):
    """The same, booked at once; an educator comes on every weekday from 8 to 16."""
    booked_now(booking.programmes[0])
    return booking


@pytest.fixture
def rival(app, now):
    """Another browser in which somebody books the same at the same school."""
    return Booking(app.test_client(), now.host, *now.programmes)


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
def day(client, host, programme, evening, gathering):
    """A talk, an evening for parents and a gathering of teachers, all on one day."""
    return Booking(client, host, programme, evening, gathering)
