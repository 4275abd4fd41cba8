"""Why days are not signed off, or a sign-off is not taken back."""

from scheduler.core.errors import Reason


class ReportReason(Reason):
    """Why days are not signed off, or a sign-off is not taken back."""

    CARRIED_ALREADY = "carried_already"
    PERIOD_NOT_OVER = "period_not_over"
    SIGNED_ALREADY = "signed_already"
    TAKEN_BACK_ALREADY = "taken_back_already"
