"""The pages of handing over, and where the two whom it concerns see it."""

import datetime as dt

import pytest
from sqlalchemy import select

from scheduler.core.db import db
from scheduler.messages.models import OutboxMessage
from scheduler.policy import Role
from scheduler.requests.models import Handover, HandoverDistrict
from scheduler.requests.terms.school_request import RequestState
from scheduler.visits.terms.states import VisitState
from tests.factories import MONDAY
from tests.factories.handovers import make_handover
from tests.factories.people import make_centre, make_user
from tests.factories.places import make_host, make_municipality
from tests.factories.programmes import make_programme
from tests.factories.requests import make_school_request
from tests.factories.visits import make_visit
from tests.web.browser import browser_of

A_DAY = dt.timedelta(days=1)
TODAY = MONDAY.date()


def typed(day: dt.date) -> str:
    return f"{day.day}.{day.month}.{day.year}."


class Leave:
    """Ana owns an open request with a visit in two days; Bojan is her colleague."""

    def __init__(self, app) -> None:
        centre = make_centre()
        self.ana = make_user(centre_id=centre.id, given_name="Ана", family_name="Перић")
        self.bojan = make_user(centre_id=centre.id, given_name="Бојан", family_name="Илић")
        self.vera = make_user(centre_id=centre.id, given_name="Вера", family_name="Тот")
        programme = make_programme(centre_id=centre.id)
        self.town = make_municipality("Шабац")
        host = make_host("Стеван Сремац", municipality_id=self.town.id)
        state = RequestState.STAFFING
        self.asked = make_school_request(state, programme=programme, host_id=host.id, owner_id=self.ana.id)
        self.visit = make_visit(
            VisitState.PLANNED,
            programme=programme,
            host_id=host.id,
            school_request_id=self.asked.id,
            on_day=TODAY + 2 * A_DAY,
        )
        self.app = app

    def desk(self, user):
        return browser_of(self.app, user)

    def form(self, **given):
        fair = {
            "away": str(self.ana.id),
            "stand_in": str(self.bojan.id),
            "first_day": typed(TODAY),
            "last_day": typed(TODAY + 6 * A_DAY),
        }
        return fair | given


@pytest.fixture
def leave(app) -> Leave:
    return Leave(app)


def stored() -> list[Handover]:
    db.session.rollback()
    return list(db.session.scalars(select(Handover)))


def test_first_what_it_is_then_the_act(leave):
    desk = leave.desk(leave.ana)
    opened = desk.get("/handovers/new?lang=en")
    first = desk.post("/handovers/new?lang=en", data=leave.form())

    assert f'<option selected value="{leave.ana.id}">' in opened.text
    assert first.status_code == 200
    assert leave.asked.number in first.text
    assert leave.visit.number in first.text
    assert stored() == []

    seen = first.text.split('name="seen"')[1].split('value="')[1].split('"')[0]
    told = desk.post("/handovers/new?lang=en", data=leave.form(hand_over="1", seen=seen), follow_redirects=True)
    [row] = stored()
    assert (row.away_id, row.stand_in_id, row.last_day) == (leave.ana.id, leave.bojan.id, TODAY + 6 * A_DAY)
    assert "Handed over" in told.text
    assert [one.address for one in db.session.scalars(select(OutboxMessage))] == [leave.bojan.email]


def test_a_wish_that_differs_from_its_preview_is_previewed_anew(leave):
    desk = leave.desk(leave.ana)
    first = desk.post("/handovers/new?lang=en", data=leave.form())
    seen = first.text.split('name="seen"')[1].split('value="')[1].split('"')[0]
    other = desk.post("/handovers/new", data=leave.form(hand_over="1", seen=seen, stand_in=str(leave.vera.id)))
    blind = desk.post("/handovers/new", data=leave.form(hand_over="1"))

    assert (other.status_code, blind.status_code) == (200, 200)
    assert stored() == []


def test_only_some_districts(leave):
    desk, districts = leave.desk(leave.ana), [str(leave.town.district_id)]
    first = desk.post("/handovers/new?lang=en", data=leave.form(districts=districts))
    seen = first.text.split('name="seen"')[1].split('value="')[1].split('"')[0]
    desk.post("/handovers/new", data=leave.form(districts=districts, hand_over="1", seen=seen))

    assert db.session.scalars(select(HandoverDistrict.district_id)).all() == [leave.town.district_id]


@pytest.mark.parametrize(
    "wrong",
    [
        {"first_day": "x"},
        {"stand_in": ""},
        {"stand_in": "999999"},
        {"away": "x"},
        {"districts": ["x"]},
        {"districts": ["99999999"]},
        {"last_day": typed(TODAY - A_DAY)},
        {"last_day": typed(TODAY + 400 * A_DAY)},
    ],
)
def test_what_cannot_be_is_refused_and_what_was_typed_stays(leave, wrong):
    answer = leave.desk(leave.ana).post("/handovers/new", data=leave.form(hand_over="1", seen="x", **wrong) | wrong)

    assert answer.status_code == 422
    assert f'value="{wrong.get("first_day", typed(TODAY))}"' in answer.text
    assert stored() == []


def test_nobody_stands_in_for_herself(leave):
    answer = leave.desk(leave.ana).post("/handovers/new?lang=en", data=leave.form(stand_in=str(leave.ana.id)))

    assert answer.status_code == 422
    assert "nobody stands in for oneself" in answer.text


def test_the_stand_in_finds_it_on_her_first_page_and_in_her_inbox(leave):
    row = make_handover(leave.ana, leave.bojan, first_day=TODAY, last_day=TODAY + A_DAY)
    desk = leave.desk(leave.bojan)
    first, inbox = desk.get("/desk?lang=en").text, desk.get("/requests?lang=en").text
    handed = desk.get("/requests?show=handed&lang=en").text

    for page in (first, inbox):
        assert "You stand in for Ana Perić" in page
        assert f"/handovers/{row.id}" in page
        assert "1 request is handed to you" in page
    assert leave.asked.number in inbox
    assert leave.asked.number in handed
    assert "stands in: Bojan Ilić" in handed
    assert "Handed to me" in handed


def test_who_is_away_sees_it_too_and_a_third_is_left_alone(leave):
    make_handover(leave.ana, leave.bojan, first_day=TODAY, last_day=TODAY + A_DAY)
    away, third = leave.desk(leave.ana).get("/desk?lang=en").text, leave.desk(leave.vera).get("/desk?lang=en").text

    assert "Bojan Ilić stands in for you" in away
    assert "stands in for you" not in third
    assert "You stand in for" not in third


def test_it_is_taken_back_with_one_press(leave):
    row = make_handover(leave.ana, leave.bojan, first_day=TODAY, last_day=TODAY + 6 * A_DAY)
    desk = leave.desk(leave.ana)
    before = desk.get(f"/handovers/{row.id}?lang=en").text
    told = desk.post(f"/handovers/{row.id}/take-back?lang=en", data={}, follow_redirects=True)

    assert leave.asked.number in before
    assert leave.visit.number in before
    assert "Taken back" in told.text
    assert "/take-back" not in told.text
    assert [one.ended_at is not None for one in stored()] == [True]
    assert "You stand in for" not in leave.desk(leave.bojan).get("/desk?lang=en").text


def test_the_list_names_both_and_how_it_stands(leave):
    empty = leave.desk(leave.vera).get("/handovers?lang=en")
    make_handover(leave.ana, leave.bojan, first_day=TODAY, last_day=TODAY, district_ids=(leave.town.district_id,))
    page = leave.desk(leave.vera).get("/handovers?lang=en").text

    assert "Nobody has handed over" in empty.text
    assert all(words in page for words in ("Ana Perić", "Bojan Ilić", "Handed over", "Nišava"))


@pytest.mark.parametrize("language", ["sr_Cyrl", "sr_Latn", "en"])
def test_all_pages_open_in_three_scripts(leave, language):
    row = make_handover(leave.ana, leave.bojan, first_day=TODAY, last_day=TODAY + A_DAY)
    desk = leave.desk(leave.ana)
    for address in ("/handovers", "/handovers/new", f"/handovers/{row.id}"):
        assert desk.get(f"{address}?lang={language}").status_code == 200


def test_other_roles_and_other_centres_are_refused(leave):
    row = make_handover(leave.ana, leave.bojan)
    presenter = leave.desk(make_user(Role.EDUCATOR, centre_id=leave.ana.centre_id))
    stranger = leave.desk(make_user())
    for address in ("/handovers", "/handovers/new", f"/handovers/{row.id}"):
        assert presenter.get(address).status_code == 403
    assert stranger.get(f"/handovers/{row.id}").status_code == 404
    assert stranger.post(f"/handovers/{row.id}/take-back", data={}).status_code == 404
    assert leave.desk(leave.ana).get("/handovers/99999999999").status_code == 404
    assert [one.ended_at for one in stored()] == [None]
