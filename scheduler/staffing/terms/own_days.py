"""The day of a presenter: where she goes, when she leaves, whom she meets there, what she takes along."""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from scheduler.core.language import pick, worded
from scheduler.core.text import to_latin
from scheduler.people.terms import Topic
from scheduler.places.rules.hosts import school_year, school_year_days
from scheduler.places.terms.hosts import Point
from scheduler.places.terms.venue import NO_VENUE, Venue
from scheduler.visits.terms.rows import Companion, PresentationRow, VisitRow
from scheduler.visits.terms.states import VisitState


class Kit(StrEnum):
    """What goes into the bag; the words are on the page."""

    COMPUTER = "computer"
    PROJECTOR = "projector"  # the school has none
    ADAPTERS = "adapters"
    LOUDSPEAKER = "loudspeaker"
    OFFLINE = "offline"  # no internet in the room
    LEAFLETS = "leaflets"
    SHEET = "sheet"
    PLAN_B = "plan_b"


@dataclass(frozen=True)
class School:
    """What the school said of itself. Who to call is empty for whom it is not meant, and a week after the visit."""

    contact_name: str = ""
    contact_phone: str = ""
    phone: str = ""
    venue: Venue = NO_VENUE
    directions: str = ""
    step_free: bool = False
    has_projector: bool | None = None  # None: nobody asked
    has_sound: bool | None = None
    has_internet: bool | None = None
    recent_incident: bool = False
    special_needs: bool = False
    teacher_stays: bool = False
    safeguarding_contact: str = ""


@dataclass(frozen=True)
class Way:
    """A drive: from when to when at the latest, how far."""

    leaves_local: dt.time
    km: int | None  # None: a minor reads it, who drives nobody
    minutes: int


@dataclass(frozen=True)
class OwnVisit:
    """One visit of a presenter's day; `presentations` are those in which she stands."""

    visit: VisitRow
    presentations: tuple[PresentationRow, ...]
    school: School
    crew: tuple[Companion, ...]
    kit: tuple[tuple[Kit, int], ...]
    point: Point | None  # of the house itself; None: only the town is known
    arrives_local: dt.time | None
    way: Way | None  # to this school, from home or from the one before

    @property
    def begins_at(self) -> dt.datetime:
        return self.presentations[0].starts_at

    @property
    def over_at(self) -> dt.datetime:
        return self.presentations[-1].ends_at

    @property
    def held_off(self) -> bool:
        """A closure shut the school: nobody drives there."""
        return self.visit.state is VisitState.DISRUPTED


@dataclass(frozen=True)
class OwnDay:
    """A presenter's day with all its visits, from her home and back."""

    on_day: dt.date
    name: str  # as printed: of a minor the first name only
    home_sr_cyrl: str
    home_sr_latn: str
    visits: tuple[OwnVisit, ...]
    home_at: dt.time | None
    km: int
    centre_sr_cyrl: str
    centre_sr_latn: str
    centre_en: str
    centre_phone: str

    def home(self, language: str) -> str:
        """The town that she sets out from, in the page's script."""
        return pick(language, self.home_sr_cyrl, self.home_sr_latn)

    def centre(self, language: str) -> str:
        """Her centre's name in the page's language."""
        return worded(language, self.centre_sr_cyrl, self.centre_sr_latn, self.centre_en)


class RecordLine(NamedTuple):
    """A visit that was held with her, as a school credits it: day, town, the minutes that were given."""

    on_day: dt.date
    number: str
    place_sr_cyrl: str
    place_sr_latn: str
    presentations: int
    minutes: int

    def place(self, language: str) -> str:
        return pick(language, self.place_sr_cyrl, self.place_sr_latn)


@dataclass(frozen=True)
class HoursRecord:
    """What a presenter did in one school year, for her own school; of a minor the first name only."""

    presenter_id: int
    first_year: int
    name: str
    young: bool
    centre_sr_cyrl: str
    centre_sr_latn: str
    centre_en: str
    lines: tuple[RecordLine, ...]

    def centre(self, language: str) -> str:
        return worded(language, self.centre_sr_cyrl, self.centre_sr_latn, self.centre_en)

    @property
    def school_year(self) -> str:
        return school_year(school_year_days(self.first_year)[0])

    @property
    def minutes(self) -> int:
        return sum(one.minutes for one in self.lines)

    @property
    def number(self) -> str:
        """By which the centre finds what it signed: the same sheet has the same number, another sum another one."""
        return f"{self.first_year}-{self.presenter_id:04d}-{self.minutes:04d}"


@dataclass(frozen=True)
class LearntProgramme:
    """A programme that a young presenter can present: its topic is hers, or it was held with her, so many times."""

    name_sr_cyrl: str
    name_en: str
    topic: Topic
    held: int

    def name(self, language: str) -> str:
        return worded(language, self.name_sr_cyrl, to_latin(self.name_sr_cyrl), self.name_en)


@dataclass(frozen=True)
class OwnYear:
    """What a presenter has done in a year: visits held with her, presentations in them, kilometres of their crews."""

    year: int
    visits: int
    presentations: int
    kilometres: int
