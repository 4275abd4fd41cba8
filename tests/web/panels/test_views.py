"""Pages of panels: staff ask, a young person answers on a phone, the author reads sums beside the draft."""

import pytest

from scheduler.panels import queries, service
from scheduler.policy import Role
from tests.factories import MONDAY
from tests.factories.panels import an_open_panel, rated, some_youth
from tests.factories.people import make_user, presenter_actor
from tests.factories.posts import planned
from tests.factories.programmes import make_programme
from tests.factories.safeguarding import a_cleared_educator, a_cleared_minor
from tests.web.browser import browser_of, staff_of
from tests.web.reading import EN, text_of

ANSWERS = {"clear": "1", "would_share": "2"}


@pytest.fixture
def user(app):
    """A coordinator."""
    return make_user(Role.COORDINATOR)


@pytest.fixture
def desk(app, user):
    return browser_of(app, user)


@pytest.fixture
def youth(user):
    return some_youth(user.centre_id)


@pytest.fixture
def number(user, youth):
    """Of a panel with two questions."""
    return an_open_panel(user.actor())


@pytest.fixture
def young(app, youth):
    """The browser of one of the young people."""
    return browser_of(app, youth[0])


def test_a_coordinator_asks_about_a_post_and_reads_the_sums_beside_it(app, desk, user, youth):
    post = planned(user.actor(), text_sr_cyrl="Реагуј!", text_en="React!")
    page = desk.get("/panels/new", query_string=EN | {"post": post}).text
    assert "React!" in page
    assert 'name="text_sr_cyrl"' not in page

    typed = {"questions": ["clear", "would_share"], "last_day": "21.9.2026."}
    answer = desk.post("/panels/new", data=typed, query_string=EN | {"post": post})
    number = answer.location.rsplit("/", 1)[1]
    for one in youth:
        sent = browser_of(app, one).post(f"/panels/{number}/rate", data={"clear": "4", "would_share": "3"})
        assert (sent.status_code, sent.location) == (302, "/my-part")
    assert "young people have rated" not in desk.get(f"/posts/{post}", query_string=EN).text
    assert desk.post(f"/panels/{number}/close").status_code == 302

    said = text_of(desk.get(f"/posts/{post}", query_string=EN))
    for words in ("5 young people have rated.", "Is it clear? 0 0 0 5 4", "Would you share it? 0 0 5 0 3"):
        assert words in said


def test_the_text_of_a_programme_is_written_anew_before_it_is_asked(app, desk, user, youth):
    programme = make_programme(centre_id=user.centre_id)
    page = desk.get("/panels/new", query_string=EN | {"programme": programme.id}).text
    assert "Како да се чувамо на интернету." in page

    typed = {"programme": str(programme.id), "text_sr_cyrl": "Како да се чувамо?", "text_en": "",
             "questions": ["clear"], "last_day": "21.9.2026."}  # fmt: skip
    answer = desk.post("/panels/new", data=typed, query_string=EN)
    shown = desk.get(answer.location, query_string=EN).text
    assert "Како да се чувамо?" in shown
    assert "It is open until 21 Sep 2026." in shown
    assert "Talk with pupils" in desk.get("/panels", query_string=EN).text
    chief = staff_of(app, user, Role.ADMINISTRATOR)
    assert "Panel of 14 Sep 2026" in chief.get(f"/settings/programmes/{programme.id}", query_string=EN).text


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"questions": []}, "field__error"),
        ({"last_day": "1.9.2026."}, "field__error"),
        ({}, "Wait until at least five young people can be asked"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(desk, user, wrong, words):
    programme = make_programme(centre_id=user.centre_id)
    typed = {"programme": programme.id, "text_sr_cyrl": "Реч", "questions": ["clear"], "last_day": "21.9.2026."}

    answer = desk.post("/panels/new", data=typed | wrong, query_string=EN)

    assert answer.status_code == 422
    assert words in answer.text


def test_a_young_person_answers_every_question_once(young, user, number):
    page, own = f"/panels/{number}/rate", "/my-part?lang=en"
    asked = young.get(page, query_string=EN).text
    assert "Is it clear?" in asked
    assert "Is it true to life?" not in asked

    assert young.post(page, data={"clear": "4"}).status_code == 422
    for _press in range(2):
        assert young.post(page, data=ANSWERS, query_string=EN).location == "/my-part"
    assert "You have answered already" in young.get(own).text
    assert young.get(page).location == "/my-part"
    service.close_panel(user.actor(), number, now=MONDAY)
    assert young.get(page, query_string=EN).location == "/my-part"
    assert "It is over" in young.get(own).text


def test_it_closes_while_it_is_read(young, youth, user, number, monkeypatch):
    read = queries.panel_asked(presenter_actor(youth[0]), number, MONDAY)
    service.close_panel(user.actor(), number, now=MONDAY)
    monkeypatch.setattr(queries, "panel_asked", lambda *_given: read)

    answer = young.post(f"/panels/{number}/rate", data=ANSWERS, query_string=EN)

    assert answer.location == "/my-part"
    assert "It is over" in young.get("/my-part", query_string=EN).text


def test_nobody_reaches_a_panel_of_others(app, user, youth, young, number):
    rated(number, youth)
    stranger, educator = make_user(Role.COORDINATOR), a_cleared_educator(centre_id=user.centre_id)

    assert browser_of(app, stranger).get(f"/panels/{number}").status_code == 404
    assert browser_of(app, stranger).post(f"/panels/{number}/close").status_code == 404
    assert number not in browser_of(app, stranger).get("/panels").text
    assert young.get(f"/panels/{number}").status_code == 403
    assert browser_of(app, a_cleared_minor()).get(f"/panels/{number}/rate").status_code == 404
    assert browser_of(app, educator).get(f"/panels/{number}/rate").status_code == 403
