"""What a teacher who books for the first time, on a phone, would stumble over."""

import re

import pytest

from scheduler.programmes.terms import Audience
from tests.factories.programmes import make_programme
from tests.web.requests.answered import answer_all, answers, text_of

pytestmark = pytest.mark.usefixtures("hands")


def test_a_wrong_answer_is_told_on_a_plain_page_that_the_back_button_can_open(client, programme, host):
    """A page that answers a sending itself is asked to be sent again when somebody goes back to it."""
    client.post("/book?lang=en", data={"host_id": host.id})
    client.post("/book/what", data=answers(programme)["what"])

    assert client.post("/book/when", data={"first_day": "tomorrow"}).location == "/book/when"
    told = client.get("/book/when").text
    assert "Enter a day like this" in told
    assert 'value="tomorrow"' in told

    client.post("/book/when", data=answers(programme)["when"])
    assert "Enter a day like this" not in client.get("/book/when").text


def test_the_back_button_after_the_sending_tells_once_more_that_it_is_sent(client, programme, host):
    answer_all(client, programme, host)
    client.post("/book/check", data={"form_key": "one"})

    for page in ("check", "you"):
        assert client.get(f"/book/{page}").location == "/book/sent"
    assert client.get("/book").status_code == 200


def test_a_talk_with_pupils_does_not_ask_for_parents_and_no_number_must_be_deleted_first(client, host):
    programme = make_programme(Audience.PUPILS, slug="pupils-only")
    client.post("/book", data={"host_id": host.id})
    for page in ("what", "when"):
        client.post(f"/book/{page}", data=answers(programme)[page])
    shown = client.get("/book/who").text

    assert 'name="presentations-0-parents"' not in shown
    assert re.search(r'<input[^>]*name="presentations-0-pupils"[^>]*value=""', shown)


def test_the_errors_on_top_name_their_fields(client, programme, host):
    client.post("/book?lang=en", data={"host_id": host.id})
    client.post("/book/what", data=answers(programme)["what"])
    shown = text_of(client.post("/book/when", data={}, follow_redirects=True))

    assert "First day that suits you: Fill in this field." in shown
    assert "Last day that suits you: Fill in this field." in shown


def test_the_promise_to_keep_answers_appears_with_the_first_answer(client, programme, host):
    assert "/book/forget" not in client.get("/book").text
    client.post("/book", data={"host_id": host.id})
    assert "/book/forget" in client.get("/book/what").text


def test_each_programme_is_told_beside_its_own_choice(client, programme, host):
    client.post("/book?lang=en", data={"host_id": host.id})
    shown = client.get("/book/what").text

    assert re.search(rf'value="{programme.id}".*?up to 120 people at once.*?</label>', shown, re.DOTALL)


def test_a_school_is_found_with_its_kind_because_its_name_may_be_a_persons(client, host):
    assert "Primary school ·" in client.get("/book?q=karadzic&lang=en").text


def test_who_wants_to_be_called_is_asked_for_the_number(client, programme, host):
    for ticked, told in (("y", True), (None, False)):
        more = {"recent_incident": ticked} if ticked else {}
        answer_all(client, programme, host, where=more)
        assert ("You asked us to call you" in client.get("/book/you?lang=en").text) is told
