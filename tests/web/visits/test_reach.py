"""How far somebody goes: said on her own page, and nobody is asked beyond it without a word."""

import datetime as dt
import re

import pytest

from scheduler.core.db import transaction
from scheduler.core.errors import Conflict
from scheduler.messages.models import OutboxMessage
from scheduler.people.models import Presenter
from scheduler.places.rules.hosts import road_km
from scheduler.places.terms.hosts import Point
from scheduler.policy import Actor
from scheduler.staffing.queries.candidates import candidates
from scheduler.staffing.service.crew import suggest_presenter
from scheduler.staffing.service.offers import offer_visit
from scheduler.staffing.service.open_calls import open_call
from scheduler.visits.models.visits import Assignment
from scheduler.visits.rules.limits import too_far
from scheduler.visits.terms.reasons import WhyNot
from tests.factories import MONDAY
from tests.factories.people import an_actor, works
from tests.factories.places import make_host, make_municipality
from tests.factories.safeguarding import a_cleared_educator
from tests.factories.staffing import UNTIL, a_planned_visit, staffing
from tests.web.browser import browser_of, staff_of
from tests.web.reading import rows_of

NIS, KULA, NEAR_KULA = Point(43.32, 21.9), Point(45.6, 19.53), Point(45.3, 19.8)


@pytest.fixture
def desk(app, programme):
    return staff_of(app, programme)


@pytest.fixture
def coordinator(programme) -> Actor:
    return an_actor(centre_id=programme.centre_id)


@pytest.fixture
def near(programme) -> Presenter:
    """She lives half an hour from the visit."""
    home = make_municipality("Прокупље", lat=43.23, lon=21.59).id
    return works(a_cleared_educator(centre_id=programme.centre_id, home_id=home))


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
    path = f"/people/{far.id}/skills"
    assert 'name="reach_km"' in me.get(path).text
    typed = {"home": far.home_id, "topics": ["privacy"], "languages": ["sr"], "reach_km": "120", "has_car": "y"}

    nothing = me.post(path, data=typed | {"reach_km": "0"})
    assert (nothing.status_code, "Упишите број између 1 и 999." in nothing.text) == (422, True)
    assert me.post(path, data=typed).status_code == 302

    assert (far.reach_km, far.has_car) == (120, True)
    assert "120" in me.get("/account").text


def test_the_suggestion_says_so_and_is_not_made_without_a_word(desk, far, visit):
    page, suggest = desk.get(f"/visits/{visit.number}?lang=en").text, f"/visits/{visit.number}/suggest/{far.id}"
    for words in ("this presenter goes 40 km at most", 'name="meant"', "without a car"):
        assert words in page

    assert (desk.post(suggest).status_code, rows_of(Assignment)) == (409, [])
    assert desk.post(suggest, data={"meant": "y"}).status_code == 302
    assert rows_of(Assignment.presenter_id) == [far.id]


def test_who_is_near_enough_is_asked_without_more(desk, far, visit):
    with transaction():
        far.reach_km = None

    assert 'name="meant"' not in desk.get(f"/visits/{visit.number}").text
    assert desk.post(f"/visits/{visit.number}/suggest/{far.id}").status_code == 302


def test_the_product_itself_asks_nobody_beyond_her_range(coordinator, far, visit):
    assert (open_call(coordinator, visit.id, now=MONDAY), rows_of(OutboxMessage)) == (0, [])

    with pytest.raises(Conflict, match="beyond_reach"):
        suggest_presenter(coordinator, visit.id, far.id, now=MONDAY)


def test_a_suggestion_says_kilometres_hours_and_when_to_leave(desk, coordinator, near, visit):
    one = next(row for row in candidates(coordinator, visit.id, now=MONDAY) if row.presenter_id == near.id)

    assert one.trip is not None
    assert one.trip.km == one.road_km
    assert one.trip.leaves_local < dt.time(9, 30) < one.trip.home_local
    assert one.trip.away_minutes >= 45 + 2 * one.trip.minutes
    page = desk.get(f"/visits/{visit.number}?lang=en").text
    assert f"leaves at {one.trip.leaves_local:%H:%M}" in page
    assert "in all" in page


def test_an_offer_says_kilometres_hours_and_when_to_leave_before_it_is_answered(app, near, visit):
    with staffing(visit.id) as going:
        going.suggest([near])
        going.offer()
    me = browser_of(app, near)

    for path in ("/offers", "/desk", f"/offers/{visit.number}/decline"):
        page = me.get(f"{path}?lang=en").text
        for words in ("km one way", "leave by", "home at about", "in all"):
            assert words in page, path


def test_on_the_board_a_tick_says_that_it_is_meant(desk, far, visit):
    wish = {"on_day": f"{visit.on_day:%d.%m.%Y.}", "starts_local": "10:00", "presenter": far.id, "act": "check"}
    wish |= {"until_day": f"{visit.on_day - dt.timedelta(days=2):%d.%m.%Y.}", "until_time": "14:00", "offer": "y"}
    path = f"/visits/{visit.number}/place?lang=en"

    checked = desk.post(path, data=wish).text
    for words in ("this presenter goes 40 km at most", 'name="meant"'):
        assert words in checked

    refused = desk.post(path, data=wish | {"act": "move"})
    assert (refused.status_code, "Tick that you mean it" in refused.text) == (409, True)
    assert rows_of(Assignment) == []

    assert desk.post(path, data=wish | {"act": "move", "meant": "y"}).status_code == 302
    assert rows_of(Assignment.presenter_id) == [far.id]


def test_the_mail_of_an_offer_says_kilometres_hours_and_when_to_leave(coordinator, near, visit):
    km = round(road_km(Point(43.23, 21.59), NIS))
    suggest_presenter(coordinator, visit.id, near.id, now=MONDAY)
    offer_visit(coordinator, visit.id, until=UNTIL, now=MONDAY)

    [mail] = [row for row in rows_of(OutboxMessage) if row.kind == "visit_offered"]

    assert re.search(rf" {km} км .* \d\d:\d\d, .* \d\d:\d\d, .*\d ч", mail.text), mail.text
