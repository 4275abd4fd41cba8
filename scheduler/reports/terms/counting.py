"""Words of reports: periods, filters, groups, counts of what was held, and what a printed report holds."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from enum import StrEnum

from scheduler.core.errors import SchedulerError
from scheduler.posts.terms import PostRow
from scheduler.programmes.terms import Audience, SchoolLevel, Text
from scheduler.reports.terms.not_held import OffByCause


class BadPeriod(SchedulerError):
    """These days are no period. `reason` is a code: "not_a_day", "last_before_first", "too_long"."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}")
        self.field = field
        self.reason = reason


class Group(StrEnum):
    """What a report can be split by."""

    CITY = "city"
    DISTRICT = "district"
    MONTH = "month"
    PROGRAMME = "programme"
    AUDIENCE = "audience"
    PRESENTER = "presenter"


@dataclass(frozen=True)
class Period:
    """Days from `first` to `last`, both included."""

    first: dt.date
    last: dt.date


@dataclass(frozen=True)
class Filters:
    """Which presentations a report counts. Slugs and names as a URL or a command says them; None: all.

    The last ones narrow a report to one cell, so that its number opens to the visits behind it.
    """

    period: Period
    centre_id: int | None = None
    campaign: str | None = None
    programme: str | None = None
    city: str | None = None  # its Serbian Cyrillic name; empty: hosts without a municipality
    district: str | None = None  # ISO 3166-2; empty: hosts without one
    month: str | None = None  # 2023-02
    audience: Audience | None = None  # whom a presentation was for
    level: SchoolLevel | None = None
    presenter: int | None = None
    young: bool | None = None  # True: only presentations at which a young presenter was

    def narrowing(self) -> dict[str, str]:
        """What is set beside period and centre, as a URL says it."""
        named = {field.name: getattr(self, field.name) for field in fields(self)[2:]}
        return {name: str(value) for name, value in named.items() if value is not None}


@dataclass(frozen=True)
class ReportCounts:
    """What was held: contacts, so the same class twice is counted twice. Kilometres and visits once a visit."""

    visits: int = 0
    presentations: int = 0
    pupils: int = 0
    parents: int = 0
    teachers: int = 0
    others: int = 0
    cities: int = 0
    kilometres: int = 0

    @property
    def people(self) -> int:
        return self.pupils + self.parents + self.teachers + self.others


COUNT_FIELDS = tuple(field.name for field in fields(ReportCounts))
SUMS_OF_A_VISIT = tuple(name for name in COUNT_FIELDS if name not in ("visits", "cities"))


@dataclass(frozen=True)
class Correction:
    """By how much an earlier, signed-off period differs today from what was signed: numbers with a sign."""

    of_period: int  # its id
    period: Period
    counts: ReportCounts


@dataclass(frozen=True)
class SignedTotals:
    """A signed-off period: its totals as they were; `by` is empty when the account is gone."""

    id: int
    period: Period
    totals: ReportCounts
    at: dt.datetime
    by: str = ""
    carried: tuple[Correction, ...] = ()  # what it carries of earlier periods
    taken_back_at: dt.datetime | None = None
    why: str = ""  # it was taken back


@dataclass(frozen=True)
class Books:
    """What the signed-off periods of a centre say about the days of one report."""

    signed: SignedTotals | None = None  # exactly these days
    since: ReportCounts = ReportCounts()  # today less what was signed
    corrections: tuple[Correction, ...] = ()  # of earlier periods: those it carries, or would carry if it were signed
    crossed: tuple[SignedTotals, ...] = ()  # signed-off periods that share some of the days, but not all


@dataclass(frozen=True)
class Key:
    """One thing that a row stands for: `value` for scripts and URLs, `label` for people."""

    group: Group
    value: str
    label: str
    level: SchoolLevel | None = None  # of an audience: pupils of primary and of secondary schools are told apart

    def url(self) -> dict[str, str]:
        """The filter that narrows a report to this."""
        return {self.group.value: self.value} | ({"level": self.level.value} if self.level else {})


@dataclass(frozen=True)
class CountRow:
    """One line of a report."""

    keys: tuple[Key, ...]
    counts: ReportCounts

    def url(self) -> dict[str, str]:
        """The filters that narrow the report to this line."""
        return {name: value for key in self.keys for name, value in key.url().items()}


@dataclass(frozen=True)
class Report:
    """Totals, and the rows in their order."""

    filters: Filters
    by: tuple[Group, ...]
    totals: ReportCounts
    rows: tuple[CountRow, ...]
    centre: str | None = None  # its slug; None: all centres
    not_held: Mapping[str, int] = field(default_factory=dict)  # stopped, cancelled by whom, turned away
    called_off: tuple[OffByCause, ...] = ()
    indicators: Mapping[str, int] = field(default_factory=dict)  # pupils once, with and without a young presenter
    posts: tuple[PostRow, ...] = ()  # of one campaign: what was posted on these days
    books: Books | None = None  # of a report that is narrowed to nothing but a centre


@dataclass(frozen=True)
class VisitLine:
    """A visit behind a number, with what of it the number counts."""

    visit_id: int
    number: str
    on_day: dt.date
    host: str
    city: str
    programme: str
    counts: ReportCounts


@dataclass(frozen=True)
class FilterChoice:
    """One option of the filter form."""

    slug: str
    name: str


@dataclass(frozen=True)
class CampaignOutcome:
    """What a campaign reached in a year; of its people only pupils of secondary schools are told. None: not shown."""

    name: str
    cities: int
    high_school_pupils: int | None


@dataclass(frozen=True)
class CampaignHeld:
    """What was held for a campaign in these days; `cities` as (Cyrillic, Latin)."""

    slug: str
    name: Text
    counts: ReportCounts
    high_school_pupils: int
    cities: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class YoungShare:
    """What was held with young presenters: each presentation once, its minutes once, each of them once."""

    counts: ReportCounts = ReportCounts()
    minutes: int = 0
    presenters: int = 0


@dataclass(frozen=True)
class KeyFigure:
    """A large number at the head of a report, with its noun in the form the number asks for ("7.803 ученика").

    None: the public is not shown the number.
    """

    value: int | None
    label: str


@dataclass(frozen=True)
class Definition:
    """What an indicator counts, in one or two sentences."""

    term: str
    meaning: str


@dataclass(frozen=True)
class Series:
    """Numbers of one group over the same labels as its sister series: each is drawn with its own height."""

    name: str
    values: tuple[int, ...]


@dataclass(frozen=True)
class Chart:
    """Small multiples under one heading; `labels` are short ("јан") and stand under the last series."""

    heading: str
    labels: tuple[str, ...]
    series: tuple[Series, ...]


@dataclass(frozen=True)
class ReportPaper:
    """A report as it is printed; all words already in the reader's language, numbers still as numbers.

    `heads` has as many entries as each of `rows` and as `totals`; their first `words` entries are texts.
    """

    title: str
    centre_name: str
    first_day: dt.date
    last_day: dt.date
    heads: tuple[str, ...]
    rows: tuple[tuple[str | int, ...], ...]
    printed_at: dt.datetime  # UTC
    zone: str = "Europe/Belgrade"
    totals: tuple[str | int, ...] = ()
    words: int = 1
    filters: tuple[str, ...] = ()  # in words: "оба центра", "сви програми"
    figures: tuple[KeyFigure, ...] = ()  # up to four
    beside: tuple[KeyFigure, ...] = ()  # indicators, and what was not held
    called_off: tuple[tuple[str, ...], ...] = ()  # heads, then a line a cause; empty: nothing was called off
    posts: tuple[tuple[str, ...], ...] = ()  # heads, then a line for each that was posted, and their sums
    charts: tuple[Chart, ...] = ()
    definitions: tuple[Definition, ...] = ()
    signed: tuple[str, ...] = ()  # sentences about its sign-off
    books: tuple[tuple[str, tuple[tuple[str, ...], ...]], ...] = ()  # heading, and lines of words and signed numbers
    version: str = ""  # "скуп показатеља 2, верзија 1.3"
    helpline: str = "19833"


@dataclass(frozen=True)
class FigureCell:
    """What one centre held in one city for one campaign (None: for no campaign): the grain of public figures."""

    centre_id: int
    district: str  # ISO 3166-2; empty: a host abroad or without a municipality
    city: str
    campaign_id: int | None
    counts: ReportCounts
    high_school_pupils: int = 0


@dataclass(frozen=True)
class DistrictName:
    """A district in the page's script."""

    iso: str
    name: str


@dataclass(frozen=True)
class DistrictLine:
    """What was held in a district; `people` are pupils, parents and teachers, None where they are not shown."""

    iso: str
    name: str
    presentations: int
    people: int | None


@dataclass(frozen=True)
class CentreYear:
    """What a centre held in a year; None where a number is not shown."""

    centre_id: int
    name: str
    presentations: int
    pupils: int | None
    parents: int | None
    teachers: int | None
    cities: int = 0
    campaigns: tuple[CampaignOutcome, ...] = ()


@dataclass(frozen=True)
class PublicYear:
    """A year as the public reads it."""

    year: int
    centres: tuple[CentreYear, ...]
    districts: tuple[DistrictLine, ...]  # all, also those without a presentation
    presentations: int
    people: int | None
    in_tens: bool = False  # numbers of people are rounded down, because the year is still counted


@dataclass(frozen=True)
class CityOutcome:
    """What a campaign reached in a city; None where a number is not shown. No degrees: a city that was not planned."""

    city_sr_cyrl: str
    city_sr_latn: str
    lat: float | None
    lon: float | None
    target: int
    presentations: int
    pupils: int | None


@dataclass(frozen=True)
class Outcome:
    """What a campaign reached so far."""

    cities: tuple[CityOutcome, ...]
    presentations: int
    reached: dict[Audience, int | None]
    educators: int
    influencers: int | None  # at least; None: so few that their number is not told
    in_tens: bool = False  # as in PublicYear

    @property
    def cities_reached(self) -> int:
        return sum(city.presentations > 0 for city in self.cities)
