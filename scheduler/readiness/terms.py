"""Between the plan and the visit: a school's wish for another date, its checklist, what the nightly re-check finds."""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from scheduler.core.errors import N_, Conflict, Reason
from scheduler.requests.terms.school_request import ExpectedCounts
from scheduler.visits.terms.rows import VisitRow
from scheduler.visits.terms.states import CancelledBy, ClockWrong, FindingKind


class ReadinessReason(Reason):
    """Why a wish for another date or a checklist is not taken."""

    CHECKLIST_LATER = "checklist_later", N_("Come back in the two weeks before the visit: the checklist opens then.")
    CLASS_HELD = "class_held", N_("Choose another day or hour: a class has another presentation of ours then.")
    NUMBERS_WAIT = "numbers_wait", N_("Decide about the numbers: more come than one presentation takes.")
    THE_AGREED_DAY = "the_agreed_day", N_("Choose another day: this one is agreed.")
    THE_SAME_DAY = "the_same_day", N_("Choose two different days, or leave the second one empty.")
    TOO_LATE_TO_MOVE = "too_late_to_move", N_("Call the centre: it is less than 48 hours until the visit.")
    TOO_LATE_TO_TAKE_BACK = (
        "too_late_to_take_back",
        N_("Plan it again: a mail has left, or somebody changed the visit since."),
    )
    VISIT_HAS_BEGUN = (
        "visit_has_begun",
        N_("Tell the presenter: the visit has begun, and heads are counted in the room."),
    )


class NumbersOutcome(StrEnum):
    """What became of other numbers that a school asked for."""

    ACCEPTED = "accepted"
    DECLINED = "declined"
    REPLACED = "replaced"  # the school has said others since
    LAPSED = "lapsed"  # the visit is called off, or held


@dataclass(frozen=True)
class OpenNumbers:
    """Numbers of one presentation that wait for a coordinator, with those of before."""

    before: ExpectedCounts
    after: ExpectedCounts
    group_size: int
    asked_at: dt.datetime


class CancelCause(StrEnum):
    """Why a visit was called off: what reports count; the words beside it are what people read."""

    BUSY = "busy"  # the school has something else that day: an exam, a trip, a test
    SHUT = "shut"  # no pupils in the building
    ILLNESS = "illness"
    NO_CREW = "no_crew"
    ROAD = "road"  # weather, roads, the car
    NO_NEED = "no_need"
    OTHER = "other"


@dataclass(frozen=True)
class CallOff:
    """Why a visit is called off and by whom; the reason is read by everybody who is told."""

    reason: str
    by: CancelledBy = CancelledBy.CENTRE
    cause: CancelCause = CancelCause.OTHER


@dataclass(frozen=True)
class ToBeTold:
    """Who gets a mail when a visit is called off: addresses of the school, names of the crew, whose guardian too."""

    school: tuple[str, ...]
    crew: tuple[tuple[str, bool], ...]
    late: bool  # at once, and by short message


class BulkVisitAct(StrEnum):
    """Acts on several visits, previewed first and taken back while their mails wait."""

    OFFER = "offer"  # to the suggested crew
    CONFIRM = "confirm"  # and tell the school


@dataclass(frozen=True)
class ChosenVisit:
    """A visit that was ticked, and the version of it that the preview showed."""

    visit_id: int
    version: int


@dataclass(frozen=True)
class LeftOutVisit:
    """A visit on which the act is impossible, and why."""

    visit_id: int
    number: str
    refused: Conflict


@dataclass(frozen=True)
class VisitsPreview:
    """What an act on several visits would do: to which, to which not, how many mails, and the first of them."""

    rows: tuple[VisitRow, ...]
    left_out: tuple[LeftOutVisit, ...]
    mails: int
    silent: int  # visits whose school has no mail address
    subject: str
    text: str
    language: str


@dataclass(frozen=True)
class BulkVisitsDone:
    """How many visits an act has changed, which it could not, and the key that takes it back ("" of none)."""

    visits: int
    left_out: tuple[LeftOutVisit, ...]
    batch: str


@dataclass(frozen=True)
class BulkVisitsUndone:
    """How many visits are as before, and the numbers of those that have moved on."""

    visits: int
    kept: tuple[str, ...]


class ReadyItem(StrEnum):
    """One line of the school's checklist; the words are on the page."""

    ROOM = "room"
    EQUIPMENT = "equipment"
    TEACHER = "teacher"
    PARENTS = "parents"  # the note to parents is given out
    DOOR = "door"  # somebody waits for the crew


READY_ITEMS = tuple(ReadyItem)


@dataclass(frozen=True)
class FindingFact:
    """One thing that speaks against a visit; the same thing is the same each night."""

    kind: FindingKind
    ordinal: int | None = None  # of a clock: which presentation
    class_name: str | None = None
    why: ClockWrong | None = None
    presenter_id: int | None = None  # who is away


@dataclass(frozen=True)
class WishDraft:
    """Which days would suit the school instead, and why the agreed one does not."""

    first_choice: dt.date
    reason: str
    second_choice: dt.date | None = None
    starts_local: dt.time | None = None  # None: at the hour of the visit


@dataclass(frozen=True)
class OpenWish:
    """A wish that waits for the centre's answer."""

    first_choice: dt.date
    second_choice: dt.date | None
    reason: str
    asked_at: dt.datetime
    starts_local: dt.time | None = None

    @property
    def address(self) -> dict[str, str]:
        """The wish as the pages that move a visit read it from their address."""
        day = self.first_choice.isoformat()
        return {"slot": f"{day}T{self.starts_local:%H:%M}"} if self.starts_local else {"day": day}


@dataclass(frozen=True)
class Checklist:
    """The school's checklist: what is ticked, and whether it is time for it (from two weeks before)."""

    ticked: frozenset[ReadyItem]
    open_now: bool
    ready: bool

    @property
    def missing(self) -> tuple[ReadyItem, ...]:
        """What is not ticked yet, in order."""
        return tuple(item for item in READY_ITEMS if item not in self.ticked)


class ToldWhat(StrEnum):
    OFFER = "offer"  # to a presenter
    CONFIRMATION = "confirmation"
    CHANGE = "change"


class ToldHow(StrEnum):
    PHONE = "phone"
    VIBER = "viber"
    IN_PERSON = "in_person"


@dataclass(frozen=True)
class ToldDraft:
    """That somebody was told; no presenter means the school."""

    what: ToldWhat
    how: ToldHow
    presenter_id: int | None = None


@dataclass(frozen=True)
class ToldRow:
    """One such note as the page of the visit shows it; `whom` is empty for the school."""

    what: ToldWhat
    how: ToldHow
    told_at: dt.datetime
    whom: str
    by: str
