"""Pages of a tour: asked for in few presses, watched, read as map and table, drawn anew, its days proposed."""

import datetime as dt
import re

import pytest
from sqlalchemy import select

from scheduler.core.db import db
from scheduler.jobs import long_work
from scheduler.jobs.telling import Telling
from scheduler.policy import Role
from scheduler.proposals.models import PlanProposal
from scheduler.requests.terms.school_request import RequestState
from scheduler.tours.models import CampaignTour
from scheduler.visits.models.visits import Visit
from scheduler.work import service as work_service
from scheduler.work.models import LongWork
from scheduler.work.terms import Phase
from tests.factories import MONDAY
from tests.factories.people import make_user
from tests.factories.places import make_host
from tests.factories.requests import make_school_request
from tests.factories.tours import FIRST, LAST, a_campaign_on_tour
from tests.web.browser import browser_of
from tests.web.reading import rows_of


@pytest.fixture
def touring(session):
    return a_campaign_on_tour()


@pytest.fixture
def desk(app, touring):
    return browser_of(app, touring.coordinator)


def body(answer, status: int = 200) -> str:
    assert answer.status_code == status, answer.text
    return re.sub(r"\s+", " ", answer.text)


def address(touring) -> str:
    return f"/campaigns/{touring.campaign.slug}/tours"


def sent(touring, **given):
    fair = {
        "cities": [str(town.id) for town in touring.towns], "start": str(touring.towns[0].id),
        "first_day": f"{FIRST}", "last_day": f"{LAST}", "mornings": "1", "afternoons": "0", "largest": "0",
        "mode": "rotating", "nights": "y", "night_km": "100",
    }  # fmt: skip
    return {name: value for name, value in (fair | given).items() if value is not None}


def asked_for(desk, touring, **given) -> int:
    answer = desk.post(address(touring), data=sent(touring, **given))
    assert answer.status_code == 302, answer.text
    return int(answer.location.rsplit("/", 1)[1])


def test_a_worker_that_died_is_told_of_while_a_tour_is_watched(desk, touring, the_clock):
    tour_id = asked_for(desk, touring)
    taken = work_service.take(db.session.scalars(select(LongWork.id)).one(), now=MONDAY)
    Telling(taken, tour=tour_id).now(Phase.SEARCHING, 2, 7)
    moving = body(desk.get(f"/tours/{tour_id}?lang=en"))
    the_clock.stands_at(MONDAY + dt.timedelta(seconds=50))

    later = body(desk.get(f"/tours/{tour_id}?lang=en"))
    assert "2 of 7" in moving
    assert "interrupted" not in moving
    assert "The worker was interrupted. Nothing was changed; the next one starts again." in later


def drawn(desk, touring, **given) -> tuple[int, str]:
    tour_id = asked_for(desk, touring, **given)
    long_work.do_long_work.call_local()
    return tour_id, body(desk.get(f"/tours/{tour_id}?lang=en"))


def test_a_tour_is_three_presses_away_from_the_menu(desk, touring):
    """Campaigns, Plan a tour, Plan the tour: the form is filled as it is usual."""
    own = body(desk.get("/campaigns/own?lang=en"))
    form = body(desk.get(address(touring)))
    filled = dict(re.findall(r'<input[^>]*name="(\w+)"[^>]*value="([^"]*)"', form))

    assert address(touring) in own
    assert form.count('name="cities"') == form.count("checked") - 1 == 4
    assert dt.date.fromisoformat(filled["first_day"]).weekday() == 0 if "-" in filled["first_day"] else True
    tour_id = asked_for(desk, touring)
    assert "Waits for the worker" in body(desk.get(f"/tours/{tour_id}?lang=en"))
    long_work.do_long_work.call_local()
    assert "Proven: no order of these cities and days is cheaper." in body(desk.get(f"/tours/{tour_id}?lang=en"))


def test_the_days_stand_on_a_map_and_in_a_table(desk, touring):
    _tour_id, read = drawn(desk, touring)

    assert read.count('name="rows"') == 4
    assert 'class="map__road"' in read
    assert re.search(r"[1-4]\. Niš", read)
    assert "km of road" in read


def test_ticked_days_stay_and_the_tour_is_drawn_anew(desk, touring):
    tour_id, read = drawn(desk, touring)
    first = re.search(r'name="rows" value="(\d+)"', read)
    assert first

    answer = desk.post(f"/tours/{tour_id}/again", data={"rows": [first[1]]})

    other = int(answer.location.rsplit("/", 1)[1])
    long_work.do_long_work.call_local()
    again = body(desk.get(f"/tours/{other}?lang=en"))
    assert other != tour_id
    assert again.count(" checked") == 1


def test_a_day_becomes_a_plan_proposal(desk, touring):
    host = make_host(municipality_id=touring.towns[0].id)
    of_these_days = {"programme": touring.programme, "first_day": FIRST, "last_day": LAST}
    make_school_request(RequestState.AGREED, host_id=host.id, **of_these_days)
    tour_id, read = drawn(desk, touring)
    day = re.search(rf'formaction="/tours/{tour_id}/days/([\d-]+)"', read)
    assert day
    assert "Plan 1 agreed request" in read

    answer = desk.post(f"/tours/{tour_id}/days/{day[1]}", data={})

    proposal = db.session.get_one(PlanProposal, int(answer.location.rsplit("/", 1)[1]))
    assert (proposal.first_day.isoformat(), proposal.last_day.isoformat()) == (day[1], day[1])
    assert rows_of(Visit) == []


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"more": "Atlantis"}, "Choose cities from the list"),
        ({"cities": None}, "Choose at least one city."),
        ({"first_day": ""}, "Fill in this field."),
        ({"last_day": (FIRST + dt.timedelta(days=1)).isoformat()}, "a tour stops once a day"),
        ({"mode": "fixed"}, "Choose as many educators as the programme sends"),
        ({"mornings": "0"}, "Enter at least one presentation"),
        ({"start": ""}, "Fill in this field."),
        ({"mode": "walking"}, "Choose"),
    ],
)
def test_what_is_wrong_stands_beside_its_field_and_nothing_is_lost(desk, touring, given, words):
    answer = body(desk.post(f"{address(touring)}?lang=en", data=sent(touring, night_km="77", **given)), 422)

    assert words in answer
    assert 'value="77"' in answer
    assert rows_of(CampaignTour) == []


def test_more_cities_are_typed_or_the_largest_are_taken(desk, touring):
    ids = [str(town.id) for town in touring.towns]
    tour_id = asked_for(desk, touring, cities=ids[:1], more="Лесковац, Čačak", largest="1")

    long_work.do_long_work.call_local()
    read = body(desk.get(f"/tours/{tour_id}?lang=en"))

    assert read.count('name="rows"') == 4


def test_a_tour_of_another_centre_is_not_there(app, touring):
    stranger = browser_of(app, make_user(Role.COORDINATOR))

    assert stranger.get(address(touring)).status_code == 404
    assert stranger.get("/tours/1").status_code == 404
