"""Why days are not signed off, or a sign-off is not taken back."""

from scheduler.core.errors import N_, Reason


class ReportReason(Reason):
    """Why days are not signed off, or a sign-off is not taken back."""

    CARRIED_ALREADY = "carried_already", N_("Take back the later period first: it carries a difference of this one.")
    PERIOD_NOT_OVER = "period_not_over", N_("Sign these days off when they are over: choose a last day before today.")
    SIGNED_ALREADY = "signed_already", N_("Choose other days: some of these are signed off already.")
    TAKEN_BACK_ALREADY = "taken_back_already", N_("Open the list again: this sign-off was taken back meanwhile.")
