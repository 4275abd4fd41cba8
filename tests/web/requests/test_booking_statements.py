"""How often each page of a booking asks the database, and how often it builds its forms."""

import datetime as dt
import re
from collections import Counter

import pytest
from flask_wtf import FlaskForm

from scheduler.core.db import transaction
from scheduler.people.models import AvailableHours
from scheduler.places.service.school_time import tell_school_time
from scheduler.places.terms.school_time import Bells, Grouping, Rotation, SchoolTime, Shift
from scheduler.policy import SYSTEM
from scheduler.programmes.models import Programme
from scheduler.programmes.terms import Booking
from tests.counting import statements
from tests.factories import MONDAY
from tests.factories.places import make_host
from tests.factories.safeguarding import a_cleared_educator
from tests.web.requests.answered import answers

pytestmark = pytest.mark.usefixtures("hands")
MOST = 12  # of a page
HOLDS = " a time"  # its service looks twice who could go: whose time to lock, and what others took meanwhile (TRUST R1)
LAST = ("who", "where", "you")
DAY_BUTTON = re.compile(r'name="day" value="([\d-]+)">')
SLOT_BUTTON = re.compile(r'name="slot" value="([\dT:-]+)">')


@pytest.fixture
def host(app):
    """A school that has told its shifts and bells: most is asked of it."""
    host = make_host("Вук Караџић")
    bells = {(Shift.MORNING, False): Bells(dt.time(8)), (Shift.AFTERNOON, False): Bells(dt.time(14))}
    told = SchoolTime(bells, Grouping.GRADES, Rotation.NONE, first_grades=frozenset({1, 3, 5, 7}))
    tell_school_time(SYSTEM, host.id, told, version=0, now=MONDAY)
    return host


@pytest.fixture
def educator(programme):
    person = a_cleared_educator(centre_id=programme.centre_id)
    with transaction() as session:
        session.add_all(
            AvailableHours(presenter_id=person.id, weekday=day, from_local=dt.time(8), until_local=dt.time(16))
            for day in range(7)
        )


class Walk:
    """A visitor who answers page after page; what each request asked of the database, and the forms that it built."""

    def __init__(self, client, built):
        self.client, self.built = client, built
        self.asked: dict[str, list[str]] = {}
        self.forms: dict[str, Counter] = {}

    def get(self, path: str, note: str = "", status: int = 200) -> str:
        return self._note(f"GET {path}{note}", status, lambda: self.client.get(path)).text

    def post(self, path: str, typed: dict[str, str], note: str = "") -> str:
        return self._note(f"POST {path}{note}", 302, lambda: self.client.post(path, data=typed)).location

    def _note(self, name, status, send):
        self.built.clear()
        with statements() as asked:
            response = send()
        assert response.status_code == status, (name, response.text)
        self.asked[name], self.forms[name] = asked, self.built.copy()
        return response


@pytest.fixture
def walk(client, monkeypatch):
    built: Counter = Counter()
    init = FlaskForm.__init__

    def counted(form, *args, **given):
        built[type(form).__name__] += 1
        init(form, *args, **given)

    monkeypatch.setattr(FlaskForm, "__init__", counted)
    return Walk(client, built)


def choose(walk, programme, host) -> None:
    """As far as the calendar."""
    walk.get("/book")
    walk.post("/book", {"host_id": str(host.id)})
    walk.get("/book/what")
    walk.post("/book/what", answers(programme)["what"])


def finish(walk, programme, *pages: str) -> None:
    """The last questions, and on to the page after the sending."""
    for page in pages:
        walk.get(f"/book/{page}")
        walk.post(f"/book/{page}", answers(programme)[page])
    walk.get("/book/check")
    walk.post("/book/check", {})
    walk.get("/book/sent")


def ask_first(walk, programme, host) -> None:
    choose(walk, programme, host)
    walk.get("/book/when")
    walk.post("/book/when", answers(programme)["when"])
    finish(walk, programme, *LAST)


def book_now(walk, programme, host) -> None:
    with transaction() as session:
        session.get_one(Programme, programme.id).booking = Booking.NOW
    choose(walk, programme, host)
    days = walk.get("/book/when")
    walk.post("/book/when", {"day": DAY_BUTTON.findall(days)[0]}, " a day")
    times = walk.get("/book/when", " its times")
    walk.post("/book/when", {"slot": SLOT_BUTTON.findall(times)[0]}, HOLDS)
    finish(walk, programme, *LAST)


def ask_for_one_day(walk, programme, host) -> None:
    """The dearest answers: what is wrong is told beside its field, and a day is looked up again for the classes."""
    choose(walk, programme, host)
    days = walk.get("/book/when")
    walk.post("/book/when", {"first_day": "1.1.2020", "last_day": "1.1.2020"}, " in the past")
    walk.get("/book/when", " in the past", 422)
    walk.post("/book/when", {"day": DAY_BUTTON.findall(days)[0]}, " a day")
    presentation = answers(programme)["who"]
    walk.post("/book/who", presentation | {"presentations-0-starts_local": "15:00"}, " in the other shift")
    walk.get("/book/who", " in the other shift", 422)
    walk.post("/book/who", presentation)
    finish(walk, programme, "where", "you")


ASKED = {  # how many SELECTs; a number is raised only with a reason
    ask_first: {
        "GET /book": 0,
        "POST /book": 1,
        "GET /book/what": 2,
        "POST /book/what": 3,
        "GET /book/when": 11,
        "POST /book/when": 3,
        "GET /book/who": 5,
        "POST /book/who": 6,
        "GET /book/where": 2,
        "POST /book/where": 3,
        "GET /book/you": 2,
        "POST /book/you": 3,
        "GET /book/check": 3,
        "POST /book/check": 10,
        "GET /book/sent": 1,
    },
    book_now: {
        "GET /book": 0,
        "POST /book": 1,
        "GET /book/what": 2,
        "POST /book/what": 3,
        "GET /book/when": 11,
        "POST /book/when a day": 10,
        "GET /book/when its times": 11,
        "POST /book/when a time": 20,
        "GET /book/who": 6,
        "POST /book/who": 6,
        "GET /book/where": 3,
        "POST /book/where": 3,
        "GET /book/you": 3,
        "POST /book/you": 3,
        "GET /book/check": 4,
        "POST /book/check": 12,
        "GET /book/sent": 1,
    },
    ask_for_one_day: {
        "GET /book": 0,
        "POST /book": 1,
        "GET /book/what": 2,
        "POST /book/what": 3,
        "GET /book/when": 11,
        "POST /book/when in the past": 3,
        "GET /book/when in the past": 11,
        "POST /book/when a day": 3,
        "POST /book/who in the other shift": 5,
        "GET /book/who in the other shift": 5,
        "POST /book/who": 12,
        "GET /book/where": 2,
        "POST /book/where": 3,
        "GET /book/you": 2,
        "POST /book/you": 3,
        "GET /book/check": 3,
        "POST /book/check": 10,
        "GET /book/sent": 1,
    },
}


@pytest.mark.parametrize("way", ASKED)
def test_each_page_of_a_booking_asks_so_often(way, walk, programme, host, educator):
    way(walk, programme, host)

    asked = {name: len(found) for name, found in walk.asked.items()}
    assert asked == ASKED[way]
    assert [name for name, number in asked.items() if number > MOST and not name.endswith(HOLDS)] == []


@pytest.mark.parametrize("way", ASKED)
def test_no_form_is_built_twice_in_a_request(way, walk, programme, host, educator):
    way(walk, programme, host)

    assert walk.forms["POST /book/who"].keys() == {"WhatForm", "WhenForm", "WhoForm", "WhereForm", "YouForm"}
    assert {name: built for name, built in walk.forms.items() if built and max(built.values()) > 1} == {}
