"""Why an offer, a substitute or a day of a presenter is refused."""

from scheduler.core.errors import N_, Reason


class StaffingReason(Reason):
    """Why an offer, a substitute or a day of a presenter is refused."""

    CANNOT_STAND_IN = (
        "cannot_stand_in",
        N_("This presenter cannot stand in: look at the list of who could go, and why not."),
    )
    EDUCATOR_MUST_STAY = (
        "educator_must_stay",
        N_("Not without an adult educator in every presentation: choose something else."),
    )
    NOBODY_SUGGESTED = "nobody_suggested", N_("First suggest somebody: there is nobody to offer the visit to.")
    OFFER_GONE = "offer_gone", N_("This offer has ended or was taken back.")
    OTHER_VISITS = (
        "other_visits",
        N_("Nothing was done yet: other visits are on these days. Look at them, then press again."),
    )
    TOO_LATE_FOR_WAVES = "too_late_for_waves", N_("Nobody is asked by itself in the last three hours: choose yourself.")
    NOT_A_LINK = "not_a_link", N_("Enter the whole address, with https:// at its beginning.")
