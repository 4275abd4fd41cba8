"""Why a visit is refused, why somebody cannot go, and what the database itself refuses."""

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
    HAS_A_VISIT = "has_a_visit"


class WhyNot(Reason):
    """Why somebody cannot go, or a visit is not confirmed yet; some come with numbers."""

    UNVETTED = "unvetted"
    TOO_YOUNG = "too_young"
    NO_CONSENT = "no_consent"
    SUSPENDED = "suspended"
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
    ENOUGH_OF_DAY = "enough_of_day"
    ENOUGH_OF_WEEK = "enough_of_week"


class Defence(Reason):
    """What the database refuses by itself when a race slips past the rules, under its own name."""

    PRESENTER_IS_VETTED = "presenter_is_vetted"
    PRESENTER_IS_OLD_ENOUGH = "presenter_is_old_enough"
    MINOR_HAS_CONSENT = "minor_has_consent"
    MINOR_HAS_AN_ADULT = "minor_has_an_adult"
    MINOR_KEEPS_AN_ADULT = "minor_keeps_an_adult"
    NOBODY_IN_TWO_PLACES = "nobody_in_two_places"
    NOBODY_HELD_TWICE = "nobody_held_twice"
    NOBODY_HELD_AND_PROMISED = "nobody_held_and_promised"
