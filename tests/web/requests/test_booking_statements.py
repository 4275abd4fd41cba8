"""How often each page of a booking asks the database, and how often it builds its forms."""

import datetime as dt
from collections import Counter

import pytest
import sqlalchemy as sa
from flask_wtf import FlaskForm

from scheduler.booking.rules.holds import HELD_FOR
from scheduler.core.db import transaction
from scheduler.people.models import AvailableHours
from scheduler.requests.models import BookingAnswers
from scheduler.requests.service import unproved
from scheduler.web.forms import BaseForm
from scheduler.web.messages import views as message_views
from scheduler.web.requests.booking.fields import FORMS, answered_form, blank_form
from tests.ceilings import at_most
from tests.counting import statements
from tests.factories.school_time import tell_shifts
from tests.standing_clock import THE_CLOCK
from tests.web.reading import rows_of
from tests.web.requests.booking import AFTER_THE_DATE as LAST
from tests.web.requests.booking import DAY_BUTTON, SLOT_BUTTON, answers, booked_now, renamed

MOST = 12  # of a page
TWO_PRESSES = "POST /book/check late"  # the date is over: it is held anew, and sent, in one press


@pytest.fixture
def host(host):
    """A school that has told its shifts and bells: most is asked of it."""
    tell_shifts(host.id)
    return host


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
    for page in FORMS:
        blank_form(page)  # of pages without an answer: kept for all visitors
        answered_form(page, {})  # what all such forms have in common is kept, too
    answered_form("when", {"preferred-0-on_day": ["8.12."]})
    built: Counter = Counter()
    init, read = FlaskForm.__init__, BaseForm.read_of.__func__

    def counted(form, *args, **given):
        built[type(form).__name__] += 1
        init(form, *args, **given)

    monkeypatch.setattr(FlaskForm, "__init__", counted)
    counted_too = classmethod(lambda kind, typed: built.update([kind.__name__]) or read(kind, typed))
    monkeypatch.setattr(BaseForm, "read_of", counted_too)
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
    slots = times(walk, programme, host)
    walk.post("/book/when", {"slot": slots[0]}, " a time")
    finish(walk, programme, *LAST)


def times(walk, programme, host) -> list[str]:
    """As far as the times of the first day of a programme that is booked now."""
    booked_now(programme)
    choose(walk, programme, host)
    days = walk.get("/book/when")
    walk.post("/book/when", {"day": DAY_BUTTON.findall(days)[0]}, " a day")
    return SLOT_BUTTON.findall(walk.get("/book/when", " its times"))


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


def only_until(end: dt.time) -> None:
    """The educator comes in the morning."""
    with transaction() as session:
        session.execute(sa.update(AvailableHours).values(until_local=end))


def lose_a_date(walk, programme, host) -> None:
    """Somebody else is quicker: three other dates."""
    slot = times(walk, programme, host)[0]
    other = Walk(walk.client.application.test_client(), Counter())
    other.post("/book", {"host_id": str(host.id)})
    other.post("/book/what", answers(programme)["what"])
    other.post("/book/when", {"slot": slot})
    walk.post("/book/when", {"slot": slot}, " a time that is gone")
    others = SLOT_BUTTON.findall(walk.get("/book/when", " three others"))
    assert slot not in others
    walk.post("/book/when", {"slot": others[0]}, " another of three")


def change_a_held_date(walk, programme, host) -> None:
    """It follows the answers: another time, two presentations; it is let go for the waiting list."""
    slots = times(walk, programme, host)
    walk.post("/book/when", {"slot": slots[0]}, " a time")
    walk.post("/book/when", {"slot": slots[1]}, " another time")
    one = answers(programme)["who"]
    walk.post("/book/who", one | renamed(one, "-0-", "-1-"), " for longer")
    walk.get("/book/when", " that is held")
    walk.post("/book/when", {"waiting": "yes"}, " the waiting list instead")


def hold_the_only_time(walk, programme, host) -> None:
    """A day with one time is held by the press of the day."""
    only_until(dt.time(8, 50))
    booked_now(programme)
    choose(walk, programme, host)
    days = walk.get("/book/when")
    walk.post("/book/when", {"day": DAY_BUTTON.findall(days)[0]}, " a day of one time")
    walk.get("/book/who")


def send_late(walk, programme, host) -> None:
    """The quarter of an hour is over before the last press, which holds the date anew."""
    slots = times(walk, programme, host)
    walk.post("/book/when", {"slot": slots[0]}, " a time")
    for page in LAST:
        walk.post(f"/book/{page}", answers(programme)[page])
    THE_CLOCK.moves_on(HELD_FOR)
    walk.get("/book/check", " late")
    walk.post("/book/check", {}, " late")
    walk.get("/book/sent")


def miss_the_classes(walk, programme, host) -> None:
    """A day on which nobody can come while the classes that are named afterwards are in school."""
    only_until(dt.time(13))
    choose(walk, programme, host)
    days = walk.get("/book/when")
    walk.post("/book/when", {"day": DAY_BUTTON.findall(days)[0]}, " a day")
    walk.post("/book/who", answers(programme)["who"] | {"presentations-0-classes": "VI-1"}, " on a day that is missed")
    walk.get("/book/when", " that is missed")
    walk.post("/book/when", {"classes": "VII-1"}, " only classes")


def name_a_new_host(walk, programme, host) -> None:
    """A school that the register does not hold, booked now."""
    booked_now(programme)
    walk.get("/book/new-host")
    typed = {"name": "Дом ученика", "kind": "dormitory", "place": "Ниш", "municipality": str(host.municipality_id)}
    walk.post("/book/new-host", typed)
    walk.get("/book/what")
    walk.post("/book/what", answers(programme)["what"])
    days = walk.get("/book/when")
    walk.post("/book/when", {"day": DAY_BUTTON.findall(days)[0]}, " a day")
    slots = SLOT_BUTTON.findall(walk.get("/book/when", " its times"))
    walk.post("/book/when", {"slot": slots[0]}, " a time")
    finish(walk, programme, *LAST)


# The ceilings of SELECTs: a number is raised only with a reason. A page that is not named has one.
BEGUN = {"GET /book": 0, "GET /book/what": 3, "POST /book/what": 3, "GET /book/when": 6}
TIMES = {"POST /book/when a day": 6, "GET /book/when its times": 6, "POST /book/when a time": 9}
LATER = {"GET /book/who": 3, "POST /book/who": 4, "GET /book/check": 3}
ASKED = {
    ask_first: BEGUN | LATER | {"POST /book/when": 3, "POST /book/check": 6},
    book_now: BEGUN | TIMES | LATER | {"POST /book/check": 8},
    ask_for_one_day: BEGUN
    | LATER
    | {
        "POST /book/when in the past": 3,
        "GET /book/when in the past": 6,
        "POST /book/when a day": 3,
        "POST /book/who in the other shift": 4,
        "GET /book/who in the other shift": 4,
        "POST /book/who": 6,
        "POST /book/check": 6,
    },
    lose_a_date: BEGUN
    | TIMES
    | {
        "POST /book/when a time that is gone": 7,
        "GET /book/when three others": 6,
        "POST /book/when another of three": 9,
    },
    change_a_held_date: BEGUN
    | TIMES
    | {
        "POST /book/when another time": 9,
        "POST /book/who for longer": 9,
        "GET /book/when that is held": 6,
        "POST /book/when the waiting list instead": 4,
    },
    hold_the_only_time: BEGUN | LATER | {"POST /book/when a day of one time": 9},
    send_late: BEGUN | TIMES | LATER | {"GET /book/check late": 3, TWO_PRESSES: 13},
    miss_the_classes: BEGUN
    | {
        "POST /book/when a day": 3,
        "POST /book/who on a day that is missed": 6,
        "GET /book/when that is missed": 7,
    },
    name_a_new_host: BEGUN
    | LATER
    | {
        "GET /book/when": 8,
        "POST /book/when a day": 7,
        "GET /book/when its times": 8,
        "POST /book/when a time": 10,
        "POST /book/who": 3,
        "POST /book/check": 12,  # whether somebody has typed it before
    },
}


@pytest.mark.parametrize("way", ASKED)
def test_each_page_of_a_booking_stays_below_its_ceiling(way, walk, programme, host, educator):
    way(walk, programme, host)

    for name, found in walk.asked.items():
        at_most(ASKED[way].get(name, 1), found, f"SELECTs of {name} in {way.__name__}")
    most = {TWO_PRESSES: 2 * MOST} | ({"POST /book/check": MOST + 2} if way is name_a_new_host else {})
    assert {name: found for name, found in walk.asked.items() if len(found) > most.get(name, MOST)} == {}


def test_a_page_is_judged_by_the_forms_of_all_answered_pages(walk, programme, host, educator):
    ask_first(walk, programme, host)

    assert walk.forms["POST /book/who"].keys() == {"WhatForm", "WhenWithoutWishesForm", "WhoForm"}


@pytest.mark.parametrize("way", ASKED)
def test_no_form_is_built_twice_in_a_request(way, walk, programme, host, educator):
    way(walk, programme, host)

    assert {name: built for name, built in walk.forms.items() if built and max(built.values()) > 1} == {}


def test_only_the_last_press_wakes_who_sends_mail(walk, programme, host, educator, monkeypatch):
    woken: list[str] = []
    monkeypatch.setattr(message_views, "send_waiting", lambda: woken.append("for mail"))

    ask_first(walk, programme, host)

    assert woken == ["for mail"]


def test_the_answers_go_with_the_sending_or_stay(walk, programme, host, educator, monkeypatch):
    choose(walk, programme, host)
    walk.post("/book/when", answers(programme)["when"])
    for page in LAST:
        walk.post(f"/book/{page}", answers(programme)[page])

    with monkeypatch.context() as broken:
        broken.setattr(unproved, "queue_message", refuse)
        with pytest.raises(LookupError):
            walk.client.post("/book/check", data={})
    assert len(rows_of(BookingAnswers)) == 1
    walk.post("/book/check", {})
    assert rows_of(BookingAnswers) == []


def refuse(*_given, **_named):
    raise LookupError("the outbox is away")
