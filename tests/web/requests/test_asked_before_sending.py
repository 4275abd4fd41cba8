"""A weekend, a programme for other schools, a picture in a class: asked about once, then sent; nothing is lost."""

import pytest

from scheduler.programmes.terms import Audience, SchoolLevel
from tests.factories.programmes import make_programme
from tests.web.reading import text_of
from tests.web.requests.booking import answers, sent

WEEKEND = {"first_day": "17. октобар", "last_day": "18.10."}
PICTURE = {"presentations-0-classes": "VII-1 🐸"}
SURE = "tick that it is meant so"


@pytest.fixture
def secondary_talk(programme):
    given = {"slug": "seniors", "name_en": "For seniors", "level": SchoolLevel.SECONDARY}
    return make_programme(Audience.PUPILS, centre_id=programme.centre_id, **given)


@pytest.mark.parametrize(
    ("page", "typed", "asked"),
    [
        ("when", WEEKEND, "The only days you named are a weekend."),
        ("who", PICTURE, "There is a picture among the letters of a class."),
    ],
)
def test_a_likely_slip_is_asked_about_and_sent_when_it_is_meant_so(booking, page, typed, asked):
    booking.answer_all(**{page: typed})
    assert asked in booking.read("check")

    again = booking.send("one")

    assert (again.status_code, [words in text_of(again) for words in (asked, SURE)]) == (422, [True, True])
    assert sent() == []
    assert booking.send("two", sure="y").location == "/book/sent"
    assert len(sent()) == 1


def test_a_fair_booking_is_asked_nothing_more(booking):
    booking.answer_all()

    assert 'name="sure"' not in booking.get("check").text
    assert booking.send().location == "/book/sent"


def test_a_programme_for_other_schools_is_not_offered(booking, programme, secondary_talk):
    shown = booking.begin().get("what").text

    assert (f'value="{programme.id}"' in shown, "For seniors" in shown) == (True, False)
    assert booking.post("what", answers(secondary_talk)["what"]) == "/book/what"


def test_chosen_on_its_own_page_it_is_kept_and_asked_about(booking, secondary_talk):
    booking.client.post("/book?lang=en", data={"host_id": booking.host.id, "programme": "seniors"})
    assert "For seniors" in booking.get("what").text
    for page, typed in answers(secondary_talk).items():
        booking.post(page, typed)

    assert "made for another level of school" in booking.read("check")
    assert booking.send(sure="y").location == "/book/sent"


def test_on_the_phone_the_same_is_asked(desk, booking):
    typed = {name: value for page in booking.usual.values() for name, value in page.items()} | WEEKEND | PICTURE
    path, typed = f"/requests/phone?host={booking.host.id}&lang=en", typed | {"form_key": "one"}

    asked = desk.post(path, data=typed)

    assert (asked.status_code, sent()) == (422, [])
    for words in ("The only days you named are a weekend.", 'value="VII-1 🐸"'):
        assert words in text_of(asked) + asked.text
    assert desk.post(path, data=typed | {"sure": "y"}).status_code == 302
    assert len(sent()) == 1
