"""Free dates: what a host asks of the calendar, what is known of each presenter, and what may be shown of it.

What comes out of it names nobody: days, times of day, and for a day without a time one word why.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from scheduler.people.terms import ExceptionRow, Hours, PresenterKind, TeachingLanguage, Topic
from scheduler.places.terms.hosts import Point
from scheduler.places.terms.school_time import SchoolTime
from scheduler.programmes.terms import Audience
from scheduler.requests.terms.school_request import Blackout
from scheduler.staffing.terms.young_load import YoungLimits, YoungVisit
from scheduler.visits.terms.plans import CrewRule, Stop, UnderLaw


class Lack(StrEnum):
    """Why a day has no free time, the first reason that holds; each is worded on the page."""

    BEYOND = "beyond"  # over, or further ahead than anybody can know
    BEFORE = "before"  # the day that fell out, or that leaves no time to answer
    OUTSIDE = "outside"  # of the days that the school asked for
    SCHOOL_CANNOT = "school_cannot"  # it said so
    TOO_SOON = "too_soon"  # within the programme's notice
    SHUT = "shut"  # a closure
    NO_LESSONS = "no_lessons"  # weekend, holiday, break
    NOT_IN_THE_BUILDING = "not_in_the_building"  # the bells of the school leave no time that long
    CLASS_HELD = "class_held"  # a class of it has another presentation then
    TOPIC = "topic"
    LANGUAGE = "language"
    REACH = "reach"
    TIME = "time"  # papers or hours: who could go cannot go then. Which of both is nobody's business outside
    TAKEN = "taken"  # promised elsewhere, too far from there, or enough for that day or week


OF_CREW = (Lack.TOPIC, Lack.LANGUAGE, Lack.REACH, Lack.TIME, Lack.TAKEN)  # in the order in which they are asked


@dataclass(frozen=True)
class Bounds:
    """The days within which a school wants its visit: a span, without days on which it cannot, after some day."""

    first_day: dt.date | None = None
    last_day: dt.date | None = None
    cannot: tuple[Blackout, ...] = ()
    after: dt.date | None = None


@dataclass(frozen=True)
class KeptSitting:
    """A presentation that keeps its hour on whatever day; its classes, where they are to be in the building."""

    starts_local: dt.time
    minutes: int
    classes: str = ""


@dataclass(frozen=True)
class FreeWish:
    """Which dates are asked for. `host_id` or, for a school that is not chosen yet, `municipality_id`."""

    programme_id: int
    language: TeachingLanguage
    audience: Audience
    host_id: int | None = None
    municipality_id: int | None = None
    minutes: int | None = None  # of the presentation; None: as long as the programme says
    classes: tuple[str, ...] = ()  # of each sitting, "7-2, 7-3": only times at which these are in the building
    at: dt.time | None = None  # only this time, which two sides agreed on: neither bells nor notice speak against it
    own_hold: int = 0  # the hold of who asks: it keeps others away, not her
    own_visit: int = 0  # the visit that is to be elsewhere: what is promised to it keeps nobody away
    sittings: int = 1  # presentations, one after the other, of one crew
    kept: tuple[KeptSitting, ...] = ()  # they keep their hours: only days on which all of them can
    crew: tuple[int, ...] = ()  # these presenters and nobody else, all of them
    bounds: Bounds = Bounds()


@dataclass(frozen=True)
class Days:
    """Days, both included."""

    first_day: dt.date
    last_day: dt.date


@dataclass(frozen=True)
class Seeker:
    """All that decides whether one presenter can be somewhere at some time."""

    presenter_id: int
    kind: PresenterKind
    law: UnderLaw
    home: Point
    topics: tuple[Topic, ...]
    languages: tuple[TeachingLanguage, ...]
    hours: tuple[Hours, ...] = ()
    exceptions: tuple[ExceptionRow, ...] = ()
    vetted: tuple[Days, ...] = ()
    agreed: tuple[Days, ...] = ()  # a guardian's consent to take part
    promised: tuple[Stop, ...] = ()
    presentations: Mapping[dt.date, int] = field(default_factory=dict)  # promised ones, by local day
    reach_km: int | None = None  # as far as she said she goes
    young: tuple[YoungVisit, ...] = ()  # what she has promised as a minor
    beds: Mapping[dt.date, Point] = field(default_factory=dict)  # where she sleeps after a day, if not at home


@dataclass(frozen=True)
class FreeFacts:
    """What the answer is made of: the place and its days, the programme, and everybody of its centre."""

    today: dt.date
    zone: str
    point: Point | None
    open_days: frozenset[dt.date]
    shut_days: frozenset[dt.date]
    told: SchoolTime | None
    topic: Topic
    language: TeachingLanguage
    audience: Audience
    rule: CrewRule
    notice_days: int
    minutes: int
    set_up_minutes: int
    classes: tuple[str, ...]
    people: tuple[Seeker, ...]
    at: dt.time | None = None
    sitting_minutes: int | None = None
    kept: tuple[KeptSitting, ...] = ()
    bounds: Bounds = Bounds()
    young_limits: YoungLimits | None = None  # None: nobody has set any


@dataclass(frozen=True)
class FreeDay:
    """One day of the calendar: the times at which a presentation can begin, or why there is none."""

    day: dt.date
    starts: tuple[dt.time, ...] = ()
    lack: Lack | None = None
    kind: PresenterKind | None = None  # who is lacking, where it is somebody
    needed: int = 1  # how many of them go


@dataclass(frozen=True)
class FreeDates:
    """The next days, one after the other, today first."""

    days: tuple[FreeDay, ...]
    bells: bool = False  # the times are lessons of the school's own shifts

    @property
    def free(self) -> tuple[FreeDay, ...]:
        return tuple(day for day in self.days if day.starts)

    @property
    def first(self) -> FreeDay | None:
        return next((day for day in self.days if day.starts), None)

    @property
    def lacking(self) -> FreeDay | None:
        """What most keeps the days before the first free one empty; None when nothing but the calendar does.

        The reason that goes furthest counts: where one educator could be asked but is elsewhere, "taken" is the truth,
        although on another of those days nobody has hours.
        """
        ranked = [(OF_CREW.index(day.lack), day) for day in self._lacking if day.lack in OF_CREW]
        return max(ranked, key=lambda pair: pair[0])[1] if ranked else None

    @property
    def lacking_one_kind(self) -> bool:
        """Whether it is the same one person, an educator or a young presenter, whom all those days lack."""
        return {(day.kind, day.needed) for day in self._lacking} in [{(kind, 1)} for kind in PresenterKind]

    @property
    def _lacking(self) -> list[FreeDay]:
        """The days before the first free one on which a school has pupils and somebody is lacking."""
        first = self.first
        return [day for day in self.days if day.lack in OF_CREW and (first is None or day.day < first.day)]
