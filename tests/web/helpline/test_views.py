"""Pages of the helpline's figures: a page a month, sign-off, correction, and what the public reads."""

import re

import pytest

from scheduler.helpline import queries
from scheduler.helpline.terms import TOTALS, HelplineChannel
from tests.factories.helpline import LINES
from tests.factories.places import make_district
from tests.web.browser import staff_of
from tests.web.reading import EN, text_of, value_of

AUGUST = {"first_day": "1.8.2026.", "last_day": "31.8.2026."}
FIGURES = AUGUST | {
    "communications": "100", "calls": "80", "mails": "20", "cases": "30", "advisory": "24", "forwarded": "6",
    "to_police": "6", "topic.grooming": "20", "topic.sextortion": "3",
}  # fmt: skip


def entered(chief, **changed):
    answer = chief.post("/helpline/new", query_string=EN, data=FIGURES | changed)
    assert answer.status_code == 302
    return answer.location


def test_the_page_begins_with_the_last_month_that_is_over(chief):
    page = chief.get("/helpline/new", query_string=EN).text

    assert all(f'name="{name}"' in page for name in (*TOTALS, "topic.grooming", "age.from_11", "act.kz_215"))
    assert 'value="1.8.2026."' in page
    assert "<textarea" not in page
    assert set(shown_fields(page)) == {"first_day", "last_day", "communications", *HelplineChannel}
    form = page.partition("data-sums")[2].partition("</form>")[0]
    typed = {re.search(r'name="([^"]*)"', one)[1] for one in re.findall(r'<input[^>]*type="text"[^>]*>', form)}
    assert typed == {"first_day", "last_day"}


def shown_fields(page):
    """The names of the fields that somebody sees in the form of the figures."""
    form = page.partition("data-sums")[2].partition("</form>")[0]
    return re.findall(r'<input\b[^>]*class="field__input"[^>]*? name="([^"]*)"', form)


def test_another_topic_is_opened_without_storing_and_without_losing_what_is_typed(chief, programme):
    typed = {"calls": "80", "mails": "many", "part": "communications", "topic.grooming": "20"}

    page = chief.post("/helpline/new", query_string=EN, data=AUGUST | typed | {"show": "topic"})

    assert page.status_code == 200
    assert "topic.grooming" in shown_fields(page.text)
    assert "calls" not in shown_fields(page.text)
    assert [value_of(page, name) for name in ("first_day", "calls", "mails", "topic.grooming")] == [
        "1.8.2026.", "80", "many", "20",
    ]  # fmt: skip
    assert "Enter: Communications (80)" in text_of(page)
    assert queries.years_of(programme.centre_id) == []


def test_a_wrong_number_of_a_closed_topic_is_opened_beside_the_chosen_one(chief):
    page = chief.post("/helpline/new", data=FIGURES | {"calls": "many", "part": "topic"})

    assert page.status_code == 422
    assert {"calls", "topic.grooming"} <= set(shown_fields(page.text))
    assert "to_police" not in shown_fields(page.text)


def test_what_is_typed_stands_in_the_year_and_on_its_page(chief):
    iso = make_district(name_en="Toplica").iso
    location = entered(chief, **{f"district.{iso}": "9"})

    year = text_of(chief.get("/helpline", query_string=EN))

    for words in (
        "August 2026 100 80 20 30 24 6",
        "Grooming 20 Sextortion 3 not known 7",
        "Toplica August 2026 9 0 0 0",
        "no proof",
    ):
        assert words in year
    assert 'value="80"' in chief.get(location).text


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"calls": "81"}, "The parts make 101, but 100 stands here."),
        ({"to_police": "5"}, "The parts make 5, but 6 stands here."),
        ({"topic.sextortion": "11"}, "Cases by topic: the parts make 31, but the total is 30."),
    ],
)
def test_a_sum_that_disagrees_is_refused_with_both_numbers_and_nothing_is_lost(chief, programme, wrong, words):
    answer = chief.post("/helpline/new", query_string=EN, data=FIGURES | wrong)

    assert answer.status_code == 422
    assert words in text_of(answer)
    for name, value in wrong.items():
        assert value_of(answer, name) == value
    assert queries.years_of(programme.centre_id) == []


@pytest.mark.parametrize("typed", ["many", "-1", "1000000", "1,5", "0101985710006"])
def test_what_is_no_number_is_refused_beside_its_field(chief, typed):
    assert chief.post("/helpline/new", data=FIGURES | {"topic.grooming": typed}).status_code == 422


def test_a_correction_asks_for_its_reason_and_stands_in_the_history(chief):
    location = entered(chief)
    wish = FIGURES | {"calls": "70", "mails": "30", "version": "1"}

    assert chief.post(location, data=wish).status_code == 422
    assert chief.post(location, data=wish | {"why": "counted_twice"}).status_code == 302

    page = text_of(chief.get(location, query_string=EN))
    assert "Something was counted twice" in page
    assert "Calls to the free phone: before 80, now 70" in page


def test_a_signed_month_is_read_and_opened_with_a_reason(chief):
    location = entered(chief)
    chief.post(f"{location}/sign", data={"version": "1"})

    page = chief.get(location, query_string=EN).text
    assert shown_fields(page) == []
    assert 'name="calls"' not in page
    assert "Signed off: these figures are locked." in page
    words = text_of(chief.get(location, query_string=EN))
    for figures in (
        "Communications 100 Calls to the free phone 80 E-mails 20",
        "Advisory 24 Forwarded 6",
        "Grooming 20 Sextortion 3",
    ):
        assert figures in words
    wish = FIGURES | {"calls": "70", "mails": "30", "version": "1", "why": "came_later"}
    assert "signed off" in text_of(chief.post(location, query_string=EN, data=wish))

    chief.post(f"{location}/open", data={"why": "came_later"})
    assert chief.post(location, data=wish | {"version": "2"}).status_code == 302


@pytest.mark.parametrize("press", [{}, {"show": "topic"}, {"calls": "many"}])
def test_figures_typed_while_a_colleague_signs_stay_on_the_page(chief, press):
    location = entered(chief)
    chief.post(f"{location}/sign", data={"version": "1"})

    page = chief.post(
        location, query_string=EN, data=FIGURES | {"mails": "30", "version": "1", "why": "came_later"} | press
    )

    assert page.status_code == 422
    assert "signed off" in text_of(page)
    assert value_of(page, "mails") == "30"
    assert f"{location}/sign" not in page.text


def test_figures_sent_with_a_used_key_stay_on_the_page_and_may_be_sent(chief):
    key = {"form_key": "used-key-of-a-page"}
    entered(chief, **key)
    july = FIGURES | {"first_day": "1.7.2026.", "last_day": "31.7.2026."}

    page = chief.post("/helpline/new", query_string=EN, data=july | key)

    assert page.status_code == 422
    assert (value_of(page, "calls"), value_of(page, "first_day")) == ("80", "1.7.2026.")
    fresh = {"form_key": value_of(page, "form_key")}
    assert fresh != key
    assert chief.post("/helpline/new", data=july | fresh).status_code == 302


def test_the_public_reads_what_is_published_without_small_cells(chief, client):
    location = entered(chief)
    chief.post(f"{location}/sign", data={"version": "1"})
    assert "Nothing is published yet" in client.get("/figures/helpline", query_string=EN).text

    assert chief.post("/helpline/publish", data=AUGUST).status_code == 302
    assert chief.post("/helpline/publish", data=AUGUST).status_code == 422

    words = text_of(client.get("/figures/helpline", query_string=EN))
    assert "Communications 100" in words
    assert "Grooming 20 Sextortion not shown not known not shown" in words


def test_a_coordinator_reads_and_publishes_nothing(app, programme):
    coordinator = staff_of(app, programme)

    assert coordinator.get("/helpline").status_code == 200
    assert coordinator.get("/helpline/publish").status_code == 403


# --- lists of topics, and the periods that the numbers of a profile open to ---


OF_A_MONTH = {"communications": "100", "calls": "80", "mails": "20", "cases": "30", "advisory": "30"}


NEW_LIST = {"first_day": "1.8.2026.", "topics": LINES, "acts": ""}


def test_a_new_list_begins_as_the_newest_and_is_used_from_its_day_on(desk):
    blank = desk.get("/helpline/topics/new", query_string=EN).text
    assert "grooming; Врбовање деце; Grooming" in blank

    answer = desk.post("/helpline/topics/new", data=NEW_LIST)
    page = text_of(desk.get(answer.location, query_string=EN))

    assert "List 1001, used from 1 Aug 2026 Made by the centre. No period is counted by it yet." in page
    assert "Pictures made by a machine ai_pictures" in page
    assert 'name="topic.ai_pictures"' in desk.get("/helpline/new").text


def test_a_list_that_names_a_person_is_refused_and_nothing_typed_is_lost(desk):
    typed = NEW_LIST | {"topics": "new; Петар Петровић; New"}

    answer = desk.post("/helpline/topics/new", query_string=EN, data=typed)

    assert answer.status_code == 422
    assert "Remove the name" in text_of(answer)
    assert "Петар Петровић" in answer.text


def test_a_list_is_taken_back_by_a_press(desk):
    desk.post("/helpline/topics/new", data=NEW_LIST)

    assert desk.post("/helpline/topics/1001/take-back").status_code == 302
    assert "List 1001" not in desk.get("/helpline/topics", query_string=EN).text
    assert desk.post("/helpline/topics/1001/take-back").status_code == 404


def test_the_days_of_a_profile_open_to_the_signed_periods_within_them(desk):
    for first, last in (("1.6.2026.", "30.6.2026."), ("1.7.2026.", "31.7.2026."), ("1.8.2026.", "31.8.2026.")):
        answer = desk.post("/helpline/new", data=OF_A_MONTH | {"first_day": first, "last_day": last})
        if first != "1.8.2026.":
            desk.post(f"{answer.location}/sign", data={"version": "1"})

    page = text_of(desk.get("/helpline?first=2026-07-01&last=2026-08-31&lang=en"))
    year = text_of(desk.get("/helpline?first=2026-07-01&last=2026-02-31&lang=en"))

    assert "Together 100 80 20 30 30 0" in page
    assert "June 2026" not in page
    assert "as the profile tells it: 1 July – 31 August 2026" in page
    assert "Together 300 240 60 90 90 0" in year
