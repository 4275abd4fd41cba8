"""Tables of the places: districts, municipalities, hosts with their shifts and bells, holidays, school calendars."""

import datetime as dt
from dataclasses import dataclass, fields

from sqlalchemy import CheckConstraint, ForeignKey, Index, Select, Text, UniqueConstraint, select
from sqlalchemy.orm import Mapped, composite, declared_attr, mapped_column, relationship

from scheduler.core.db import Base, db, part_index
from scheduler.places.terms.hosts import ClosureReason, HostKind, SchoolCalendar
from scheduler.places.terms.school_time import Grouping, NamedDay, Rotation, Shift
from scheduler.places.terms.venue import Venue


class HasVenue:
    """A table of what is held somewhere: a column for each fact of its venue, and the venue as one value."""

    room: Mapped[str] = mapped_column(default="")

    @declared_attr
    def venue(cls) -> Mapped[Venue]:  # noqa: N805
        return composite(Venue, *(field.name for field in fields(Venue)))


class District(Base):
    """A district of Serbia, or the City of Belgrade."""

    __tablename__ = "district"

    id: Mapped[int] = mapped_column(primary_key=True)
    iso: Mapped[str] = mapped_column(unique=True)  # ISO 3166-2, as the shapes of the map are named
    name_sr_cyrl: Mapped[str]
    name_sr_latn: Mapped[str]
    name_en: Mapped[str]
    region_sr_cyrl: Mapped[str]
    region_sr_latn: Mapped[str]
    school_calendar: Mapped[SchoolCalendar]


class Municipality(Base):
    """A municipality or a town, with its seat. Reports count it under its city."""

    __tablename__ = "municipality"
    __table_args__ = (
        CheckConstraint("lat BETWEEN -90 AND 90 AND lon BETWEEN -180 AND 180", name="seat_is_on_the_map"),
        CheckConstraint("seat_population >= 0", name="population_not_negative"),
        UniqueConstraint("district_id", "name_sr_cyrl", name="name_once_in_a_district"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name_sr_cyrl: Mapped[str]
    name_sr_latn: Mapped[str]
    city_sr_cyrl: Mapped[str]
    city_sr_latn: Mapped[str]
    district_id: Mapped[int] = mapped_column(ForeignKey("district.id", ondelete="RESTRICT"), index=True)
    postcode: Mapped[str]
    lat: Mapped[float]
    lon: Mapped[float]
    seat_population: Mapped[int | None]  # old and patchy: for ordering only
    search_key: Mapped[str] = mapped_column(index=True)  # core.text.fold of the name

    district: Mapped[District] = relationship(lazy="raise")


class Host(Base):
    """Where a visit happens. Not `listed`: typed by a school, not yet confirmed by a coordinator."""

    __tablename__ = "host"
    __table_args__ = (
        CheckConstraint("name_sr_cyrl <> '' AND name_sr_latn <> ''", name="has_a_name"),
        CheckConstraint("lat BETWEEN -90 AND 90 AND lon BETWEEN -180 AND 180", name="is_on_the_map"),
        CheckConstraint("(lat IS NULL) = (lon IS NULL)", name="both_degrees_or_none"),
        CheckConstraint("classes BETWEEN 0 AND 500", name="classes_fit_a_school"),
        CheckConstraint("register_id IS NULL OR listed", name="registered_is_listed"),
        Index(None, "listed", "name_sr_latn"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    register_id: Mapped[str | None] = mapped_column(unique=True)
    kind: Mapped[HostKind]
    name_sr_cyrl: Mapped[str]
    name_sr_latn: Mapped[str]
    address_sr_cyrl: Mapped[str] = mapped_column(default="")
    address_sr_latn: Mapped[str] = mapped_column(default="")
    postcode: Mapped[str] = mapped_column(default="")
    place_sr_cyrl: Mapped[str]
    place_sr_latn: Mapped[str]
    municipality_id: Mapped[int | None] = mapped_column(ForeignKey("municipality.id", ondelete="RESTRICT"), index=True)
    zone: Mapped[str] = mapped_column(default="Europe/Belgrade")
    phone: Mapped[str] = mapped_column(default="")
    website: Mapped[str] = mapped_column(default="")
    email: Mapped[str | None]
    classes: Mapped[int | None]
    teaches_primary: Mapped[bool] = mapped_column(default=False)
    teaches_secondary: Mapped[bool] = mapped_column(default=False)
    lat: Mapped[float | None]
    lon: Mapped[float | None]
    example: Mapped[bool] = mapped_column(default=False)  # invented, leaves with the demo data
    listed: Mapped[bool] = mapped_column(default=True)
    closed_on: Mapped[dt.date | None]  # for good, as the register says; from then on nobody finds it
    search_key: Mapped[str] = mapped_column(index=True)  # rules.search_key: kind, names, place, municipality, city
    created_at: Mapped[dt.datetime]

    municipality: Mapped[Municipality | None] = relationship(lazy="raise")


class HostMerger(Base):
    """A host that somebody typed turned out to be another one: whoever types its name again finds that one."""

    __tablename__ = "host_merger"
    __table_args__ = (CheckConstraint("host_id <> into_id", name="not_into_itself"),)

    host_id: Mapped[int] = mapped_column(ForeignKey("host.id", ondelete="CASCADE"), primary_key=True)
    into_id: Mapped[int] = mapped_column(ForeignKey("host.id", ondelete="CASCADE"), index=True)
    merged_at: Mapped[dt.datetime]


class Holiday(Base):
    """A public holiday or an observance; filled once from a package, then edited by people.

    A removed one stays as a row: it can be put back, and loading the shipped days again does not bring it back.
    """

    __tablename__ = "holiday"

    id: Mapped[int] = mapped_column(primary_key=True)
    day: Mapped[dt.date] = mapped_column(unique=True)
    name_sr_cyrl: Mapped[str]
    name_sr_latn: Mapped[str]
    name_en: Mapped[str]
    no_lessons: Mapped[bool] = mapped_column(default=True)
    removed_at: Mapped[dt.datetime | None]


class SchoolCalendarEntry(Base):
    """One line of a school calendar: a term, a break, an exam day or a working Saturday."""

    __tablename__ = "school_calendar_entry"
    __table_args__ = (
        CheckConstraint("last_day >= first_day", name="days_in_order"),
        CheckConstraint("timetable_of BETWEEN 0 AND 4", name="follows_a_working_day"),
        CheckConstraint("timetable_of IS NULL OR kind = 'working-saturday'", name="only_a_saturday_follows"),
        UniqueConstraint("calendar", "kind", "applies_to", "first_day", name="each_entry_once"),
        Index(None, "calendar", "first_day"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    calendar: Mapped[SchoolCalendar]
    school_year: Mapped[str]  # "2025/26"
    kind: Mapped[str]
    first_day: Mapped[dt.date]
    last_day: Mapped[dt.date]
    applies_to: Mapped[str] = mapped_column(default="all")
    note: Mapped[str] = mapped_column(default="")
    timetable_of: Mapped[int | None]  # 0 is Monday
    example: Mapped[bool] = mapped_column(default=False)  # invented for the demo, leaves with it
    removed_at: Mapped[dt.datetime | None]


class Closure(Base):
    """Days on which hosts are shut although their school calendar has lessons: snow, a strike, an exam day."""

    __tablename__ = "closure"
    __table_args__ = (
        CheckConstraint("last_day >= first_day", name="days_in_order"),
        CheckConstraint("open_from BETWEEN first_day AND last_day", name="opens_while_it_lasts"),
        CheckConstraint("(open_from IS NULL) = (lifted_at IS NULL)", name="lifted_by_somebody"),
        Index(None, "first_day", "last_day"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    first_day: Mapped[dt.date]
    last_day: Mapped[dt.date]
    reason: Mapped[ClosureReason]
    note: Mapped[str] = mapped_column(default="")
    closed_at: Mapped[dt.datetime]
    open_from: Mapped[dt.date | None]  # lifted early: shut until the day before
    lifted_at: Mapped[dt.datetime | None]

    places: Mapped[list["ClosurePlace"]] = relationship(order_by="ClosurePlace.id", lazy="raise")


WHOLE_COUNTRY = "municipality_id IS NULL AND district_id IS NULL AND calendar IS NULL"


class ClosurePlace(Base):
    """Where a closure shuts hosts: a municipality, a district, a school calendar or the whole country."""

    __tablename__ = "closure_place"
    __table_args__ = (
        CheckConstraint(
            "CASE WHEN municipality_id IS NULL THEN 0 ELSE 1 END + CASE WHEN district_id IS NULL THEN 0 ELSE 1 END"
            " + CASE WHEN calendar IS NULL THEN 0 ELSE 1 END <= 1",
            name="closes_one_place",
        ),
        UniqueConstraint("closure_id", "municipality_id", name="municipality_once"),
        UniqueConstraint("closure_id", "district_id", name="district_once"),
        UniqueConstraint("closure_id", "calendar", name="calendar_once"),
        part_index("country_once", "closure_id", where=WHOLE_COUNTRY, unique=True),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    closure_id: Mapped[int] = mapped_column(ForeignKey("closure.id", ondelete="CASCADE"))
    municipality_id: Mapped[int | None] = mapped_column(ForeignKey("municipality.id", ondelete="RESTRICT"), index=True)
    district_id: Mapped[int | None] = mapped_column(ForeignKey("district.id", ondelete="RESTRICT"), index=True)
    calendar: Mapped[SchoolCalendar | None]  # with none of the three: the whole country

    municipality: Mapped[Municipality | None] = relationship(lazy="raise")
    district: Mapped[District | None] = relationship(lazy="raise")


@dataclass(frozen=True)
class HostsIn:
    """The hosts in some districts, as policy asks for them; one abroad, or without a municipality, lies in none."""

    district_ids: frozenset[int]

    def ids(self) -> Select[int]:
        towns = select(Municipality.id).where(Municipality.district_id.in_(sorted(self.district_ids)))
        return select(Host.id).where(Host.municipality_id.in_(towns))

    def __contains__(self, host_id: object) -> bool:
        return db.session.scalar(self.ids().where(Host.id == host_id)) is not None


class HostSchoolTime(Base):
    """What a host said about its shifts; its bells and its named days lie beside it. Lists are written "1,3,5,7"."""

    __tablename__ = "school_time"
    __table_args__ = (
        CheckConstraint("grouping <> 'grades' OR first_grades <> ''", name="first_grades_are_named"),
        CheckConstraint("grouping <> 'letters' OR first_sections <> ''", name="first_letters_are_named"),
        CheckConstraint("rotation = 'none' OR anchor_day IS NOT NULL", name="rotation_begins_somewhere"),
        CheckConstraint("(afternoon_weekday IS NULL) = (afternoon_starts IS NULL)", name="other_start_has_its_day"),
        CheckConstraint("afternoon_weekday BETWEEN 0 AND 6", name="weekday_exists"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    host_id: Mapped[int] = mapped_column(ForeignKey("host.id", ondelete="CASCADE"), unique=True)
    grouping: Mapped[Grouping]
    rotation: Mapped[Rotation]
    first_grades: Mapped[str] = mapped_column(default="")
    first_sections: Mapped[str] = mapped_column(default="")
    middle_grades: Mapped[str] = mapped_column(default="")
    anchor_day: Mapped[dt.date | None]  # a day on which the first group is in the morning
    afternoon_weekday: Mapped[int | None]
    afternoon_starts: Mapped[dt.time | None]
    by_school: Mapped[bool] = mapped_column(default=False)  # who told it last: the school by its link, or a coordinator
    changed_at: Mapped[dt.datetime]
    version: Mapped[int] = mapped_column(default=1)

    bells: Mapped[list["BellSchedule"]] = relationship(
        lazy="raise", cascade="all, delete-orphan", order_by="BellSchedule.id"
    )
    days: Mapped[list["SchoolTimeDay"]] = relationship(
        lazy="raise", cascade="all, delete-orphan", order_by="SchoolTimeDay.day"
    )

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012  (SQLAlchemy's own name)


class BellSchedule(Base):
    """When lessons begin and end in one shift, on usual days or on shortened ones."""

    __tablename__ = "bell_schedule"
    __table_args__ = (
        UniqueConstraint("school_time_id", "shift", "short", name="each_shift_once"),
        CheckConstraint("lesson_minutes BETWEEN 15 AND 60", name="a_lesson_is_a_lesson"),
        CheckConstraint("break_minutes BETWEEN 0 AND 30 AND long_break_minutes BETWEEN 0 AND 60", name="breaks_end"),
        CheckConstraint("long_break_after BETWEEN 0 AND 9 AND lessons BETWEEN 1 AND 9", name="lessons_fit_a_shift"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    school_time_id: Mapped[int] = mapped_column(ForeignKey("school_time.id", ondelete="CASCADE"))
    shift: Mapped[Shift]
    short: Mapped[bool]
    starts_local: Mapped[dt.time]
    lesson_minutes: Mapped[int]
    break_minutes: Mapped[int]
    long_break_after: Mapped[int]
    long_break_minutes: Mapped[int]
    lessons: Mapped[int]


class SchoolTimeDay(Base):
    """A day that a host names: from it on the shifts have changed places, or its lessons are shortened."""

    __tablename__ = "school_time_day"
    __table_args__ = (UniqueConstraint("school_time_id", "kind", "day", name="each_day_once"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    school_time_id: Mapped[int] = mapped_column(ForeignKey("school_time.id", ondelete="CASCADE"))
    kind: Mapped[NamedDay]
    day: Mapped[dt.date]


class CallNote(Base):
    """What was said on the telephone with a host, for whoever calls next; never about a child."""

    __tablename__ = "call_note"
    __table_args__ = (CheckConstraint("text <> ''", name="says_something"), Index(None, "host_id", "at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    host_id: Mapped[int] = mapped_column(ForeignKey("host.id", ondelete="CASCADE"))
    at: Mapped[dt.datetime]
    by: Mapped[str]  # the audit's label, no name
    text: Mapped[str] = mapped_column(Text)
