"""Forms of the school calendar: one line, one holiday, a file."""

import datetime as dt
from typing import cast

from flask_wtf.file import FileField
from wtforms import BooleanField, SelectField
from wtforms.fields import SelectChoice

from scheduler.places.rules import school_year
from scheduler.places.terms import APPLIES_TO, CalendarLine, SchoolCalendar
from scheduler.web.forms import BaseForm, DayField, LinesField, Needed, TextField
from scheduler.web.i18n import _l
from scheduler.web.places.words import APPLIES, CALENDARS, KINDS, WEEKDAYS

NAME = 100
LONGEST_FILE = 200_000  # letters: a calendar of both regions has about 2,000


class LineForm(BaseForm):
    """One line of a school calendar."""

    calendar = SelectField(_l("Calendar"), choices=[SelectChoice(one.value, CALENDARS[one]) for one in SchoolCalendar])
    kind = SelectField(_l("Kind of day"), choices=[SelectChoice(code, words) for code, words in KINDS.items()])
    first_day = DayField(_l("First day"), [Needed()])
    last_day = DayField(_l("Last day"), [Needed()])
    applies_to = SelectField(_l("For whom"), choices=[SelectChoice(code, APPLIES[code]) for code in APPLIES_TO])
    timetable_of = SelectField(
        _l("Follows the timetable of"),
        choices=[SelectChoice("", "–"), *(SelectChoice(str(day), words) for day, words in enumerate(WEEKDAYS))],
    )

    def line(self) -> CalendarLine:
        """What the form says; call after `accepted()`."""
        first = cast(dt.date, self.first_day.data)
        return CalendarLine(
            calendar=SchoolCalendar(self.calendar.data),
            school_year=school_year(first),
            kind=self.kind.data,
            first_day=first,
            last_day=cast(dt.date, self.last_day.data),
            applies_to=self.applies_to.data,
            timetable_of=int(self.timetable_of.data) if self.timetable_of.data else None,
        )


class HolidayForm(BaseForm):
    """A holiday or an observance."""

    day = DayField(_l("Day"), [Needed()])
    name = TextField(_l("Name in Serbian"), [Needed()], limit=NAME)
    name_en = TextField(_l("Name in English"), limit=NAME)
    no_lessons = BooleanField(_l("No lessons on that day"), default=True)


class CalendarFileForm(BaseForm):
    """A school calendar as a file; what was read stays in the text, so that it can be checked and then stored."""

    file = FileField(_l("CSV file"))
    text = LinesField(_l("Or its text"), limit=LONGEST_FILE)

    def content(self) -> bytes:
        """The chosen file, else the text; the text shows what was read."""
        given: bytes = self.file.data.read() if self.file.data else b""
        return given or (self.text.data or "").encode()
