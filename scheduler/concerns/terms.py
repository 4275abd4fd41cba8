"""Words of concerns: to whom a child's word was handed on, who spoke up about a presenter, what staff reads of it."""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from scheduler.core.errors import N_, Reason
from scheduler.core.language import pick
from scheduler.safeguarding.terms import LiftedBecause


class HandedTo(StrEnum):
    """Who was told what a child has told."""

    SCHOOL = "school"  # the school's named person for child protection
    HELPLINE = "helpline"


class SpokenUpBy(StrEnum):
    """By which way a concern about a presenter came; the last alone proves nothing."""

    SCHOOL = "school"  # behind the secret link of its own request
    COLLEAGUE = "colleague"  # signed in
    ANYBODY = "anybody"


class ConcernReason(Reason):
    """Why a hand-off is not noted, or a concern not ended."""

    NOT_ON_ITS_DAY = "not_on_its_day", N_("It is noted on the day of the visit, or within a week after it.")
    HAND_OFF_STAYS = "hand_off_stays", N_("Leave it: it is taken back within an hour only.")
    STOP_STANDS = "stop_stands", N_("First decide about each of them: new visits again, or suspended.")


@dataclass(frozen=True)
class HandOffDraft:
    """Who was told, and at what time of today."""

    told: HandedTo
    at: dt.time


@dataclass(frozen=True)
class HandOffRow:
    """One hand-off of a visit, as its page shows it."""

    id: int
    told: HandedTo
    told_at: dt.datetime
    own: bool  # noted by the reader
    may_take_back: bool


@dataclass(frozen=True)
class OpenConcern:
    """What somebody without a proof says: where and when the presenter came, and perhaps how to be called back."""

    host_id: int
    on_day: dt.date
    phone: str = ""


@dataclass(frozen=True)
class AboutRow:
    """One presenter whom a concern may be about, and whether new visits of hers are stopped."""

    presenter_id: int
    full_name: str
    minor: bool
    stopped_at: dt.datetime | None = None
    lifted_at: dt.datetime | None = None
    lifted_because: LiftedBecause | None = None
    suspended: bool = False
    visits_to_come: int = 0

    @property
    def stands(self) -> bool:
        return self.stopped_at is not None and self.lifted_at is None

    @property
    def decided(self) -> bool:
        """Whether nobody need think of her any more: she was not stopped, is free again, or is suspended."""
        return not self.stands or self.suspended


@dataclass(frozen=True)
class ConcernRow:
    """A concern as a safeguarding officer reads it; who spoke up is named where she was signed in."""

    id: int
    by: SpokenUpBy
    reported_at: dt.datetime
    on_day: dt.date | None
    number: str  # of the visit, where one is known
    host_sr_cyrl: str
    host_sr_latn: str
    phone: str
    reporter: str
    ended_at: dt.datetime | None
    about: tuple[AboutRow, ...]

    def host(self, language: str) -> str:
        return pick(language, self.host_sr_cyrl, self.host_sr_latn)

    @property
    def unstopped(self) -> bool:
        """Whether somebody of it still takes new visits, and nobody has said that she may."""
        return self.ended_at is None and any(one.stopped_at is None for one in self.about)

    @property
    def may_end(self) -> bool:
        return self.ended_at is None and all(one.decided for one in self.about)


@dataclass(frozen=True)
class MonthOfConcerns:
    """How many there were in a month, by what they were: sums only."""

    month: dt.date
    to_school: int
    to_helpline: int
    about_presenters: int
