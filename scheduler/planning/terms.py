"""The words of the planner: a problem, a plan, what it costs. Days and minutes are whole numbers (docs/planner.md)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

Spent = Callable[[int], float]  # how much of the budget is used after so many steps: 1.0 ends the search
Told = Callable[[str, Mapping[str, object]], None]  # what a search says while it works
DAYS_OF_WEEK = 7
MOST_TOUR_CITIES = 40
ANY_ROAD = 10**6  # minutes
WhoMay = Mapping[str, Mapping[int, int]]  # of each person by slot the days, a bit a day, that other rules leave her


class WhyUnplaced(StrEnum):
    """Why nobody goes: the last hurdle that anybody reached."""

    NO_TOPIC = "no_educator_with_topic"
    NO_LANGUAGE = "no_educator_with_language"
    NO_AUDIENCE = "no_educator_for_audience"
    NO_OPEN_DAY = "no_open_day"
    UNAVAILABLE = "unavailable"
    TRAVEL = "travel_too_long"
    NO_INFLUENCER = "no_influencer"
    CAP = "cap_reached"
    CLASH = "clash"
    CAMPAIGN = "campaign_rule"


@dataclass(frozen=True, slots=True)
class PlanCity:
    """A place on the map, in degrees."""

    id: int
    name: str
    lat: float
    lon: float


@dataclass(frozen=True, slots=True)
class OwnSchool:
    """What a minor may: her lessons by the parity of the week, days excused, the days of her guardian's consent."""

    even: tuple[int, int]
    odd: tuple[int, int]
    excused_max: int
    consent: tuple[int, int]
    may_ride: tuple[int, int] = (1, 0)  # the days on which her guardian lets her ride along; none unless it is said

    def lessons(self, day: int) -> tuple[int, int]:
        return self.odd if (day // DAYS_OF_WEEK) % 2 else self.even


@dataclass(frozen=True, slots=True)
class PlanPerson:
    """An educator or a youth influencer, with what she may do."""

    id: str
    educator: bool
    home: int
    topics: frozenset[str]
    languages: frozenset[str]
    audiences: frozenset[str]
    weekdays: frozenset[int]
    unavailable: frozenset[int]
    max_per_day: int
    max_per_week: int
    max_total: int
    max_km_day: int
    day_start: int
    day_end: int
    own_school: OwnSchool | None = None  # of a minor
    given: Mapping[int, int] = field(default_factory=dict)  # presentations that she has by day beside this plan
    nights_max: int = 0  # nights in a row that she may stay away; of a minor none, whatever is said here
    takes_along: bool = False  # an educator who is vetted to drive young presenters
    furthest: int = ANY_ROAD  # minutes that a presentation may lie from where her day begins, and from where it ends


@dataclass(frozen=True, slots=True)
class PlanRequest:
    """One presentation that is asked for."""

    id: str
    city: int
    topic: str
    language: str
    audience: str
    weight: int
    duration: int
    influencers: int
    day_from: int
    day_to: int
    preferred_days: frozenset[int]
    weekdays: frozenset[int]
    slots_even: frozenset[int]
    slots_odd: frozenset[int]
    blocked_days: frozenset[int]
    campaign: str | None = None
    load: int = 1  # presentations that it counts for in a day and a week
    may: WhoMay | None = None  # where other rules decide who could be there when; who is not named may not

    def slots(self, day: int) -> frozenset[int]:
        return self.slots_odd if (day // DAYS_OF_WEEK) % 2 else self.slots_even


@dataclass(frozen=True, slots=True)
class PlanWeights:
    """What a coordinator turns: one unit of each, in the same currency."""

    unplaced: int = 1000
    pref_miss: int = 40
    km: int = 1
    load_sq: int = 2
    change_date: int = 300
    change_team: int = 100
    night: int = 150


@dataclass(frozen=True, slots=True)
class Placement:
    """Who gives which presentation, when."""

    request: str
    day: int
    slot: int
    educator: str
    influencer: str | None = None

    @property
    def crew(self) -> tuple[str, ...]:
        """Who gives it together."""
        return (self.educator,) if self.influencer is None else (self.educator, self.influencer)


@dataclass(frozen=True, slots=True)
class NightAway:
    """Somebody sleeps after that day where its last presentation was, or where the next day's first one is."""

    person: str
    day: int
    city: int


@dataclass(frozen=True, slots=True)
class SharedRide:
    """A youth goes with the educator for that day: from her door, to all that the educator gives, and home again."""

    influencer: str
    educator: str
    day: int


@dataclass(frozen=True, slots=True)
class Unplaced:
    """A request that nobody serves, and how many choices each hurdle took."""

    request: str
    reason: WhyUnplaced
    counts: Mapping[str, int] = field(default_factory=dict)


RoadOf = Callable[[PlanCity, PlanCity], tuple[int, int]]  # kilometres and minutes from door to door


@dataclass(frozen=True, slots=True)
class PlanProblem:
    """All that a plan depends on."""

    days: int
    closed_days: frozenset[int]
    today: int
    min_notice: int
    slots: tuple[int, ...]
    buffer: int
    cities: tuple[PlanCity, ...]
    people: tuple[PlanPerson, ...]
    requests: tuple[PlanRequest, ...]
    fixed_team: Mapping[str, bool]  # of each campaign: does one team give all of it?
    weights: PlanWeights = PlanWeights()
    baseline: tuple[Placement, ...] = ()
    locked: frozenset[str] = frozenset()
    named_by_event: frozenset[str] = frozenset()  # requests that the event is about
    road: RoadOf | None = None  # None: as the neutral format says


@dataclass(frozen=True, slots=True)
class Plan:
    """A proposal: who goes where, and who waits for what reason."""

    placements: tuple[Placement, ...]
    unplaced: tuple[Unplaced, ...] = ()
    nights: tuple[NightAway, ...] = ()
    rides: tuple[SharedRide, ...] = ()


@dataclass(frozen=True, slots=True)
class PlanViolation:
    """A rule that a plan breaks, and whose."""

    about: str
    rule: str


@dataclass(frozen=True, slots=True)
class PlanCost:
    """The parts of a plan's cost, in their own units; `total` by the weights of the problem."""

    served: int
    served_weight: int
    pref_miss: int
    km: int
    gini: float
    total: int
    nights: int = 0
    rides: int = 0


@dataclass(frozen=True, slots=True)
class TourCity:
    """A city of a tour, and the days on which it may be visited."""

    name: str
    days: frozenset[int]
    who: Mapping[int, int] | None = None  # of each of these days who could go, a bit a person; None: whoever goes


@dataclass(frozen=True, slots=True)
class TourProblem:
    """All that a tour depends on: it begins and ends at home, and stops once a day."""

    cities: tuple[TourCity, ...]
    home_km: tuple[int, ...]  # of each city, one way
    km: tuple[tuple[int, ...], ...]  # between the cities
    crew: int = 1  # how many go together until they are home again
    nights: bool = False  # away, between two days with a stop each
    night_cost: int = 0  # kilometres that a night away is worth


@dataclass(frozen=True, slots=True)
class TourStop:
    """A day of a tour; who does not come from home has slept in the city of the day before."""

    city: int
    day: int
    from_home: bool


@dataclass(frozen=True, slots=True)
class Tour:
    """The stops of a tour by day, and what no tour of as many stops goes below; None: nothing is proven."""

    stops: tuple[TourStop, ...]
    bound: int | None = None


@dataclass(frozen=True, slots=True)
class TourCost:
    """Kilometres of the road, nights away, and both in kilometres."""

    km: int
    nights: int
    total: int
