"""Forms of places: shifts and bells of a host, and a note of a call."""

import datetime as dt
import re
from collections.abc import Callable
from typing import Any, cast

from wtforms import HiddenField, RadioField, SelectField, SubmitField
from wtforms.fields import SelectChoice
from wtforms.validators import NumberRange, ValidationError

from scheduler.core import clock
from scheduler.core.errors import Reason
from scheduler.core.typed_days import day_typed
from scheduler.imports.sheets import days_in
from scheduler.places.rules.school_time import grades_in, read_class, sections_in
from scheduler.places.terms.school_time import Bells, Grouping, Rotation, SchoolTime, SchoolTimeRow, Shift
from scheduler.web.form_reasons import FormReason
from scheduler.web.forms import BaseForm, CountField, DayField, LinesField, Needed, TextField, TimeField, number_of
from scheduler.web.i18n import _l
from scheduler.web.labels import SCHOOL_WEEKDAYS
from scheduler.web.reasons import worded

GROUPINGS = {
    Grouping.TOGETHER: _l("All classes come in the same shift"),
    Grouping.GRADES: _l("By grade, for example odd grades apart from even ones"),
    Grouping.LETTERS: _l("By class, for example 7-1 and 7-3 apart from 7-2 and 7-4"),
}
ROTATIONS = {
    Rotation.NONE: _l("They never change"),
    Rotation.WEEK: _l("Each week, on Monday"),
    Rotation.MONTH: _l("Each month, on its first Monday"),
    Rotation.PERIOD: _l("On days that we name, for example at half-term"),
}


class Reads:
    """The text must be what `read` understands."""

    def __init__(self, read: Callable[[str], object], reason: Reason) -> None:
        self.read, self.reason = read, reason

    def __call__(self, form: Any, field: Any) -> None:
        if field.data and self.read(field.data) is None:
            raise ValidationError(worded(self.reason))


def days_said(typed: str) -> frozenset[dt.date] | None:
    """Days of a list, each as people write it; None when something else stands there."""
    today = clock.local_day(clock.now())
    found = [day_typed(piece.strip(), today) for piece in re.split(r"[,;\n]", typed) if piece.strip(" .")]
    return days_in(typed) if None in found else frozenset(filter(None, found))


DAYS_ONLY = Reads(days_said, FormReason.NOT_DAYS)


class SchoolTimeForm(BaseForm):
    """Shifts and bells of a host. Filled in already with what most schools would say."""

    version = HiddenField()
    grouping = RadioField(
        _l("Who comes together?"), choices=[SelectChoice(k.value, w) for k, w in GROUPINGS.items()], default="grades"
    )
    first_grades = TextField(
        _l("Grades of the first group"), [Reads(grades_in, FormReason.NOT_GRADES)], default="1, 3, 5, 7"
    )
    first_sections = TextField(
        _l("Classes of the first group"), [Reads(sections_in, FormReason.NOT_LETTERS)], default="1, 3"
    )
    rotation = RadioField(
        _l("When do the shifts change?"),
        choices=[SelectChoice(k.value, w) for k, w in ROTATIONS.items()],
        default="week",
    )
    anchor_day = DayField(_l("A day on which the first group is in the morning"))
    turns = LinesField(_l("Days from which the shifts are the other way round"), [DAYS_ONLY])
    morning_starts = TimeField(_l("The morning begins"), [Needed()], default=dt.time(8))
    afternoon_starts = TimeField(_l("The afternoon begins"), default=dt.time(14))
    lessons = CountField(_l("Lessons in a shift"), [Needed(), NumberRange(1, 9)], most=9, default=7)
    lesson_minutes = CountField(_l("Minutes of a lesson"), [Needed(), NumberRange(15, 60)], most=60, default=45)
    break_minutes = CountField(_l("Minutes of a short break"), [Needed()], most=30, default=5)
    long_break_after = CountField(_l("The long break is after lesson"), [Needed()], most=9, default=2)
    long_break_minutes = CountField(_l("Minutes of the long break"), [Needed()], most=60, default=20)
    other_weekday = SelectField(
        _l("On this weekday the afternoon begins at another time"),
        choices=[SelectChoice("", _l("On none")), *(SelectChoice(str(n), w) for n, w in enumerate(SCHOOL_WEEKDAYS))],
        default="",
    )
    other_starts = TimeField(_l("On that weekday the afternoon begins"))
    middle_grades = TextField(_l("Grades of the middle shift"), [Reads(grades_in, FormReason.NOT_GRADES)])
    middle_starts = TimeField(_l("The middle shift begins"))
    short_days = LinesField(_l("Days with shortened lessons"), [DAYS_ONLY])
    short_minutes = CountField(
        _l("Minutes of a shortened lesson"), [Needed(), NumberRange(15, 60)], most=60, default=30
    )
    short_afternoon_starts = TimeField(_l("On those days the afternoon begins"))
    example_class = TextField(
        _l("Class"), [Needed(), Reads(read_class, FormReason.NOT_A_CLASS)], limit=20, default="7-1"
    )
    example_lesson = CountField(_l("Lesson"), [Needed(), NumberRange(1, 9)], most=9, default=3)
    example_day = DayField(_l("In the week of"), [Needed()])
    look = SubmitField(_l("Show me an example"))

    @classmethod
    def for_stored(cls, row: SchoolTimeRow | None, example_day: dt.date) -> "SchoolTimeForm":
        """Prefilled with what is stored, else with what most schools would say."""
        return cls(data={"example_day": example_day, "version": str(row.version if row else 0), **_typed(row)})

    def seen(self) -> int:
        """The version that the page showed; 0 when nothing was stored."""
        return number_of(self.version.data) or 0

    def told(self) -> SchoolTime:
        """What the form says; call after `accepted()`."""
        grouping, rotation = Grouping(self.grouping.data), Rotation(self.rotation.data)
        weekday = self.other_weekday.data
        return SchoolTime(
            bells=self._bells(),
            grouping=grouping,
            rotation=rotation,
            first_grades=(grades_in(self.first_grades.data or "") or frozenset())
            if grouping is Grouping.GRADES
            else frozenset(),
            first_sections=(sections_in(self.first_sections.data or "") or frozenset())
            if grouping is Grouping.LETTERS
            else frozenset(),
            middle_grades=grades_in(self.middle_grades.data or "") or frozenset(),
            anchor_day=self.anchor_day.data,
            turns=days_said(self.turns.data or "") or frozenset(),
            short_days=days_said(self.short_days.data or "") or frozenset(),
            afternoon_weekday=int(weekday) if weekday else None,
            afternoon_starts=self.other_starts.data,
        )

    def _bells(self) -> dict[tuple[Shift, bool], Bells]:
        usual = {
            Shift.MORNING: self.morning_starts.data,
            Shift.MIDDLE: self.middle_starts.data,
            Shift.AFTERNOON: self.afternoon_starts.data,
        }
        short = usual | ({Shift.AFTERNOON: one} if (one := self.short_afternoon_starts.data) else {})
        lasts = ((False, usual, self.lesson_minutes.data), (True, short, self.short_minutes.data))
        return {
            (shift, is_short): Bells(
                starts,
                cast(int, minutes),
                cast(int, self.break_minutes.data),
                cast(int, self.long_break_after.data),
                cast(int, self.long_break_minutes.data),
                cast(int, self.lessons.data),
            )
            for is_short, begins, minutes in lasts
            for shift, starts in begins.items()
            if starts
        }


def _typed(row: SchoolTimeRow | None) -> dict[str, object]:
    """The fields for what is stored."""
    if row is None:
        return {}
    told = row.told
    morning, afternoon, middle, short, short_afternoon = (
        told.bells.get(key)
        for key in (
            (Shift.MORNING, False),
            (Shift.AFTERNOON, False),
            (Shift.MIDDLE, False),
            (Shift.MORNING, True),
            (Shift.AFTERNOON, True),
        )
    )
    fields: dict[str, object] = {
        "grouping": told.grouping.value,
        "rotation": told.rotation.value,
        "anchor_day": told.anchor_day,
        "turns": _days(told.turns),
        "short_days": _days(told.short_days),
        "middle_grades": _list(told.middle_grades),
        "other_weekday": "" if told.afternoon_weekday is None else str(told.afternoon_weekday),
        "other_starts": told.afternoon_starts,
        "afternoon_starts": afternoon.starts if afternoon else None,
        "middle_starts": middle.starts if middle else None,
    }
    if told.first_grades:
        fields["first_grades"] = _list(told.first_grades)
    if told.first_sections:
        fields["first_sections"] = _list(told.first_sections)
    if morning:
        same = ("lesson_minutes", "break_minutes", "long_break_after", "long_break_minutes", "lessons")
        fields |= {"morning_starts": morning.starts, **{name: getattr(morning, name) for name in same}}
    if short:
        fields["short_minutes"] = short.lesson_minutes
    if short_afternoon and afternoon and short_afternoon.starts != afternoon.starts:
        fields["short_afternoon_starts"] = short_afternoon.starts
    return fields


def _list(values: frozenset[Any]) -> str:
    return ", ".join(map(str, sorted(values)))


def _days(days: frozenset[dt.date]) -> str:
    return ", ".join(f"{day.day}.{day.month}.{day.year}." for day in sorted(days))


class CallNoteForm(BaseForm):
    """What was said on the telephone with a host."""

    text = LinesField(_l("Note of a call"), [Needed()], limit=500)
