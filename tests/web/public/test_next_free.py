"""The next free dates on the front page: of the place that the visitor chose, real, and asked seldom."""

import datetime as dt
import re

import pytest
from flask import current_app

from scheduler.core.db import db, transaction
from scheduler.people.models import AvailableHours
from scheduler.places.models import Host
from scheduler.programmes.terms import Audience
from scheduler.web import near_dates
from tests.counting import statements
from tests.factories import MONDAY
from tests.factories.places import make_host, make_municipality
from tests.factories.programmes import make_programme
from tests.factories.safeguarding import an_educator_on_working_days

LINK = re.compile(r'class="next-free__day" href="([^"]+)"')
PLACE = re.compile(r'<h3>([^<]+)</h3>\s*<ul class="plain-list">')


@pytest.fixture
def programme(app):
    made = make_programme(Audience.PUPILS, slug="talk", notice_days=3)
    an_educator_on_working_days(centre_id=made.centre_id, given_name="Наташа", family_name="Бојић")
    return made


@pytest.fixture
def host(towns):
    """A school of the small place."""
    return make_host("Вук Караџић", municipality_id=towns[2].id)


@pytest.fixture
def towns(programme):
    """Two of the cities that are shown to everybody, and one small place."""
    return [
        make_municipality("Ниш", lat=43.32, lon=21.90),
        make_municipality("Београд", lat=44.81, lon=20.46),
        make_municipality("Пирот", lat=43.15, lon=22.58),
    ]


def shown(client) -> tuple[list[str], list[str]]:
    """The places on the front page, and the addresses of the days."""
    page = client.get("/?lang=en").text
    return PLACE.findall(page), [link.replace("&amp;", "&") for link in LINK.findall(page)]


def test_without_a_place_the_next_days_in_the_largest_cities_are_shown(client, towns):
    places, links = shown(client)

    assert places == ["Beograd", "Niš"]
    assert len(links) == 2
    days = [dt.date.fromisoformat(link.rpartition("day=")[2]) for link in links]
    assert min(days) >= MONDAY.date() + dt.timedelta(days=3)  # the programme's notice


def test_the_place_of_the_free_dates_page_is_remembered(client, programme, towns):
    client.get("/free", query_string={"municipality": towns[2].id, "programme": programme.slug})

    places, links = shown(client)

    assert (places, len(links)) == (["Pirot"], 6)
    assert "Next free dates near you" in client.get("/?lang=en").text


def test_the_school_of_a_booking_is_remembered_and_its_days_lead_to_it(client, programme, host):
    client.post("/book", data={"host_id": str(host.id)})

    _places, links = shown(client)

    assert f"host={host.id}" in links[0]
    page = client.get(links[0]).text
    day = links[0].rpartition("day=")[2]
    assert f'<input type="hidden" name="day" value="{day}">' in page
    client.post("/book", data={"host_id": str(host.id), "programme": programme.slug, "day": day})
    client.post("/book/what", data={"programme": str(programme.id), "teaching_language": "sr"})
    wished = dt.date.fromisoformat(day)
    assert f'value="{wished.day}.{wished.month}.{wished.year}."' in client.get("/book/when").text


def test_a_school_that_is_gone_is_forgotten(client, host):
    client.post("/book", data={"host_id": str(host.id)})
    with transaction() as session:
        session.delete(session.get_one(Host, host.id))

    assert shown(client)[0] == ["Beograd", "Niš"]


def test_what_was_asked_a_moment_ago_is_not_asked_again(client, towns):
    with statements() as first:
        client.get("/")
    with statements() as second:
        client.get("/")

    about = [text for text in second if "available_hours" in text or "FROM closure" in text]
    assert about == []
    assert len(second) <= len(first) - 9  # the cities, and four questions for each of two


def test_of_what_is_old_one_answer_is_asked_anew(app, client, programme, towns, the_clock):
    client.get("/")
    the_clock.moves_on(near_dates.DATES_KEPT_FOR)

    asked = []
    for _ in range(5):
        with statements() as made:
            client.get("/")
        asked.append(len([text for text in made if "available_hours" in text]))

    assert sorted(asked, reverse=True)[:3] == [1, 1, 0]  # each of the two once, in two visits


def test_the_memory_of_places_is_bounded(app, client, programme, towns, monkeypatch):
    monkeypatch.setattr("scheduler.web.near_dates.MOST_KEPT", 2)

    client.get("/")

    with app.app_context():
        assert len(current_app.extensions["near"]) <= 2
    assert shown(client)[0] == ["Beograd", "Niš"]


def test_where_nobody_can_come_the_page_says_why(client, towns):
    with transaction() as session:
        session.query(AvailableHours).delete()
    db.session.expire_all()

    page = client.get("/?lang=en").text

    assert "No educator can come on these days. We looked ahead until this day:" in page


def test_without_a_programme_for_pupils_nothing_is_said_of_dates(client):
    make_programme(Audience.TEACHERS, slug="teachers")

    page = client.get("/?lang=en").text

    assert "Next free dates" not in page
    assert "Free dates near you" in page


def test_nobody_is_named(client, towns):
    page = client.get("/?lang=sr_Cyrl").text

    assert LINK.search(page)
    assert not re.search("Наташа|Бојић", page)
