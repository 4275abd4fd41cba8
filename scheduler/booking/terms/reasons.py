"""Why a date is not held, booked, offered or copied."""

from scheduler.core.errors import N_, Reason


class BookingReason(Reason):
    """Why a date is not held, booked, offered or copied."""

    DATE_TAKEN = "date_taken", N_("Choose another date: this one has just been taken.")
    NOT_BOOK_NOW = (
        "not_book_now",
        N_("Name days that suit you instead: this programme has no dates to be taken at once."),
    )
    NOT_A_SCHOOL_DAY = "not_a_school_day", N_("Choose a school day.")
    TOO_MANY_COPIES = "too_many_copies", N_("Plan at most 20 visits at once.")
    COPIES_AWAY = "copies_away", N_("Choose other days, or tick that the classes come for it.")
    ALL_PROMISED = (
        "all_promised",
        N_("Choose another day or hour: everybody who could come is promised elsewhere then."),
    )
    NOT_OFFERED = "not_offered", N_("Tick that you mean it, or press a date that is free.")
    THREE_AT_MOST = "three_at_most", N_("Choose three dates at most.")
    TOO_MANY_HOLDS = (
        "too_many_holds",
        N_("Choose fewer dates at once, or wait: a date that is not booked is free again after a while."),
    )
