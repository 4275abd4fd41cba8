"""What profiles refuse, in words; `WORDS` (web/reasons.py) holds them with all others."""

from babel.support import LazyProxy

from scheduler.core.errors import Reason
from scheduler.profiles.terms import ProfileReason
from scheduler.web.i18n import _l

PROFILE_WORDS: dict[Reason, LazyProxy] = {
    ProfileReason.COUNTS_NOT_SIGNED: _l("Sign off the counts of just these days first, in the attendance report."),
    ProfileReason.PROFILE_SIGNED_ALREADY: _l("Take the signed profile back first: it stands as it was signed."),
    ProfileReason.PROFILE_TAKEN_BACK_ALREADY: _l("Open the page again: this profile was taken back meanwhile."),
}
