"""Who goes to a visit: how far somebody goes, open calls, and the search for a substitute."""

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
from scheduler.staffing.models.open_calls import RaisedHand
from scheduler.staffing.queries.candidates import candidates
from scheduler.staffing.service.absence import report_absence
from scheduler.staffing.service.crew import suggest_presenter
from scheduler.staffing.service.offers import offer_visit
from scheduler.staffing.service.open_calls import open_call
from scheduler.staffing.service.substitutes import send_waves
from scheduler.visits.models.visits import Assignment
from scheduler.visits.rules.limits import too_far
from scheduler.visits.terms.reasons import WhyNot
from scheduler.visits.terms.states import VisitState
from tests.factories import MONDAY
from tests.factories.people import an_actor, make_presenter, presenter_actor, works
from tests.factories.places import make_host, make_municipality
from tests.factories.safeguarding import a_cleared_educator
from tests.factories.staffing import UNTIL, a_plan, a_planned_visit, staffing
from tests.visits.scene import Scene
from tests.web.browser import browser_of, staff_of
from tests.web.reading import rows_of
from tests.web.visits.pages import body, coordinator, number_of_visit, plan_soon, reading, state_of

# --- how far somebody goes ---


NIS, KULA, NEAR_KULA = Point(43.32, 21.9), Point(45.6, 19.53), Point(45.3, 19.8)


@pytest.fixture
def planner(app, programme):
    return staff_of(app, programme)


@pytest.fixture
def actor(programme) -> Actor:
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


def test_the_suggestion_says_so_and_is_not_made_without_a_word(planner, far, visit):
    page, suggest = planner.get(f"/visits/{visit.number}?lang=en").text, f"/visits/{visit.number}/suggest/{far.id}"
    for words in ("this presenter goes 40 km at most", 'name="meant"', "without a car"):
        assert words in page

    assert (planner.post(suggest).status_code, rows_of(Assignment)) == (409, [])
    assert planner.post(suggest, data={"meant": "y"}).status_code == 302
    assert rows_of(Assignment.presenter_id) == [far.id]


def test_who_is_near_enough_is_asked_without_more(planner, far, visit):
    with transaction():
        far.reach_km = None

    assert 'name="meant"' not in planner.get(f"/visits/{visit.number}").text
    assert planner.post(f"/visits/{visit.number}/suggest/{far.id}").status_code == 302


def test_the_product_itself_asks_nobody_beyond_her_range(actor, far, visit):
    assert (open_call(actor, visit.id, now=MONDAY), rows_of(OutboxMessage)) == (0, [])

    with pytest.raises(Conflict, match="beyond_reach"):
        suggest_presenter(actor, visit.id, far.id, now=MONDAY)


def test_a_suggestion_says_kilometres_hours_and_when_to_leave(planner, actor, near, visit):
    one = next(row for row in candidates(actor, visit.id, now=MONDAY) if row.presenter_id == near.id)

    assert one.trip is not None
    assert one.trip.km == one.road_km
    assert one.trip.leaves_local < dt.time(9, 30) < one.trip.home_local
    assert one.trip.away_minutes >= 45 + 2 * one.trip.minutes
    page = planner.get(f"/visits/{visit.number}?lang=en").text
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


def test_on_the_board_a_tick_says_that_it_is_meant(planner, far, visit):
    wish = {"on_day": f"{visit.on_day:%d.%m.%Y.}", "starts_local": "10:00", "presenter": far.id, "act": "check"}
    wish |= {"until_day": f"{visit.on_day - dt.timedelta(days=2):%d.%m.%Y.}", "until_time": "14:00", "offer": "y"}
    path = f"/visits/{visit.number}/place?lang=en"

    checked = planner.post(path, data=wish).text
    for words in ("this presenter goes 40 km at most", 'name="meant"'):
        assert words in checked

    refused = planner.post(path, data=wish | {"act": "move"})
    assert (refused.status_code, "Tick that you mean it" in refused.text) == (409, True)
    assert rows_of(Assignment) == []

    assert planner.post(path, data=wish | {"act": "move", "meant": "y"}).status_code == 302
    assert rows_of(Assignment.presenter_id) == [far.id]


def test_the_mail_of_an_offer_says_kilometres_hours_and_when_to_leave(actor, near, visit):
    km = round(road_km(Point(43.23, 21.59), NIS))
    suggest_presenter(actor, visit.id, near.id, now=MONDAY)
    offer_visit(actor, visit.id, until=UNTIL, now=MONDAY)

    [mail] = [row for row in rows_of(OutboxMessage) if row.kind == "visit_offered"]

    assert re.search(rf" {km} км .* \d\d:\d\d, .* \d\d:\d\d, .*\d h", mail.text), mail.text


# --- open calls ---


@pytest.fixture
def number(scene) -> str:
    return plan_soon(scene)


@pytest.fixture
def phone(app, scene):
    """The browser of an educator who could go."""
    return reading(app, a_cleared_educator(centre_id=scene.centre_id))


def test_a_call_is_opened_a_hand_put_up_chosen_and_not_called_none_at_all(desk, phone, number):
    assert "I could go" not in body(phone.get("/offers"))
    assert phone.post(f"/offers/{number}/hand/up").status_code == 404
    desk.post(f"/visits/{number}/call/open")
    assert "I could go" in body(phone.get("/offers"))
    for _press in range(2):
        phone.post(f"/offers/{number}/hand/up")
    assert "Take my hand down" in body(phone.get("/offers"))
    assert "Hands up" in body(desk.get(f"/visits/{number}"))
    assert len(rows_of(RaisedHand)) == 1
    phone.post(f"/offers/{number}/hand/down")
    assert rows_of(RaisedHand) == []
    desk.post(f"/visits/{number}/call/close")
    assert phone.post(f"/offers/{number}/hand/up").status_code == 404

    desk.post(f"/visits/{number}/call/open")
    phone.post(f"/offers/{number}/hand/up")
    [presenter_id] = rows_of(RaisedHand.presenter_id)
    desk.post(f"/visits/{number}/suggest/{presenter_id}")
    assert "no hand waits for you now" in body(desk.get(f"/visits/{number}"))


def test_another_centres_presenter_sees_nothing(app, desk, number):
    desk.post(f"/visits/{number}/call/open")
    stranger = browser_of(app, make_presenter())

    assert number not in stranger.get("/offers").text
    assert stranger.post(f"/offers/{number}/hand/up").status_code == 404
    assert stranger.post(f"/visits/{number}/call/close").status_code == 403


# --- the search for a substitute ---


LINK = "https://meet.example.org/razgovor"
THURSDAY = MONDAY.date() + dt.timedelta(days=3)


class Soon(Scene):
    """A confirmed visit on one of the next days, whose educator has just fallen ill."""

    def __init__(self, *, ill: str = "ana", **programme: object) -> None:
        super().__init__(a_plan(dt.time(12)), planned=False, **programme)
        self.visit_id = self.planned(THURSDAY)
        self.ana, self.mia = self.educator(given_name="Ana"), works(self.educator(given_name="Mia"))
        crew = [self.ana, self.minor()] if programme else [self.ana]
        self.confirmed_by(*crew)
        self.number = number_of_visit(self)
        self.address, self.offer_address = f"/visits/{self.number}", f"/offers/{self.number}"
        who = self.ana if ill == "ana" else crew[-1]
        report_absence(presenter_actor(who), THURSDAY, THURSDAY, seen=[self.number], now=MONDAY)


@pytest.fixture
def soon(app) -> Soon:
    return Soon()


@pytest.fixture
def ours(app, soon):
    return coordinator(app, soon)


@pytest.fixture
def mia(app, soon):
    """The browser of who could go instead."""
    return reading(app, soon.mia)


def ask(ours, soon: Soon, **more: str):
    """A substitute is asked by hand."""
    return ours.post(f"{soon.address}/substitute", data={"presenter": str(soon.mia.id)} | more)


def test_the_page_shows_who_was_asked_and_when_the_next_wave_goes_and_it_is_stopped(ours, soon):
    assert "A substitute is sought" in body(ours.get(soon.address))

    send_waves(now=MONDAY)
    page = body(ours.get(soon.address))
    assert "Wave 1 was sent" in page
    assert "Who was asked" in page

    assert ours.post(f"{soon.address}/waves/stop").status_code == 302
    assert "The search for a substitute is stopped" in body(ours.get(soon.address))
    assert ours.post(f"{soon.address}/waves/start").status_code == 302
    assert "A substitute is sought" in body(ours.get(soon.address))


def test_a_substitute_is_asked_from_the_page_reads_the_offer_and_who_left_the_crew_is_thought_of_last(ours, mia, soon):
    assert ask(ours, soon).status_code == 302
    assert soon.number in body(mia.get("/offers"))
    assert "by hand" in body(ours.get(soon.address))

    ask(ours, soon)
    mia.post(f"{soon.offer_address}/decline", data={"reason": "exam"})
    works(soon.educator(given_name="Zoe"))
    could_go = body(ours.get(soon.address)).partition("Who could go")[2]
    assert could_go.index("Zoe") < could_go.index("Mia")


def test_a_substitute_beyond_her_range_is_asked_by_no_wave_and_by_hand_only_when_it_is_meant(ours, soon):
    with transaction():
        soon.mia.home_id, soon.mia.reach_km = make_municipality("Кула", lat=45.6, lon=19.53).id, 1
    send_waves(now=MONDAY)
    page = body(ours.get(soon.address))
    assert "this presenter goes 1 km at most" in page
    assert 'name="meant"' in page.split(f'action="{soon.address}/substitute"')[1].split("</form>")[0]

    refused = ask(ours, soon)
    assert (refused.status_code, "Tick that you mean it" in body(refused)) == (409, True)
    assert soon.mia.id not in rows_of(Assignment.presenter_id)

    assert ask(ours, soon, meant="y").status_code == 302
    assert soon.mia.id in rows_of(Assignment.presenter_id)


@pytest.mark.parametrize("typed", ["", "nobody", "-1", "99999999"])
def test_nobody_who_is_none_is_asked(ours, soon, typed):
    assert ask(ours, soon, presenter=typed).status_code in (404, 422)
    assert state_of(soon) is VisitState.PLANNED


@pytest.mark.parametrize("typed", ["", "meet", "javascript:alert(1)", "https://" + "a" * 400 + ".example"])
def test_what_is_no_address_is_said_beside_the_field(ours, soon, typed):
    answer = ours.post(f"{soon.address}/online", data={"link": typed})

    assert (answer.status_code, "error" in body(answer)) == (422, True)


def test_online_stands_on_the_pages_of_coordinator_and_presenter(app):
    soon = Soon(ill="young", influencers=1)
    ours = coordinator(app, soon)

    assert ours.post(f"{soon.address}/online", data={"link": LINK}).status_code == 302

    assert state_of(soon) is VisitState.CONFIRMED
    for reader in (ours, reading(app, soon.ana)):
        assert LINK in body(reader.get(soon.address))


def test_a_smaller_crew_is_confirmed_from_the_page_and_marked(app):
    soon = Soon(ill="young", influencers=1)
    ours = coordinator(app, soon)
    assert "Go with a smaller crew" in body(ours.get(soon.address))

    assert ours.post(f"{soon.address}/short").status_code == 302

    assert state_of(soon) is VisitState.CONFIRMED
    assert "Crew not complete" in body(ours.get(soon.address))


def test_without_an_educator_the_page_says_why_not(ours, soon):
    assert "Go with a smaller crew" not in body(ours.get(soon.address))

    answer = ours.post(f"{soon.address}/short")

    assert (answer.status_code, "Not without an adult educator" in body(answer)) == (409, True)


def test_presenters_and_other_centres_reach_none_of_it(app, mia, soon):
    stranger = coordinator(app, Scene(planned=False))

    for path in ("waves/start", "waves/stop", "substitute", "online", "short"):
        assert mia.post(f"{soon.address}/{path}").status_code == 403
        assert stranger.post(f"{soon.address}/{path}").status_code == 404


def test_who_is_asked_to_a_visit_online_reads_so_before_the_answer_and_finds_the_address_on_the_day(ours, mia, soon):
    ours.post(f"{soon.address}/online", data={"link": LINK})
    ask(ours, soon)

    offer = [row.text for row in rows_of(OutboxMessage) if row.kind == "visit_offered"][-1]
    assert "Одржава се преко интернета: нико не путује." in offer
    assert "Held online: nobody travels." in body(mia.get("/offers"))

    mia.post(f"{soon.offer_address}/accept")
    day = body(mia.get(f"/day/{THURSDAY}"))
    assert [part in day for part in (f"Held online: {LINK}", f'href="{LINK}"', "openstreetmap")] == [True, True, False]
