"""Three months after the visit: what remained, said once behind the school's link; and letters that a press ends."""

import datetime as dt

from scheduler.attendance.models import FollowUpNote, VisitSurvey
from scheduler.requests.terms.school_request import RequestState
from scheduler.visits.terms.states import VisitState
from tests.web.browser import staff_of
from tests.web.reading import rows_of
from tests.web.requests.schools import TODAY, School

ANSWERS = {"spoken_of": "yes", "changed": "no", "knows_whom_to_call": "yes", "words": "Радионица за родитеље."}


def held() -> School:
    return School(RequestState.CERTIFIED, VisitState.DELIVERED, TODAY - dt.timedelta(days=95))


def test_what_remained_is_said_once_and_read_by_the_centre(app, client):
    school = held()
    assert "/later" in client.get(school.at()).text

    first = client.post(school.at("/later"), data=ANSWERS)
    client.post(school.at("/later"), data=ANSWERS | {"changed": "yes"})

    assert first.location.endswith(school.secret)
    assert "Thank you for your answer." in client.get(school.at("/later")).text
    [row] = rows_of(VisitSurvey)
    assert (row.spoken_of, row.changed, row.knows_whom_to_call, row.given_on) == (True, False, True, TODAY)
    read = staff_of(app, school).get(f"/visits/{school.visit.number}?lang=en").text
    assert "The school has done nothing differently since then." in read
    assert "Радионица за родитеље." in read


def test_nothing_is_lost_when_an_answer_is_missing(client):
    answered = client.post(held().at("/later"), data=ANSWERS | {"changed": ""})

    assert answered.status_code == 422
    assert "Радионица за родитеље." in answered.text
    assert rows_of(VisitSurvey) == []


def test_before_the_visit_there_is_nothing_to_say(client):
    school = School()

    assert "Come back when the presentation was held." in client.get(school.at("/later")).text
    assert client.post(school.at("/later"), data=ANSWERS).status_code == 422
    assert rows_of(VisitSurvey) == []


def test_before_three_months_the_page_says_from_when_and_keeps_the_letters(client):
    school = School(RequestState.CERTIFIED, VisitState.DELIVERED, TODAY - dt.timedelta(days=89))

    page = client.get(school.at("/later")).text
    early = client.post(school.at("/later"), data=ANSWERS)

    assert f"{TODAY.day + 1} " in page.partition("Come back from ")[2][:40]
    assert ("Send the answer" in page, "Letters after the visit" in page) == (False, True)
    assert (early.status_code, "it is too early to say" in early.text, rows_of(VisitSurvey)) == (422, True, [])
    assert "Three months later" not in client.get(school.at()).text
    assert "Three months later" in client.get(held().at()).text


def test_letters_end_with_one_press_and_come_again_with_another(client):
    school = held()
    assert client.get(f"/status/{school.secret}/letters/stop").status_code == 405  # looking ends none
    for _press in range(2):
        client.post(f"/status/{school.secret}/letters/stop?lang=en")
    stopped = client.get(school.at("/later")).text
    assert "You get no more of these letters about this visit." in stopped
    assert f'action="/status/{school.secret}/letters/resume"' in stopped
    assert len(rows_of(FollowUpNote)) == 1

    client.post(f"/status/{school.secret}/letters/resume")

    assert client.get("/status/nothing/later").status_code == 404
    assert "We write a week after the visit" in client.get(school.at("/later")).text
    assert rows_of(FollowUpNote) == []
