"""A request is accepted and planned on one page: dates to press, a typed one with what speaks against it."""

import datetime as dt
import re

import pytest
import sqlalchemy as sa

from scheduler.core.db import db, transaction
from scheduler.messages.models import OutboxMessage
from scheduler.policy import Role
from scheduler.requests.models import BlackoutDays, DateProposal, SchoolRequest
from scheduler.requests.terms.school_request import RequestState
from scheduler.visits.models.visits import Visit
from scheduler.visits.queries.pages import visits_of_week
from tests.ceilings import at_most
from tests.counting import statements
from tests.factories import MONDAY
from tests.factories.people import make_user
from tests.factories.places import make_host
from tests.factories.programmes import make_programme
from tests.factories.requests import make_school_request
from tests.factories.safeguarding import a_cleared_educator, an_educator_on_working_days
from tests.visits.scene import Scene
from tests.web.browser import browser_of
from tests.web.visits.pages import DAY, body, coordinator, meant, number_of_request, plan_soon

A_DAY = dt.timedelta(days=1)
FIRST = MONDAY.date() + 21 * A_DAY  # a Monday, after the notice
LAST, OFF = FIRST + 11 * A_DAY, FIRST + A_DAY


class Desk:
    """A coordinator, and a request that waits for her answer; the school cannot on the Tuesday."""

    def __init__(self, app, state=RequestState.TRIAGE) -> None:
        self.person = an_educator_on_working_days()
        programme = make_programme(centre_id=self.person.centre_id)
        given = {"host_id": make_host().id, "first_day": FIRST, "last_day": LAST, "answer": "The gym is free."}
        self.asked = make_school_request(state, programme=programme, **given)
        with transaction() as session:
            session.add(BlackoutDays(school_request_id=self.asked.id, first_day=OFF, last_day=OFF))
        self.browser = browser_of(app, make_user(Role.COORDINATOR, centre_id=programme.centre_id))
        self.browser.set_cookie("language", "en")
        self.plan, self.dates = (f"/requests/{self.asked.number}/{page}" for page in ("plan", "dates"))

    def state(self) -> RequestState:
        db.session.rollback()
        return db.session.scalar(sa.select(SchoolRequest.state).where(SchoolRequest.id == self.asked.id))


@pytest.fixture
def desk(app) -> Desk:
    return Desk(app)


def typed(page: str) -> dict[str, str]:
    """The plan as the page filled it."""
    names = ("on_day", "presentations-0-starts_local", "presentations-0-minutes", "version")
    return {name: re.search(rf'name="{name}"[^>]*? value="([^"]*)"', page)[1] for name in names}


def offered(page: str, pattern: str) -> list[dt.datetime]:
    return [dt.datetime.fromisoformat(one) for one in re.findall(pattern, page)]


def test_one_press_accepts_and_plans_on_the_first_free_date_and_the_school_gets_one_mail(desk):
    page = body(desk.browser.get(desk.plan))
    answer = desk.browser.post(desk.plan, data=typed(page))

    assert answer.status_code == 302
    assert desk.state() is RequestState.STAFFING
    assert db.session.scalars(sa.select(Visit.on_day)).all() == [FIRST]
    kinds = db.session.scalars(sa.select(OutboxMessage.kind).where(OutboxMessage.address == "ana@school.example")).all()
    assert kinds == ["request_agreed"]


def test_what_the_school_asked_and_said_stands_beside_the_plan(desk):
    page = " ".join(body(desk.browser.get(desk.plan)).split())

    for words in ("What the school asks for", "7b, 7c: 90 pupils, 2 teachers", "Mira Savić", "The gym is free."):
        assert words in page


@pytest.mark.parametrize(
    ("page", "pattern"), [("plan", r"plan\?slot=([^#]+)#"), ("dates", r'name="slots" value="([^"]+)"')]
)
def test_only_days_of_its_span_on_which_it_can_and_the_crew_has_time_are_to_press(desk, page, pattern):
    found = offered(body(desk.browser.get(getattr(desk, page))), pattern)

    assert found
    assert {one.date() for one in found} == {
        FIRST + number * A_DAY for number in range(12) if (FIRST + number * A_DAY).weekday() < 5 and number != 1
    }
    assert all(dt.time(8) <= one.time() <= dt.time(15, 15) for one in found)


def test_a_pressed_date_fills_the_plan(desk):
    slot = f"{(FIRST + 2 * A_DAY).isoformat()}T11:45"

    page = body(desk.browser.get(f"{desk.plan}?slot={slot}"))

    assert typed(page)["presentations-0-starts_local"] == "11:45"
    assert "none of those to press" not in page
    assert desk.browser.get(f"{desk.plan}?slot=soon").status_code == 200


def test_a_typed_date_is_planned_only_after_it_was_told_what_speaks_against_it(desk):
    sent = typed(body(desk.browser.get(desk.plan))) | {"on_day": f"{OFF:%d.%m.%Y.}"}

    asked = desk.browser.post(desk.plan, data=sent)
    assert asked.status_code == 422
    assert "the school said that it cannot on this day" in body(asked)
    assert desk.browser.post(desk.plan, data=sent | meant(FIRST, "10:00")).status_code == 422  # of another day
    assert desk.state() is RequestState.TRIAGE
    time = sent["presentations-0-starts_local"]
    assert desk.browser.post(desk.plan, data=sent | meant(OFF, time)).status_code == 302
    assert desk.state() is RequestState.STAFFING


def test_a_request_that_changed_meanwhile_is_not_planned(desk):
    sent = typed(body(desk.browser.get(desk.plan)))
    with transaction() as session:
        session.get_one(SchoolRequest, desk.asked.id).attention = True

    assert desk.browser.post(desk.plan, data=sent).status_code == 409
    assert desk.state() is RequestState.TRIAGE


def test_where_nobody_can_come_the_page_says_why_and_when_else(app):
    desk = Desk(app)
    with transaction() as session:
        row = session.get_one(SchoolRequest, desk.asked.id)
        row.first_day = row.last_day = FIRST + 5 * A_DAY  # a Saturday

    for address in (desk.plan, desk.dates):
        page = body(desk.browser.get(address))
        assert "Nobody can come within the days" in page
        assert "no lessons" in page
        assert "the first free days outside of them" in page


def test_dates_are_proposed_by_pressing_three_at_most(desk):
    slots = re.findall(r'name="slots" value="([^"]+)"', body(desk.browser.get(desk.dates)))
    until = {"held_until": f"{MONDAY.date() + 3 * A_DAY:%d.%m.%Y.}"}

    assert desk.browser.post(desk.dates, data=until).status_code == 422
    assert desk.browser.post(desk.dates, data=until | {"slots": slots[:4]}).status_code == 422
    gone = f"{OFF.isoformat()}T10:00"  # never offered
    assert desk.browser.post(desk.dates, data=until | {"slots": [slots[0], gone]}).status_code == 422
    answer = desk.browser.post(desk.dates, data=until | {"slots": slots[:3]})

    assert answer.status_code == 302
    rows = db.session.execute(sa.select(DateProposal.on_day, DateProposal.starts_local)).all()
    assert {f"{day.isoformat()}T{start:%H:%M}" for day, start in rows} == set(slots[:3])


def test_a_crew_that_is_too_few_offers_nothing(app):
    desk = Desk(app)
    with transaction() as session:
        session.get_one(type(desk.person), desk.person.id).suspended_at = MONDAY

    assert "plan?slot=" not in body(desk.browser.get(desk.plan))


def test_more_presenters_ask_no_more_questions(desk):
    with statements() as few:
        desk.browser.get(desk.plan)
    for _number in range(3):
        a_cleared_educator(centre_id=desk.person.centre_id)
    with statements() as many:
        desk.browser.get(desk.plan)

    assert len(many) == len(few)


@pytest.fixture
def scene(app):
    scene = Scene(planned=False)
    scene.host_name = scene.host.name_sr_latn
    return scene


def test_a_coordinator_plans_an_agreed_request_from_a_filled_form(app, scene):
    browser, path = coordinator(app, scene), f"/requests/{number_of_request(scene)}/plan"
    shown = body(browser.get(path))
    assert 'value="10:00"' in shown
    assert "7b, 7c" in shown

    typed = {
        "on_day": f"{DAY.day}.{DAY.month}.{DAY.year}.",
        "presentations-0-starts_local": "9:55",
        "presentations-0-minutes": "45",
        "presentations-0-room": "Hall",
    }
    asked = browser.post(path, data=typed)
    assert asked.status_code == 422
    assert "nobody of the centre speaks about this" in body(asked)
    answer = browser.post(path, data=typed | meant(DAY, "09:55"))

    assert answer.status_code == 302
    (row,) = visits_of_week(scene.coordinator, DAY - dt.timedelta(days=DAY.weekday()), 1).rows
    assert answer.location.endswith(f"/visits/{row.number}")
    (sitting,) = row.presentations
    assert (sitting.starts_local, sitting.room, sitting.expected_pupils) == (dt.time(9, 55), "Hall", 90)


def test_a_wrong_plan_keeps_what_was_typed_and_says_what_is_wrong(app, scene):
    browser, path = coordinator(app, scene), f"/requests/{number_of_request(scene)}/plan"
    typed = {
        "on_day": "1.2.2020.",
        "presentations-0-starts_local": "9:55",
        "presentations-0-minutes": "45",
        "presentations-0-room": "Hall 7",
    }

    answer = browser.post(path, data=typed)

    assert answer.status_code == 422
    assert "Choose a day that is still to come." in body(answer)
    assert "Hall 7" in body(answer)
    assert browser.post(path, data=typed | {"presentations-0-starts_local": "noon"}).status_code == 422


def test_a_request_is_planned_once(app, scene):
    plan_soon(scene)
    typed = {"on_day": "1.2.2030.", "presentations-0-starts_local": "9:55", "presentations-0-minutes": "45"}

    answer = coordinator(app, scene).post(f"/requests/{number_of_request(scene)}/plan", data=typed)

    assert answer.status_code == 409


def test_how_often_the_pages_ask(desk):
    for address, most in ((desk.plan, 11), (desk.dates, 9)):
        with statements() as made:
            desk.browser.get(address)
        at_most(most, made, f"SELECTs of {address.rpartition('/')[2]}")
