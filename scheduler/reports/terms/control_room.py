"""Words of a campaign's control room: what is done, agreed and forecast, its cities, its crew, its weeks."""

import datetime as dt
from dataclasses import dataclass

from scheduler.core.language import pick
from scheduler.people.terms import PresenterKind
from scheduler.posts.terms import PostRow, PostSums
from scheduler.programmes.terms import Audience, CampaignRow, CampaignVerdict, CityRisk


@dataclass(frozen=True)
class Heads:
    """The people of one audience at one presentation."""

    on_day: dt.date
    people: int


@dataclass(frozen=True)
class Forecast:
    """How many people of one audience a campaign has at its end, at today's pace. `high` None: nobody can say yet."""

    done: int  # counted and locked
    waiting: int  # held, as announced: their counts are not locked yet
    agreed: int  # still to come, as announced
    point: int
    low: int
    high: int | None
    weeks: int  # whole weeks that the pace is taken from

    @property
    def certain(self) -> bool:
        """Whether nothing is to come: then it says what there is."""
        return self.low == self.point == self.high


@dataclass(frozen=True)
class AudienceLine:
    audience: Audience
    target: int | None
    forecast: Forecast
    verdict: CampaignVerdict


@dataclass(frozen=True)
class CityLine:
    """A city of the campaign, or one that it visited besides (`municipality_id` None)."""

    city_sr_cyrl: str
    city_sr_latn: str
    municipality_id: int | None
    target: int
    held: int = 0  # presentations, counted and locked
    pupils: int = 0
    agreed: int = 0  # presentations that are to come, or held and not locked yet
    requests: int = 0  # that wait for a date
    risk: CityRisk | None = None
    first_free: dt.date | None = None  # on which an educator could come

    def name(self, language: str) -> str:
        return pick(language, self.city_sr_cyrl, self.city_sr_latn)


@dataclass(frozen=True)
class CrewLine:
    """Somebody who goes for a campaign, or is meant to; of a minor the first name only. No day, no place."""

    presenter_id: int
    name: str
    kind: PresenterKind
    minor: bool
    meant: bool  # the campaign names her
    visits: int = 0
    done: int = 0  # presentations
    coming: int = 0  # presentations; of those that the reader may see


@dataclass(frozen=True)
class CampaignWeek:
    """What was held in a week that begins on that Monday."""

    monday: dt.date
    presentations: int
    pupils: int


@dataclass(frozen=True)
class ControlRoom:
    """All that the page of a campaign for staff says, and its brief."""

    campaign: CampaignRow
    today: dt.date
    days_left: int  # of the campaign, today among them
    audiences: tuple[AudienceLine, ...]
    visits: int
    presentations: int
    waiting: int  # presentations
    agreed: int  # presentations
    kilometres: int
    cities: tuple[CityLine, ...]
    crew: tuple[CrewLine, ...]
    weeks: tuple[CampaignWeek, ...]
    posts: tuple[PostRow, ...]
    post_sums: PostSums

    @property
    def at_risk(self) -> tuple[CityLine, ...]:
        return tuple(city for city in self.cities if city.risk)

    @property
    def cities_held(self) -> int:
        return sum(city.held > 0 for city in self.cities if city.municipality_id is not None)

    @property
    def cities_meant(self) -> int:
        return sum(city.municipality_id is not None for city in self.cities)


@dataclass(frozen=True)
class ComingVisit:
    """A visit of a campaign that is agreed, or held and not locked yet, as the page behind the number lists it."""

    number: str
    on_day: dt.date
    state: str
    host_sr_cyrl: str
    host_sr_latn: str
    city_sr_cyrl: str
    city_sr_latn: str
    presentations: int
    pupils: int
    parents: int
    teachers: int

    def host(self, language: str) -> str:
        return pick(language, self.host_sr_cyrl, self.host_sr_latn)

    def city(self, language: str) -> str:
        return pick(language, self.city_sr_cyrl, self.city_sr_latn)
