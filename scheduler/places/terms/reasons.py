"""Why a place is refused: hosts, calendars, days off, school time."""

from scheduler.core.errors import N_, Reason


class PlaceReason(Reason):
    """Why the rooms of places refuse: hosts, calendars, closed days, school time."""

    UNKNOWN_KIND = "unknown_kind", N_("Choose a kind from the list.")
    UNKNOWN_ZONE = "unknown_zone", N_("Write the time zone like this: Europe/Belgrade.")
    UNKNOWN_MUNICIPALITY = "unknown_municipality", N_("Choose the municipality from the list.")
    NOT_A_SATURDAY = "not_a_saturday", N_("Choose a Saturday.")
    ONLY_A_SATURDAY_FOLLOWS = (
        "only_a_saturday_follows",
        N_("Leave this empty: only a working Saturday follows another day."),
    )
    OTHER_SCHOOL_YEAR = "other_school_year", N_("Choose a last day before 1 September: a new school year begins then.")
    OUTSIDE_THE_SCHOOL_YEAR = (
        "outside_the_school_year",
        N_("Choose days of that school year: it runs from September to August."),
    )
    LESSONS_PAST_MIDNIGHT = (
        "lessons_past_midnight",
        N_("Choose an earlier start: the lessons would end on the next day."),
    )
