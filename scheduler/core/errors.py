"""What can go wrong, in the product's words. Each room adds its own children in its `terms.py`."""

import datetime as dt
from collections.abc import Mapping
from enum import StrEnum


class Reason(StrEnum):
    """Why something was refused. Each room names its own in a child of this; `web/reasons.py` holds their words."""


class GroundReason(Reason):
    """Why something was refused, where every room says it alike."""

    MISSING = "missing"
    TOO_LONG = "too_long"
    TOO_FEW = "too_few"
    TOO_MANY = "too_many"
    TOO_LATE = "too_late"
    EXISTS = "exists"
    UNKNOWN = "unknown"
    NOT_A_CHOICE = "not_a_choice"
    NOT_A_PHONE = "not_a_phone"
    NOT_AN_EMAIL = "not_an_email"
    ADDRESS_MIXES_SCRIPTS = "address_mixes_scripts"
    NOT_A_DAY = "not_a_day"
    IDENTITY_NUMBER = "identity_number"
    PHONE_IN_TEXT = "phone_in_text"
    NAME_IN_TEXT = "name_in_text"
    NOT_TEXT = "not_text"
    BROKEN_LETTERS = "broken_letters"
    NO_LETTER = "no_letter"
    MIXED_SCRIPTS = "mixed_scripts"
    SAME_LETTERS = "same_letters"
    UNPRINTABLE = "unprintable"
    NOTHING_TICKED = "nothing_ticked"
    IN_THE_PAST = "in_the_past"
    IN_THE_FUTURE = "in_the_future"
    DAYS_NOT_IN_ORDER = "days_not_in_order"
    PAST_MIDNIGHT = "past_midnight"
    COUNT_OUT_OF_RANGE = "count_out_of_range"
    WRONG_STATE = "wrong_state"
    CHANGED_MEANWHILE = "changed_meanwhile"
    SENT_WITH_OTHER_CONTENT = "sent_with_other_content"
    REASON_MISSING = "reason_missing"
    UNDONE_ALREADY = "undone_already"
    IMPORT_RUNS = "import_runs"
    STORED_IN_PART = "stored_in_part"
    LATER_DATA = "later_data"


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
