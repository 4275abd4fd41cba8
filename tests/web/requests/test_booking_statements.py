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
from scheduler.web.messages import views as message_views
from scheduler.web.requests.booking.fields import FORMS, blank_form
from tests.ceilings import at_most
from tests.counting import statements
from tests.factories.school_time import tell_shifts
from tests.standing_clock import THE_CLOCK
from tests.web.reading import rows_of
from tests.web.requests.booking import AFTER_THE_DATE, DAY_BUTTON, SLOT_BUTTON, Booking, booked_now, renamed

MOST = 12  # of a page
TWO_PRESSES = "POST /book/check late"  # the date is over: it is held anew, and sent, in one press


class Walk(Booking):
    """A visitor who answers page after page; what each request asked of the database, and the forms that it built."""

    def __init__(self, client, host, programme, built) -> None:
        super().__init__(client, host, programme)
        self.built = built
        self.asked: dict[str, list[str]] = {}
        self.forms: dict[str, Counter] = {}

    def open(self, page: str = "", note: str = "", status: int = 200) -> str:
        return self._note("GET", page, note, status, None).text

    def press(self, page: str, typed: dict[str, str] | None = None, note: str = "") -> None:
        self._note("POST", page, note, 302, self.usual.get(page, {}) if typed is None else typed)

    def _note(self, method, page, note, status, typed):
        path = f"/book/{page}".rstrip("/")
        name = f"{method} {path}{note}"
        self.built.clear()
        with statements() as asked:
            response = self.client.open(path, method=method, data=typed)
        assert response.status_code == status, (name, response.text)
        self.asked[name], self.forms[name] = asked, self.built.copy()
        return response

    def choose(self) -> list[str]:
        """As far as the calendar; its free days."""
        self.open()
        self.press("", {"host_id": str(self.host.id)})
        self.open("what")
        self.press("what")
        return DAY_BUTTON.findall(self.open("when"))

    def times(self) -> list[str]:
        """As far as the times of the first day of a programme that is booked now."""
        booked_now(self.programmes[0])
        self.press("when", {"day": self.choose()[0]}, " a day")
        return SLOT_BUTTON.findall(self.open("when", " its times"))

    def to_the_end(self, *pages: str) -> None:
        """The last questions, and on to the page after the sending."""
        for page in (*pages, "check"):
            self.open(page)
            self.press(page)
        self.open("sent")


@pytest.fixture
def walk(client, host, programme, educator, monkeypatch):
    """The school has told its shifts and bells: most is asked of it."""
    tell_shifts(host.id)
    for page in FORMS:
        blank_form(page)  # of pages without an answer: kept for all visitors
    built: Counter = Counter()
    init = FlaskForm.__init__

    def counted(form, *args, **given):
        built[type(form).__name__] += 1
        init(form, *args, **given)

    monkeypatch.setattr(FlaskForm, "__init__", counted)
    return Walk(client, host, programme, built)


def only_until(end: dt.time) -> None:
    """The educator comes in the morning."""
    with transaction() as session:
        session.execute(sa.update(AvailableHours).values(until_local=end))


def ask_first(walk: Walk) -> None:
    walk.choose()
    walk.press("when")
    walk.to_the_end(*AFTER_THE_DATE)


def book_now(walk: Walk) -> None:
    walk.press("when", {"slot": walk.times()[0]}, " a time")
    walk.to_the_end(*AFTER_THE_DATE)


def ask_for_one_day(walk: Walk) -> None:
    """The dearest answers: what is wrong is told beside its field, and a day is looked up again for the classes."""
    days = walk.choose()
    walk.press("when", {"first_day": "1.1.2020", "last_day": "1.1.2020"}, " in the past")
    walk.open("when", " in the past", 422)
    walk.press("when", {"day": days[0]}, " a day")
    walk.press("who", walk.usual["who"] | {"presentations-0-starts_local": "15:00"}, " in the other shift")
    walk.open("who", " in the other shift", 422)
    walk.press("who")
    walk.to_the_end("where", "you")


def lose_a_date(walk: Walk) -> None:
    """Somebody else is quicker: three other dates."""
    slot = walk.times()[0]
    Booking(walk.client.application.test_client(), walk.host, *walk.programmes).hold(slot)
    walk.press("when", {"slot": slot}, " a time that is gone")
    others = SLOT_BUTTON.findall(walk.open("when", " three others"))
    assert slot not in others
    walk.press("when", {"slot": others[0]}, " another of three")


def change_a_held_date(walk: Walk) -> None:
    """It follows the answers: another time, two presentations; it is let go for the waiting list."""
    slots, one = walk.times(), walk.usual["who"]
    walk.press("when", {"slot": slots[0]}, " a time")
    walk.press("when", {"slot": slots[1]}, " another time")
    walk.press("who", one | renamed(one, "-0-", "-1-"), " for longer")
    walk.open("when", " that is held")
    walk.press("when", {"waiting": "yes"}, " the waiting list instead")


def hold_the_only_time(walk: Walk) -> None:
    """A day with one time is held by the press of the day."""
    only_until(dt.time(8, 50))
    booked_now(walk.programmes[0])
    walk.press("when", {"day": walk.choose()[0]}, " a day of one time")
    walk.open("who")


def send_late(walk: Walk) -> None:
    """The quarter of an hour is over before the last press, which holds the date anew."""
    walk.press("when", {"slot": walk.times()[0]}, " a time")
    for page in AFTER_THE_DATE:
        walk.press(page)
    THE_CLOCK.moves_on(HELD_FOR)
    walk.open("check", " late")
    walk.press("check", note=" late")
    walk.open("sent")


def miss_the_classes(walk: Walk) -> None:
    """A day on which nobody can come while the classes that are named afterwards are in school."""
    only_until(dt.time(13))
    walk.press("when", {"day": walk.choose()[0]}, " a day")
    walk.press("who", walk.usual["who"] | {"presentations-0-classes": "VI-1"}, " on a day that is missed")
    walk.open("when", " that is missed")
    walk.press("when", {"classes": "VII-1"}, " only classes")


def name_a_new_host(walk: Walk) -> None:
    """A school that the register does not hold, booked now."""
    booked_now(walk.programmes[0])
    walk.open("new-host")
    town = str(walk.host.municipality_id)
    walk.press("new-host", {"name": "Дом ученика", "kind": "dormitory", "place": "Ниш", "municipality": town})
    walk.open("what")
    walk.press("what")
    walk.press("when", {"day": DAY_BUTTON.findall(walk.open("when"))[0]}, " a day")
    walk.press("when", {"slot": SLOT_BUTTON.findall(walk.open("when", " its times"))[0]}, " a time")
    walk.to_the_end(*AFTER_THE_DATE)


# The ceilings of SELECTs: a number is raised only with a reason. A page that is not named has one.
USUAL = {
    "GET /book": 0, "GET /book/what": 3, "POST /book/what": 3, "GET /book/when": 6, "POST /book/when a day": 6,
    "GET /book/when its times": 6, "POST /book/when a time": 9, "GET /book/who": 3, "POST /book/who": 4,
    "GET /book/check": 3,
}  # fmt: skip
ASKED = {
    ask_first: {"POST /book/when": 3, "POST /book/check": 6},
    book_now: {"POST /book/check": 8},
    ask_for_one_day: {
        "POST /book/when in the past": 3, "GET /book/when in the past": 6, "POST /book/when a day": 3,
        "POST /book/who in the other shift": 4, "GET /book/who in the other shift": 4, "POST /book/who": 6,
        "POST /book/check": 6,
    },
    lose_a_date: {
        "POST /book/when a time that is gone": 7, "GET /book/when three others": 6,
        "POST /book/when another of three": 9,
    },
    change_a_held_date: {
        "POST /book/when another time": 9, "POST /book/who for longer": 9, "GET /book/when that is held": 6,
        "POST /book/when the waiting list instead": 4,
    },
    hold_the_only_time: {"POST /book/when a day of one time": 9},
    send_late: {"GET /book/check late": 3, TWO_PRESSES: 13},
    miss_the_classes: {
        "POST /book/when a day": 3, "POST /book/who on a day that is missed": 6, "GET /book/when that is missed": 7,
    },
    name_a_new_host: {
        "GET /book/when": 8, "POST /book/when a day": 7, "GET /book/when its times": 8, "POST /book/when a time": 10,
        "POST /book/who": 3, "POST /book/check": 12,  # whether somebody has typed it before
    },
}  # fmt: skip


@pytest.mark.parametrize("way", ASKED)
def test_each_page_of_a_booking_stays_below_its_ceiling_and_builds_no_form_twice(way, walk):
    way(walk)

    for name, found in walk.asked.items():
        at_most((USUAL | ASKED[way]).get(name, 1), found, f"SELECTs of {name} in {way.__name__}")
    most = {TWO_PRESSES: 2 * MOST} | ({"POST /book/check": MOST + 2} if way is name_a_new_host else {})
    assert {name: found for name, found in walk.asked.items() if len(found) > most.get(name, MOST)} == {}
    assert {name: built for name, built in walk.forms.items() if built and max(built.values()) > 1} == {}


def test_a_page_is_judged_by_the_forms_of_all_answered_pages_and_the_last_press_wakes_who_sends_mail(walk, monkeypatch):
    woken: list[str] = []
    monkeypatch.setattr(message_views, "send_waiting", lambda: woken.append("for mail"))

    ask_first(walk)

    assert walk.forms["POST /book/who"].keys() == {"WhatForm", "WhenWithoutWishesForm", "WhoForm"}
    assert woken == ["for mail"]


def test_the_answers_go_with_the_sending_or_stay(booking, monkeypatch):
    def refuse(*_given, **_named):
        raise LookupError("the outbox is away")

    booking.answer_all()

    with monkeypatch.context() as broken:
        broken.setattr(unproved, "queue_message", refuse)
        with pytest.raises(LookupError):
            booking.send()
    assert len(rows_of(BookingAnswers)) == 1
    booking.send()
    assert rows_of(BookingAnswers) == []
