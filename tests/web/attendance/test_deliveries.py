"""A phone delivers the form that it kept: stored once, answered in words; who looks at a page is asked instead."""

import datetime as dt
import re

import pytest

from scheduler.attendance.models import CountDelivery
from scheduler.attendance.queries import deliveries as queries
from scheduler.attendance.terms import HeadCounts
from scheduler.core.db import db
from scheduler.policy import Role
from scheduler.privacy.service.retention import run_retention
from tests.attendance.phones import deliveries, times_stored, two_phones
from tests.attendance.stored_counts import counting
from tests.ceilings import at_most
from tests.counting import statements
from tests.factories.counting import LEAVING, sign_all
from tests.factories.people import make_user
from tests.web.browser import sign_in_as

SHEET = re.compile(r'name="sheet"[^>]* value="([^"]+)"')
TYPED = {"pupils": "88", "parents": "0", "teachers": "2", "others": "0", "teacher_present": "y", "minutes_given": "45"}


@pytest.fixture(autouse=True)
def after_the_talk(the_clock):
    the_clock.stands_at(LEAVING)


@pytest.fixture
def phones(session):
    return two_phones()


def signed_in(app, actor):
    return sign_in_as(app.test_client(), actor.user_id)


def path_of(phones):
    return f"/visits/{phones.begun.visit.number}/count/1"


def sheet_on(answer):
    return SHEET.search(answer.text)[1]


def test_a_kept_form_is_stored_once_however_often_it_comes(app, phones):
    phone, path = signed_in(app, phones.who[0]), path_of(phones)
    kept = TYPED | {"sheet": sheet_on(phone.get(path)), "turn": "1"}

    answers = [phone.post(f"{path}/deliver?lang=en", data=kept) for _time in range(3)]

    assert [(one.status_code, one.json) for one in answers] == [
        (200, {"outcome": "stored", "words": "The numbers are saved."})
    ] * 3
    assert times_stored(phones.first) == 1


def test_numbers_that_come_too_late_are_kept_beside_and_the_coordinator_reads_both(app, phones):
    first, second = (signed_in(app, one) for one in phones.who)
    path = path_of(phones)
    kept = TYPED | {"pupils": "61", "sheet": sheet_on(second.get(path)), "turn": "1", "asked_of": "63", "sure": "y"}
    first.post(path, data=TYPED | {"sheet": sheet_on(first.get(path))})

    answer = second.post(f"{path}/deliver?lang=en", data=kept)

    assert answer.json["outcome"] == "aside"
    assert "Yours are kept beside them" in answer.json["words"]
    assert counting(phones.first) == HeadCounts(pupils=88, teachers=2)
    desk = sign_in_as(app.test_client(), make_user(Role.COORDINATOR, centre_id=phones.begun.visit.centre_id).id)
    for page in (f"/attendance/{phones.begun.visit.number}", "/attendance"):
        assert "other numbers came from a phone" in desk.get(f"{page}?lang=en").text
        assert "pupils 61" in desk.get(f"{page}?lang=en").text
    sign_all(phones.begun, HeadCounts(pupils=88, teachers=2))  # both agree: what came before the lock is settled
    assert "other numbers came from a phone" not in desk.get("/attendance?lang=en").text
    assert "other numbers came from a phone" in desk.get(f"/attendance/{phones.begun.visit.number}?lang=en").text


def test_a_page_that_is_old_asks_and_the_second_press_counts(app, phones):
    first, second = (signed_in(app, one) for one in phones.who)
    path = path_of(phones)
    old = sheet_on(second.get(path))
    first.post(path, data=TYPED | {"sheet": sheet_on(first.get(path))})

    asked = second.post(f"{path}?lang=en", data=TYPED | {"pupils": "90", "sheet": old})

    assert (asked.status_code, times_stored(phones.first)) == (422, 1)
    assert "Said meanwhile: pupils 88, parents 0, teachers 2, others 0." in asked.text
    assert 'value="90"' in asked.text
    again = second.post(path, data=TYPED | {"pupils": "90", "sheet": sheet_on(asked)})
    assert (again.status_code, counting(phones.first).pupils) == (302, 90)


def test_a_page_pressed_twice_is_stored_once(app, phones):
    phone, path = signed_in(app, phones.who[0]), path_of(phones)
    typed = TYPED | {"sheet": sheet_on(phone.get(path))}

    answers = [phone.post(path, data=typed).status_code for _press in range(2)]

    assert answers == [302, 302]
    assert [one.turn for one in deliveries(phones.first)] == [0]


@pytest.mark.parametrize(
    ("typed", "outcome", "words"),
    [({"pupils": "x"}, "asks", "Pupils"), ({"pupils": "10", "teachers": "0"}, "sure", "half of what was announced")],
)
def test_what_a_phone_typed_wrong_is_answered_in_words_and_not_stored(app, phones, typed, outcome, words):
    phone, path = signed_in(app, phones.who[0]), path_of(phones)
    kept = TYPED | {"sheet": sheet_on(phone.get(path)), "turn": "1"} | typed

    answer = phone.post(f"{path}/deliver?lang=en", data=kept)

    assert (answer.status_code, answer.json["outcome"]) == (422, outcome)
    assert words in answer.json["words"]
    assert deliveries(phones.first) == []


def test_a_phone_of_nobody_and_of_a_presentation_that_is_not_there(app, phones):
    path = path_of(phones)

    assert app.test_client().post(f"{path}/deliver", data=TYPED).status_code in (302, 403)
    assert signed_in(app, phones.who[0]).post(f"{path}9/deliver", data=TYPED).status_code == 404


def test_a_key_of_any_letters_is_no_key(app, phones):
    phone, path = signed_in(app, phones.who[0]), path_of(phones)

    for bad in ("", "x", "open-1.n.x", "ж" * 500, "open-1"):
        assert phone.post(f"{path}/deliver", data=TYPED | {"sheet": bad, "turn": "9" * 30}).json["outcome"] == "aside"
    assert times_stored(phones.first) == 0


def test_many_deliveries_are_read_with_one_question(app, phones):
    desk = sign_in_as(app.test_client(), make_user(Role.COORDINATOR, centre_id=phones.begun.visit.centre_id).id)
    desk.get("/attendance")
    with statements() as before:
        desk.get("/attendance")
    phones.deliver(phones.types(0, 88))
    for pupils in (70, 71, 72):
        phones.deliver(phones.types(1, pupils))
    with statements() as after:
        assert "other numbers" in desk.get("/attendance?lang=en").text

    for made in (before, after):
        at_most(1, [one for one in made if "count_delivery" in one])


def test_many_that_were_set_aside_are_shown_a_page_at_a_time(app, phones, monkeypatch):
    monkeypatch.setattr(queries, "ASIDE_ON_A_PAGE", 2)
    phones.deliver(phones.types(0, 88))
    for pupils in (70, 71, 72):
        phones.deliver(phones.types(1, pupils))
    desk = sign_in_as(app.test_client(), make_user(Role.COORDINATOR, centre_id=phones.begun.visit.centre_id).id)

    pages = [desk.get(f"/attendance?lang=en&aside={page}").text for page in (1, 2)]

    shown = [[f"pupils {pupils}" in page for pupils in (70, 71, 72)] for page in pages]
    assert shown == [[True, True, False], [False, False, True]]
    assert "aside=2" in pages[0]


def test_a_year_later_deliveries_are_forgotten(phones):
    phones.deliver(phones.types(0, 88))

    run_retention(now=LEAVING + dt.timedelta(days=370))

    db.session.rollback()
    assert db.session.query(CountDelivery).count() == 0
    assert times_stored(phones.first) == 1
