"""Pages of panels: staff ask, a young person answers on a phone, the author reads sums beside the draft."""

import re

import pytest

from scheduler.core.db import db
from scheduler.panels import queries, service
from scheduler.panels.terms import PanelQuestion
from scheduler.people.models import User
from scheduler.policy import Role
from tests.factories import MONDAY
from tests.factories.panels import a_panel_draft, an_open_panel, rated, some_youth
from tests.factories.people import make_user, presenter_actor
from tests.factories.posts import planned
from tests.factories.programmes import make_programme
from tests.factories.safeguarding import a_cleared_educator, a_cleared_minor
from tests.web.browser import browser_of

EN = {"lang": "en"}


@pytest.fixture
def her(app):
    return make_user(Role.COORDINATOR)


@pytest.fixture
def desk(app, her):
    return browser_of(app, her)


@pytest.fixture
def youth(her):
    return some_youth(her.centre_id)


def actor_of(her):
    return db.session.get_one(User, her.id).actor()


def text_of(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page.split('id="main"')[1]).split())


def test_a_coordinator_asks_about_a_post_and_reads_the_sums_beside_it(desk, her, youth, app):
    post = planned(actor_of(her), text_sr_cyrl="Реагуј!", text_en="React!")
    page = desk.get("/panels/new", query_string=EN | {"post": post}).text
    assert "React!" in page
    assert 'name="text_sr_cyrl"' not in page

    typed = {"questions": ["clear", "would_share"], "last_day": "21.9.2026."}
    answer = desk.post("/panels/new", data=typed, query_string=EN | {"post": post})
    number = answer.location.rsplit("/", 1)[1]
    for one in youth:
        sent = browser_of(app, one).post(
            f"/panels/{number}/rate", data={"clear": "4", "would_share": "3"}, query_string=EN
        )
        assert (sent.status_code, sent.location) == (302, "/my-part")
    assert "young people have rated" not in desk.get(f"/posts/{post}", query_string=EN).text
    assert desk.post(f"/panels/{number}/close").status_code == 302

    said = text_of(desk.get(f"/posts/{post}", query_string=EN).text)
    assert "5 young people have rated." in said
    assert "Is it clear? 0 0 0 5 4" in said
    assert "Would you share it? 0 0 5 0 3" in said


def test_the_text_of_a_programme_is_written_anew_before_it_is_asked(desk, her, youth):
    programme = make_programme(centre_id=her.centre_id)
    page = desk.get("/panels/new", query_string=EN | {"programme": programme.id}).text
    assert "Како да се чувамо на интернету." in page

    typed = {"programme": str(programme.id), "text_sr_cyrl": "Како да се чувамо?", "text_en": "",
             "questions": ["clear"], "last_day": "21.9.2026."}  # fmt: skip
    answer = desk.post("/panels/new", data=typed, query_string=EN)
    shown = desk.get(answer.location, query_string=EN).text
    assert "Како да се чувамо?" in shown
    assert "It is open until 21 Sep 2026." in shown
    assert "Talk with pupils" in desk.get("/panels", query_string=EN).text
    admin = browser_of(desk.application, make_user(Role.ADMINISTRATOR, centre_id=her.centre_id))
    assert "Panel of 14 Sep 2026" in admin.get(f"/settings/programmes/{programme.id}", query_string=EN).text


def test_what_is_wrong_is_said_beside_its_field(desk, her):
    make_programme(centre_id=her.centre_id)
    answer = desk.post("/panels/new", data={"questions": [], "last_day": "1.9.2026."}, query_string=EN)
    assert answer.status_code == 422

    typed = {"questions": ["clear"], "last_day": "21.9.2026.", "text_sr_cyrl": "Реч"}
    typed["programme"] = str(make_programme(centre_id=her.centre_id).id)
    answer = desk.post("/panels/new", data=typed, query_string=EN)
    assert answer.status_code == 422
    assert "Wait until at least five young people can be asked" in answer.text


def test_a_young_person_answers_every_question_once(app, her, youth):
    number, me = an_open_panel(actor_of(her)), browser_of(app, youth[0])
    page = me.get(f"/panels/{number}/rate", query_string=EN).text
    assert "Is it clear?" in page
    assert "Is it true to life?" not in page

    assert me.post(f"/panels/{number}/rate", data={"clear": "4"}, query_string=EN).status_code == 422
    answers = {"clear": "1", "would_share": "2"}
    sent = [me.post(f"/panels/{number}/rate", data=answers, query_string=EN) for _press in ("once", "twice")]
    assert [one.location for one in sent] == ["/my-part", "/my-part"]
    assert "You have answered already" in me.get("/my-part", query_string=EN).text
    assert me.get(f"/panels/{number}/rate").location == "/my-part"
    service.close_panel(actor_of(her), number, now=MONDAY)
    assert me.get(f"/panels/{number}/rate", query_string=EN).location == "/my-part"
    assert "It is over" in me.get("/my-part", query_string=EN).text


def test_it_closes_while_she_reads(app, her, youth, monkeypatch):
    number, me = an_open_panel(actor_of(her)), browser_of(app, youth[0])
    read = queries.panel_asked(presenter_actor(youth[0]), number, MONDAY)
    service.close_panel(actor_of(her), number, now=MONDAY)
    monkeypatch.setattr(queries, "panel_asked", lambda *_given: read)

    answer = me.post(f"/panels/{number}/rate", data={"clear": "1", "would_share": "2"}, query_string=EN)
    assert answer.location == "/my-part"
    assert "It is over" in me.get("/my-part", query_string=EN).text


def test_nobody_reaches_a_panel_of_others(app, her, youth):
    number = an_open_panel(actor_of(her))
    rated(number, youth)
    stranger, educator = make_user(Role.COORDINATOR), a_cleared_educator(centre_id=her.centre_id)

    assert browser_of(app, stranger).get(f"/panels/{number}").status_code == 404
    assert browser_of(app, stranger).post(f"/panels/{number}/close").status_code == 404
    assert number not in browser_of(app, stranger).get("/panels").text
    for one in (educator, youth[0]):
        assert {browser_of(app, one).get(path).status_code for path in ("/panels", f"/panels/{number}")} == {403}
    assert browser_of(app, a_cleared_minor()).get(f"/panels/{number}/rate").status_code == 404
    assert browser_of(app, educator).get(f"/panels/{number}/rate").status_code == 403
    assert a_panel_draft().questions == (PanelQuestion.CLEAR, PanelQuestion.WOULD_SHARE)
