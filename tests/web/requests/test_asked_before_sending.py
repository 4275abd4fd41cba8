"""A weekend, a programme for other schools, a picture in a class: asked about once, then sent; nothing is lost."""

import pytest

from scheduler.core.db import db
from scheduler.programmes.terms import Audience, SchoolLevel
from scheduler.requests.models import SchoolRequest
from tests.factories.programmes import make_programme
from tests.web.requests.answered import answer_all, answers, text_of

pytestmark = pytest.mark.usefixtures("hands")
WEEKEND = {"first_day": "17. октобар", "last_day": "18.10."}
PICTURE = {"presentations-0-classes": "VII-1 🐸"}


def requests_sent() -> int:
    db.session.rollback()
    return db.session.query(SchoolRequest).count()


@pytest.fixture
def secondary_talk(programme):
    return make_programme(
        Audience.PUPILS,
        slug="seniors",
        name_en="For seniors",
        level=SchoolLevel.SECONDARY,
        centre_id=programme.centre_id,
    )


@pytest.mark.parametrize(
    ("page", "typed", "asked"),
    [
        ("when", WEEKEND, "The only days you named are a weekend."),
        ("who", PICTURE, "There is a picture among the letters of a class."),
    ],
)
def test_a_likely_slip_is_asked_about_and_sent_when_it_is_meant_so(client, programme, host, page, typed, asked):
    answer_all(client, programme, host, **{page: typed})

    assert asked in text_of(client.get("/book/check?lang=en"))
    again = client.post("/book/check", data={"form_key": "one"})
    assert again.status_code == 422
    assert asked in text_of(again)
    assert "tick that it is meant so" in text_of(again)
    assert requests_sent() == 0

    sent = client.post("/book/check", data={"form_key": "two", "sure": "y"})
    assert sent.location == "/book/sent"
    assert requests_sent() == 1


def test_a_fair_booking_is_asked_nothing_more(client, programme, host):
    answer_all(client, programme, host)

    assert 'name="sure"' not in client.get("/book/check").text
    assert client.post("/book/check", data={"form_key": "one"}).location == "/book/sent"


def test_a_programme_for_other_schools_is_not_offered(client, programme, secondary_talk, host):
    client.post("/book?lang=en", data={"host_id": host.id})

    shown = client.get("/book/what").text
    assert f'value="{programme.id}"' in shown
    assert "For seniors" not in shown
    wrong = answers(programme)["what"] | {"programme": str(secondary_talk.id)}
    assert client.post("/book/what", data=wrong).location == "/book/what"


def test_chosen_on_its_own_page_it_is_kept_and_asked_about(client, programme, secondary_talk, host):
    client.post("/book?lang=en", data={"host_id": host.id, "programme": "seniors"})
    assert "For seniors" in client.get("/book/what").text
    for page, typed in answers(secondary_talk).items():
        client.post(f"/book/{page}", data=typed)

    assert "made for another level of school" in text_of(client.get("/book/check"))
    assert client.post("/book/check", data={"sure": "y", "form_key": "one"}).location == "/book/sent"


def test_on_the_phone_the_same_is_asked(desk, programme, host):
    typed = {name: value for page in answers(programme).values() for name, value in page.items()} | WEEKEND | PICTURE
    path = f"/requests/phone?host={host.id}&lang=en"

    asked = desk.post(path, data=typed | {"form_key": "one"})
    assert asked.status_code == 422
    assert "The only days you named are a weekend." in text_of(asked)
    assert "VII-1 🐸" in asked.text
    assert requests_sent() == 0

    assert desk.post(path, data=typed | {"form_key": "one", "sure": "y"}).status_code == 302
    assert requests_sent() == 1
