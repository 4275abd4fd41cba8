"""A school books: page by page, without an account, without a script, without losing a letter."""

import datetime as dt
import json
import re

import pytest

from scheduler.core import tokens
from scheduler.core.db import transaction
from scheduler.messages.models import OutboxMessage
from scheduler.places.models import Host
from scheduler.programmes.terms import Audience
from scheduler.requests.models import BookingAnswers, RequestedPresentation, SchoolRequest
from scheduler.requests.service.answers import keep_answers
from scheduler.requests.terms.school_request import RequestState
from tests.factories import MONDAY
from tests.factories.places import make_host, make_municipality
from tests.factories.programmes import make_programme
from tests.visitor import day
from tests.web.reading import rows_of, text_of
from tests.web.requests.booking import FIRST, LAST, Booking, renamed, sent

WISH = "Please call: something happened lately"

MARKUP = '<script>alert("x")</script>'


def test_a_school_books_in_seven_pages_and_one_press(booking):
    assert booking.answer_all() == "/book/check"
    shown = booking.read("check")
    for words in ("Vuk Karadžić", "Talk with pupils", "VII-1, VII-2: 51 pupils, 2 teachers", "Оливера Матић"):
        assert words in shown
    assert sent() == []

    assert booking.send().location == "/book/sent"

    [row] = sent()
    assert (row.state, row.first_day, row.last_day, row.room) == (RequestState.UNVERIFIED, FIRST, LAST, "Свечана сала")
    assert (row.language, row.has_projector, row.has_sound) == ("en", True, False)
    assert "o.matic@skola.example.org" in booking.get("sent").text
    assert rows_of(BookingAnswers) == []


@pytest.mark.parametrize("typed", ["karadzic", "Караџић", "vuk nis"])
def test_hosts_are_found_in_either_script_and_shown_with_their_place(client, host, typed):
    make_host("Десанка Максимовић")

    found = client.get("/book", query_string={"q": typed}).text

    assert (f'value="{host.id}"' in found, "Десанка" in found) == (True, False)


def test_what_was_typed_and_not_found_is_the_name_on_the_next_page(client, host):
    shown = client.get("/book", query_string={"q": "ОШ Војвода", "lang": "en"}).text
    assert "Nothing is found" in shown
    assert 'href="/book/new-host?name=%D0%9E%D0%A8+%D0%92%D0%BE%D1%98%D0%B2%D0%BE%D0%B4%D0%B0"' in shown

    typed = client.get("/book/new-host", query_string={"name": "ОШ „Војвода“" + "а" * 999}).text
    assert 'value="ОШ „Војвода“а' in typed
    assert "а" * 150 not in typed


def test_a_school_chosen_on_the_front_page_is_shown_before_it_is_taken_and_one_typed_by_another_never(client, host):
    shown = client.get("/book", query_string={"host": host.id}).text
    assert f'name="host_id" value="{host.id}"' in shown
    assert client.post("/book", data={"host_id": host.id}).location == "/book/what"

    hidden = make_host("Нечија школа", listed=False)
    assert "Нечија" not in client.get("/book", query_string={"host": hidden.id, "lang": "sr_Cyrl"}).text


@pytest.mark.parametrize("number", ["999999", "0", "-1", "x", "1" * 40, "٣"])
def test_a_number_of_no_school_begins_the_booking_anew(client, host, number):
    answer = client.get("/book", query_string={"host": number})

    assert answer.status_code == 200
    assert 'name="host_id" value=' not in answer.text.replace('value=""', "")


def test_a_school_that_is_not_on_the_list_is_typed_and_kept_with_the_request(booking):
    typed = {"name": "Дом ученика", "kind": "dormitory", "place": "Ниш", "municipality": str(make_municipality().id)}
    assert booking.post("new-host", typed | {"address": ""}) == "/book/what"
    booking.answer(*booking.usual)
    booking.send()

    assert sent()[0].host_id == rows_of(Host.id)[-1]
    assert rows_of(Host.name_sr_cyrl)[-1] == "Дом ученика"


def test_a_typed_school_needs_its_name_place_and_municipality(client):
    response = client.post("/book/new-host?lang=en", data={"name": "Дом", "kind": "dormitory"}, follow_redirects=True)

    assert response.status_code == 422
    assert text_of(response).count("Fill in this field.") + text_of(response).count("Choose one") >= 2
    assert 'value="Дом"' in response.text


def test_going_back_shows_what_was_typed_and_after_the_sending_once_more_that_it_is_sent(booking):
    booking.answer_all()
    for page, values in {"who": ("VII-1, VII-2", "51"), "when": (day(FIRST), day(LAST))}.items():
        assert [value for value in values if f'value="{value}"' not in booking.get(page).text] == []
    where = booking.get("where").text
    assert re.search(r'<input[^>]*checked[^>]*id="teacher_stays"|id="teacher_stays"[^>]*checked', where)

    booking.send()
    assert [booking.get(page).location for page in ("check", "you")] == ["/book/sent", "/book/sent"]
    assert booking.client.get("/book").status_code == 200


def test_pages_without_the_ones_before_lead_to_the_first_and_nothing_personal_stands_in_an_address(booking):
    assert {booking.get(page).location for page in (*booking.usual, "check")} == {"/book"}

    booking.begin()
    pages = [booking.answer(page) for page in booking.usual]
    assert pages == ["/book/when", "/book/who", "/book/where", "/book/you", "/book/check"]


def test_two_visitors_do_not_see_each_others_answers_and_they_are_deleted_on_wish(app, booking):
    booking.answer_all()
    assert "VII-1" not in app.test_client().get("/book/who", follow_redirects=True).text

    booking.post("forget")
    assert rows_of(BookingAnswers) == []
    assert booking.get("check").location == "/book"


def test_a_programmes_own_page_ticks_it_already(booking, programme):
    booking.client.post("/book", data={"host_id": booking.host.id, "programme": "talk"})

    ticked = rf'checked[^>]*value="{programme.id}"|value="{programme.id}"[^>]*checked'
    assert re.search(ticked, booking.get("what").text)


def test_more_and_fewer_presentations_keep_what_is_typed(booking):
    booking.begin().answer("when")
    one = booking.usual["who"]

    booking.post("who", one | {"more": "1"})
    more = booking.get("who")
    booking.post("who", one | renamed(one, "-0-", "-1-") | {"fewer": "1"})
    fewer = booking.get("who")

    assert (more.status_code, fewer.status_code) == (200, 200)
    assert ["presentations-1-pupils" in page.text for page in (more, fewer)] == [True, False]
    assert 'value="VII-1, VII-2"' in more.text


def test_two_presentations_are_stored_in_their_order(booking):
    second = renamed(booking.usual["who"], "-0-", "-1-")
    booking.answer_all(who=second | {"presentations-1-pupils": "47"})
    booking.send()

    assert [(one.ordinal, one.pupils) for one in rows_of(RequestedPresentation)] == [(1, 51), (2, 47)]


WRONG = [
    ("when", "first_day", "31.2.2027.", "Enter a day like this"),
    ("when", "first_day", "x" * 5000, "Enter a day like this"),
    ("when", "first_day", "9" * 5000, "Enter a day like this"),
    ("when", "first_day", day(MONDAY.date()), "Choose a later day"),
    ("when", "first_day", "1.1.2020.", "still to come"),
    ("when", "last_day", day(FIRST - dt.timedelta(days=1)), "not before the first"),
    ("when", "last_day", day(FIRST + dt.timedelta(days=200)), "120 days"),
    ("when", "day_part", "night", "Choose one of the answers"),
    ("what", "programme", "999", "Choose one of the answers"),
    ("what", "programme", "9" * 5000, "Choose one of the answers"),
    ("who", "presentations-0-pupils", "9" * 5000, "Enter a whole number"),
    ("who", "presentations-0-pupils", "-5", "Enter a number between 0 and"),
    ("who", "presentations-0-pupils", "many", "Enter a whole number"),
    ("who", "presentations-0-pupils", "0", "Enter how many people come"),
    ("who", "presentations-0-pupils", "121", "so many do not fit into one"),
    ("who", "presentations-0-audience", "aliens", "Choose one of the answers"),
    ("who", "presentations-0-classes", "x" * 5000, "Shorten this text"),
    ("where", "safeguarding_contact", "", "Fill in this field"),
    ("where", "teacher_stays", "", "Confirm that a teacher stays in the classroom."),
    ("where", "room", "x" * 100_000, "Shorten this text"),
    ("you", "contact_email", "ana", "Enter the whole address"),
    ("you", "contact_name", "\u200b \u202e", "Fill in this field"),
]


@pytest.mark.parametrize(("page", "field", "typed", "told"), WRONG)
def test_wrong_answers_get_a_sentence_beside_the_field_and_lose_nothing(booking, page, field, typed, told):
    pages = list(booking.usual)
    booking.client.post("/book?lang=en", data={"host_id": booking.host.id})
    for earlier in pages[: pages.index(page)]:
        booking.answer(earlier)
    wrong = {name: value for name, value in (booking.usual[page] | {field: typed}).items() if value or name != field}

    booking.post(page, wrong)
    response = booking.get(page)

    assert response.status_code == 422
    assert told in text_of(response)
    for name, value in booking.usual[page].items():
        if name != field and value not in ("y", "") and f'name="{name}"' in response.text:
            assert f'value="{value}"' in response.text
    assert booking.get("check").location == f"/book/{page}"


def test_a_megabyte_or_more_than_any_booking_holds_is_refused_and_breaks_nothing(booking):
    response = booking.begin().client.post("/book/where", data={"room": "x" * 1_000_000})
    assert response.status_code == 413
    for words in ("19833", "1 MB"):
        assert words in response.text
    assert booking.get("when").status_code == 200

    many = booking.usual["what"] | {"teaching_language": ["sr", *["я" * 2500] * 40]}
    assert booking.begin().client.post("/book/what", data=many).status_code == 422


def test_markup_is_text(booking):
    booking.answer_all(where={"room": MARKUP}, you={"contact_name": MARKUP})

    shown = booking.get("check").text
    assert (MARKUP in shown, "&lt;script&gt;" in shown) == (False, True)
    assert MARKUP not in booking.client.get("/book", query_string={"q": MARKUP}).text


def test_a_host_that_is_not_there_is_not_found(client):
    typed = ("999", "9" * 5000, "1; DROP TABLE host")

    assert [client.post("/book", data={"host_id": one}).status_code for one in typed] == [404, 200, 200]


def test_a_programme_closed_in_the_meantime_is_told_at_the_end(booking, programme):
    booking.answer_all()
    with transaction():
        programme.open = False

    booking.send()

    assert sent() == []
    assert "What would you like?" in booking.read("what")


def test_a_programme_for_one_audience_sends_it_along_unseen_and_asks_for_no_other(client, host):
    """There is nothing to choose: the page carries the one audience and the one level as they are."""
    booking = Booking(client, host, make_programme(Audience.PUPILS, slug="pupils-only"))
    booking.begin().answer("when")

    page = booking.get("who").text

    assert '<input type="hidden" name="presentations-0-audience" value="pupils">' in page
    assert 'name="presentations-0-parents"' not in page
    assert re.search(r'<input[^>]*name="presentations-0-pupils"[^>]*value=""', page)  # no number to delete first


def test_trust_s43_an_identity_number_typed_into_a_booking_is_kept_nowhere(session):
    keep_answers(None, {"you": {"contact_name": ["Ана 0101990 710008"], "room": ["7"]}}, now=MONDAY)

    assert json.loads(rows_of(BookingAnswers.answers)[0]) == {"you": {"contact_name": [""], "room": ["7"]}}


# bots, floods and presses that come twice


def test_a_filled_trap_stores_nothing_and_the_same_answers_sent_again_are_one_request(booking):
    booking.answer_all()
    assert booking.post("check", {"website": "http://spam.example"}) == "/book/sent"
    assert sent() == []

    for _time in range(2):
        booking.answer_all()
        booking.send("same")
    assert len(rows_of(SchoolRequest)) == 1


def test_what_no_hand_can_do_is_asked_to_wait_and_loses_nothing(booking, monkeypatch):
    monkeypatch.setattr("scheduler.web.requests.booking.draft.QUICKEST_S", 60)
    booking.answer_all()

    response = booking.send()

    assert (response.status_code, "Wait a few seconds" in response.text, sent()) == (422, True, [])
    assert booking.get("check").status_code == 200


def test_a_flood_is_stopped_with_a_clear_page_and_the_answers_stay(booking):
    for number in range(3):
        booking.answer_all()
        booking.send(f"key {number}")
    booking.answer_all()

    response = booking.send("one more")

    assert (response.status_code, response.headers["Retry-After"]) == (429, "86400")
    for words in ("Too many", "Оливера Матић"):
        assert words in response.text
    assert (len(sent()), len(rows_of(OutboxMessage))) == (3, 3)


def test_trust_r11_the_second_press_of_a_double_click_or_in_another_tab_shows_what_the_first_did(app, booking):
    booking.answer_all()
    other = Booking(app.test_client(), booking.host, *booking.programmes)
    other.client.set_cookie("raspored", booking.client.get_cookie("raspored").value)

    presses = [one.send(key) for one, key in ((booking, "twice"), (booking, "twice"), (other, "of another tab"))]

    assert [answer.location for answer in presses] == ["/book/sent"] * 3
    assert len(sent()) == 1


# what a teacher who books for the first time, on a phone, would stumble over


def test_a_wrong_answer_is_told_on_a_plain_page_that_the_back_button_can_open(booking):
    """A page that answers a sending itself is asked to be sent again when somebody goes back to it."""
    assert booking.begin().post("when", {"first_day": "tomorrow"}) == "/book/when"

    shown = booking.get("when")
    for words in ("First day that suits you: Enter a day like this", "Last day that suits you: Fill in this field."):
        assert words in text_of(shown)
    assert 'value="tomorrow"' in shown.text
    booking.answer("when")
    assert "Enter a day like this" not in booking.get("when").text


def test_each_programme_is_told_beside_its_own_choice_and_the_promise_to_keep_answers_with_the_first(
    booking, programme
):
    assert "/book/forget" not in booking.client.get("/book").text
    assert "/book/forget" in booking.begin().get("what").text

    shown = booking.begin().get("what").text
    assert re.search(rf'value="{programme.id}".*?up to 120 people at once.*?</label>', shown, re.DOTALL)


def test_a_school_is_found_with_its_kind_because_its_name_may_be_a_persons(client, host):
    assert "Primary school ·" in client.get("/book?q=karadzic&lang=en").text


@pytest.mark.parametrize("more", [{"recent_incident": "y"}, {}], ids=["ticked", "not ticked"])
def test_who_wants_to_be_called_is_asked_for_the_number(booking, more):
    booking.answer_all()
    booking.post("where", booking.usual["where"] | more)

    assert ("You asked us to call you" in booking.get("you").text) is bool(more)


@pytest.mark.parametrize("typed", ["telefon", "=1+1", "<b>1</b>", "12"])
def test_what_nobody_can_dial_is_no_phone_number(booking, typed):
    booking.answer_all()

    booking.post("you", booking.usual["you"] | {"contact_phone": typed})

    answer = booking.get("you")
    assert answer.status_code == 422
    assert "Enter a phone number, for example" in text_of(answer)


def test_who_wants_to_be_called_gives_a_number_and_reads_the_wish_until_it_is_done(booking):
    """On the page before the sending, on the school's own page; the coordinator's has a note too."""
    booking.answer_all()
    booking.post("where", booking.usual["where"] | {"recent_incident": "y"})
    booking.post("you", booking.usual["you"])

    asked = booking.get("you")
    assert asked.status_code == 422
    assert "Enter a phone number: you asked us to call you." in text_of(asked)
    assert booking.usual["you"]["contact_email"] in asked.text

    booking.post("you", booking.usual["you"] | {"contact_phone": "018 555 123"})
    assert WISH in booking.read("check")
    booking.send()
    [row] = rows_of(SchoolRequest)
    assert (row.recent_incident, row.contact_phone) == (True, "018 555 123")
    with transaction():
        secret = tokens.mint("status", row.id, lasts=dt.timedelta(days=1), now=MONDAY)
    assert WISH in text_of(booking.client.get(f"/status/{secret}?lang=en"))


# --- pages that are sent are stored, and free dates are computed: nobody makes us do either without end ---


def statuses(app, times: int, ask) -> list[int]:
    """Each time by a program that keeps no cookie, so that each would be a row of its own."""
    return [ask(app.test_client()).status_code for _ in range(times)]


def test_a_program_that_sends_the_first_page_without_end_is_stopped(app):
    host_id = make_host().id

    answers = statuses(app, 125, lambda client: client.post("/book", data={"host_id": host_id}))

    assert (answers[:120], set(answers[120:])) == ([302] * 120, {429})
    assert len(rows_of(BookingAnswers)) == 120


def test_a_program_that_types_hosts_without_end_is_stopped(app):
    town = make_municipality().id
    data = {"kind": "primary", "name": "x", "place": "y", "municipality": str(town)}

    answers = statuses(app, 125, lambda client: client.post("/book/new-host", data=data))

    assert answers.count(429) == 5


def test_free_dates_of_a_booking_cost_as_much_as_those_of_their_own_page(booking):
    booking.begin()

    answers = [booking.get("when").status_code for _ in range(61)]

    assert (answers[:60], answers[60]) == ([200] * 60, 429)


@pytest.mark.parametrize("page", ["what", "who", "where", "you"])
def test_pages_that_cost_little_are_opened_as_often_as_one_likes(booking, page):
    booking.begin()

    assert {booking.get(page).status_code for _ in range(65)} == {200}
