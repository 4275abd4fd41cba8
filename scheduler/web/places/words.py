"""Words of school calendars: whose, what, for whom; and what is wrong in a file."""

from scheduler.places.terms import SchoolCalendar
from scheduler.web.i18n import _l

CALENDARS = {
    SchoolCalendar.REPUBLIC: _l("Republic (outside Vojvodina)"),
    SchoolCalendar.VOJVODINA: _l("Vojvodina"),
}
KINDS = {
    "term1": _l("First term"),
    "term2": _l("Second term"),
    "break-autumn": _l("Autumn break"),
    "break-winter": _l("Winter break"),
    "break-sretenje": _l("Break for the Statehood Day"),
    "break-spring": _l("Spring break"),
    "exam-day": _l("Exam day"),
    "working-saturday": _l("Working Saturday"),
}
APPLIES = {
    "all": _l("All"),
    "primary": _l("Primary schools"),
    "primary-1-7": _l("Primary schools, grades 1 to 7"),
    "primary-8": _l("Primary schools, grade 8"),
    "secondary": _l("Secondary schools"),
    "secondary-non-final": _l("Secondary schools, without the last grade"),
    "gymnasium": _l("Gymnasiums"),
    "gymnasium-final": _l("Gymnasiums, last grade"),
    "vocational": _l("Vocational schools"),
    "vocational-final": _l("Vocational schools, last grade"),
}
WEEKDAYS = (_l("Monday"), _l("Tuesday"), _l("Wednesday"), _l("Thursday"), _l("Friday"))
WRONG = {
    "missing": _l("Nothing stands there."),
    "not_a_day": _l("Not a day: write 2026-09-01 or 1.9.2026."),
    "unknown_calendar": _l("Not a calendar: write republic or vojvodina."),
    "unknown_kind": _l("Not a kind: write term1, term2, break-winter, exam-day or working-saturday."),
    "unknown": _l("Not known for whom: write all, primary-8, gymnasium-final or the like."),
    "days_not_in_order": _l("The last day is before the first."),
    "outside_the_school_year": _l("The days do not lie in that school year."),
    "not_a_saturday": _l("Not a Saturday."),
    "not_a_working_day": _l("Not a working day: write Monday or ponedeljak."),
    "only_a_saturday_follows": _l("Only a working Saturday follows another day."),
    "twice_in_the_file": _l("The same line stands in the file twice."),
    "no_such_column": _l("The file has no such column."),
    "empty_file": _l("The file holds no line of a school calendar."),
    "too_long": _l("The text is too long."),
}
UNREADABLE = _l("This cannot be read as a table.")


def kind(code: str) -> str:
    """What a line is; a break that the list does not know keeps its own word."""
    return str(KINDS.get(code, code))
