"""Pages of the helpline's figures: a page a month, sign-off, correction, and what the public reads."""

import re

import pytest

from scheduler.helpline import queries
from scheduler.helpline.terms import TOTALS
from scheduler.policy import Role
from tests.factories.people import make_centre, make_user
from tests.factories.places import make_district
from tests.web.browser import browser_of
from tests.web.reading import text_of

FIGURES = {
    **{"first_day": "1.8.2026.", "last_day": "31.8.2026.", "communications": "100", "calls": "80", "mails": "20"},
    **{"cases": "30", "advisory": "24", "forwarded": "6", "to_police": "6", "topic.grooming": "20"},
    "topic.sextortion": "3",
}
DAYS = {"first_day": "1.8.2026.", "last_day": "31.8.2026."}


@pytest.fixture
def centre(session):
    return make_centre()


@pytest.fixture
def desk(app, centre):
    return browser_of(app, make_user(Role.ADMINISTRATOR, centre_id=centre.id))


def entered(desk, **changed):
    answer = desk.post("/helpline/new", query_string={"lang": "en"}, data=FIGURES | changed)
    assert answer.status_code == 302
    return answer.location


def test_the_page_begins_with_the_last_month_that_is_over(desk):
    page = desk.get("/helpline/new", query_string={"lang": "en"}).text

    assert all(f'name="{name}"' in page for name in (*TOTALS, "topic.grooming", "age.from_11", "act.kz_215"))
    assert 'value="1.8.2026."' in page
    assert "<textarea" not in page
    form = page.partition("data-sums")[2].partition("</form>")[0]
    typed = {re.search(r'name="([^"]*)"', one)[1] for one in re.findall(r'<input[^>]*type="text"[^>]*>', form)}
    assert typed == {"first_day", "last_day"}


def test_what_is_typed_stands_in_the_year_and_on_its_page(desk, centre):
    iso = make_district(name_en="Toplica").iso
    location = entered(desk, **{f"district.{iso}": "9"})

    year = text_of(desk.get("/helpline", query_string={"lang": "en"}))

    assert "August 2026 100 80 20 30 24 6" in year
    assert "Grooming 20 Sextortion 3 not known 7" in year
    assert "Toplica August 2026 9 0 0 0" in year
    assert "no proof" in year
    assert 'value="80"' in desk.get(location).text


def test_a_sum_that_disagrees_is_refused_with_both_numbers_and_nothing_is_lost(desk, centre):
    answer = desk.post("/helpline/new", query_string={"lang": "en"}, data=FIGURES | {"calls": "81", "to_police": "5"})

    assert answer.status_code == 422
    words = text_of(answer)
    assert "The parts make 101, but 100 stands here." in words
    assert "The parts make 5, but 6 stands here." in words
    assert 'value="81"' in answer.text
    assert queries.years_of(centre.id) == []


def test_a_split_that_says_more_than_its_total_is_named_with_both_numbers(desk):
    answer = desk.post("/helpline/new", query_string={"lang": "en"}, data=FIGURES | {"topic.sextortion": "11"})

    assert answer.status_code == 422
    assert "Cases by topic: the parts make 31, but the total is 30." in text_of(answer)


@pytest.mark.parametrize("typed", ["many", "-1", "1000000", "1,5", "0101985710006"])
def test_what_is_no_number_is_refused_beside_its_field(desk, typed):
    assert desk.post("/helpline/new", data=FIGURES | {"topic.grooming": typed}).status_code == 422


def test_a_correction_asks_for_its_reason_and_stands_in_the_history(desk):
    location = entered(desk)
    wish = FIGURES | {"calls": "70", "mails": "30", "version": "1"}

    assert desk.post(location, data=wish).status_code == 422
    assert desk.post(location, data=wish | {"why": "counted_twice"}).status_code == 302

    page = text_of(desk.get(location, query_string={"lang": "en"}))
    assert "Something was counted twice" in page
    assert "Calls to the free phone: before 80, now 70" in page


def test_a_signed_month_is_read_and_opened_with_a_reason(desk):
    location = entered(desk)
    desk.post(f"{location}/sign", data={"version": "1"})

    page = desk.get(location, query_string={"lang": "en"}).text
    assert "<fieldset disabled>" in page
    assert "Signed off: these figures are locked." in page
    wish = FIGURES | {"calls": "70", "mails": "30", "version": "1", "why": "came_later"}
    assert "signed off" in text_of(desk.post(location, query_string={"lang": "en"}, data=wish))

    desk.post(f"{location}/open", data={"why": "came_later"})
    assert desk.post(location, data=wish | {"version": "2"}).status_code == 302


def test_the_public_reads_what_is_published_without_small_cells(desk, client):
    location = entered(desk)
    desk.post(f"{location}/sign", data={"version": "1"})
    assert "Nothing is published yet" in client.get("/figures/helpline", query_string={"lang": "en"}).text

    assert desk.post("/helpline/publish", data=DAYS).status_code == 302
    assert desk.post("/helpline/publish", data=DAYS).status_code == 422

    words = text_of(client.get("/figures/helpline", query_string={"lang": "en"}))
    assert "Communications 100" in words
    assert "Grooming 20 Sextortion not shown not known not shown" in words


def test_who_is_no_coordinator_sees_nothing_of_it(app, centre, client):
    educator = browser_of(app, make_user(Role.EDUCATOR, centre_id=centre.id))

    assert educator.get("/helpline").status_code == 403
    assert client.get("/helpline").status_code == 302
    coordinator = browser_of(app, make_user(Role.COORDINATOR, centre_id=centre.id))
    assert coordinator.get("/helpline").status_code == 200
    assert coordinator.get("/helpline/publish").status_code == 403
