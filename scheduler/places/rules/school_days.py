"""Which days have pupils: said once, for a school's pages, the booking's calendar and the board alike."""

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from scheduler.places.rules.hosts import days_by_grade, days_with_pupils, is_school_day, school_year, years_entered
from scheduler.places.terms.hosts import CalendarSpan, Extent, HolidayRow, Level, MunicipalityRow, SchoolCalendar
from scheduler.places.terms.school_time import DaysOfGrades

DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class ShutDays:
    """Days, both included, on which a closure shuts the hosts that it reaches."""

    extent: Extent
    first_day: dt.date
    last_day: dt.date


@dataclass(frozen=True)
class LessonCalendar:
    """What decides it between two days: closures, days without lessons, the lines of the school calendars."""

    first: dt.date
    last: dt.date
    closures: tuple[ShutDays, ...]
    holidays: Mapping[dt.date, HolidayRow]  # those without lessons
    entries: Mapping[SchoolCalendar, tuple[CalendarSpan, ...]]  # by day

    def covers(self, first: dt.date, last: dt.date) -> bool:
        """Whether it can be asked about that span."""
        return self.first <= first and last <= self.last

    def shut(self, town: MunicipalityRow | None, first: dt.date, last: dt.date) -> frozenset[dt.date]:
        """The days that a closure takes away from the schools of a municipality; none from a host abroad."""
        spans = [(one.first_day, one.last_day) for one in self.closures if one.extent.holds(town)]
        return frozenset(day for begin, end in spans for day in _span(max(begin, first), min(end, last)))

    def with_pupils(
        self, town: MunicipalityRow | None, levels: Collection[Level], first: dt.date, last: dt.date
    ) -> list[dt.date]:
        """The days on which hosts of a municipality that teach these levels have pupils."""
        return days_with_pupils(*self._rules(town, levels, first, last))

    def by_grade(
        self, town: MunicipalityRow | None, levels: Collection[Level], first: dt.date, last: dt.date
    ) -> DaysOfGrades:
        """The same by grade, as the last grades of a school end their year earlier; all of the host's under None."""
        return days_by_grade(*self._rules(town, levels, first, last))

    def has_lessons(self, calendar: SchoolCalendar, day: dt.date) -> bool:
        """Whether some class of that school calendar has lessons, closures aside."""
        return any(is_school_day(day, self.entries[calendar], self.holidays, level) for level in Level)

    def missing(self, day: dt.date) -> str:
        """The school year of a day, "2026/27", when one of the calendars does not have it yet; else empty."""
        year = school_year(day)
        return "" if all(year in years_entered(lines) for lines in self.entries.values()) else year

    def _rules(
        self, town: MunicipalityRow | None, levels: Collection[Level], first: dt.date, last: dt.date
    ) -> tuple[list[dt.date], Collection[Level], Collection[dt.date], Collection[CalendarSpan]]:
        """A host that teaches neither level (a library, a camp), or lies abroad, is open on every working day."""
        if town is None:
            return _span(first, last), (), (), ()
        shut = self.shut(town, first, last)
        open_days = [day for day in _span(first, last) if day not in shut]  # snow closes a working Saturday too
        return open_days, levels, self.holidays, self.entries[town.school_calendar]


def _span(first: dt.date, last: dt.date) -> list[dt.date]:
    return [first + number * DAY for number in range((last - first).days + 1)]
