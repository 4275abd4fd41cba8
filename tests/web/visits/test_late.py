"""A visit that is called off a day before: who has read it, and what was driven in vain."""

import pytest

from scheduler.core.db import transaction
from scheduler.visits.models.late_notice import LateNotice
from scheduler.visits.models.visits import Presentation
from scheduler.visits.service.cancel import cancel_visit
from tests.closures.incidents import LATE
from tests.web.reading import rows_of
from tests.web.visits.pages import body, coordinator, number_of_visit, reading


@pytest.fixture
def educator(scene, the_clock):
    """She has promised to go, and the visit has just been called off."""
    educator, scene.visit_id = scene.educator(), scene.planned()
    scene.confirmed_by(educator)
    the_clock.stands_at(LATE)
    cancel_visit(scene.coordinator, scene.visit_id, reason="Прекид наставе", now=LATE)
    return educator


@pytest.fixture
def hers(app, educator):
    return reading(app, educator)


@pytest.fixture
def ours(app, scene, educator):
    return coordinator(app, scene)


@pytest.fixture
def visit(scene, educator) -> str:
    return f"/visits/{number_of_visit(scene)}"


@pytest.fixture
def read(scene, educator) -> str:
    return f"/offers/{number_of_visit(scene)}/read"


def test_a_presenter_reads_it_on_her_page_and_the_coordinator_sees_that(hers, ours, visit, read):
    assert "has not read it: call" in body(ours.get(visit))
    assert "I have read it" in body(hers.get("/offers"))

    assert hers.post(read, data={"kilometres": "84"}).status_code == 302

    assert "I have read it" not in body(hers.get("/offers"))
    page = " ".join(body(ours.get(visit)).split())
    assert ("has not read it" in page, "84 km driven" in page) == (False, True)


def test_the_page_says_how_many_hours_before_its_start_it_was_called_off(ours, visit):
    assert rows_of(Presentation.notice_hours) == [23]
    assert "23 hours before the start" in body(ours.get(visit))


@pytest.mark.parametrize("typed", ["-1", "2001", "many"])
def test_kilometres_that_are_none_change_nothing(hers, read, typed):
    assert hers.post(read, data={"kilometres": typed}).status_code == 422

    assert [(row.read_at, row.kilometres) for row in rows_of(LateNotice)] == [(None, None)]


def test_a_coordinator_notes_what_was_driven(hers, ours, visit, educator):
    assert ours.post(f"{visit}/driven/{educator.id}", data={"kilometres": "42"}).status_code == 302
    assert ours.post(f"{visit}/driven/999999999", data={"kilometres": "42"}).status_code == 404
    assert ours.post(f"{visit}/driven/{educator.id}", data={"kilometres": ""}).status_code == 422
    assert hers.post(f"{visit}/driven/{educator.id}", data={"kilometres": "1"}).status_code == 403

    assert rows_of(LateNotice.kilometres) == [42]


def test_beside_who_has_not_read_it_stands_her_number_or_that_there_is_none(hers, ours, visit, read, educator):
    assert "no phone number" in body(ours.get(visit))

    with transaction():
        educator.phone = "+381641234567"

    page = body(ours.get(visit))
    assert ('href="tel:+381641234567"' in page, "no phone number" in page) == (True, False)
    hers.post(read, data={"kilometres": ""})
    assert "tel:+381641234567" not in body(ours.get(visit))
