import re

import pytest
import sqlalchemy as sa

from scheduler.core.db import db
from scheduler.people.models import Presenter, User
from scheduler.visits.models.late_notice import LateNotice
from scheduler.visits.models.visits import Presentation
from scheduler.visits.service.cancel import cancel_visit
from tests.closures.incidents import LATE
from tests.visits.scene import Scene, visit_of
from tests.web.browser import browser_of


@pytest.fixture
def scene(session):
    return Scene()


@pytest.fixture
def now(the_clock):
    the_clock.stands_at(LATE)
    return LATE


@pytest.fixture
def educator(scene):
    one = scene.educator()
    scene.confirmed_by(one)
    cancel_visit(scene.coordinator, scene.visit_id, reason="Прекид наставе", now=LATE)
    return one


def browser_for(app, user_id):
    return browser_of(app, db.session.get(User, user_id))


def test_a_presenter_reads_it_on_her_page_and_the_coordinator_sees_that(app, session, scene, educator, now):
    number = visit_of(session, scene).number
    hers = browser_for(app, db.session.get(Presenter, educator.id).user_id)
    ours = browser_for(app, scene.coordinator.user_id)
    assert "has not read it: call" in ours.get(f"/visits/{number}?lang=en").text
    assert "I have read it" in hers.get("/offers?lang=en").text

    answer = hers.post(f"/offers/{number}/read", data={"kilometres": "84"})

    assert answer.status_code == 302
    assert "I have read it" not in hers.get("/offers?lang=en").text
    page = ours.get(f"/visits/{number}?lang=en").text
    assert "has not read it" not in page
    assert "84 km driven" in re.sub(r"\s+", " ", page)


def test_the_page_says_how_many_hours_before_its_start_it_was_called_off(app, session, scene, educator, now):
    page = browser_for(app, scene.coordinator.user_id).get(f"/visits/{visit_of(session, scene).number}?lang=en").text

    assert db.session.scalars(sa.select(Presentation.notice_hours)).all() == [23]
    assert "23 hours before the start" in page


@pytest.mark.parametrize("typed", ["-1", "2001", "many"])
def test_kilometres_that_are_none_change_nothing(app, session, scene, educator, now, typed):
    number = visit_of(session, scene).number
    hers = browser_for(app, db.session.get(Presenter, educator.id).user_id)

    assert hers.post(f"/offers/{number}/read", data={"kilometres": typed}).status_code == 422

    assert db.session.execute(sa.select(LateNotice.read_at, LateNotice.kilometres)).all() == [(None, None)]


def test_a_coordinator_notes_what_was_driven(app, session, scene, educator, now):
    number = visit_of(session, scene).number
    ours = browser_for(app, scene.coordinator.user_id)

    assert ours.post(f"/visits/{number}/driven/{educator.id}", data={"kilometres": "42"}).status_code == 302
    assert ours.post(f"/visits/{number}/driven/999999999", data={"kilometres": "42"}).status_code == 404
    assert ours.post(f"/visits/{number}/driven/{educator.id}", data={"kilometres": ""}).status_code == 422
    hers = browser_for(app, db.session.get(Presenter, educator.id).user_id)
    assert hers.post(f"/visits/{number}/driven/{educator.id}", data={"kilometres": "1"}).status_code == 403

    assert db.session.scalars(sa.select(LateNotice.kilometres)).all() == [42]


def test_beside_who_has_not_read_it_stands_her_number_or_that_there_is_none(app, session, scene, educator, now):
    number = visit_of(session, scene).number
    ours = browser_for(app, scene.coordinator.user_id)
    assert "no phone number" in ours.get(f"/visits/{number}?lang=en").text

    session.execute(sa.update(Presenter).where(Presenter.id == educator.id).values(phone="+381641234567"))
    session.commit()

    page = ours.get(f"/visits/{number}?lang=en").text
    assert 'href="tel:+381641234567"' in page
    assert "no phone number" not in page
    hers = browser_for(app, db.session.get(Presenter, educator.id).user_id)
    hers.post(f"/offers/{number}/read", data={"kilometres": ""})
    assert "tel:+381641234567" not in ours.get(f"/visits/{number}?lang=en").text
