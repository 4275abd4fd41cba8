"""Where a guardian's child goes, with whom, and who fetches her."""

import datetime as dt
from dataclasses import dataclass

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


@dataclass(frozen=True)
class Fetched:
    """Who fetches a minor of a visit; `who` is empty on other days, and for who is told only that it was said."""

    given_name: str
    who: str
