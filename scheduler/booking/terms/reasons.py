"""Why a date is not held, booked, offered or copied."""

from scheduler.core.errors import Reason


class BookingReason(Reason):
    """Why a date is not held, booked, offered or copied."""

    DATE_TAKEN = "date_taken"
    NOT_BOOK_NOW = "not_book_now"
    NOT_A_SCHOOL_DAY = "not_a_school_day"
    TOO_MANY_COPIES = "too_many_copies"
    COPIES_AWAY = "copies_away"
    ALL_PROMISED = "all_promised"
    NOT_OFFERED = "not_offered"
    THREE_AT_MOST = "three_at_most"
    TOO_MANY_HOLDS = "too_many_holds"
