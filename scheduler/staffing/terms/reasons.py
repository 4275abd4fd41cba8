"""Why an offer, a substitute or a day of a presenter is refused."""

from scheduler.core.errors import Reason


class StaffingReason(Reason):
    """Why an offer, a substitute or a day of a presenter is refused."""

    CANNOT_STAND_IN = "cannot_stand_in"
    EDUCATOR_MUST_STAY = "educator_must_stay"
    NOBODY_SUGGESTED = "nobody_suggested"
    OFFER_GONE = "offer_gone"
    OTHER_VISITS = "other_visits"
    TOO_LATE_FOR_WAVES = "too_late_for_waves"
    NOT_A_LINK = "not_a_link"
