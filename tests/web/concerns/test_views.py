"""Pages of concerns: two presses on the page of a visit, one for a school, one for an officer; nothing to type."""

import datetime as dt
import re

import pytest
import sqlalchemy as sa

from scheduler.concerns.models import Concern, HandOff
from scheduler.core import tokens
from scheduler.core.db import db, transaction
from scheduler.people.models import User
from scheduler.policy import Role
from scheduler.safeguarding.models import AssignmentStop
from tests.factories.concerns import a_held_scene
from tests.factories.people import make_user
from tests.factories.staffing import THE_DAY
from tests.web.browser import browser_of
from tests.web.reading import EN, text_of


@pytest.fixture
def scene(app, the_clock):
    the_clock.stands_at(THE_DAY)
    return a_held_scene()


@pytest.fixture
def officer(app, scene):
    return browser_of(app, db.session.get_one(User, scene.officer.user_id))


def a_link(request_id: int) -> str:
    with transaction():
        return tokens.mint("status", request_id, lasts=dt.timedelta(days=9), now=THE_DAY)


def count(model) -> int:
    db.session.rollback()
    return db.session.scalar(sa.select(sa.func.count(model.id)))


# --- a child told something ---


def test_one_press_on_the_page_of_the_visit_notes_it_and_the_toast_takes_it_back(app, scene):
    hers = browser_of(app, scene.ana)
    path = f"/visits/{scene.visit.number}"
    form = hers.get(path, query_string=EN).text
    assert "Told the school" in form
    assert not re.search(r"<textarea", form)

    answer = hers.post(f"{path}/hand-off", data={"at": "11:40", "told": "school"}, follow_redirects=True)
    assert "11:40" in answer.text
    undo = re.search(r'action="(/hand-offs/\d+/take-back)"', answer.text)[1]
    assert count(HandOff) == 1

    hers.post(undo)
    assert count(HandOff) == 0


def test_one_form_sent_twice_is_one_hand_off(app, scene):
    hers = browser_of(app, scene.ana)
    sent = {"at": "11:40", "told": "helpline", "form_key": "k" * 24}
    for _ in range(2):
        hers.post(f"/visits/{scene.visit.number}/hand-off", data=sent)

    assert count(HandOff) == 1


@pytest.mark.parametrize("sent", [{"at": "25:00", "told": "school"}, {"at": "11:40", "told": "mother"}, {}])
def test_what_is_no_hand_off_is_said_and_not_kept(app, scene, sent):
    answer = browser_of(app, scene.ana).post(f"/visits/{scene.visit.number}/hand-off", data=sent, follow_redirects=True)

    assert answer.status_code == 200
    assert count(HandOff) == 0


# --- a concern about a presenter ---


def test_anybody_says_where_and_when_and_reads_the_same_whatever_there_was(app, scene, client):
    form = client.get("/concern", query_string=EN | {"host": scene.visit.host_id}).text
    assert "Ana" not in form
    assert "<textarea" not in form
    heard = [
        client.post("/concern", data={"host_id": scene.visit.host_id, "on_day": day}).location
        for day in ("6.10.2026.", "5.10.2026.")
    ]

    assert heard == ["/concern/heard"] * 2
    assert count(AssignmentStop) == 0


def test_the_open_form_is_taken_five_times_an_hour_from_one_network(app, scene, client):
    sent = {"host_id": scene.visit.host_id, "on_day": "6.10.2026."}
    statuses = [client.post("/concern", data=sent).status_code for _ in range(6)]

    assert statuses == [302] * 5 + [429]
    assert count(Concern) == 1


def test_without_a_script_a_school_is_found_and_chosen_by_links(app, scene, client):
    found = client.get("/concern", query_string=EN | {"q": "skola"}).text

    assert "/concern?host=" in found or "Nothing is found" in found


def test_a_school_presses_once_behind_its_link(app, scene, client):
    path = f"/status/{a_link(scene.visit.school_request_id)}"
    assert f"{path}/concern" in client.get(path, query_string=EN).text

    answer = client.post(f"{path}/concern", data={"x": "1"})

    assert answer.location == "/concern/heard"
    assert count(AssignmentStop) == 2


def test_a_colleague_presses_once_and_is_not_stopped_herself(app, scene):
    hers = browser_of(app, scene.ana)
    assert hers.get(f"/visits/{scene.visit.number}/concern", query_string=EN).status_code == 200

    hers.post(f"/visits/{scene.visit.number}/concern")

    db.session.rollback()
    assert db.session.scalars(sa.select(AssignmentStop.presenter_id)).all() == [scene.boris.id]


def test_staff_speaks_up_about_one_presenter_from_her_page(app, scene):
    desk = browser_of(app, make_user(Role.COORDINATOR, centre_id=scene.ana.centre_id))
    page = desk.get(f"/people/{scene.ana.id}", query_string=EN).text
    assert f"/people/{scene.ana.id}/concern" in page

    desk.post(f"/people/{scene.ana.id}/concern")

    assert count(AssignmentStop) == 1
    assert desk.get("/concerns").status_code == 403


# --- the officer's turn ---


def test_it_stands_on_her_first_page_until_she_ends_it_stopped_by_one_press(app, scene, client, officer):
    client.post("/concern", data={"host_id": scene.visit.host_id, "on_day": "6.10.2026.", "phone": "064 123 456"})
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


def test_who_is_concerned_reads_nothing_of_it_on_any_page_of_hers(app, scene, client):
    client.post(f"/status/{a_link(scene.visit.school_request_id)}/concern")
    hers = browser_of(app, scene.ana)

    pages = ["/desk", "/calendar", "/me", "/offers", f"/visits/{scene.visit.number}"]
    said = " ".join(hers.get(page, query_string=EN, follow_redirects=True).text for page in pages)
    assert "stopped" not in said
    for page in ("/concerns", "/concerns/1", f"/safeguarding/{scene.ana.id}/stop"):
        assert hers.get(page).status_code in (403, 404)
