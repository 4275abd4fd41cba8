"""Words of places: kinds of hosts, points on the map, school calendars, and what an import says about a file."""

import datetime as dt
from dataclasses import dataclass, fields
from enum import StrEnum

from scheduler.core.language import pick, worded
from scheduler.core.sheets import LineProblem


class HostKind(StrEnum):
    """What a host is: the register's kinds of schools, and everybody else who may ask."""

    PRIMARY = "primary"
    PRIMARY_PRIVATE = "primary_private"
    PRIMARY_MUSIC = "primary_music"
    PRIMARY_SECONDARY = "primary_secondary"
    PRIMARY_SECONDARY_PRIVATE = "primary_secondary_private"
    SPECIAL_PRIMARY_SECONDARY = "special_primary_secondary"
    SECONDARY = "secondary"
    SECONDARY_PRIVATE = "secondary_private"
    MUSIC = "music"
    BALLET = "ballet"
    JOINT = "joint"
    DORMITORY = "dormitory"
    LIBRARY = "library"
    CAMP = "camp"
    MUNICIPALITY = "municipality"
    OTHER = "other"


class Level(StrEnum):
    """The two levels that school calendars tell apart."""

    PRIMARY = "primary"
    SECONDARY = "secondary"


class SchoolCalendar(StrEnum):
    """Who says when there is school: the republic's ministry or the province's secretariat."""

    REPUBLIC = "republic"
    VOJVODINA = "vojvodina"


@dataclass(frozen=True)
class Point:
    """A place on the map, in degrees. Raises: ValueError for degrees that do not exist."""

    latitude: float
    longitude: float

    def __post_init__(self) -> None:
        if not (-90 <= self.latitude <= 90 and -180 <= self.longitude <= 180):
            raise ValueError(f"no such point: {self.latitude}, {self.longitude}")


@dataclass(frozen=True)
class MunicipalityRow:
    """A municipality as lists show it; `city` is what reports count it under."""

    id: int
    name_sr_cyrl: str
    name_sr_latn: str
    city_sr_cyrl: str
    city_sr_latn: str
    district_id: int
    district_sr_cyrl: str
    district_sr_latn: str
    district_en: str
    school_calendar: SchoolCalendar
    postcode: str
    point: Point

    def name(self, language: str) -> str:
        """Its name in the page's script."""
        return pick(language, self.name_sr_cyrl, self.name_sr_latn)


@dataclass(frozen=True)
class HostRow:
    """A host as pages show it. Abroad there is no municipality."""

    id: int
    register_id: str | None
    kind: HostKind
    name_sr_cyrl: str
    name_sr_latn: str
    address_sr_cyrl: str
    address_sr_latn: str
    postcode: str
    place_sr_cyrl: str
    place_sr_latn: str
    zone: str
    phone: str
    website: str
    email: str | None
    classes: int | None
    teaches_primary: bool
    teaches_secondary: bool
    point: Point | None  # its own, else its municipality's
    example: bool
    listed: bool
    municipality: MunicipalityRow | None

    def name(self, language: str) -> str:
        """Its name in the page's script."""
        return pick(language, self.name_sr_cyrl, self.name_sr_latn)

    def address(self, language: str) -> str:
        """Street and number."""
        return pick(language, self.address_sr_cyrl, self.address_sr_latn)

    def place(self, language: str) -> str:
        """The settlement it stands in."""
        return pick(language, self.place_sr_cyrl, self.place_sr_latn)


@dataclass(frozen=True)
class HostDraft:
    """A host that the register does not hold, as somebody typed it; all texts already cleaned."""

    kind: HostKind
    name: str
    place: str
    address: str = ""
    postcode: str = ""
    municipality_id: int | None = None  # none: abroad
    zone: str = "Europe/Belgrade"
    phone: str = ""


@dataclass(frozen=True)
class CalendarSpan:
    """One line of a school calendar: a term, a break or a working Saturday, and for whom."""

    kind: str  # "term1", "term2", "break-…", "working-saturday"
    first_day: dt.date
    last_day: dt.date
    applies_to: str = "all"  # one of APPLIES_TO
    id: int = 0


CALENDAR_KINDS = (
    *("term1", "term2", "break-autumn", "break-winter", "break-sretenje", "break-spring", "break-other"),
    "working-saturday",
)
APPLIES_TO = (
    *("all", "primary", "primary-1-7", "primary-8"),
    *("secondary", "secondary-non-final", "gymnasium-final", "vocational-final"),
)


@dataclass(frozen=True)
class CalendarDraft:
    """A line of a school calendar as somebody typed it: one of CALENDAR_KINDS, for one of APPLIES_TO."""

    calendar: SchoolCalendar
    kind: str
    first_day: dt.date
    last_day: dt.date
    applies_to: str


@dataclass(frozen=True)
class HolidayRow:
    """A public holiday or an observance."""

    day: dt.date
    name_sr_cyrl: str
    name_sr_latn: str
    name_en: str
    no_lessons: bool
    id: int = 0

    def name(self, language: str) -> str:
        """English has its own name here."""
        return worded(language, self.name_sr_cyrl, self.name_sr_latn, self.name_en)


@dataclass(frozen=True)
class HolidayDraft:
    """A day without lessons, or an observance, as somebody typed it; without an English name the Serbian one stands."""

    day: dt.date
    name: str
    name_en: str = ""
    no_lessons: bool = True


@dataclass(frozen=True)
class Supplies:
    """What a centre needs before schools can ask: which of it is there."""

    calendars: frozenset[SchoolCalendar]  # whose present school year is entered
    holidays: int  # still to come
    registered: int  # hosts of a register
    examples: int  # invented ones


@dataclass(frozen=True)
class ImportedHost:
    """One good line of a register file. `municipality` and `district_iso` are as the file says them."""

    line: int
    register_id: str
    kind: HostKind
    name_sr_cyrl: str
    name_sr_latn: str
    municipality: str
    district_iso: str
    place_sr_cyrl: str
    place_sr_latn: str
    address_sr_cyrl: str
    address_sr_latn: str
    postcode: str
    phone: str
    website: str
    email: str | None
    classes: int | None
    teaches_primary: bool
    teaches_secondary: bool
    lat: float | None
    lon: float | None
    example: bool


NOT_STORED = {"line", "municipality", "district_iso"}  # of ImportedHost: they become a municipality
STORED = tuple(field.name for field in fields(ImportedHost) if field.name not in NOT_STORED)


@dataclass(frozen=True)
class Sheet:
    """A register file as read: its good lines, its problems, and how it was read, to be shown to a person."""

    rows: tuple[ImportedHost, ...]
    problems: tuple[LineProblem, ...]
    encoding: str
    delimiter: str


@dataclass(frozen=True)
class Change:
    """One field of one host that an import changes."""

    register_id: str
    name: str
    field: str
    before: str
    after: str


@dataclass(frozen=True)
class ImportOutcome:
    """What an import did, or on a dry run would do. With any problem nothing is stored."""

    rows: int
    new: int
    changed: int
    same: int
    problems: tuple[LineProblem, ...] = ()
    changes: tuple[Change, ...] = ()
