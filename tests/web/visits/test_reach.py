"""How far somebody goes: said on her own page, and nobody is asked beyond it without a word."""

import datetime as dt
import re

import pytest
from sqlalchemy import select

from scheduler.core.db import db, transaction
from scheduler.core.errors import Conflict
from scheduler.messages.models import OutboxMessage
from scheduler.people.models import Presenter
from scheduler.places.rules.hosts import road_km
from scheduler.places.terms.hosts import Point
from scheduler.staffing.queries.candidates import candidates
from scheduler.staffing.service.crew import suggest_presenter
from scheduler.staffing.service.offers import offer_visit
from scheduler.staffing.service.open_calls import open_call
from scheduler.visits.models.visits import Assignment
from scheduler.visits.rules.limits import too_far
from scheduler.visits.terms.reasons import WhyNot
from tests.factories import MONDAY
from tests.factories.people import an_actor, make_user, works
from tests.factories.places import make_host, make_municipality
from tests.factories.programmes import make_programme
from tests.factories.safeguarding import a_cleared_educator
from tests.factories.staffing import UNTIL, a_planned_visit, an_offered_visit
from tests.web.browser import browser_of

NIS, KULA, NEAR_KULA = Point(43.32, 21.9), Point(45.6, 19.53), Point(45.3, 19.8)


@pytest.fixture
def programme(app):
    return make_programme()


@pytest.fixture
def far(programme) -> Presenter:
    """She lives in Kula and goes forty kilometres."""
    home = make_municipality("Кула", lat=KULA.latitude, lon=KULA.longitude).id
    return works(a_cleared_educator(centre_id=programme.centre_id, home_id=home, reach_km=40, has_car=False))


@pytest.fixture
def visit(programme):
    return a_planned_visit(programme=programme, host_id=make_host(lat=NIS.latitude, lon=NIS.longitude).id)


def test_the_range_that_she_said_is_kept():
    km = round(road_km(KULA, NEAR_KULA))

    assert [why.code for why in too_far(KULA, NEAR_KULA, km - 1)] == [WhyNot.BEYOND_REACH]
    assert too_far(KULA, NEAR_KULA, km) == too_far(KULA, NEAR_KULA, None) == too_far(KULA, None, 1) == []


def test_she_says_on_her_own_page_how_far_she_goes(app, far):
    me = browser_of(app, far)
    page = me.get(f"/people/{far.id}/skills").text
    assert 'name="reach_km"' in page
    typed = {"home": far.home_id, "topics": ["privacy"], "languages": ["sr"], "reach_km": "120", "has_car": "y"}

    nothing = me.post(f"/people/{far.id}/skills", data=typed | {"reach_km": "0"})
    assert nothing.status_code == 422
    assert "Упишите број између 1 и 999." in nothing.text
    assert me.post(f"/people/{far.id}/skills", data=typed).status_code == 302

    db.session.rollback()
    row = db.session.get_one(Presenter, far.id, populate_existing=True)
    assert (row.reach_km, row.has_car) == (120, True)
    assert "120" in me.get("/account").text


def test_the_suggestion_says_so_and_is_not_made_without_a_word(app, programme, far, visit):
    desk = browser_of(app, make_user(centre_id=programme.centre_id))
    page = desk.get(f"/visits/{visit.number}?lang=en").text
    assert "this presenter goes 40 km at most" in page
    assert 'name="meant"' in page
    assert "without a car" in page

    assert desk.post(f"/visits/{visit.number}/suggest/{far.id}").status_code == 409
    assert db.session.scalars(select(Assignment)).all() == []
    assert desk.post(f"/visits/{visit.number}/suggest/{far.id}", data={"meant": "y"}).status_code == 302
    assert [row.presenter_id for row in db.session.scalars(select(Assignment))] == [far.id]


def test_who_is_near_enough_is_asked_without_more(app, programme, far, visit):
    with transaction() as session:
        session.get_one(Presenter, far.id).reach_km = None
    desk = browser_of(app, make_user(centre_id=programme.centre_id))

    assert 'name="meant"' not in desk.get(f"/visits/{visit.number}").text
    assert desk.post(f"/visits/{visit.number}/suggest/{far.id}").status_code == 302


def test_the_product_itself_asks_nobody_beyond_her_range(programme, far, visit):
    coordinator = an_actor(centre_id=programme.centre_id)
    assert open_call(coordinator, visit.id, now=MONDAY) == 0
    assert [row.kind for row in db.session.scalars(select(OutboxMessage))] == []

    with pytest.raises(Conflict, match="beyond_reach"):
        suggest_presenter(coordinator, visit.id, far.id, now=MONDAY)


def test_a_suggestion_says_kilometres_hours_and_when_to_leave(app, programme, visit):
    home = make_municipality("Прокупље", lat=43.23, lon=21.59).id
    near = works(a_cleared_educator(centre_id=programme.centre_id, home_id=home))
    coordinator = an_actor(centre_id=programme.centre_id)

    one = next(row for row in candidates(coordinator, visit.id, now=MONDAY) if row.presenter_id == near.id)

    assert one.trip is not None
    assert one.trip.km == one.road_km
    assert one.trip.leaves_local < dt.time(9, 30) < one.trip.home_local
    assert one.trip.away_minutes >= 45 + 2 * one.trip.minutes
    page = browser_of(app, make_user(centre_id=programme.centre_id)).get(f"/visits/{visit.number}?lang=en").text
    assert f"leaves at {one.trip.leaves_local:%H:%M}" in page
    assert "in all" in page


def test_an_offer_says_kilometres_hours_and_when_to_leave_before_it_is_answered(app, programme):
    home = make_municipality("Прокупље", lat=43.23, lon=21.59).id
    near = works(a_cleared_educator(centre_id=programme.centre_id, home_id=home))
    host = make_host(lat=NIS.latitude, lon=NIS.longitude)
    visit = an_offered_visit(near, programme=programme, host_id=host.id)
    me = browser_of(app, near)

    for path in ("/offers", "/desk", f"/offers/{visit.number}/decline"):
        page = me.get(f"{path}?lang=en").text
        assert "km one way" in page, path
        assert "leave by" in page
        assert "home at about" in page
        assert "in all" in page


def test_on_the_board_a_tick_says_that_it_is_meant(app, programme, far, visit):
    desk = browser_of(app, make_user(centre_id=programme.centre_id))
    wish = {"on_day": f"{visit.on_day:%d.%m.%Y.}", "starts_local": "10:00", "presenter": far.id, "act": "check"}
    wish |= {"until_day": f"{visit.on_day - dt.timedelta(days=2):%d.%m.%Y.}", "until_time": "14:00", "offer": "y"}
    path = f"/visits/{visit.number}/place?lang=en"

    checked = desk.post(path, data=wish).text
    assert "this presenter goes 40 km at most" in checked
    assert 'name="meant"' in checked

    refused = desk.post(path, data=wish | {"act": "move"})
    assert refused.status_code == 409
    assert "Tick that you mean it" in refused.text
    assert db.session.scalars(select(Assignment)).all() == []

    assert desk.post(path, data=wish | {"act": "move", "meant": "y"}).status_code == 302
    assert [row.presenter_id for row in db.session.scalars(select(Assignment))] == [far.id]


def test_the_mail_of_an_offer_says_kilometres_hours_and_when_to_leave(programme, visit):
    home = make_municipality("Прокупље", lat=43.23, lon=21.59)
    near = works(a_cleared_educator(centre_id=programme.centre_id, home_id=home.id))
    km = round(road_km(Point(home.lat, home.lon), NIS))
    coordinator = an_actor(centre_id=programme.centre_id)
    suggest_presenter(coordinator, visit.id, near.id, now=MONDAY)
    offer_visit(coordinator, visit.id, until=UNTIL, now=MONDAY)

    mail = db.session.scalars(select(OutboxMessage).where(OutboxMessage.kind == "visit_offered")).one()

    assert re.search(rf" {km} км .* \d\d:\d\d, .* \d\d:\d\d, .*\d ч", mail.text), mail.text
