"""A request is accepted and planned on one page: dates to press, a typed one with what speaks against it."""

import datetime as dt
import re

import pytest

from scheduler.core.db import transaction
from scheduler.messages.models import OutboxMessage
from scheduler.requests.models import BlackoutDays, DateProposal, RequestedPresentation, SchoolRequest
from scheduler.requests.terms.school_request import RequestState
from scheduler.visits.models.visits import Presentation, Visit
from tests.ceilings import at_most
from tests.factories import MONDAY
from tests.factories.places import make_host
from tests.factories.requests import make_school_request
from tests.factories.safeguarding import a_cleared_educator, an_educator_on_working_days
from tests.web.browser import staff_of
from tests.web.reading import rows_of, selects_of, value_of
from tests.web.visits.pages import DAY, body, coordinator, meant, number_of_request, plan_soon

A_DAY = dt.timedelta(days=1)
FIRST = MONDAY.date() + 21 * A_DAY  # a Monday, after the notice
LAST, OFF = FIRST + 11 * A_DAY, FIRST + A_DAY


@pytest.fixture
def educator(programme):
    return an_educator_on_working_days(centre_id=programme.centre_id)


@pytest.fixture
def asked(educator, programme) -> SchoolRequest:
    """A request that waits for an answer; the school cannot on the Tuesday."""
    given = {"host_id": make_host().id, "first_day": FIRST, "last_day": LAST, "answer": "The gym is free."}
    asked = make_school_request(RequestState.TRIAGE, programme=programme, **given)
    with transaction() as session:
        session.add(BlackoutDays(school_request_id=asked.id, first_day=OFF, last_day=OFF))
    return asked


@pytest.fixture
def desk(app, asked):
    browser = staff_of(app, asked)
    browser.set_cookie("language", "en")
    return browser


@pytest.fixture
def plan(asked) -> str:
    return f"/requests/{asked.number}/plan"


@pytest.fixture
def dates(asked) -> str:
    return f"/requests/{asked.number}/dates"


def typed_on(page) -> dict[str, str]:
    """The plan as the page filled it."""
    names = ("on_day", "presentations-0-starts_local", "presentations-0-minutes", "version")
    return {name: value_of(page, name) for name in names}


def test_one_press_accepts_and_plans_on_the_first_free_date_and_the_school_gets_one_mail(desk, asked, plan):
    answer = desk.post(plan, data=typed_on(desk.get(plan)))

    assert answer.status_code == 302
    assert asked.state is RequestState.STAFFING
    assert rows_of(Visit.on_day) == [FIRST]
    assert [row.kind for row in rows_of(OutboxMessage) if row.address == "ana@school.example"] == ["request_agreed"]


def test_the_hour_that_the_school_wished_is_filled_in_and_where_it_is_not_free_the_page_says_why(desk, asked, plan):
    [sitting] = rows_of(RequestedPresentation)
    with transaction():
        sitting.starts_local = dt.time(14, 30)
    page = desk.get(plan)
    assert (typed_on(page)["presentations-0-starts_local"], "The school wished" in page.text) == ("14:30", False)

    with transaction():
        sitting.starts_local = dt.time(20)
    told = "The school wished 20:00, which is not free: nobody who could come has time at this hour."
    page = desk.get(f"{plan}?slot={FIRST}T11:45")
    assert told in " ".join(body(page).split())


def test_a_new_request_is_taken_accepted_and_planned_by_one_press(desk, asked, plan):
    with transaction():
        asked.state = RequestState.NEW
    assert "Accept and plan" in desk.get(f"/requests/{asked.number}").text

    assert desk.post(plan, data=typed_on(desk.get(plan))).status_code == 302

    assert (asked.state, asked.owner_id is None) == (RequestState.STAFFING, False)


def test_what_the_school_asked_and_said_stands_beside_the_plan_and_a_pressed_date_fills_it(desk, plan):
    page = " ".join(body(desk.get(plan)).split())
    for words in ("What the school asks for", "7b, 7c: 90 pupils, 2 teachers", "Mira Savić", "The gym is free."):
        assert words in page

    page = desk.get(f"{plan}?slot={FIRST + 2 * A_DAY}T11:45")
    assert typed_on(page)["presentations-0-starts_local"] == "11:45"
    assert "none of those to press" not in body(page)
    assert desk.get(f"{plan}?slot=soon").status_code == 200


@pytest.mark.parametrize(
    ("page", "pattern"), [("plan", r"plan\?slot=([^#]+)#"), ("dates", r'name="slots" value="([^"]+)"')]
)
def test_only_days_of_its_span_on_which_it_can_and_the_crew_has_time_are_to_press(desk, asked, page, pattern):
    shown = body(desk.get(f"/requests/{asked.number}/{page}"))

    found = [dt.datetime.fromisoformat(one) for one in re.findall(pattern, shown)]
    span = [FIRST + number * A_DAY for number in range(12)]
    assert {one.date() for one in found} == {day for day in span if day.weekday() < 5 and day != OFF}
    assert all(dt.time(8) <= one.time() <= dt.time(15, 15) for one in found)


def test_a_typed_date_is_planned_only_after_it_was_told_what_speaks_against_it(desk, asked, plan):
    sent = typed_on(desk.get(plan)) | {"on_day": f"{OFF:%d.%m.%Y.}"}

    refused = desk.post(plan, data=sent)
    assert refused.status_code == 422
    assert "the school said that it cannot on this day" in body(refused)
    assert desk.post(plan, data=sent | meant(FIRST, "10:00")).status_code == 422  # of another day
    assert asked.state is RequestState.TRIAGE
    time = sent["presentations-0-starts_local"]
    assert desk.post(plan, data=sent | meant(OFF, time)).status_code == 302
    assert asked.state is RequestState.STAFFING


def test_a_request_that_changed_meanwhile_is_not_planned(desk, asked, plan):
    sent = typed_on(desk.get(plan))
    with transaction():
        asked.attention = True

    assert desk.post(plan, data=sent).status_code == 409
    assert asked.state is RequestState.TRIAGE


def test_where_nobody_can_come_the_page_says_why_and_when_else(desk, asked, plan, dates):
    with transaction():
        asked.first_day = asked.last_day = FIRST + 5 * A_DAY  # a Saturday

    for address in (plan, dates):
        page = body(desk.get(address))
        for words in ("Nobody can come within the days", "no lessons", "the first free days outside of them"):
            assert words in page


def test_dates_are_proposed_by_pressing_three_at_most(desk, dates):
    slots = re.findall(r'name="slots" value="([^"]+)"', body(desk.get(dates)))
    until = {"held_until": f"{MONDAY.date() + 3 * A_DAY:%d.%m.%Y.}"}

    never_offered = f"{OFF.isoformat()}T10:00"
    for wrong in ([], slots[:4], [slots[0], never_offered]):
        assert desk.post(dates, data=until | {"slots": wrong}).status_code == 422
    assert desk.post(dates, data=until | {"slots": slots[:3]}).status_code == 302

    assert {f"{row.on_day}T{row.starts_local:%H:%M}" for row in rows_of(DateProposal)} == set(slots[:3])


def test_a_crew_that_is_too_few_offers_nothing(desk, plan, educator):
    with transaction():
        educator.suspended_at = MONDAY

    assert "plan?slot=" not in body(desk.get(plan))


def test_how_often_the_pages_ask_however_many_presenters_there_are(desk, plan, dates, programme):
    for _more in range(2):
        at_most(11, selects_of(desk, plan), "SELECTs of the plan")
        at_most(9, selects_of(desk, dates), "SELECTs of the dates")
        for _number in range(3):
            a_cleared_educator(centre_id=programme.centre_id)


# --- an agreed request whose centre has nobody free ---


PLAN = {
    "on_day": f"{DAY.day}.{DAY.month}.{DAY.year}.",
    "presentations-0-starts_local": "9:55",
    "presentations-0-minutes": "45",
    "presentations-0-room": "Hall 7",
}


@pytest.fixture
def agreed(scene) -> str:
    return f"/requests/{number_of_request(scene)}/plan"


@pytest.fixture
def theirs(app, scene):
    return coordinator(app, scene)


def test_a_coordinator_plans_an_agreed_request_from_a_filled_form(theirs, agreed):
    shown = body(theirs.get(agreed))
    assert ('value="10:00"' in shown, "7b, 7c" in shown) == (True, True)

    refused = theirs.post(agreed, data=PLAN)
    assert refused.status_code == 422
    assert "nobody of the centre speaks about this" in body(refused)
    answer = theirs.post(agreed, data=PLAN | meant(DAY, "09:55"))

    [visit], [sitting] = rows_of(Visit), rows_of(Presentation)
    assert (answer.location, visit.on_day) == (f"/visits/{visit.number}", DAY)
    assert (sitting.starts_local, sitting.room, sitting.expected_pupils) == (dt.time(9, 55), "Hall 7", 90)


def test_a_wrong_plan_keeps_what_was_typed_says_what_is_wrong_and_a_request_is_planned_once(theirs, agreed, scene):
    answer = theirs.post(agreed, data=PLAN | {"on_day": "1.2.2020."})
    assert answer.status_code == 422
    for words in ("Choose a day that is still to come.", "Hall 7"):
        assert words in body(answer)
    assert theirs.post(agreed, data=PLAN | {"presentations-0-starts_local": "noon"}).status_code == 422

    plan_soon(scene)
    assert theirs.post(agreed, data=PLAN).status_code == 409
