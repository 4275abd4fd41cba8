"""Words of places: kinds of hosts, points on the map, school calendars, and what an import says about a file."""

import datetime as dt
from dataclasses import dataclass, fields
from enum import StrEnum

from scheduler.core.language import pick, worded
from scheduler.imports.sheets import LineProblem, Mended
from scheduler.places.terms.registers import DoubleSchool


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
class DistrictRow:
    """A district as choices and lists name it; `iso` is its ISO 3166-2 code."""

    id: int
    name_sr_cyrl: str
    name_sr_latn: str
    name_en: str
    iso: str

    def name(self, language: str) -> str:
        """Its name in the reader's language and script."""
        return worded(language, self.name_sr_cyrl, self.name_sr_latn, self.name_en)


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

    def district(self, language: str) -> str:
        """The name of its district."""
        return worded(language, self.district_sr_cyrl, self.district_sr_latn, self.district_en)


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
    closed_on: dt.date | None
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
    "exam-day",
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
    timetable_of: int | None = None  # a working Saturday follows that day's timetable: 0 is Monday


class ClosureReason(StrEnum):
    """Why hosts are shut on days that their school calendar does not know of."""

    SNOW = "snow"
    STRIKE = "strike"
    EXAM_DAY = "exam_day"
    OTHER = "other"


@dataclass(frozen=True)
class Extent:
    """One place that a closure shuts: a municipality, a district, a school calendar, or (nothing said) the country."""

    municipality_id: int | None = None
    district_id: int | None = None
    calendar: SchoolCalendar | None = None

    def holds(self, town: MunicipalityRow | None) -> bool:
        """Whether a host of that municipality is shut; a host abroad never is."""
        if town is None:
            return False
        if self.municipality_id is not None:
            return town.id == self.municipality_id
        if self.district_id is not None:
            return town.district_id == self.district_id
        return self.calendar is None or town.school_calendar is self.calendar


@dataclass(frozen=True)
class ClosureDraft:
    """Days on which hosts shall be shut, as a coordinator says it."""

    extents: tuple[Extent, ...]
    first_day: dt.date
    last_day: dt.date
    reason: ClosureReason
    note: str = ""


@dataclass(frozen=True)
class ClosedPlace:
    """A place of a closure as pages show it; a school calendar and the country have no name here."""

    extent: Extent
    district_id: int | None = None  # in which it lies; none for more than one
    name_sr_cyrl: str = ""
    name_sr_latn: str = ""
    name_en: str = ""

    def name(self, language: str) -> str:
        return worded(language, self.name_sr_cyrl, self.name_sr_latn, self.name_en)


@dataclass(frozen=True)
class ClosureRow:
    """A closure as pages show it; `open_from` is the day on which hosts opened again, earlier than was said."""

    id: int
    places: tuple[ClosedPlace, ...]
    first_day: dt.date
    last_day: dt.date
    reason: ClosureReason
    note: str
    open_from: dt.date | None

    @property
    def extents(self) -> tuple[Extent, ...]:
        return tuple(place.extent for place in self.places)

    @property
    def shut_until(self) -> dt.date:
        """The last day that is shut in the end; before `first_day` when it was lifted whole."""
        return self.last_day if self.open_from is None else self.open_from - dt.timedelta(days=1)

    def covers(self, day: dt.date) -> bool:
        return self.first_day <= day <= self.shut_until

    def holds(self, town: MunicipalityRow | None) -> bool:
        """Whether a host of that municipality is shut; a host abroad never is."""
        return any(extent.holds(town) for extent in self.extents)


@dataclass(frozen=True)
class CalendarLine:
    """One line of a school calendar as it is typed or imported; `line` is where a file has it."""

    calendar: SchoolCalendar
    school_year: str
    kind: str
    first_day: dt.date
    last_day: dt.date
    applies_to: str = "all"
    timetable_of: int | None = None
    note: str = ""
    line: int = 0


@dataclass(frozen=True)
class CalendarEntryRow:
    """A stored line of a school calendar; `example`: invented, to be replaced by the real one."""

    id: int
    line: CalendarLine
    example: bool


@dataclass(frozen=True)
class CalendarSheet:
    """A school calendar's file as read: its good lines, its problems, and how it was read."""

    lines: tuple[CalendarLine, ...]
    problems: tuple[LineProblem, ...]
    encoding: str = ""


@dataclass(frozen=True)
class CalendarOutcome:
    """What an import of a school calendar did, or would do: the years it holds are replaced whole."""

    years: tuple[tuple[SchoolCalendar, str], ...]
    new: int
    gone: int
    same: int
    problems: tuple[LineProblem, ...] = ()


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
    """What a new centre sets up first: which of it is there."""

    calendars: frozenset[SchoolCalendar]  # whose present school year is entered
    holidays: int  # still to come
    registered: int  # hosts of a register


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
    closed_on: dt.date | None  # since when for good; none: the file does not say
    example: bool


STILL_OPEN = dt.date.max  # the file says so
NOT_STORED = {"line", "municipality", "district_iso"}  # of ImportedHost: they become a municipality
STORED_FIELDS = tuple(field.name for field in fields(ImportedHost) if field.name not in NOT_STORED)


@dataclass(frozen=True)
class RegisterSheet:
    """A register file as read: its good lines, its problems, and how it was read, to be shown to a person."""

    rows: tuple[ImportedHost, ...]
    problems: tuple[LineProblem, ...]
    encoding: str
    mended: tuple[Mended, ...] = ()
    unknown_kinds: tuple[str, ...] = ()  # as the file writes them


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
    batch_id: int | None = None  # once stored
    doubles: tuple[DoubleSchool, ...] = ()  # stored as two, unless somebody mends the file
    mended: tuple[Mended, ...] = ()
    unknown_kinds: tuple[str, ...] = ()
