"""Words of the outbox."""

from dataclasses import dataclass
from enum import StrEnum


class MessageState(StrEnum):
    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"  # given up; shown to coordinators
    STOPPED = "stopped"


@dataclass(frozen=True)
class LinkWish:
    """A secret link that a mail shall hold: minted when the mail is sent, never stored in its text.

    `purpose` and `subject_id` say what the link opens; `path` is the page with `{token}` in it; `hours` its life.
    """

    purpose: str
    subject_id: int
    path: str
    hours: int
