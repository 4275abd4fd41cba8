"""Pages of the helpline's figures: a page a month, sign-off, correction, and what the public reads."""

import re

import pytest

from scheduler.helpline import queries
from scheduler.helpline.terms import TOTALS
from tests.factories.places import make_district
from tests.web.browser import staff_of
from tests.web.reading import EN, text_of, value_of

AUGUST = {"first_day": "1.8.2026.", "last_day": "31.8.2026."}
FIGURES = AUGUST | {
    "communications": "100", "calls": "80", "mails": "20", "cases": "30", "advisory": "24", "forwarded": "6",
    "to_police": "6", "topic.grooming": "20", "topic.sextortion": "3",
}  # fmt: skip


@pytest.fixture
def desk(chief):
    """The administrator's."""
    return chief


def entered(desk, **changed):
    answer = desk.post("/helpline/new", query_string=EN, data=FIGURES | changed)
    assert answer.status_code == 302
    return answer.location


def test_the_page_begins_with_the_last_month_that_is_over(desk):
    page = desk.get("/helpline/new", query_string=EN).text

    assert all(f'name="{name}"' in page for name in (*TOTALS, "topic.grooming", "age.from_11", "act.kz_215"))
    assert 'value="1.8.2026."' in page
    assert "<textarea" not in page
    form = page.partition("data-sums")[2].partition("</form>")[0]
    typed = {re.search(r'name="([^"]*)"', one)[1] for one in re.findall(r'<input[^>]*type="text"[^>]*>', form)}
    assert typed == {"first_day", "last_day"}


def test_what_is_typed_stands_in_the_year_and_on_its_page(desk):
    iso = make_district(name_en="Toplica").iso
    location = entered(desk, **{f"district.{iso}": "9"})

    year = text_of(desk.get("/helpline", query_string=EN))

    for words in (
        "August 2026 100 80 20 30 24 6",
        "Grooming 20 Sextortion 3 not known 7",
        "Toplica August 2026 9 0 0 0",
        "no proof",
    ):
        assert words in year
    assert 'value="80"' in desk.get(location).text


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"calls": "81"}, "The parts make 101, but 100 stands here."),
        ({"to_police": "5"}, "The parts make 5, but 6 stands here."),
        ({"topic.sextortion": "11"}, "Cases by topic: the parts make 31, but the total is 30."),
    ],
)
def test_a_sum_that_disagrees_is_refused_with_both_numbers_and_nothing_is_lost(desk, programme, wrong, words):
    answer = desk.post("/helpline/new", query_string=EN, data=FIGURES | wrong)

    assert answer.status_code == 422
    assert words in text_of(answer)
    for name, value in wrong.items():
        assert value_of(answer, name) == value
    assert queries.years_of(programme.centre_id) == []


@pytest.mark.parametrize("typed", ["many", "-1", "1000000", "1,5", "0101985710006"])
def test_what_is_no_number_is_refused_beside_its_field(desk, typed):
    assert desk.post("/helpline/new", data=FIGURES | {"topic.grooming": typed}).status_code == 422


def test_a_correction_asks_for_its_reason_and_stands_in_the_history(desk):
    location = entered(desk)
    wish = FIGURES | {"calls": "70", "mails": "30", "version": "1"}

    assert desk.post(location, data=wish).status_code == 422
    assert desk.post(location, data=wish | {"why": "counted_twice"}).status_code == 302

    page = text_of(desk.get(location, query_string=EN))
    assert "Something was counted twice" in page
    assert "Calls to the free phone: before 80, now 70" in page


def test_a_signed_month_is_read_and_opened_with_a_reason(desk):
    location = entered(desk)
    desk.post(f"{location}/sign", data={"version": "1"})

    page = desk.get(location, query_string=EN).text
    assert "<fieldset disabled>" in page
    assert "Signed off: these figures are locked." in page
    wish = FIGURES | {"calls": "70", "mails": "30", "version": "1", "why": "came_later"}
    assert "signed off" in text_of(desk.post(location, query_string=EN, data=wish))

    desk.post(f"{location}/open", data={"why": "came_later"})
    assert desk.post(location, data=wish | {"version": "2"}).status_code == 302


def test_the_public_reads_what_is_published_without_small_cells(desk, client):
    location = entered(desk)
    desk.post(f"{location}/sign", data={"version": "1"})
    assert "Nothing is published yet" in client.get("/figures/helpline", query_string=EN).text

    assert desk.post("/helpline/publish", data=AUGUST).status_code == 302
    assert desk.post("/helpline/publish", data=AUGUST).status_code == 422

    words = text_of(client.get("/figures/helpline", query_string=EN))
    assert "Communications 100" in words
    assert "Grooming 20 Sextortion not shown not known not shown" in words


def test_a_coordinator_reads_and_publishes_nothing(app, programme):
    coordinator = staff_of(app, programme)

    assert coordinator.get("/helpline").status_code == 200
    assert coordinator.get("/helpline/publish").status_code == 403
