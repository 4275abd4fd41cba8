"""Words of privacy: what leaves in an export of everything, and what never does."""

import re

from scheduler.core.errors import Reason

# Tables that are keys, queues or the machine's own notes: nothing a centre could use elsewhere. And the scans of signed
# papers: what they allow, and which two have seen them, leaves with the consents.
LEFT_OUT = frozenset(
    {
        "booking_answers",
        "column_name",
        "consent_paper",
        "date_hold",
        "form_key",
        "held_time",
        "hidden_columns",
        "imported_row",
        "job_run",
        "long_work",
        "open_way",
        "running_number",
        "secret_link",
        "sign_in",
        "sign_in_attempt",
        "staged_row",
        "undoable_act",
        "unproved_mail",
    }
)
SECRET = re.compile(r"hash|token|password|secret|seal|(^|_)key$")  # in a column's name: it stays here


class PrivacyReason(Reason):
    """Why no further export leaves."""

    TOO_MANY_EXPORTS = "too_many_exports"
