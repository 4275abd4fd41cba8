"""A school books: page by page, without an account, without a script, without losing a letter."""

import datetime as dt
import json
import re

import pytest
from sqlalchemy import func, select

from scheduler.core.db import db, transaction
from scheduler.messages.models import OutboxMessage
from scheduler.places.models import Host
from scheduler.programmes.terms import Audience
from scheduler.requests.models import BookingAnswers, RequestedPresentation, SchoolRequest
from scheduler.requests.service.answers import keep_answers
from scheduler.requests.terms.school_request import RequestState
from tests.factories import MONDAY
from tests.factories.places import make_host, make_municipality
from tests.factories.programmes import make_programme
from tests.web.requests.answered import FIRST, LAST, answer_all, answers, text_of
from tools.bench.visitor import day

pytestmark = pytest.mark.usefixtures("hands")

MARKUP = '<script>alert("x")</script>'


def requests_stored() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count(SchoolRequest.id)))


def test_a_school_books_in_seven_pages_and_one_press(client, programme, host):
    assert answer_all(client, programme, host).location == "/book/check"
    shown = text_of(client.get("/book/check?lang=en"))
    for words in ("Vuk Karadžić", "Talk with pupils", "VII-1, VII-2: 51 pupils, 2 teachers", "Оливера Матић"):
        assert words in shown
    assert requests_stored() == 0

    response = client.post("/book/check", data={"form_key": "one"})

    assert response.location == "/book/sent"
    row = db.session.scalars(select(SchoolRequest)).one()
    assert (row.state, row.first_day, row.last_day, row.room) == (RequestState.UNVERIFIED, FIRST, LAST, "Свечана сала")
    assert (row.language, row.has_projector, row.has_sound) == ("en", True, False)
    assert "o.matic@skola.example.org" in client.get("/book/sent").text
    assert db.session.scalars(select(BookingAnswers)).all() == []


def test_hosts_are_found_in_either_script_and_shown_with_their_place(client, host):
    make_host("Десанка Максимовић")

    for typed in ("karadzic", "Караџић", "vuk nis"):
        found = client.get("/book", query_string={"q": typed}).text
        assert f'value="{host.id}"' in found
        assert "Десанка" not in found


def test_a_search_without_a_result_offers_to_type_the_school(client, host):
    response = client.get("/book?q=zzzz&lang=en")

    assert "Nothing is found" in response.text
    assert "/book/new-host" in response.text


def test_what_was_typed_and_not_found_is_the_name_on_the_next_page(client, host):
    shown = client.get("/book", query_string={"q": "ОШ Војвода"}).text
    assert 'href="/book/new-host?name=%D0%9E%D0%A8+%D0%92%D0%BE%D1%98%D0%B2%D0%BE%D0%B4%D0%B0"' in shown

    typed = client.get("/book/new-host", query_string={"name": "ОШ „Војвода“" + "а" * 999}).text
    assert 'value="ОШ „Војвода“а' in typed
    assert "а" * 150 not in typed


def test_a_school_chosen_on_the_front_page_is_shown_before_it_is_taken(client, host):
    shown = client.get("/book", query_string={"host": host.id}).text

    assert f'name="host_id" value="{host.id}"' in shown
    assert client.post("/book", data={"host_id": host.id}).location == "/book/what"


@pytest.mark.parametrize("number", ["999999", "0", "-1", "x", "1" * 40, "٣"])
def test_a_number_of_no_school_begins_the_booking_anew(client, host, number):
    answer = client.get("/book", query_string={"host": number})

    assert answer.status_code == 200
    assert 'name="host_id" value=' not in answer.text.replace('value=""', "")


def test_a_school_that_was_typed_by_another_is_not_shown_by_its_number(client, host):
    hidden = make_host("Нечија школа", listed=False)

    assert "Нечија" not in client.get("/book", query_string={"host": hidden.id, "lang": "sr_Cyrl"}).text


def test_a_school_that_is_not_on_the_list_is_typed_and_kept_with_the_request(client, programme, host):
    town = make_municipality()
    typed = {"name": "Дом ученика", "kind": "dormitory", "place": "Ниш", "municipality": str(town.id), "address": ""}
    assert client.post("/book/new-host", data=typed).location == "/book/what"
    for page, given in answers(programme).items():
        assert client.post(f"/book/{page}", data=given).status_code == 302
    client.post("/book/check", data={"form_key": "one"})

    row = db.session.scalars(select(SchoolRequest)).one()
    assert db.session.get(Host, row.host_id).name_sr_cyrl == "Дом ученика"


def test_a_typed_school_needs_its_name_place_and_municipality(client):
    response = client.post("/book/new-host?lang=en", data={"name": "Дом", "kind": "dormitory"}, follow_redirects=True)

    assert response.status_code == 422
    assert text_of(response).count("Fill in this field.") + text_of(response).count("Choose one") >= 2
    assert 'value="Дом"' in response.text


def test_going_back_shows_what_was_typed(client, programme, host):
    answer_all(client, programme, host)

    assert 'value="VII-1, VII-2"' in client.get("/book/who").text
    assert 'value="51"' in client.get("/book/who").text
    assert f'value="{day(FIRST)}"' in client.get("/book/when").text
    assert re.search(
        r'<input[^>]*checked[^>]*id="teacher_stays"|id="teacher_stays"[^>]*checked', client.get("/book/where").text
    )


def test_nothing_personal_stands_in_an_address(client, programme, host):
    client.post("/book", data={"host_id": host.id})
    locations = [client.post(f"/book/{page}", data=typed).location for page, typed in answers(programme).items()]

    assert locations == ["/book/when", "/book/who", "/book/where", "/book/you", "/book/check"]


def test_pages_without_the_ones_before_lead_to_the_first(client, programme):
    for page in ("what", "when", "who", "where", "you", "check"):
        assert client.get(f"/book/{page}").location == "/book"


def test_two_visitors_do_not_see_each_others_answers(app, client, programme, host):
    answer_all(client, programme, host)

    assert "VII-1" not in app.test_client().get("/book/who", follow_redirects=True).text


def test_answers_are_deleted_on_wish(client, programme, host):
    answer_all(client, programme, host)
    client.post("/book/forget")

    assert db.session.scalars(select(BookingAnswers)).all() == []
    assert client.get("/book/check").location == "/book"


def test_a_programmes_own_page_ticks_it_already(client, programme, host):
    client.post("/book", data={"host_id": host.id, "programme": "talk"})

    assert re.search(
        rf'checked[^>]*value="{programme.id}"|value="{programme.id}"[^>]*checked', client.get("/book/what").text
    )


def test_more_and_fewer_presentations_keep_what_is_typed(client, programme, host):
    client.post("/book", data={"host_id": host.id})
    for page in ("what", "when"):
        client.post(f"/book/{page}", data=answers(programme)[page])
    more = client.post("/book/who", data=answers(programme)["who"] | {"more": "1"}, follow_redirects=True)

    assert "presentations-1-pupils" in more.text
    assert 'value="VII-1, VII-2"' in more.text
    assert more.status_code == 200

    second = {key.replace("-0-", "-1-"): value for key, value in answers(programme)["who"].items()}
    fewer = client.post("/book/who", data=answers(programme)["who"] | second | {"fewer": "1"}, follow_redirects=True)
    assert fewer.status_code == 200
    assert "presentations-1-pupils" not in fewer.text


def test_two_presentations_are_stored_in_their_order(client, programme, host):
    second = {key.replace("-0-", "-1-"): value for key, value in answers(programme)["who"].items()}
    answer_all(client, programme, host, who=second | {"presentations-1-pupils": "47"})
    client.post("/book/check", data={"form_key": "one"})

    asked = db.session.scalars(select(RequestedPresentation).order_by(RequestedPresentation.ordinal)).all()
    assert [(one.ordinal, one.pupils) for one in asked] == [(1, 51), (2, 47)]


WRONG = [
    ("when", {"first_day": "31.2.2027."}, "Enter a day like this"),
    ("when", {"first_day": "x" * 5000}, "Enter a day like this"),
    ("when", {"first_day": "9" * 5000}, "Enter a day like this"),
    ("when", {"first_day": day(MONDAY.date())}, "Choose a later day"),
    ("when", {"first_day": "1.1.2020."}, "still to come"),
    ("when", {"last_day": day(FIRST - dt.timedelta(days=1))}, "not before the first"),
    ("when", {"last_day": day(FIRST + dt.timedelta(days=200))}, "120 days"),
    ("when", {"day_part": "night"}, "Choose one of the answers"),
    ("what", {"programme": "999"}, "Choose one of the answers"),
    ("what", {"programme": "9" * 5000}, "Choose one of the answers"),
    ("who", {"presentations-0-pupils": "9" * 5000}, "Enter a whole number"),
    ("who", {"presentations-0-pupils": "-5"}, "Enter a number between 0 and"),
    ("who", {"presentations-0-pupils": "many"}, "Enter a whole number"),
    ("who", {"presentations-0-pupils": "0"}, "Enter how many people come"),
    ("who", {"presentations-0-pupils": "121"}, "so many do not fit into one"),
    ("who", {"presentations-0-audience": "aliens"}, "Choose one of the answers"),
    ("who", {"presentations-0-classes": "x" * 5000}, "Shorten this text"),
    ("where", {"safeguarding_contact": ""}, "Fill in this field"),
    ("where", {"room": "x" * 100_000}, "Shorten this text"),
    ("you", {"contact_email": "ana"}, "Enter the whole address"),
    ("you", {"contact_name": "\u200b \u202e"}, "Fill in this field"),
]


@pytest.mark.parametrize(("page", "wrong", "told"), WRONG)
def test_wrong_answers_get_a_sentence_beside_the_field_and_lose_nothing(client, programme, host, page, wrong, told):
    client.post("/book?lang=en", data={"host_id": host.id})
    right = answers(programme)
    for earlier in list(right)[: list(right).index(page)]:
        client.post(f"/book/{earlier}", data=right[earlier])
    response = client.post(f"/book/{page}", data=right[page] | wrong, follow_redirects=True)

    assert response.status_code == 422
    assert told in text_of(response)
    assert text_of(response).count(told) >= 1
    for field, value in right[page].items():
        if field not in wrong and value not in ("y", "") and f'name="{field}"' in response.text:
            assert f'value="{value}"' in response.text
    assert client.get("/book/check").location == f"/book/{page}"


def test_the_tick_for_the_teacher_is_needed(client, programme, host):
    client.post("/book?lang=en", data={"host_id": host.id})
    right = answers(programme)
    for earlier in ("what", "when", "who"):
        client.post(f"/book/{earlier}", data=right[earlier])
    without = {key: value for key, value in right["where"].items() if key != "teacher_stays"}
    response = client.post("/book/where", data=without, follow_redirects=True)

    assert response.status_code == 422
    assert "Confirm that a teacher stays in the classroom." in response.text
    assert 'value="Свечана сала"' in response.text


def test_a_megabyte_is_refused_with_a_page_and_earlier_answers_stay(client, programme, host):
    client.post("/book", data={"host_id": host.id})
    client.post("/book/what", data=answers(programme)["what"])
    response = client.post("/book/where", data={"room": "x" * 1_000_000})

    assert response.status_code == 413
    assert "19833" in response.text
    assert "1 MB" in response.text
    assert client.get("/book/when").status_code == 200


def test_markup_is_text(client, programme, host):
    answer_all(client, programme, host, where={"room": MARKUP}, you={"contact_name": MARKUP})
    shown = client.get("/book/check").text

    assert MARKUP not in shown
    assert "&lt;script&gt;" in shown
    assert MARKUP not in client.get("/book", query_string={"q": MARKUP}).text


def test_a_host_that_is_not_there_is_not_found(client):
    assert client.post("/book", data={"host_id": "999"}).status_code == 404
    assert client.post("/book", data={"host_id": "9" * 5000}).status_code == 200
    assert client.post("/book", data={"host_id": "1; DROP TABLE host"}).status_code == 200


def test_a_programme_closed_in_the_meantime_is_told_at_the_end(client, programme, host):
    answer_all(client, programme, host)
    with transaction() as session:
        session.merge(programme).open = False
    response = client.post("/book/check?lang=en", data={"form_key": "one"}, follow_redirects=True)

    assert requests_stored() == 0
    assert "What would you like?" in response.text


# bots and floods


def test_a_filled_trap_is_told_what_people_are_told_and_stores_nothing(client, programme, host):
    answer_all(client, programme, host)

    assert client.post("/book/check", data={"website": "http://spam.example"}).location == "/book/sent"
    assert requests_stored() == 0


def test_what_no_hand_can_do_is_asked_to_wait_and_loses_nothing(client, programme, host, monkeypatch):
    monkeypatch.setattr("scheduler.web.requests.booking.draft.QUICKEST_S", 60)
    answer_all(client, programme, host)
    response = client.post("/book/check?lang=en", data={"form_key": "one"})

    assert (response.status_code, requests_stored()) == (422, 0)
    assert "Wait a few seconds" in response.text
    assert client.get("/book/check").status_code == 200


def test_a_flood_is_stopped_with_a_clear_page_and_the_answers_stay(client, programme, host):
    for number in range(3):
        answer_all(client, programme, host)
        client.post("/book/check", data={"form_key": f"key {number}"})
    answer_all(client, programme, host)
    response = client.post("/book/check?lang=en", data={"form_key": "one more"})

    assert (response.status_code, response.headers["Retry-After"]) == (429, "86400")
    assert "Too many" in response.text, response.text[response.text.find("<main") :]
    assert "Оливера Матић" in response.text
    assert requests_stored() == 3
    assert db.session.scalar(select(func.count(OutboxMessage.id))) == 3


def test_the_same_press_twice_is_one_request(app, client, programme, host):
    answer_all(client, programme, host)
    client.post("/book/check", data={"form_key": "same"})
    answer_all(client, programme, host)
    client.post("/book/check", data={"form_key": "same"})

    assert requests_stored() == 1


def test_trust_r11_the_second_press_of_a_double_click_shows_what_the_first_did(client, programme, host):
    answer_all(client, programme, host)

    answers = [client.post("/book/check", data={"form_key": "pressed twice"}) for _press in range(2)]

    assert [answer.location for answer in answers] == ["/book/sent", "/book/sent"]
    assert requests_stored() == 1


def test_two_tabs_with_the_last_page_of_one_booking_make_one_request(app, client, programme, host):
    answer_all(client, programme, host)
    other = app.test_client()
    other.set_cookie("raspored", client.get_cookie("raspored").value)

    answers = [one.post("/book/check", data={"form_key": key}) for one, key in ((client, "one"), (other, "two"))]

    assert [answer.location for answer in answers] == ["/book/sent", "/book/sent"]
    assert requests_stored() == 1


def test_more_than_any_booking_holds_is_refused_and_breaks_nothing(client, programme, host):
    client.post("/book", data={"host_id": host.id})

    answer = client.post(
        "/book/what", data=answers(programme)["what"] | {"teaching_language": ["sr", *["я" * 2500] * 40]}
    )

    assert answer.status_code == 422


def test_a_programme_for_one_audience_sends_it_along_unseen(client, host):
    """There is nothing to choose: the page carries the one audience and the one level as they are."""
    programme = make_programme(Audience.PUPILS, slug="pupils-only")
    client.post("/book", data={"host_id": host.id})
    for page in ("what", "when"):
        client.post(f"/book/{page}", data=answers(programme)[page])

    assert '<input type="hidden" name="presentations-0-audience" value="pupils">' in client.get("/book/who").text


def test_trust_s43_an_identity_number_typed_into_a_booking_is_kept_nowhere(app, session):
    keep_answers(None, {"you": {"contact_name": ["Ана 0101990 710008"], "room": ["7"]}}, now=MONDAY)

    assert json.loads(session.query(BookingAnswers).one().answers) == {"you": {"contact_name": [""], "room": ["7"]}}
