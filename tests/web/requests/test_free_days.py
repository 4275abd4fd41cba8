"""The calendar of free days: in the booking's question about days, and on the open page."""

import datetime as dt
import re

import pytest

from scheduler.core import clock
from scheduler.core.db import transaction
from scheduler.people.models import AvailableHours
from scheduler.people.terms import PresenterKind
from tests.factories.places import make_municipality
from tests.factories.safeguarding import a_cleared_educator, a_cleared_minor
from tests.web.requests.answered import answers, text_of

pytestmark = pytest.mark.usefixtures("hands")
DAY_BUTTON = re.compile(r'<button class="free-month__day" type="submit" name="day" value="([\d-]+)">')
DAY_LINK = re.compile(r'class="free-month__day" href="([^"]+)"')


@pytest.fixture
def educator(programme):
    """Comes on every weekday from 8 to 16."""
    person = a_cleared_educator(centre_id=programme.centre_id, given_name="Наташа", family_name="Бојић")
    _hours(person.id)
    return person


def _hours(presenter_id: int) -> None:
    with transaction() as session:
        for day in range(7):
            session.add(
                AvailableHours(presenter_id=presenter_id, weekday=day, from_local=dt.time(8), until_local=dt.time(16))
            )


def begin(client, programme, host) -> None:
    client.post("/book", data={"host_id": str(host.id)})
    client.post("/book/what", data=answers(programme)["what"])


def test_a_day_of_the_calendar_is_pressed_and_becomes_the_wish(client, programme, host, educator):
    begin(client, programme, host)
    days = DAY_BUTTON.findall(client.get("/book/when?lang=en").text)
    earliest = clock.local_day(clock.now()) + dt.timedelta(days=programme.notice_days)

    response = client.post("/book/when", data={"day": days[0]})

    assert response.location == "/book/who"
    assert dt.date.fromisoformat(days[0]) >= earliest
    first = dt.date.fromisoformat(days[0])
    assert client.get("/book/when").text.count(f'value="{first.day}.{first.month}.{first.year}."') == 2


def test_a_day_that_is_no_answer_is_told_and_nothing_is_kept(client, programme, host, educator):
    begin(client, programme, host)

    for typed in ("2020-01-01", "x", ""):
        assert client.post("/book/when", data={"day": typed}).location == "/book/when"
        assert client.get("/book/when").status_code == 422

    assert client.get("/book/check").location == "/book/when"


def test_without_anybody_free_the_page_says_why_and_days_can_still_be_named(client, programme, host):
    begin(client, programme, host)

    page = text_of(client.get("/book/when?lang=en"))

    assert "No educator of the centre speaks about this yet." in page
    assert "First day that suits you" in page


def test_the_open_page_leads_to_the_booking_with_the_day(client, programme, educator, host):
    town = make_municipality("Пирот", lat=43.15, lon=22.58)
    asked = {"municipality": town.id, "programme": programme.slug, "language": "sr", "lang": "en"}
    links = DAY_LINK.findall(client.get("/free", query_string=asked).text)

    page = client.get(links[0].replace("&amp;", "&") + "&q=karadzic").text

    day = links[0].rpartition("day=")[2]
    assert f'<input type="hidden" name="day" value="{day}">' in page
    client.post("/book", data={"host_id": str(host.id), "programme": programme.slug, "day": day})
    client.post("/book/what", data=answers(programme)["what"])
    wished = dt.date.fromisoformat(day)
    assert f'value="{wished.day}.{wished.month}.{wished.year}."' in client.get("/book/when").text


@pytest.mark.parametrize(
    "typed", [{}, {"municipality": "x"}, {"programme": "x"}, {"language": "x"}, {"municipality": "9" * 30}]
)
def test_the_open_page_stands_whatever_its_address_says(client, programme, typed):
    assert client.get("/free", query_string=typed).status_code == 200


def test_the_open_page_chooses_no_municipality_for_anybody_and_says_that_one_is_missing(client, programme, host):
    first = client.get("/free?lang=en")
    without = client.get("/free", query_string={"municipality": "", "programme": programme.slug, "lang": "en"})

    assert '<option value="">Choose</option>' in first.text
    assert "Choose your municipality" not in first.text
    assert "Choose your municipality: free dates depend on the way." in text_of(without)


def test_nobody_learns_who_is_free(client, programme, host, educator):
    minor = a_cleared_minor(centre_id=programme.centre_id, given_name="Тара", family_name="Илић")
    _hours(minor.id)
    with transaction() as session:
        session.merge(programme).influencers = 1
    begin(client, programme, host)
    asked = {"municipality": host.municipality_id, "programme": programme.slug, "lang": "sr_Cyrl"}

    pages = [client.get("/book/when").text, client.get("/free", query_string=asked).text]

    assert minor.kind is PresenterKind.INFLUENCER
    for page in pages:
        assert "free-month__day" in page
        assert not [name for name in ("Тара", "Илић", "Наташа", "Бојић", "Tara", "Ilić", "Nataša") if name in page]
