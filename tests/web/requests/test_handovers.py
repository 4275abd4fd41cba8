"""The pages of handing over, and where the two whom it concerns see it."""

import datetime as dt

import pytest

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
from tests.visitor import day as written
from tests.web.browser import browser_of
from tests.web.reading import rows_of, value_of

A_DAY = dt.timedelta(days=1)
TODAY = MONDAY.date()


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
        given = {"programme": programme, "host_id": host.id}
        self.asked = make_school_request(RequestState.STAFFING, owner_id=self.ana.id, **given)
        on_day = TODAY + 2 * A_DAY
        self.visit = make_visit(VisitState.PLANNED, school_request_id=self.asked.id, on_day=on_day, **given)
        self.app = app

    def desk(self, user):
        return browser_of(self.app, user)

    def stored(self, **given) -> Handover:
        """From today to tomorrow, unless the test says otherwise."""
        return make_handover(self.ana, self.bojan, **({"first_day": TODAY, "last_day": TODAY + A_DAY} | given))

    def form(self, **given):
        fair = {
            "away": str(self.ana.id),
            "stand_in": str(self.bojan.id),
            "first_day": written(TODAY),
            "last_day": written(TODAY + 6 * A_DAY),
        }
        return fair | given


@pytest.fixture
def leave(app) -> Leave:
    return Leave(app)


@pytest.fixture
def anas(leave):
    """The browser of Ana, who will be away."""
    return leave.desk(leave.ana)


def test_first_what_it_is_then_the_act(leave, anas):
    assert f'<option selected value="{leave.ana.id}">' in anas.get("/handovers/new?lang=en").text

    first = anas.post("/handovers/new?lang=en", data=leave.form())
    assert first.status_code == 200
    for number in (leave.asked.number, leave.visit.number):
        assert number in first.text
    assert rows_of(Handover) == []

    form = leave.form(hand_over="1", seen=value_of(first, "seen"))
    told = anas.post("/handovers/new?lang=en", data=form, follow_redirects=True)
    [row] = rows_of(Handover)
    assert (row.away_id, row.stand_in_id, row.last_day) == (leave.ana.id, leave.bojan.id, TODAY + 6 * A_DAY)
    assert "Handed over" in told.text
    assert rows_of(OutboxMessage.address) == [leave.bojan.email]


def test_a_wish_that_differs_from_its_preview_is_previewed_anew_and_nobody_stands_in_for_herself(leave, anas):
    seen = value_of(anas.post("/handovers/new", data=leave.form()), "seen")
    for unseen in ({"seen": seen, "stand_in": str(leave.vera.id)}, {}):
        assert anas.post("/handovers/new", data=leave.form(hand_over="1", **unseen)).status_code == 200
    assert rows_of(Handover) == []

    answer = anas.post("/handovers/new?lang=en", data=leave.form(stand_in=str(leave.ana.id)))
    assert (answer.status_code, "nobody stands in for oneself" in answer.text) == (422, True)


def test_only_some_districts(leave, anas):
    form = leave.form(districts=[str(leave.town.district_id)])
    seen = value_of(anas.post("/handovers/new", data=form), "seen")

    anas.post("/handovers/new", data=form | {"hand_over": "1", "seen": seen})

    assert rows_of(HandoverDistrict.district_id) == [leave.town.district_id]


@pytest.mark.parametrize(
    "wrong",
    [
        *({"last_day": written(TODAY + days * A_DAY)} for days in (-1, 400)),
        *({"stand_in": typed} for typed in ("", "999999")),
        *({"districts": [typed]} for typed in ("x", "99999999")),
        *({"first_day": "x"}, {"away": "x"}),
    ],
    ids=str,
)
def test_what_cannot_be_is_refused_and_what_was_typed_stays(leave, anas, wrong):
    answer = anas.post("/handovers/new", data=leave.form(hand_over="1", seen="x") | wrong)

    assert answer.status_code == 422
    assert f'value="{wrong.get("first_day", written(TODAY))}"' in answer.text
    assert rows_of(Handover) == []


def test_the_stand_in_finds_it_on_her_first_page_and_in_her_inbox(leave):
    row = leave.stored()
    desk = leave.desk(leave.bojan)
    first, inbox = desk.get("/desk?lang=en").text, desk.get("/requests?lang=en").text
    handed = desk.get("/requests?show=handed&lang=en").text

    for page in (first, inbox):
        for words in ("You stand in for Ana Perić", f"/handovers/{row.id}", "1 request is handed to you"):
            assert words in page
    assert leave.asked.number in inbox
    for words in (leave.asked.number, "stands in: Bojan Ilić", "Handed to me"):
        assert words in handed


def test_who_is_away_sees_it_too_and_a_third_is_left_alone(leave, anas):
    leave.stored()
    away, third = (browser.get("/desk?lang=en").text for browser in (anas, leave.desk(leave.vera)))

    assert "Bojan Ilić stands in for you" in away
    assert "stands in for you" not in third
    assert "You stand in for" not in third


def test_it_is_taken_back_with_one_press(leave, anas):
    row = leave.stored(last_day=TODAY + 6 * A_DAY)
    before = anas.get(f"/handovers/{row.id}?lang=en").text
    told = anas.post(f"/handovers/{row.id}/take-back?lang=en", data={}, follow_redirects=True).text

    for number in (leave.asked.number, leave.visit.number):
        assert number in before
    assert ("Taken back" in told, "/take-back" in told) == (True, False)
    assert row.ended_at == MONDAY
    assert "You stand in for" not in leave.desk(leave.bojan).get("/desk?lang=en").text


def test_the_list_names_both_and_how_it_stands(leave):
    empty = leave.desk(leave.vera).get("/handovers?lang=en")
    leave.stored(last_day=TODAY, district_ids=(leave.town.district_id,))
    page = leave.desk(leave.vera).get("/handovers?lang=en").text

    assert "Nobody has handed over" in empty.text
    assert all(words in page for words in ("Ana Perić", "Bojan Ilić", "Handed over", "Nišava"))


def test_other_roles_and_other_centres_are_refused(leave, anas):
    row = leave.stored()
    presenter = leave.desk(make_user(Role.EDUCATOR, centre_id=leave.ana.centre_id))
    stranger = leave.desk(make_user())
    for address in ("/handovers", "/handovers/new", f"/handovers/{row.id}"):
        assert presenter.get(address).status_code == 403
    assert stranger.get(f"/handovers/{row.id}").status_code == 404
    assert stranger.post(f"/handovers/{row.id}/take-back", data={}).status_code == 404
    assert anas.get("/handovers/99999999999").status_code == 404
    assert row.ended_at is None
