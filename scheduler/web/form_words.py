"""Why a form refuses what was typed, in words: a part of the table of reasons."""

from babel.support import LazyProxy

from scheduler.core.errors import Reason
from scheduler.web.i18n import _l


class FormReason(Reason):
    """Why a form or a page refuses by itself, before any room is asked."""

    NOT_A_NUMBER = "not_a_number"
    NOT_A_TIME = "not_a_time"
    HOUR_TWICE = "hour_twice"
    HOUR_SKIPPED = "hour_skipped"
    TOO_SHORT = "too_short"
    TOO_QUICK = "too_quick"
    NOT_SPANS = "not_spans"
    NOT_GRADES = "not_grades"
    NOT_LETTERS = "not_letters"
    NOT_DAYS = "not_days"
    NOT_A_CLASS = "not_a_class"
    NOT_HOURS = "not_hours"
    TOO_LATE_TO_UNDO = "too_late_to_undo"
    NOT_SURE = "not_sure"
    ADDRESS_MISTYPED = "address_mistyped"
    FILE_MISSING = "file_missing"
    FILE_EMPTY = "file_empty"
    FILE_TOO_LARGE = "file_too_large"
    FILE_IS_A_SPREADSHEET = "file_is_a_spreadsheet"
    FILE_NOT_CSV = "file_not_csv"


FORM_WORDS: dict[Reason, LazyProxy] = {
    FormReason.NOT_A_NUMBER: _l("Enter a whole number, for example 25."),
    FormReason.NOT_A_TIME: _l("Enter a time like this: 9:55."),
    FormReason.HOUR_TWICE: _l(
        "Write which one you mean: the clocks go back on this day, so this time comes twice. "
        "Write an A behind it for the first (2:30A), a B for the second (2:30B)."
    ),
    FormReason.HOUR_SKIPPED: _l("Choose another time: the clocks go forward on this day and skip that hour."),
    FormReason.TOO_SHORT: _l("Write a little more."),
    FormReason.TOO_QUICK: _l("Wait a few seconds and send it again."),
    FormReason.NOT_SPANS: _l("Enter days like this: 24.12.2026, 4.1.2027 – 8.1.2027."),
    FormReason.NOT_GRADES: _l("Write grades from 1 to 8, for example 1, 3, 5, 7."),
    FormReason.NOT_LETTERS: _l("Write letters or numbers of classes, for example 1, 3 or a, c."),
    FormReason.NOT_DAYS: _l("Write days like this: 19.12.2026., 26.12.2026."),
    FormReason.NOT_A_CLASS: _l("Write a class like this: 7b, VII-2 or 7/2."),
    FormReason.NOT_HOURS: _l("Write hours like this: 8-13, 16:30-18."),
    FormReason.TOO_LATE_TO_UNDO: _l("Leave it as it is: a mail has left, or something has happened since."),
    FormReason.NOT_SURE: _l("Change what is asked about, or tick that it is meant so."),
    FormReason.ADDRESS_MISTYPED: _l("Look at the address once more, and choose below which one is right."),
    FormReason.FILE_MISSING: _l("Choose a file."),
    FormReason.FILE_EMPTY: _l("Choose another file: this one is empty."),
    FormReason.FILE_TOO_LARGE: _l("Choose a smaller file: at most 900 KB; a larger register is imported by a command."),
    FormReason.FILE_IS_A_SPREADSHEET: _l(
        "Save the spreadsheet as XLSX or CSV first (File, Save as), then choose that file."
    ),
    FormReason.FILE_NOT_CSV: _l("Choose a file whose name ends in .csv or .xlsx."),
}
