"""Why a visit is refused, and why somebody cannot go."""

from scheduler.core.errors import Reason


class VisitReason(Reason):
    """Why a visit is not planned, moved, confirmed or called off."""

    CLOCKS_JUMP = "clocks_jump"
    COUNTED_IN_PART = "counted_in_part"
    HAS_BEGUN = "has_begun"
    AFTER_THE_VISIT = "after_the_visit"
    LENGTH_OUT_OF_RANGE = "length_out_of_range"
    NOT_ONE_AUDIENCE = "not_one_audience"
    OVERLAPS = "overlaps"
    TIMES_CHANGE_PLACES = "times_change_places"
    NOT_YET = "not_yet"
    OFFER_IS_FOR_PRESENTERS = "offer_is_for_presenters"


class WhyNot(Reason):
    """Why somebody cannot go, or a visit is not confirmed yet; some come with numbers."""

    UNVETTED = "unvetted"
    TOO_YOUNG = "too_young"
    NO_CONSENT = "no_consent"
    NO_TRAVEL = "no_travel"
    SUSPENDED = "suspended"
    TAKES_NOTHING_NEW = "takes_nothing_new"
    GUARDIAN_CHANGES = "guardian_changes"
    OLDER_TEXT = "older_text"
    TAKEN = "taken"
    CANNOT_ARRIVE = "cannot_arrive"
    TOPIC = "topic"
    LANGUAGE = "language"
    NOT_AVAILABLE = "not_available"
    MINOR_WITHOUT_ADULT = "minor_without_adult"
    EDUCATORS_MISSING = "educators_missing"
    INFLUENCERS_MISSING = "influencers_missing"
    TEACHER_NOT_PROMISED = "teacher_not_promised"
    NO_SAFEGUARDING_CONTACT = "no_safeguarding_contact"
    TOO_FAR = "too_far"
    BEYOND_REACH = "beyond_reach"
    ENOUGH_OF_DAY = "enough_of_day"
    ENOUGH_OF_WEEK = "enough_of_week"
    YOUNG_WEEK_FULL = "young_week_full"
    YOUNG_MONTH_FULL = "young_month_full"
