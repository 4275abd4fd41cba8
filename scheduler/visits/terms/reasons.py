"""Why a visit is refused, and why somebody cannot go."""

from scheduler.core.errors import N_, Reason


class VisitReason(Reason):
    """Why a visit is not planned, moved, confirmed or called off."""

    CLOCKS_JUMP = "clocks_jump", N_("Choose another day or start: the clocks skip that hour on this day.")
    COUNTED_IN_PART = (
        "counted_in_part",
        N_(
            "People have been counted at this visit, so it is neither moved nor cancelled. Count the rest, or note"
            " which presentation was not held."
        ),
    )
    HAS_BEGUN = "has_begun", N_("The visit has already begun. Please call the centre.")
    AFTER_THE_VISIT = "after_the_visit", N_("Choose a moment before the visit begins.")
    LENGTH_OUT_OF_RANGE = "length_out_of_range", N_("Enter the minutes, from 15 to 480.")
    NOT_ONE_AUDIENCE = "not_one_audience", N_("Join presentations for one audience only: others are counted apart.")
    OVERLAPS = "overlaps", N_("Choose another start: two presentations would run at the same time.")
    TIMES_CHANGE_PLACES = (
        "times_change_places",
        N_("Two presentations would change places. Move one of them first, then the other."),
    )
    NOT_YET = "not_yet", N_("The visit has not begun yet.")
    OFFER_IS_FOR_PRESENTERS = "offer_is_for_presenters", N_("Choose a presenter: an offer is not for the school.")


class WhyNot(Reason):
    """Why somebody cannot go, or a visit is not confirmed yet; some come with numbers."""

    UNVETTED = "unvetted", N_("No valid vetting covers that day.")
    TOO_YOUNG = "too_young", N_("Too young to present on that day.")
    NO_CONSENT = "no_consent", N_("No consent of a guardian covers that day.")
    NO_TRAVEL = "no_travel", N_("The guardian has not agreed that she travels to other towns.")
    SUSPENDED = "suspended", N_("Suspended: takes no new visits.")
    TAKES_NOTHING_NEW = "takes_nothing_new", N_("Takes no new visit at the moment.")
    GUARDIAN_CHANGES = "guardian_changes", N_("The guardian is being changed: no new visit until the next one speaks.")
    OLDER_TEXT = "older_text", N_("The guardian agreed to an older text and is asked again: no new visit until then.")
    TAKEN = "taken", N_("Promised to another visit at that time.")
    CANNOT_ARRIVE = "cannot_arrive", N_("The road from the other visit of that day is too long.")
    TOPIC = "topic", N_("Does not speak about this topic.")
    LANGUAGE = "language", N_("Does not teach in this language.")
    NOT_AVAILABLE = "not_available", N_("Not available at that time.")
    MINOR_WITHOUT_ADULT = "minor_without_adult", N_("A young person would be without an adult.")
    EDUCATORS_MISSING = "educators_missing", N_("Not enough educators have accepted yet.")
    INFLUENCERS_MISSING = "influencers_missing", N_("The young presenter of this programme has not accepted yet.")
    TEACHER_NOT_PROMISED = (
        "teacher_not_promised",
        N_("The school has not promised that a teacher stays in the classroom."),
    )
    NO_SAFEGUARDING_CONTACT = "no_safeguarding_contact", N_("The school has not named its child protection contact.")
    TOO_FAR = "too_far", N_("Ask this presenter first: the way to the school is very long.")
    BEYOND_REACH = "beyond_reach", N_("Tick that you mean it: the school is further than this presenter goes.")
    ENOUGH_OF_DAY = "enough_of_day", N_("Ask this presenter first: that day holds many presentations already.")
    ENOUGH_OF_WEEK = "enough_of_week", N_("Ask this presenter first: that week holds many presentations already.")
    YOUNG_WEEK_FULL = "young_week_full", N_("Ask somebody else: a young person is not given more in one week.")
    YOUNG_MONTH_FULL = "young_month_full", N_("Ask somebody else: a young person is not given more in one month.")
