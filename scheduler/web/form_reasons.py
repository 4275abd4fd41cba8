"""Why a form refuses what was typed."""

from scheduler.core.errors import N_, Reason


class FormReason(Reason):
    """Why a form or a page refuses by itself, before any room is asked."""

    NOT_A_NUMBER = "not_a_number", N_("Enter a whole number, for example 25.")
    NOT_A_TIME = "not_a_time", N_("Enter a time like this: 9:55.")
    HOUR_TWICE = (
        "hour_twice",
        N_(
            "Write which one you mean: the clocks go back on this day, so this time comes twice. Write an A behind it"
            " for the first (2:30A), a B for the second (2:30B)."
        ),
    )
    HOUR_SKIPPED = "hour_skipped", N_("Choose another time: the clocks go forward on this day and skip that hour.")
    TOO_SHORT = "too_short", N_("Write a little more.")
    TOO_QUICK = "too_quick", N_("Wait a few seconds and send it again.")
    NOT_SPANS = "not_spans", N_("Enter days like this: 24.12.2026, 4.1.2027 – 8.1.2027.")
    NOT_GRADES = "not_grades", N_("Write grades from 1 to 8, for example 1, 3, 5, 7.")
    NOT_LETTERS = "not_letters", N_("Write letters or numbers of classes, for example 1, 3 or a, c.")
    NOT_DAYS = "not_days", N_("Write days like this: 19.12.2026., 26.12.2026.")
    NOT_A_CLASS = "not_a_class", N_("Write a class like this: 7b, VII-2 or 7/2.")
    NOT_HOURS = "not_hours", N_("Write hours like this: 8-13, 16:30-18.")
    TOO_LATE_TO_UNDO = "too_late_to_undo", N_("Leave it as it is: a mail has left, or something has happened since.")
    NOT_SURE = "not_sure", N_("Change what is asked about, or tick that it is meant so.")
    ADDRESS_MISTYPED = "address_mistyped", N_("Look at the address once more, and choose below which one is right.")
    FILE_MISSING = "file_missing", N_("Choose a file.")
    FILE_EMPTY = "file_empty", N_("Choose another file: this one is empty.")
    FILE_TOO_LARGE = (
        "file_too_large",
        N_("Choose a smaller file: at most 5 MB; a larger register is imported by a command."),
    )
    FILE_IS_A_SPREADSHEET = (
        "file_is_a_spreadsheet",
        N_("Save the spreadsheet as XLSX or CSV first (File, Save as), then choose that file."),
    )
    LIST_TOO_LONG = (
        "list_too_long",
        N_("Choose fewer rows by the filters first: a file holds at most 20,000."),
    )
    FILE_NOT_CSV = "file_not_csv", N_("Choose a file whose name ends in .csv or .xlsx.")
