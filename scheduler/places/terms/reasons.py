"""Why a place is refused: hosts, calendars, days off, school time."""

from scheduler.core.errors import Reason


class PlaceReason(Reason):
    """Why the rooms of places refuse: hosts, calendars, closed days, school time."""

    UNKNOWN_KIND = "unknown_kind"
    UNKNOWN_ZONE = "unknown_zone"
    UNKNOWN_MUNICIPALITY = "unknown_municipality"
    NOT_A_SATURDAY = "not_a_saturday"
    ONLY_A_SATURDAY_FOLLOWS = "only_a_saturday_follows"
    OTHER_SCHOOL_YEAR = "other_school_year"
    OUTSIDE_THE_SCHOOL_YEAR = "outside_the_school_year"
    LESSONS_PAST_MIDNIGHT = "lessons_past_midnight"
