"""The search for a substitute on the visit's page: who was asked, when the next wave goes, and the four choices."""

import datetime as dt

import pytest

from scheduler.core.db import transaction
from scheduler.messages.models import OutboxMessage
from scheduler.staffing.service.absence import report_absence
from scheduler.staffing.service.substitutes import send_waves
from scheduler.visits.models.visits import Assignment
from scheduler.visits.terms.states import VisitState
from tests.factories import MONDAY
from tests.factories.people import presenter_actor, works
from tests.factories.places import make_municipality
from tests.factories.staffing import a_plan
from tests.visits.scene import Scene
from tests.web.reading import rows_of
from tests.web.visits.pages import body, coordinator, number_of_visit, reading, state_of

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
def desk(app, soon):
    return coordinator(app, soon)


@pytest.fixture
def mia(app, soon):
    """The browser of who could go instead."""
    return reading(app, soon.mia)


def ask(desk, soon: Soon, **more: str):
    """A substitute is asked by hand."""
    return desk.post(f"{soon.address}/substitute", data={"presenter": str(soon.mia.id)} | more)


def test_the_page_shows_who_was_asked_and_when_the_next_wave_goes_and_it_is_stopped(desk, soon):
    assert "A substitute is sought" in body(desk.get(soon.address))

    send_waves(now=MONDAY)
    page = body(desk.get(soon.address))
    assert "Wave 1 was sent" in page
    assert "Who was asked" in page

    assert desk.post(f"{soon.address}/waves/stop").status_code == 302
    assert "The search for a substitute is stopped" in body(desk.get(soon.address))
    assert desk.post(f"{soon.address}/waves/start").status_code == 302
    assert "A substitute is sought" in body(desk.get(soon.address))


def test_a_substitute_is_asked_from_the_page_and_reads_the_offer(desk, mia, soon):
    assert ask(desk, soon).status_code == 302

    assert soon.number in body(mia.get("/offers"))
    assert "by hand" in body(desk.get(soon.address))


def test_a_substitute_beyond_her_range_is_asked_by_no_wave_and_by_hand_only_when_it_is_meant(desk, soon):
    with transaction():
        soon.mia.home_id, soon.mia.reach_km = make_municipality("Кула", lat=45.6, lon=19.53).id, 1
    send_waves(now=MONDAY)
    page = body(desk.get(soon.address))
    assert "this presenter goes 1 km at most" in page
    assert 'name="meant"' in page.split(f'action="{soon.address}/substitute"')[1].split("</form>")[0]

    refused = ask(desk, soon)
    assert (refused.status_code, "Tick that you mean it" in body(refused)) == (409, True)
    assert soon.mia.id not in rows_of(Assignment.presenter_id)

    assert ask(desk, soon, meant="y").status_code == 302
    assert soon.mia.id in rows_of(Assignment.presenter_id)


@pytest.mark.parametrize("typed", ["", "nobody", "-1", "99999999"])
def test_nobody_who_is_none_is_asked(desk, soon, typed):
    assert ask(desk, soon, presenter=typed).status_code in (404, 422)
    assert state_of(soon) is VisitState.PLANNED


@pytest.mark.parametrize("typed", ["", "meet", "javascript:alert(1)", "https://" + "a" * 400 + ".example"])
def test_what_is_no_address_is_said_beside_the_field(desk, soon, typed):
    answer = desk.post(f"{soon.address}/online", data={"link": typed})

    assert (answer.status_code, "error" in body(answer)) == (422, True)


def test_online_stands_on_the_pages_of_coordinator_and_presenter(app):
    soon = Soon(ill="young", influencers=1)
    desk = coordinator(app, soon)

    assert desk.post(f"{soon.address}/online", data={"link": LINK}).status_code == 302

    assert state_of(soon) is VisitState.CONFIRMED
    for reader in (desk, reading(app, soon.ana)):
        assert LINK in body(reader.get(soon.address))


def test_a_smaller_crew_is_confirmed_from_the_page_and_marked(app):
    soon = Soon(ill="young", influencers=1)
    desk = coordinator(app, soon)
    assert "Go with a smaller crew" in body(desk.get(soon.address))

    assert desk.post(f"{soon.address}/short").status_code == 302

    assert state_of(soon) is VisitState.CONFIRMED
    assert "Crew not complete" in body(desk.get(soon.address))


def test_without_an_educator_the_page_says_why_not(desk, soon):
    assert "Go with a smaller crew" not in body(desk.get(soon.address))

    answer = desk.post(f"{soon.address}/short")

    assert (answer.status_code, "Not without an adult educator" in body(answer)) == (409, True)


def test_presenters_and_other_centres_reach_none_of_it(app, mia, soon):
    stranger = coordinator(app, Scene(planned=False))

    for path in ("waves/start", "waves/stop", "substitute", "online", "short"):
        assert mia.post(f"{soon.address}/{path}").status_code == 403
        assert stranger.post(f"{soon.address}/{path}").status_code == 404


def test_who_is_asked_to_a_visit_online_reads_so_before_the_answer_and_finds_the_address_on_the_day(desk, mia, soon):
    desk.post(f"{soon.address}/online", data={"link": LINK})
    ask(desk, soon)

    offer = [row.text for row in rows_of(OutboxMessage) if row.kind == "visit_offered"][-1]
    assert "Одржава се преко интернета: нико не путује." in offer
    assert "Held online: nobody travels." in body(mia.get("/offers"))

    mia.post(f"{soon.offer_address}/accept")
    day = body(mia.get(f"/day/{THURSDAY}"))
    assert [part in day for part in (f"Held online: {LINK}", f'href="{LINK}"', "openstreetmap")] == [True, True, False]


def test_who_left_this_crew_is_the_last_to_be_thought_of(desk, mia, soon):
    ask(desk, soon)
    mia.post(f"{soon.offer_address}/decline", data={"reason": "exam"})
    works(soon.educator(given_name="Zoe"))

    could_go = body(desk.get(soon.address)).partition("Who could go")[2]

    assert could_go.index("Zoe") < could_go.index("Mia")
