"""The page of a presenter's trainings, and what of it she reads herself."""

import re

import pytest

from scheduler.policy import Role
from tests.factories.people import make_user
from tests.factories.safeguarding import a_cleared_minor
from tests.web.browser import browser_of, staff_of
from tests.web.reading import text_of

TYPED = {"on_day": "14.9.2026.", "subject": "handing_on", "minutes": "90"}


@pytest.fixture
def tara(session):
    return a_cleared_minor()


@pytest.fixture
def desk(app, tara):
    return staff_of(app, tara)


@pytest.fixture
def address(tara):
    return f"/people/{tara.id}/trainings"


def test_staff_note_a_training_and_she_reads_it_herself(app, desk, tara, address):
    assert "No training is noted yet" in desk.get(f"{address}?lang=en").text

    assert desk.post(address, data=TYPED).status_code == 302

    for page in (desk.get(f"{address}?lang=en"), browser_of(app, tara).get("/my-part?lang=en")):
        assert "What to do when a child tells something 14 Sep 2026 1 h 30 min" in text_of(page)


def test_one_by_a_slip_is_taken_back(desk, address):
    desk.post(address, data=TYPED)
    back = re.search(rf"{address}/\d+/take-back", desk.get(address).text)[0]

    assert desk.post(back).status_code == 302
    assert desk.post(back).status_code == 404


def test_what_cannot_have_been_is_refused_beside_its_field(desk, address):
    answer = desk.post(f"{address}?lang=en", data=TYPED | {"minutes": "3"})

    assert answer.status_code == 422
    assert 'value="3"' in answer.text


def test_it_is_staffs_alone(app, tara, address):
    for role in (Role.EDUCATOR, Role.SAFEGUARDING):
        assert staff_of(app, tara, role).get(address).status_code == 403
    assert browser_of(app, make_user()).get(address).status_code == 404
