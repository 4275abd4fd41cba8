"""A phone delivers the form that it kept: stored once, answered in words; who looks at a page is asked instead."""

import datetime as dt

import pytest

from scheduler.attendance.models import CountDelivery
from scheduler.attendance.queries import deliveries as queries
from scheduler.attendance.terms import HeadCounts
from scheduler.privacy.service.retention import run_retention
from tests.attendance.phones import deliveries, times_stored, two_phones
from tests.attendance.stored_counts import counting
from tests.ceilings import at_most
from tests.counting import statements
from tests.factories.counting import FAIR, LEAVING, sign_all
from tests.web.browser import sign_in_as, staff_of
from tests.web.reading import rows_of, value_of

pytestmark = pytest.mark.usefixtures("after_the_talk")

TYPED = {"pupils": "88", "parents": "0", "teachers": "2", "others": "0", "teacher_present": "y", "minutes_given": "45"}
OTHERS = "other numbers came from a phone"


@pytest.fixture
def phones(session):
    return two_phones()


@pytest.fixture
def path(phones):
    return f"/visits/{phones.begun.visit.number}/count/1"


@pytest.fixture
def first(app, phones):
    return sign_in_as(app.test_client(), phones.who[0].user_id)


@pytest.fixture
def second(app, phones):
    return sign_in_as(app.test_client(), phones.who[1].user_id)


@pytest.fixture
def desk(app, phones):
    return staff_of(app, phones.begun.visit)


def typed_on(phone, path, **more):
    """The form as this phone opened it, filled in."""
    return TYPED | {"sheet": value_of(phone.get(path), "sheet")} | more


def deliver_late(phones) -> None:
    """One phone counts, and three numbers of the other come afterwards."""
    phones.deliver(phones.types(0, 88))
    for pupils in (70, 71, 72):
        phones.deliver(phones.types(1, pupils))


def test_a_kept_form_is_stored_once_however_often_it_comes(phones, first, path):
    kept = typed_on(first, path, turn="1")

    answers = [first.post(f"{path}/deliver?lang=en", data=kept) for _time in range(3)]

    assert {one.status_code for one in answers} == {200}
    assert [one.json for one in answers] == [{"outcome": "stored", "words": "The numbers are saved."}] * 3
    assert times_stored(phones.first) == 1


def test_numbers_that_come_too_late_are_set_aside_and_the_coordinator_reads_both(phones, first, second, path, desk):
    late = typed_on(second, path, pupils="61", turn="1", asked_of="63", sure="y")
    first.post(path, data=typed_on(first, path))

    answer = second.post(f"{path}/deliver?lang=en", data=late)

    assert answer.json["outcome"] == "aside"
    assert "Yours are kept beside them" in answer.json["words"]
    assert counting(phones.first) == FAIR
    of_visit, of_all = f"/attendance/{phones.begun.visit.number}?lang=en", "/attendance?lang=en"
    for page in (of_visit, of_all):
        assert OTHERS in desk.get(page).text
        assert "pupils 61" in desk.get(page).text
    sign_all(phones.begun, HeadCounts(pupils=88, teachers=2))  # both agree: what came before the lock is settled
    assert [OTHERS in desk.get(page).text for page in (of_visit, of_all)] == [True, False]


def test_a_page_that_is_old_asks_and_the_second_press_counts(phones, first, second, path):
    old = typed_on(second, path, pupils="90")
    first.post(path, data=typed_on(first, path))

    asked = second.post(f"{path}?lang=en", data=old)

    assert (asked.status_code, times_stored(phones.first)) == (422, 1)
    assert "Said meanwhile: pupils 88, parents 0, teachers 2, others 0." in asked.text
    assert 'value="90"' in asked.text
    assert second.post(path, data=old | {"sheet": value_of(asked, "sheet")}).status_code == 302
    assert counting(phones.first).pupils == 90


def test_a_page_pressed_twice_is_stored_once(phones, first, path):
    typed = typed_on(first, path)

    answers = [first.post(path, data=typed).status_code for _press in range(2)]

    assert answers == [302, 302]
    assert [one.turn for one in deliveries(phones.first)] == [0]


@pytest.mark.parametrize(
    ("typed", "outcome", "words"),
    [({"pupils": "x"}, "asks", "Pupils"), ({"pupils": "10", "teachers": "0"}, "sure", "half of what was announced")],
)
def test_what_a_phone_typed_wrong_is_answered_in_words_and_not_stored(phones, first, path, typed, outcome, words):
    answer = first.post(f"{path}/deliver?lang=en", data=typed_on(first, path, turn="1", **typed))

    assert (answer.status_code, answer.json["outcome"]) == (422, outcome)
    assert words in answer.json["words"]
    assert deliveries(phones.first) == []


def test_a_phone_of_nobody_and_a_presentation_that_is_not_there(client, first, path):
    assert client.post(f"{path}/deliver", data=TYPED).status_code in (302, 403)
    assert first.post(f"{path}9/deliver", data=TYPED).status_code == 404


@pytest.mark.parametrize("key", ["", "x", "open-1.n.x", "ж" * 500, "open-1"])
def test_a_key_of_any_letters_is_no_key(phones, first, path, key):
    answer = first.post(f"{path}/deliver", data=TYPED | {"sheet": key, "turn": "9" * 30})

    assert answer.json["outcome"] == "aside"
    assert times_stored(phones.first) == 0


def test_many_deliveries_are_read_with_one_question(phones, desk):
    desk.get("/attendance")
    with statements() as before:
        desk.get("/attendance")
    deliver_late(phones)
    with statements() as after:
        assert "other numbers" in desk.get("/attendance?lang=en").text

    for made in (before, after):
        at_most(1, [one for one in made if "count_delivery" in one])


def test_many_that_were_set_aside_are_shown_a_page_at_a_time(phones, desk, monkeypatch):
    monkeypatch.setattr(queries, "ASIDE_ON_A_PAGE", 2)
    deliver_late(phones)

    pages = [desk.get(f"/attendance?lang=en&aside={page}").text for page in (1, 2)]

    shown = [[pupils for pupils in (70, 71, 72) if f"pupils {pupils}" in page] for page in pages]
    assert shown == [[70, 71], [72]]
    assert "aside=2" in pages[0]


def test_a_year_later_deliveries_are_forgotten(phones):
    phones.deliver(phones.types(0, 88))

    run_retention(now=LEAVING + dt.timedelta(days=370))

    assert rows_of(CountDelivery) == []
    assert times_stored(phones.first) == 1
