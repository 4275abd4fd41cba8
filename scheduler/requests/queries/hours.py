"""The clock of a school around the days that it asks for."""

import datetime as dt

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from scheduler.core.db import db
from scheduler.core.errors import NotFound
from scheduler.places import queries as place_queries
from scheduler.places.lessons import lesson_calendar
from scheduler.places.models import Host, HostSchoolTime, Municipality
from scheduler.places.rules.hosts import levels_taught
from scheduler.places.rules.school_days import LessonCalendar
from scheduler.places.rules.school_time import LOOK_AROUND
from scheduler.places.terms.hosts import HostRow
from scheduler.places.terms.school_time import DaysOfGrades, SchoolClock, SchoolTime, SchoolTimeRow
from scheduler.requests.rules.school_request import LONGEST_SPAN_DAYS

LONGEST_SPAN = dt.timedelta(days=LONGEST_SPAN_DAYS)
AROUND = dt.timedelta(days=LOOK_AROUND + 7)


class OpenSchool:
    """A host whose shifts and days are read once, when they are first asked for, however often that is.

    `span` are days that will be asked for sooner or later: the first question reads them, too. Of a `new` host, made
    just now, nobody has told shifts.
    """

    def __init__(self, host: HostRow, span: tuple[dt.date, dt.date] | None = None, *, new: bool = False) -> None:
        self.host, self.span = host, span
        self.levels = levels_taught(host.teaches_primary, host.teaches_secondary)
        self._told: list[SchoolTime | None] = [None] if new else []  # empty until it was asked
        self._lessons: LessonCalendar | None = None

    @classmethod
    def known(cls, host: HostRow, told: SchoolTimeRow | None, lessons: LessonCalendar) -> "OpenSchool":
        """A host among many, all of which were read together."""
        school = cls(host, (lessons.first, lessons.last))
        school._told, school._lessons = [told.told if told else None], lessons
        return school

    @classmethod
    def of(cls, host_id: int, span: tuple[dt.date, dt.date]) -> "OpenSchool":
        """A host of the register with its shifts: one question. Raises: NotFound."""
        found = _host_with_shifts(host_id)
        if found is None:
            raise NotFound("host")
        host, told = found
        school = cls(host, span)
        school._told = [told.told if told else None]
        return school

    def told(self) -> SchoolTime | None:
        """Its shifts and bells; None while nobody has told them."""
        if not self._told:
            stored = place_queries.school_time_of(self.host.id)
            self._told = [stored.told if stored else None]
        return self._told[0]

    def lessons(self, first: dt.date, last: dt.date) -> LessonCalendar:
        """What decides on which of these days it has pupils."""
        if self._lessons is None or not self._lessons.covers(first, last):
            earliest, latest = self.span or (first, last)
            self._lessons = lesson_calendar(min(first, earliest), max(last, latest))
        return self._lessons

    def days(self, first: dt.date, last: dt.date) -> DaysOfGrades:
        """Its school days by grade; all of them under None."""
        return self.lessons(first, last).by_grade(self.host.municipality, self.levels, first, last)

    def clock(self, first: dt.date, last: dt.date, *, today: dt.date = dt.date.min) -> SchoolClock | None:
        """Its shifts and bells, with its school days from some weeks before the first day to some after the last.

        None while nobody has told them. Days before `today` help nobody and are left out.
        """
        told = self.told()
        return _clock(told, self.days(first - AROUND, max(first, last) + AROUND), today) if told else None

    def hours(self, first: dt.date, last: dt.date, *, today: dt.date) -> tuple[SchoolClock | None, DaysOfGrades | None]:
        """The clock, and the school days of the span by grade; none for a span that is none, or too long to ask for."""
        told, is_span = self.told(), dt.timedelta(0) <= last - first <= LONGEST_SPAN
        if told is None and not is_span:
            return None, None
        around = AROUND if told else dt.timedelta(0)
        found = self.days(first - around, max(first, last) + around)
        lessons = {grade: frozenset(day for day in days if first <= day <= last) for grade, days in found.items()}
        return _clock(told, found, today) if told else None, lessons if is_span else None


def school_clock(host: HostRow, first: dt.date, last: dt.date, *, today: dt.date = dt.date.min) -> SchoolClock | None:
    """Shifts and bells of a host around some days; None while nobody has told them."""
    return OpenSchool(host).clock(first, last, today=today)


def _clock(told: SchoolTime, found: DaysOfGrades, today: dt.date) -> SchoolClock:
    days = {grade: frozenset(day for day in of_grade if day >= today) for grade, of_grade in found.items()}
    return SchoolClock(told, days[None], days)


def _host_with_shifts(host_id: int) -> tuple[HostRow, SchoolTimeRow | None] | None:
    """A host of the register and what it has told; None when there is none."""
    loaded = (
        joinedload(Host.municipality).joinedload(Municipality.district),
        joinedload(HostSchoolTime.bells),
        joinedload(HostSchoolTime.days),
    )
    wanted = select(Host, HostSchoolTime).outerjoin(HostSchoolTime, HostSchoolTime.host_id == Host.id)
    found = db.session().execute(wanted.where(Host.id == host_id).options(*loaded)).unique().one_or_none()
    if found is None:
        return None
    host, told = found
    return place_queries.host_row(host), place_queries.school_time_row(told) if told else None
