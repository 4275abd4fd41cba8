"""Pages of concerns: two presses on the page of a visit, one for a school, one for an officer; nothing to type."""

import re

import pytest

from scheduler.concerns.models import Concern, HandOff
from scheduler.safeguarding.models import AssignmentStop
from tests.factories.concerns import a_held_scene
from tests.factories.staffing import THE_DAY
from tests.web.browser import browser_of, staff_of
from tests.web.reading import EN, a_link, rows_of, text_of


@pytest.fixture
def scene(app, the_clock):
    the_clock.stands_at(THE_DAY)
    return a_held_scene()


@pytest.fixture
def officer(app, scene):
    return browser_of(app, scene.officer)


@pytest.fixture
def ana(app, scene):
    """The browser of one of the crew."""
    return browser_of(app, scene.ana)


@pytest.fixture
def visit(scene) -> str:
    """The page of the visit."""
    return f"/visits/{scene.visit.number}"


@pytest.fixture
def concern(scene) -> dict[str, object]:
    """What the open form is sent with."""
    return {"host_id": scene.visit.host_id, "on_day": "6.10.2026."}


def count(model) -> int:
    return len(rows_of(model))


# --- a child told something ---


def test_one_press_on_the_page_of_the_visit_notes_it_and_the_note_takes_it_back(ana, visit):
    form = ana.get(visit, query_string=EN).text
    assert "Told the school" in form
    assert "<textarea" not in form

    answer = ana.post(f"{visit}/hand-off", data={"at": "11:40", "told": "school"}, follow_redirects=True)
    assert "11:40" in answer.text
    undo = re.search(r'action="(/hand-offs/\d+/take-back)"', answer.text)[1]
    assert count(HandOff) == 1

    ana.post(undo)
    assert count(HandOff) == 0


def test_one_form_sent_twice_is_one_hand_off(ana, visit):
    for _ in range(2):
        ana.post(f"{visit}/hand-off", data={"at": "11:40", "told": "helpline", "form_key": "k" * 24})

    assert count(HandOff) == 1


@pytest.mark.parametrize("sent", [{"at": "25:00", "told": "school"}, {"at": "11:40", "told": "mother"}, {}])
def test_what_is_no_hand_off_is_said_and_not_kept(ana, visit, sent):
    answer = ana.post(f"{visit}/hand-off", data=sent, follow_redirects=True)

    assert answer.status_code == 200
    assert count(HandOff) == 0


# --- a concern about a presenter ---


def test_anybody_says_where_and_when_and_reads_the_same_whatever_there_was(client, concern):
    form = client.get("/concern", query_string=EN | {"host": concern["host_id"]}).text
    assert "Ana" not in form
    assert "<textarea" not in form

    for day in ("6.10.2026.", "5.10.2026."):
        assert client.post("/concern", data=concern | {"on_day": day}).location == "/concern/heard"
    assert count(AssignmentStop) == 0


def test_the_open_form_is_taken_five_times_an_hour_from_one_network(client, concern):
    statuses = [client.post("/concern", data=concern).status_code for _ in range(6)]

    assert statuses == [302] * 5 + [429]
    assert count(Concern) == 1


def test_without_a_script_a_school_is_found_and_chosen_by_links(app, scene, client):
    found = client.get("/concern", query_string=EN | {"q": "skola"}).text

    assert "/concern?host=" in found or "Nothing is found" in found


def test_a_school_presses_once_behind_its_link(scene, client):
    link = f"/status/{a_link(scene.visit.school_request_id)}"
    assert f"{link}/concern" in client.get(link).text

    answer = client.post(f"{link}/concern", data={"x": "1"})

    assert answer.location == "/concern/heard"
    assert count(AssignmentStop) == 2


def test_a_colleague_presses_once_and_is_not_stopped(scene, ana, visit):
    assert ana.get(f"{visit}/concern").status_code == 200

    ana.post(f"{visit}/concern")

    assert rows_of(AssignmentStop.presenter_id) == [scene.boris.id]


def test_staff_speaks_up_about_one_presenter_from_the_page_of_the_person(app, scene):
    desk, person = staff_of(app, scene.ana), f"/people/{scene.ana.id}"
    assert f"{person}/concern" in desk.get(person).text

    desk.post(f"{person}/concern")

    assert count(AssignmentStop) == 1
    assert desk.get("/concerns").status_code == 403


# --- the officer's turn ---


def test_it_stands_on_the_officers_first_page_until_it_is_ended_stopped_by_one_press(scene, client, concern, officer):
    client.post("/concern", data=concern | {"phone": "064 123 456"})
    first = officer.get("/desk", query_string=EN).text
    href = re.search(r'href="(/concerns/\d+)"', first)[1]
    assert "not stopped" in text_of(officer.get(href, query_string=EN))

    officer.post(f"{href}/stop")
    assert count(AssignmentStop) == 2
    assert officer.post(f"{href}/end", query_string=EN).status_code == 409
    for person in (scene.ana, scene.boris):
        assert officer.post(f"/safeguarding/{person.id}/stop", data={}).status_code == 422
        officer.post(f"/safeguarding/{person.id}/stop", data={"because": "settled"})
    officer.post(f"{href}/end")

    assert href not in officer.get("/desk", query_string=EN).text
    shown = text_of(officer.get("/concerns", query_string=EN))
    assert "ended" in shown
    assert "October" in shown or "Oct" in shown


def test_who_is_concerned_reads_nothing_of_it_on_any_own_page(scene, client, ana, visit):
    client.post(f"/status/{a_link(scene.visit.school_request_id)}/concern")

    for page in ("/desk", "/calendar", "/me", "/offers", visit):
        assert "stopped" not in ana.get(page, query_string=EN, follow_redirects=True).text
    for page in ("/concerns", "/concerns/1", f"/safeguarding/{scene.ana.id}/stop"):
        assert ana.get(page).status_code in (403, 404)
