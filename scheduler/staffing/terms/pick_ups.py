"""Where a guardian's child goes, with whom, and who fetches her."""

import datetime as dt
from dataclasses import dataclass

from scheduler.core.language import pick
from scheduler.visits.terms.rows import VisitRow

PICK_UP_LENGTH = 120


@dataclass(frozen=True)
class ChildsVisit:
    """A visit to come of the child for whom a guardian speaks: `adult` goes with her, empty while she is sought."""

    visit: VisitRow
    starts_local: dt.time
    ends_local: dt.time
    adult: str
    who: str
    driver: str = ""  # in whose car she rides; empty: in nobody's
    from_sr_cyrl: str = ""  # the town where the ride begins for her
    from_sr_latn: str = ""

    def rides_from(self, language: str) -> str:
        return pick(language, self.from_sr_cyrl, self.from_sr_latn)


@dataclass(frozen=True)
class Fetched:
    """Who fetches a minor of a visit; `who` is empty on other days, and for who is told only that it was said."""

    given_name: str
    who: str


@dataclass(frozen=True)
class RideMate:
    """Who is in the same car to a visit, and the town where the minor gets in."""

    name: str
    from_sr_cyrl: str
    from_sr_latn: str

    def rides_from(self, language: str) -> str:
        return pick(language, self.from_sr_cyrl, self.from_sr_latn)


@dataclass(frozen=True)
class RideNews:
    """A ride of which guardian and driver know otherwise than it stands; `start` None: nobody rides any more."""

    number: str  # of the visit
    start: dt.time | None
    from_sr_cyrl: str
    from_sr_latn: str

    def rides_from(self, language: str) -> str:
        return pick(language, self.from_sr_cyrl, self.from_sr_latn)
