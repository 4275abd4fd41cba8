"""The words of tours: what one is wanted for, what is known of its cities, what came of it."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from scheduler.booking.terms.free_dates import FreeFacts
from scheduler.core.errors import N_, Reason
from scheduler.core.language import pick
from scheduler.places.terms.hosts import MunicipalityRow, Point
from scheduler.programmes.terms import CampaignRow
from scheduler.work.terms import WorkRow

MOST_OF_A_SHIFT = 3  # presentations
MOST_NIGHT_KM = 1000
USUAL_NIGHT_KM = 100


class CrewMode(StrEnum):
    """Who travels."""

    FIXED = "fixed"  # the same educators to every stop
    ROTATING = "rotating"  # from home to home one crew, then the next


class LeftOut(StrEnum):
    """Why a city is not in a tour, the first that holds."""

    NO_SCHOOL_DAY = "no_school_day"
    NOBODY_CAN = "nobody_can"
    NO_DAY_LEFT = "no_day_left"


class TourReason(Reason):
    """Why a tour is not drawn."""

    NO_CITY = "tour_without_a_city", N_("Choose at least one city.")
    TOO_MANY_CITIES = "tour_of_too_many_cities", N_("Choose at most 40 cities.")
    MORE_CITIES_THAN_DAYS = "more_cities_than_days", N_("Choose a later day, or fewer cities: a tour stops once a day.")
    CITY_NOT_KNOWN = "city_not_known", N_("Choose cities from the list, with commas between them.")
    CREW_NOT_WHOLE = "crew_not_whole", N_("Choose as many educators as the programme sends, or let them change.")
    NOTHING_GIVEN = "nothing_given", N_("Enter at least one presentation in one of the shifts.")
    TOO_MUCH_FOR_A_DAY = "too_much_for_a_day", N_("Enter four presentations a day at most.")


@dataclass(frozen=True)
class TourDraft:
    """A tour that is wanted. `cities` are municipalities; of some the day is settled (`stays`)."""

    first_day: dt.date
    last_day: dt.date
    cities: tuple[int, ...]
    start: int  # the municipality where it begins and ends
    mornings: int = 1  # presentations of a stop in each shift
    afternoons: int = 0
    mode: CrewMode = CrewMode.FIXED
    people: tuple[int, ...] = ()  # educators; rotating: of these, or of all
    nights: bool = True
    night_km: int = USUAL_NIGHT_KM
    stays: tuple[tuple[int, dt.date], ...] = ()


@dataclass(frozen=True)
class ShiftTimes:
    """When somebody could begin on a day: of each shift that is asked for, its times."""

    morning: tuple[dt.time, ...] = ()
    afternoon: tuple[dt.time, ...] = ()


OpenDays = Mapping[dt.date, Mapping[int, ShiftTimes]]  # by day, of each educator who could go


@dataclass(frozen=True)
class TourTown:
    """A city of a tour with what free dates know of it; `morning` and `afternoon` where presentations are asked for."""

    town: MunicipalityRow
    school_days: frozenset[dt.date]
    morning: FreeFacts | None
    afternoon: FreeFacts | None
    stays: dt.date | None = None


@dataclass(frozen=True)
class TourAsk:
    """All that a tour is made of: no database, no clock."""

    draft: TourDraft
    start: Point
    towns: Sequence[TourTown]
    educators: int  # whom the programme sends


@dataclass(frozen=True)
class FoundStop:
    """What came of one city: its day and who goes, or why it is left out."""

    municipality_id: int
    on_day: dt.date | None = None
    from_home: bool = True
    morning_local: dt.time | None = None
    afternoon_local: dt.time | None = None
    crew: tuple[int, ...] = ()
    left_out: LeftOut | None = None


@dataclass(frozen=True)
class FoundTour:
    """What came of a tour; a bound of None is not proven."""

    stops: tuple[FoundStop, ...]
    km: int
    nights: int
    bound: int | None


@dataclass(frozen=True)
class StopView:
    """A day of a tour as its page shows it."""

    municipality_id: int
    district_id: int
    city_sr_cyrl: str
    city_sr_latn: str
    point: Point
    on_day: dt.date | None
    from_home: bool
    sleeps_away: bool
    km: int  # of the way there
    km_home: int  # back in the evening; 0 for who stays
    leaves: dt.time | None
    arrives: dt.time | None
    morning_local: dt.time | None
    afternoon_local: dt.time | None
    crew: tuple[str, ...]
    left_out: LeftOut | None
    stays: bool
    agreed: int  # requests of its district that wait for their plan and have this day

    def city(self, language: str) -> str:
        return pick(language, self.city_sr_cyrl, self.city_sr_latn)


@dataclass(frozen=True)
class TourLine:
    """A tour in the list."""

    id: int
    created_at: dt.datetime
    first_day: dt.date
    last_day: dt.date
    cities: int
    finished: bool


@dataclass(frozen=True)
class TourPage:
    """A tour as its page shows it: while it is drawn the work, then its days."""

    line: TourLine
    campaign: CampaignRow
    draft: TourDraft
    start_sr_cyrl: str
    start_sr_latn: str
    start: Point
    work: WorkRow | None
    days: tuple[StopView, ...]
    left_out: tuple[StopView, ...]
    km: int = 0
    nights: int = 0
    bound: int | None = None

    @property
    def cost(self) -> int:
        """Kilometres, and the nights in kilometres."""
        return self.km + self.nights * self.draft.night_km

    def start_name(self, language: str) -> str:
        return pick(language, self.start_sr_cyrl, self.start_sr_latn)
