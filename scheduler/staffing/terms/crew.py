"""Who could go to a visit, who puts up a hand, and whom of its crew a school may read."""

import datetime as dt
from dataclasses import dataclass

from scheduler.core.language import pick
from scheduler.people.terms import PresenterKind
from scheduler.places.terms.trips import Trip
from scheduler.visits.terms.plans import Why
from scheduler.visits.terms.reasons import WhyNot
from scheduler.visits.terms.rows import PresenterCard, VisitRow
from scheduler.visits.terms.states import CERTAIN, OPEN_VISITS, ClockWrong, VisitState


@dataclass(frozen=True)
class Seat:
    """Somebody's place in a visit: in all its presentations, or in one."""

    presenter_id: int
    presentation_id: int | None = None

    def holds(self, presentation_id: int) -> bool:
        """Whether this place is one in that presentation."""
        return self.presentation_id in (None, presentation_id)


@dataclass(frozen=True)
class Candidate:
    """A presenter who could go, or the reasons why not; `BARS` are those that no coordinator may overrule."""

    presenter_id: int
    kind: PresenterKind
    full_name: str
    minor: bool
    home_sr_cyrl: str
    home_sr_latn: str
    road_km: int | None
    reasons: tuple[Why, ...]
    trip: Trip | None = None
    has_car: bool = True
    of_campaign: bool = False  # in the crew that the visit's campaign was given

    def home(self, language: str) -> str:
        """The town she sets out from, in the page's script."""
        return pick(language, self.home_sr_cyrl, self.home_sr_latn)

    @property
    def fits(self) -> bool:
        return not self.reasons

    @property
    def at_that_time(self) -> bool:
        """Whether no other visit keeps her away."""
        return not any(why.code in (WhyNot.TAKEN, WhyNot.CANNOT_ARRIVE) for why in self.reasons)

    @property
    def beyond_reach(self) -> bool:
        """Whether it is further than she said she goes: whoever asks her all the same says so."""
        return any(why.code is WhyNot.BEYOND_REACH for why in self.reasons)

    @property
    def barred(self) -> bool:
        """Whether the database itself, or the service, would refuse her."""
        return any(why.code in BARS for why in self.reasons)


BARS = frozenset(
    {
        WhyNot.UNVETTED,
        WhyNot.TOO_YOUNG,
        WhyNot.NO_CONSENT,
        WhyNot.NO_TRAVEL,
        WhyNot.SUSPENDED,
        WhyNot.TAKES_NOTHING_NEW,
        WhyNot.GUARDIAN_CHANGES,
        WhyNot.OLDER_TEXT,
        WhyNot.YOUNG_WEEK_FULL,
        WhyNot.YOUNG_MONTH_FULL,
    }
)


@dataclass(frozen=True)
class CrewShown:
    """What a school may read about a visit: its times, and who comes as far as it may know them (TRUST S51)."""

    visit_id: int
    number: str
    on_day: dt.date
    state: VisitState
    starts_local: tuple[dt.time, ...]
    cards: tuple[PresenterCard, ...]
    starts_at: dt.datetime | None
    crew_lost: bool = False  # it was confirmed, and somebody else is sought for the same day
    clock_wrong: ClockWrong | None = None  # why the hour may not fit any more; the school is asked
    online_link: str = ""  # where it is held, when it is held online

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(card.name for card in self.cards)

    @property
    def certain(self) -> bool:
        """Whether it is confirmed, so that it stands in calendars."""
        return self.state in CERTAIN

    def may_cancel(self, now: dt.datetime) -> bool:
        """Whether the school may still call it off: not once it has begun."""
        return self.state in OPEN_VISITS and (self.starts_at is None or now < self.starts_at)


@dataclass(frozen=True)
class Hand:
    """Somebody who could go to an open visit, as the coordinators see it: since when, and what speaks against it."""

    candidate: Candidate
    raised_at: dt.datetime


@dataclass(frozen=True)
class OpenVisitRow:
    """A visit that is open for hands, as a presenter sees it."""

    visit: VisitRow
    raised: bool
