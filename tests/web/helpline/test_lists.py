"""Pages of the lists of topics; and the periods that the numbers of a profile open to."""

from tests.factories.helpline import LINES
from tests.web.reading import EN, text_of

FIGURES = {"communications": "100", "calls": "80", "mails": "20", "cases": "30", "advisory": "30"}


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
        answer = desk.post("/helpline/new", data=FIGURES | {"first_day": first, "last_day": last})
        if first != "1.8.2026.":
            desk.post(f"{answer.location}/sign", data={"version": "1"})

    page = text_of(desk.get("/helpline?first=2026-07-01&last=2026-08-31&lang=en"))
    year = text_of(desk.get("/helpline?first=2026-07-01&last=2026-02-31&lang=en"))

    assert "Together 100 80 20 30 30 0" in page
    assert "June 2026" not in page
    assert "as the profile tells it: 1 July – 31 August 2026" in page
    assert "Together 300 240 60 90 90 0" in year
