"""How much of what a seed holds, whom it names, and how its rows are stored."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

GIVEN = ("Ана", "Милица", "Јелена", "Марија", "Ивана", "Драгана", "Марко", "Никола", "Стефан", "Лука", "Милош", "Јован")
FAMILY = (
    "Петровић",
    "Јовановић",
    "Николић",
    "Марковић",
    "Ђорђевић",
    "Стојановић",
    "Илић",
    "Живковић",
    "Ђурић",
    "Лазић",
)
STAFF = 10  # accounts of the staff, before those of presenters
COORDINATOR, ADMINISTRATOR, SAFEGUARDING, OTHER_COORDINATOR = 1, 2, 3, 4
CAMPAIGN = "bench-show-respect"
FIXED_WEEK = 40  # visits of the week that has as many in a seed of any size
FEED_EVENTS, PRESENTATIONS = 500, 3  # of the calendar that is measured; of a visit
FEED_TOKEN = "bench-calendar"  # nosec B105: of a database that is open to nobody else
ROWS_AT_ONCE = 5_000


@dataclass(frozen=True)
class Size:
    """What a seed holds: whole hundreds of visits and people, so that both centres have their tenth of each."""

    visits: int = 20_000
    people: int = 400  # who can be assigned, eight educators in ten
    hosts: int = 10_000
    asked: int = 1_000  # requests in the inbox
    waiting: int = 1_000  # requests on the waiting list
    letters: int = 300_000
    feed: bool = False  # an educator more, with FEED_EVENTS presentations

    @property
    def educators(self) -> int:
        return self.people * 8 // 10

    @property
    def feed_visits(self) -> int:
        return -(-FEED_EVENTS // PRESENTATIONS) if self.feed else 0

    @property
    def every_visit(self) -> int:
        return self.visits + FIXED_WEEK + self.feed_visits


def size_of(visits: int) -> Size:
    """N for 20,000 visits; a share of it for fewer."""
    asked = max(100, visits // 20)
    people = max(100, visits // 5_000 * 100)
    return Size(visits, people, max(300, visits // 2), asked, asked, visits * 15, feed=True)


def person(number: int) -> tuple[str, str]:
    """Given and family name."""
    return GIVEN[number % len(GIVEN)], FAMILY[number // len(GIVEN) % len(FAMILY)]


def add(session: Session, model: Any, rows: Iterable[Mapping[str, Any]]) -> None:
    """Insert rows that name the same columns."""
    left = iter(rows)
    while some := list(islice(left, ROWS_AT_ONCE)):
        session.execute(insert(model.__table__), some)
