"""What can go wrong, in the product's words. Each room adds its own children in its `terms.py`."""

import datetime as dt
from collections.abc import Mapping
from enum import StrEnum
from typing import Self

N_ = str  # marks a text for translation


class Reason(StrEnum):
    """Why something was refused, and the sentence about it; each room has a child of its own.

    A sentence says what to do next, or stands beside what it is about.
    """

    sentence: str

    def __new__(cls, value: str, sentence: str = "") -> Self:
        reason = str.__new__(cls, value)
        reason._value_, reason.sentence = value, sentence
        return reason


class GroundReason(Reason):
    """Why something was refused, where every room says it alike."""

    MISSING = "missing", N_("Fill in this field.")
    TOO_LONG = "too_long", N_("Shorten this text.")
    TOO_FEW = "too_few", N_("Enter a larger number.")
    TOO_MANY = "too_many", N_("Enter a smaller number.")
    TOO_LATE = "too_late", N_("Choose an earlier day.")
    EXISTS = "exists", N_("Enter another value: this one is already in use.")
    UNKNOWN = "unknown", N_("Choose from the list.")
    NOT_A_CHOICE = "not_a_choice", N_("Choose one of the answers.")
    NOT_A_PHONE = "not_a_phone", N_("Enter a phone number, for example 018 555 123.")
    NOT_AN_EMAIL = "not_an_email", N_("Enter the whole address, for example ime@skola.example.org.")
    ADDRESS_MIXES_SCRIPTS = (
        "address_mixes_scripts",
        N_("Write the address again: a part of it mixes Latin and Cyrillic letters."),
    )
    NOT_A_DAY = "not_a_day", N_("Enter a day like this: 8.12.2026.")
    IDENTITY_NUMBER = "identity_number", N_("Remove the identity number (JMBG): none is stored here, of nobody.")
    PHONE_IN_TEXT = "phone_in_text", N_("Remove the telephone number: none may stand in a text about children.")
    NAME_IN_TEXT = "name_in_text", N_("Remove the name: no person is named in a text about children, invented or not.")
    NOT_TEXT = "not_text", N_("Write this text again: some of its letters arrived broken (they were not UTF-8).")
    BROKEN_LETTERS = (
        "broken_letters",
        N_(
            "Open the original file, save it as “CSV UTF-8” or XLSX, and send that: the letters of this one are"
            " broken, a program has read them in a wrong encoding."
        ),
    )
    NO_LETTER = "no_letter", N_("Write a name: it needs at least one letter.")
    MIXED_SCRIPTS = "mixed_scripts", N_("Write this name again: a word of it mixes Latin and Cyrillic letters.")
    SAME_LETTERS = "same_letters", N_("Write this in the other letters: in these your name stands already.")
    UNPRINTABLE = "unprintable", N_("Write this name in Latin or Cyrillic letters: our papers have no others.")
    NOTHING_TICKED = "nothing_ticked", N_("Tick at least one row.")
    IN_THE_PAST = "in_the_past", N_("Choose a day that is still to come.")
    IN_THE_FUTURE = "in_the_future", N_("Choose a day that is not still to come.")
    DAYS_NOT_IN_ORDER = "days_not_in_order", N_("Choose a last day that is not before the first.")
    PAST_MIDNIGHT = "past_midnight", N_("Choose an earlier start: a presentation would begin on the next day.")
    COUNT_OUT_OF_RANGE = "count_out_of_range", N_("Enter a number from 0 to 2,000.")
    WRONG_STATE = "wrong_state", N_("Open the page again: something has changed in the meantime.")
    CHANGED_MEANWHILE = "changed_meanwhile", N_("Open the page again: something has changed in the meantime.")
    SENT_WITH_OTHER_CONTENT = (
        "sent_with_other_content",
        N_(
            "Open the page again: this form was already sent, with other content, and that is stored. Look at what"
            " stands there, and send what is missing."
        ),
    )
    REASON_MISSING = "reason_missing", N_("Write the reason.")
    IMPORT_RUNS = (
        "import_runs",
        N_("Wait until the other file is stored, then send this one again: nothing of it is stored."),
    )
    STORED_IN_PART = (
        "stored_in_part",
        N_("Send the same file again to store the rest: a part of it is stored, and newer entries refer to it."),
    )
    UNDONE_ALREADY = "undone_already", N_("Open the list again: this import was taken back already.")
    LATER_DATA = "later_data", N_("Leave this import as it is: later data hang on it.")


class SchedulerError(Exception):
    """Anything the product itself refuses; bugs are plain exceptions and never this."""


class NotAllowed(SchedulerError):
    """The actor's role does not reach this far."""


class NotFound(SchedulerError):
    """There is no such thing, or it lies outside the actor's scope: both look the same (TRUST S2)."""


class OutOfReach(NotFound):
    """It is there, and not hers: told as if it were not (TRUST S2), and noted in the audit of who is signed in."""


class Gone(SchedulerError):
    """It was here and has ended: an old secret link, a used invitation."""


class Conflict(SchedulerError):
    """Somebody else was quicker, or the stored data refused: the pages say why."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason = reason


class Rejected(SchedulerError):
    """The wish breaks rules: {field: reason}. The form shows each beside its field."""

    def __init__(self, problems: Mapping[str, Reason]) -> None:
        super().__init__(", ".join(f"{field}: {reason}" for field, reason in problems.items()))
        self.problems = dict(problems)


class TooMany(SchedulerError):
    """A limit on how often something may be tried was reached; try again after `wait`, which programs are told too."""

    def __init__(self, reason: Reason, *, wait: dt.timedelta) -> None:
        super().__init__(reason)
        self.reason = reason
        self.wait = wait
