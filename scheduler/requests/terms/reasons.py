"""Why a request, its dates or a hand-over is refused."""

from scheduler.core.errors import N_, Reason


class RequestReason(Reason):
    """Why a request, its dates or a hand-over is refused."""

    TOO_SOON = "too_soon", N_("Choose a later day: we need time to find a crew.")
    PHONE_TO_CALL = "phone_to_call", N_("Enter a phone number: you asked us to call you.")
    SPAN_TOO_LONG = "span_too_long", N_("Choose days that lie within 120 days.")
    NOT_OPEN = "not_open", N_("Choose another programme: this one is not open now.")
    TOO_MANY_PRESENTATIONS = "too_many_presentations", N_("Ask for at most 8 presentations in one visit.")
    NOT_FOR_THEM = "not_for_them", N_("Choose an audience that this programme is for.")
    NOT_AT_THIS_HOST = "not_at_this_host", N_("Choose the level that this school teaches.")
    NOT_IN_THE_DAY = "not_in_the_day", N_("Choose a time between 7:00 and 21:00.")
    OVER_GROUP_SIZE = "over_group_size", N_("Enter fewer people, or add a presentation: so many do not fit into one.")
    NOBODY_COMES = "nobody_comes", N_("Enter how many people come.")
    NEGATIVE = "negative", N_("Enter a whole number, for example 25.")
    TEACHER_STAYS = "teacher_stays", N_("Confirm that a teacher stays in the classroom.")
    CLASS_NOT_THERE = (
        "class_not_there",
        N_("Choose a time at which the class is in the building, or tick that it comes for it."),
    )
    YEAR_ENDED = "year_ended", N_("Choose earlier days: the school year of this grade has ended by then.")
    ADDRESS_PROVEN = "address_proven", N_("This request is confirmed already: the link to its page came by mail.")
    HAS_A_DATE = "has_a_date", N_("A visit is planned already: call us, we cancel it together.")
    OUTSIDE_THE_DAYS = "outside_the_days", N_("Choose a day between the first and the last day that suit you.")
    SCHOOL_CANNOT = "school_cannot", N_("Choose another day: the school cannot on this one.")
    TOO_MANY_PREFERRED = "too_many_preferred", N_("Name at most 5 dates.")
    TOO_MANY_BLACKOUTS = "too_many_blackouts", N_("Name at most 20 days or spans of days.")
    NO_DAY_LEFT = "no_day_left", N_("Leave a day on which you can.")
    THE_SAME_DATE = "the_same_date", N_("Choose another day or hour: this one stands above already.")
    AFTER_A_DATE = "after_a_date", N_("Choose an earlier day: the school must answer before the first date.")
    DATE_GONE = "date_gone", N_("Call the centre: the time to choose is over.")
    NOT_ONESELF = "not_oneself", N_("Choose a colleague: nobody stands in for oneself.")
    STAND_IN_IS_AWAY = (
        "stand_in_is_away",
        N_("Choose somebody else: this colleague has handed over on one of these days."),
    )
    STANDS_IN_THEN = "stands_in_then", N_("Choose other days: this person stands in for a colleague on one of them.")
    HANDED_OVER_THEN = "handed_over_then", N_("Choose other days or districts: these are handed over already.")
    TOO_LONG_AWAY = "too_long_away", N_("Choose a last day within a year.")
    SOME_CANNOT = (
        "some_cannot",
        N_("Open the list again: some of these requests have changed, so nothing was done with any."),
    )
    SAME_REQUEST = "same_request", N_("Choose another request: none is joined with itself.")
    ANOTHER_HOST = "another_host", N_("Choose a request of the same school: only those are joined.")
    TOO_MANY_BOOKINGS = (
        "too_many_bookings",
        N_("Try again tomorrow, or call the centre: too many mails were asked for today."),
    )
    TOO_MANY_CORRECTIONS = (
        "too_many_corrections",
        N_("Book again with the right address, or call the centre: this address was corrected twice already."),
    )
