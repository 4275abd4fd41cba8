"""What is done to several requests at once, and taken back."""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from scheduler.core.errors import Conflict, Reason
from scheduler.requests.terms.pages import RequestRow
from scheduler.requests.terms.reasons import RequestReason


class BulkAct(StrEnum):
    """Acts for several requests in one transaction, each of which can be taken back for a while."""

    TAKE = "take"  # mine
    ASSIGN = "assign"  # a colleague's
    WAITLIST = "waitlist"  # mails the schools: previewed first, and the mails wait
    AGREE = "agree"  # accepted, planned later; mails the schools, too
    MERGE = "merge"  # one into another
    DECLINE = "decline"
    END = "end"  # for the school, or for the centre


ALONE = (BulkAct.MERGE, BulkAct.DECLINE, BulkAct.END)  # never done to several: only their way back is the same


@dataclass(frozen=True)
class ChosenRequest:
    """A request that was ticked, and the version of it that the page showed."""

    request_id: int
    version: int | None = None


@dataclass(frozen=True)
class Refusal:
    """Why nothing can be done with one of the requests: "changed_meanwhile" or "wrong_state"."""

    request_id: int
    number: str
    reason: Reason


class SomeCannot(Conflict):
    """Some of the chosen requests cannot be acted upon, so nothing was done with any."""

    def __init__(self, refusals: tuple[Refusal, ...]) -> None:
        super().__init__(RequestReason.SOME_CANNOT)
        self.refusals = refusals


@dataclass(frozen=True)
class Done:
    """How many requests an act has changed, and the key by which it is taken back ("" when all was so already)."""

    requests: int
    batch: str


@dataclass(frozen=True)
class Preview:
    """What would be done and written, before it is: whom it concerns, whom it cannot concern, one of the mails."""

    rows: tuple[RequestRow, ...]
    refusals: tuple[Refusal, ...]
    mails: int
    without_address: int
    subject: str
    text: str


@dataclass(frozen=True)
class Undoable:
    """The last act on a request that can still be taken back, alone or with what was done along with it."""

    batch: str
    requests: int  # of the whole batch
    until: dt.datetime


@dataclass(frozen=True)
class TakenBack:
    """What came of taking an act back: how many are as before, and the numbers of those that have moved on."""

    requests: int
    kept: tuple[str, ...]
