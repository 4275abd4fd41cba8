"""The search for a substitute on the visit's page: who was asked, when the next wave goes, and the four choices."""

import datetime as dt

import pytest
import sqlalchemy as sa

from scheduler.core import clock
from scheduler.core.db import db, transaction
from scheduler.messages.models import OutboxMessage
from scheduler.people.models import Presenter, User
from scheduler.staffing.service.absence import report_absence
from scheduler.staffing.service.substitutes import send_waves
from scheduler.visits.models.visits import Assignment, Visit
from scheduler.visits.terms.states import VisitState
from tests.factories import MONDAY
from tests.factories.people import presenter_actor, works
from tests.factories.places import make_municipality
from tests.factories.staffing import a_plan
from tests.visits.scene import Scene
from tests.web.visits.pages import body, coordinator, reading, state_of

LINK = "https://meet.example.org/razgovor"


class Soon(Scene):
    """A confirmed visit on one of the next days, whose educator has just fallen ill."""

    def __init__(self, *, ill: str = "ana", **programme: object) -> None:
        super().__init__(a_plan(dt.time(12, 0)), planned=False, **programme)
        now = MONDAY
        day = clock.local_day(now) + dt.timedelta(days=3)
        while day.weekday() > 4:
            day += dt.timedelta(days=1)
        self.visit_id = self.planned(day)
        self.ana, self.mia = self.educator(given_name="Ana"), works(self.educator(given_name="Mia"))
        crew = [self.ana]
        if programme:
            crew.append(self.minor())
        self.confirmed_by(*crew)
        db.session.rollback()
        self.number = db.session.scalar(sa.select(Visit.number).where(Visit.id == self.visit_id))
        who = self.ana if ill == "ana" else crew[-1]
        report_absence(presenter_actor(who), day, day, seen=[self.number], now=now)


@pytest.fixture
def soon(app) -> Soon:
    return Soon()


def test_the_page_shows_who_was_asked_and_when_the_next_wave_goes_and_it_is_stopped(app, soon):
    desk = coordinator(app, soon)
    assert "A substitute is sought" in body(desk.get(f"/visits/{soon.number}"))

    send_waves(now=MONDAY)
    page = body(desk.get(f"/visits/{soon.number}"))
    assert "Wave 1 was sent" in page
    assert "Who was asked" in page

    assert desk.post(f"/visits/{soon.number}/waves/stop").status_code == 302
    assert "The search for a substitute is stopped" in body(desk.get(f"/visits/{soon.number}"))
    assert desk.post(f"/visits/{soon.number}/waves/start").status_code == 302
    assert "A substitute is sought" in body(desk.get(f"/visits/{soon.number}"))


def test_a_substitute_is_asked_from_the_page_and_reads_the_offer(app, soon):
    desk = coordinator(app, soon)

    assert desk.post(f"/visits/{soon.number}/substitute", data={"presenter": str(soon.mia.id)}).status_code == 302

    phone = reading(app, db.session.get_one(User, soon.mia.user_id))
    assert soon.number in body(phone.get("/offers"))
    assert "by hand" in body(desk.get(f"/visits/{soon.number}"))


def test_a_substitute_beyond_her_range_is_asked_by_no_wave_and_by_hand_only_when_it_is_meant(app, soon):
    with transaction() as session:
        home = make_municipality("Кула", lat=45.6, lon=19.53).id
        session.execute(sa.update(Presenter).where(Presenter.id == soon.mia.id).values(home_id=home, reach_km=1))
    desk, address = coordinator(app, soon), f"/visits/{soon.number}"
    send_waves(now=MONDAY)
    page = body(desk.get(address))
    assert "this presenter goes 1 km at most" in page
    assert 'name="meant"' in page.split(f'action="{address}/substitute"')[1].split("</form>")[0]

    refused = desk.post(f"{address}/substitute", data={"presenter": str(soon.mia.id)})
    asked = sa.select(Assignment.presenter_id).where(Assignment.presenter_id == soon.mia.id)
    assert refused.status_code == 409
    assert "Tick that you mean it" in body(refused)
    assert db.session.scalars(asked).all() == []

    assert desk.post(f"{address}/substitute", data={"presenter": str(soon.mia.id), "meant": "y"}).status_code == 302
    assert db.session.scalars(asked).all() == [soon.mia.id]


@pytest.mark.parametrize("typed", ["", "nobody", "-1", "99999999"])
def test_nobody_who_is_none_is_asked(app, soon, typed):
    answer = coordinator(app, soon).post(f"/visits/{soon.number}/substitute", data={"presenter": typed})

    assert answer.status_code in (404, 422)
    assert state_of(soon) is VisitState.PLANNED


@pytest.mark.parametrize("typed", ["", "meet", "javascript:alert(1)", "https://" + "a" * 400 + ".example"])
def test_what_is_no_address_is_said_beside_the_field(app, soon, typed):
    answer = coordinator(app, soon).post(f"/visits/{soon.number}/online", data={"link": typed})

    assert answer.status_code == 422
    assert "error" in body(answer)


def test_online_stands_on_the_pages_of_coordinator_and_presenter(app):
    soon = Soon(ill="young", influencers=1)
    desk = coordinator(app, soon)

    assert desk.post(f"/visits/{soon.number}/online", data={"link": LINK}).status_code == 302

    assert state_of(soon) is VisitState.CONFIRMED
    assert LINK in body(desk.get(f"/visits/{soon.number}"))
    assert LINK in body(reading(app, db.session.get_one(User, soon.ana.user_id)).get(f"/visits/{soon.number}"))


def test_a_smaller_crew_is_confirmed_from_the_page_and_marked(app):
    soon = Soon(ill="young", influencers=1)
    desk = coordinator(app, soon)
    assert "Go with a smaller crew" in body(desk.get(f"/visits/{soon.number}"))

    assert desk.post(f"/visits/{soon.number}/short").status_code == 302

    assert state_of(soon) is VisitState.CONFIRMED
    assert "Crew not complete" in body(desk.get(f"/visits/{soon.number}"))


def test_without_an_educator_the_page_says_why_not(app, soon):
    desk = coordinator(app, soon)
    assert "Go with a smaller crew" not in body(desk.get(f"/visits/{soon.number}"))

    answer = desk.post(f"/visits/{soon.number}/short")

    assert answer.status_code == 409
    assert "Not without an adult educator" in body(answer)


def test_presenters_and_other_centres_reach_none_of_it(app, soon):
    presenter = reading(app, db.session.get_one(User, soon.mia.user_id))
    stranger = coordinator(app, Scene(planned=False))

    for path in ("waves/start", "waves/stop", "substitute", "online", "short"):
        assert presenter.post(f"/visits/{soon.number}/{path}").status_code == 403
        assert stranger.post(f"/visits/{soon.number}/{path}").status_code == 404


def test_who_is_asked_to_a_visit_online_reads_so_before_the_answer_and_finds_the_address_on_the_day(app, session, soon):
    desk = coordinator(app, soon)
    desk.post(f"/visits/{soon.number}/online", data={"link": LINK})
    desk.post(f"/visits/{soon.number}/substitute", data={"presenter": str(soon.mia.id)})

    mia = reading(app, db.session.get_one(User, soon.mia.user_id))
    offer = session.scalars(sa.select(OutboxMessage.text).where(OutboxMessage.kind == "visit_offered")).all()[-1]
    assert "Одржава се преко интернета: нико не путује." in offer
    assert "Held online: nobody travels." in body(mia.get("/offers"))

    mia.post(f"/offers/{soon.number}/accept")
    on_day = db.session.scalar(sa.select(Visit.on_day).where(Visit.id == soon.visit_id))
    day = body(mia.get(f"/day/{on_day.isoformat()}"))
    assert f"Held online: {LINK}" in day
    assert f'href="{LINK}"' in day
    assert "openstreetmap" not in day


def test_who_left_this_crew_is_the_last_to_be_thought_of(app, soon):
    desk = coordinator(app, soon)
    desk.post(f"/visits/{soon.number}/substitute", data={"presenter": str(soon.mia.id)})
    mia = reading(app, db.session.get_one(User, soon.mia.user_id))
    mia.post(f"/offers/{soon.number}/decline", data={"reason": "exam"})
    zoe = works(soon.educator(given_name="Zoe"))

    page = body(desk.get(f"/visits/{soon.number}"))

    could_go = page[page.index("Who could go") :]
    assert could_go.index("Zoe") < could_go.index("Mia")
    assert zoe.id != soon.mia.id
