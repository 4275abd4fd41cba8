"""The page of a presenter's trainings, and what of it she reads herself."""

import re

import pytest

from scheduler.policy import Role
from tests.factories.people import make_centre, make_user
from tests.factories.safeguarding import a_cleared_minor
from tests.web.browser import browser_of

EN = {"lang": "en"}
TYPED = {"on_day": "14.9.2026.", "subject": "handing_on", "minutes": "90"}


@pytest.fixture
def centre(session):
    return make_centre()


@pytest.fixture
def tara(centre):
    return a_cleared_minor(centre_id=centre.id)


@pytest.fixture
def desk(app, centre):
    return browser_of(app, make_user(Role.COORDINATOR, centre_id=centre.id))


def words_of(answer):
    return " ".join(re.sub(r"<[^>]+>", " ", answer.text).split())


def test_staff_note_a_training_and_she_reads_it_herself(app, desk, tara):
    address = f"/people/{tara.id}/trainings"
    assert "No training is noted yet" in desk.get(address, query_string=EN).text

    assert desk.post(address, data=TYPED).status_code == 302

    page = words_of(desk.get(address, query_string=EN))
    assert "What to do when a child tells something 14 Sep 2026 1 h 30 min" in page
    hers = words_of(browser_of(app, tara).get("/my-part", query_string=EN))
    assert "What to do when a child tells something 14 Sep 2026 1 h 30 min" in hers


def test_one_by_a_slip_is_taken_back(desk, tara):
    address = f"/people/{tara.id}/trainings"
    desk.post(address, data=TYPED)
    back = re.search(rf"{address}/\d+/take-back", desk.get(address).text)[0]

    assert desk.post(back).status_code == 302
    assert desk.post(back).status_code == 404


def test_what_cannot_have_been_is_refused_beside_its_field(desk, tara):
    answer = desk.post(f"/people/{tara.id}/trainings", query_string=EN, data=TYPED | {"minutes": "3"})

    assert answer.status_code == 422
    assert 'value="3"' in answer.text


def test_it_is_staffs_alone(app, tara):
    for role in (Role.EDUCATOR, Role.SAFEGUARDING):
        user = make_user(role, centre_id=tara.centre_id)
        assert browser_of(app, user).get(f"/people/{tara.id}/trainings").status_code == 403
    assert browser_of(app, make_user(Role.COORDINATOR)).get(f"/people/{tara.id}/trainings").status_code == 404
