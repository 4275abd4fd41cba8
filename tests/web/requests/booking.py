"""A school that books in a browser, page after page: what is asked for first, what is booked at once, a whole day."""

import datetime as dt

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from scheduler.core.db import transaction
from scheduler.places.models import Host
from scheduler.programmes import terms as programmes
from scheduler.programmes.models import Programme
from scheduler.requests.models import SchoolRequest
from scheduler.visits.models.held_time import DateHold
from scheduler.visits.terms.states import HoldState
from tests import visitor
from tests.factories import MONDAY
from tests.visitor import DAY_BUTTON, SLOT_BUTTON, day
from tests.web.reading import rows_of, text_of

FIRST = MONDAY.date() + dt.timedelta(days=30)
LAST = FIRST + dt.timedelta(days=10)
ON_FIRST = {"first_day": day(FIRST), "last_day": day(FIRST)}
AFTER_THE_DATE = ("who", "where", "you")

Typed = dict[str, str] | dict[str, list[str]]


def answers(programme: Programme) -> dict[str, dict[str, str]]:
    """What a school usually types on each page, in their order."""
    given = visitor.answers(programme.id, "o.matic@skola.example.org", FIRST, LAST)
    return given | {"you": given["you"] | {"contact_phone": ""}}


def renamed(typed: dict[str, str], old: str, new: str) -> dict[str, str]:
    """The same answers about another presentation: "-0-" becomes "-1-"."""
    return {name.replace(old, new): value for name, value in typed.items()}


class Booking:
    """A browser in which a school books these programmes; the first one leads."""

    def __init__(self, client: FlaskClient, host: Host, *programmes: Programme) -> None:
        self.client, self.host, self.programmes = client, host, programmes
        self.usual = answers(programmes[0])

    def get(self, page: str) -> TestResponse:
        return self.client.get(f"/book/{page}?lang=en")

    def read(self, page: str) -> str:
        """The words of a page."""
        return text_of(self.get(page))

    def post(self, page: str, typed: Typed | None = None) -> str:
        """Send a page with these answers and no others; where it leads."""
        return str(self.client.post(f"/book/{page}", data=typed or {}).location)

    def begin(self, **carried: str) -> "Booking":
        """The school and its programmes are chosen: as far as the calendar."""
        self.client.post("/book?lang=en", data={"host_id": str(self.host.id)} | carried)
        self.post("what", {"programme": [str(one.id) for one in self.programmes], "teaching_language": "sr"})
        return self

    def answer(self, *pages: str, **changed: dict[str, str]) -> str:
        """Send pages with the usual answers and what is changed of them; where the last one leads."""
        for page in pages:
            went = self.post(page, self.usual[page] | changed.get(page, {}))
            assert went not in ("None", f"/book/{page}"), self.client.get(f"/book/{page}").text
        return went

    def answer_all(self, **changed: dict[str, str]) -> str:
        """Every page from the first to the one that shows all answers."""
        self.client.post("/book?lang=en", data={"host_id": str(self.host.id)})
        return self.answer(*self.usual, **changed)

    def send(self, key: str = "one", **more: str) -> TestResponse:
        """The one press that stores something."""
        return self.client.post("/book/check?lang=en", data={"form_key": key} | more)

    # --- a date that is booked at once ---

    def days(self) -> list[str]:
        return DAY_BUTTON.findall(self.get("when").text)

    def slots(self) -> list[str]:
        return SLOT_BUTTON.findall(self.get("when").text)

    def times_on(self, one: str) -> list[str]:
        self.post("when", {"day": one})
        return sorted(self.slots())

    def hold(self, slot: str = "") -> str:
        """As far as a held date: this one, or nine o'clock on the first free day."""
        self.begin()
        slot = slot or f"{self.days()[0]}T09:00"
        assert self.post("when", {"slot": slot}) != "/book/when"
        return slot

    def finish(self, **changed: dict[str, str]) -> str:
        """All that is asked after the date."""
        return self.answer(*AFTER_THE_DATE, **changed)

    # --- several programmes on one day ---

    def one_day(self) -> "Booking":
        """The day, and the classes of the first programme."""
        assert self.post("when", ON_FIRST) == "/book/who"
        assert self.answer("who", who={"presentations-0-starts_local": "10:00"}) == "/book/day"
        return self

    def whole_day(self) -> "Booking":
        """All pages of a talk, an evening for parents and a gathering of teachers."""
        self.begin().one_day()
        assert self.post("day", parts(*self.programmes[1:])) == "/book/where"
        self.answer("where", "you")
        return self


def parts(evening: Programme, gathering: Programme, **changed: str) -> dict[str, str]:
    return {
        "parts-0-programme": str(evening.id), "parts-0-audience": "parents", "parts-0-level": "primary",
        "parts-0-parents": "60", "parts-0-starts_local": "18:00",
        "parts-1-programme": str(gathering.id), "parts-1-audience": "teachers", "parts-1-level": "primary",
        "parts-1-teachers": "20", "parts-1-starts_local": "13:30",
    } | changed  # fmt: skip


def booked_now(programme: Programme) -> None:
    """From now on its free dates are booked at once."""
    with transaction():
        programme.booking = programmes.Booking.NOW


def holds() -> list[HoldState]:
    return rows_of(DateHold.state)


def sent() -> list[SchoolRequest]:
    return rows_of(SchoolRequest)
