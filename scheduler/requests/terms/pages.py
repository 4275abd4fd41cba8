"""Requests as lists and pages show them, and what the inbox can be asked for."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from scheduler.core.language import pick
from scheduler.core.paging import Page
from scheduler.core.sorting import Sort
from scheduler.people.terms import TeachingLanguage
from scheduler.places.terms.hosts import HostRow
from scheduler.places.terms.venue import Venue
from scheduler.programmes.terms import Audience, ProgrammeRow, SchoolLevel
from scheduler.requests.terms.handovers import HandoverRow
from scheduler.requests.terms.school_request import (
    Blackout,
    DayPart,
    ExpectedCounts,
    Preference,
    RequestChannel,
    RequestState,
    school_state,
)


class Turn(StrEnum):
    """Who must move a request on, in the order of the inbox."""

    YOURS = "yours"
    OTHERS = "others"
    ITSELF = "itself"
    OVER = "over"


class NextStep(StrEnum):
    """What a coordinator does with a request next: the one verb at the end of its row."""

    TAKE = "take"
    DECIDE = "decide"
    PLAN = "plan"
    REPLAN = "replan"
    CHECK_COUNTS = "check_counts"
    LOOK = "look"


class Show(StrEnum):
    """The filters of the inbox."""

    MINE = "mine"  # and nobody's
    OPEN = "open"
    WAITING = "waiting"
    OVER = "over"
    LATE = "late"  # these and the following are the tiles: what each of them counts, it opens
    NEW = "new"
    TO_PLAN = "to_plan"
    ASKED = "asked"  # the school must answer
    HANDED = "handed"  # a colleague is away and handed them over


class Age(StrEnum):
    """How long a request has stood where it stands, in the steps that the inbox counts."""

    FRESH = "fresh"  # up to two days
    DUE = "due"  # up to what was promised
    LATE = "late"  # later than that
    OLD = "old"  # more than three weeks


NOBODY = 0  # the owner of what nobody has taken


@dataclass(frozen=True)
class InboxFilters:
    """What the inbox shows; it lives in the address of the page. None: not asked for."""

    show: Show = Show.MINE
    typed: str = ""
    page: int = 1
    state: RequestState | None = None
    owner: int | None = None
    district: int | None = None
    programme: int | None = None
    age: Age | None = None
    sort: Sort | None = None
    per_page: int | None = None  # None: as many as its page shows


@dataclass(frozen=True)
class FacetValue:
    """One value that a filter of the inbox may take, and how many requests it would show beside the other filters."""

    value: str  # as it stands in the address
    count: int
    name_sr_cyrl: str = ""  # empty for what has words of its own: a state, an age
    name_sr_latn: str = ""
    name_en: str = ""


class ContactPerson(NamedTuple):
    """Who asked for a visit, with how to reach her, her request and her school."""

    name: str
    phone: str
    email: str
    number: str
    state: RequestState
    host_id: int
    host_sr_cyrl: str
    host_sr_latn: str
    place_sr_cyrl: str
    place_sr_latn: str

    def host(self, language: str) -> str:
        return pick(language, self.host_sr_cyrl, self.host_sr_latn)

    def place(self, language: str) -> str:
        return pick(language, self.place_sr_cyrl, self.place_sr_latn)


@dataclass(frozen=True)
class RequestRow:
    """A request as lists show it."""

    id: int
    number: str
    state: RequestState
    host: HostRow
    programme: ProgrammeRow
    presentations: int
    people: ExpectedCounts  # of all its presentations together; ordinal 0
    first_day: dt.date
    last_day: dt.date
    channel: RequestChannel
    state_since: dt.datetime
    late: bool  # older than promised, and it is the centre's turn
    owner: str
    turn: Turn
    twins: int  # other open requests of the same host about the same time
    version: int
    stand_in: str = ""  # who looks after it today while its owner is away


class InboxRow(NamedTuple):
    """A request as the inbox shows it: of its school, its programme and its owner what the row says alone."""

    id: int
    number: str
    version: int
    state: RequestState
    host_sr_cyrl: str
    host_sr_latn: str
    place_sr_cyrl: str
    place_sr_latn: str
    district_sr_cyrl: str | None  # None abroad
    district_sr_latn: str | None
    district_en: str | None
    programme_sr_cyrl: str
    programme_en: str
    presentations: int
    people: ExpectedCounts  # of all its presentations together; ordinal 0
    first_day: dt.date
    last_day: dt.date
    channel: RequestChannel
    state_since: dt.datetime
    late: bool  # older than promised, and it is the centre's turn
    owner: str
    stand_in: str  # who looks after it today while its owner is away
    turn: Turn
    next_step: NextStep
    twins: int  # other open requests of the same host about the same time
    call_first: bool  # something happened at the school lately, and it wishes to be called


@dataclass(frozen=True)
class Inbox:
    """One page of the inbox with the numbers around it."""

    page: Page[InboxRow]
    groups: tuple[tuple[Turn, int], ...]  # all rows of the filter, not of this page only
    pills: tuple[tuple[Show, int], ...]
    facets: Mapping[str, tuple[FacetValue, ...]]  # the values of each filter, with what each would show
    new: int
    late: int
    to_plan: int
    waiting_for_school: int
    handed: int = 0  # owned by colleagues who are away, looked after by who looks
    handovers: tuple[HandoverRow, ...] = ()  # of the centre, today and soon
    colleagues: tuple[tuple[int, str], ...] = ()  # (id, name) of who may own a request, by family name


@dataclass(frozen=True)
class RequestedPresentationRow:
    """One requested sitting as pages show it."""

    ordinal: int
    audience: Audience
    level: SchoolLevel
    classes: str
    pupils: int
    parents: int
    teachers: int
    day_part: DayPart
    starts_local: dt.time | None
    lesson: int | None = None
    outside_shift: bool = False

    @property
    def for_parents(self) -> bool:
        """Whether parents come to it."""
        return self.audience is Audience.PARENTS or self.parents > 0


@dataclass(frozen=True)
class RequestHistoryLine:
    """One step of a request's life; `action` is the audit's word, `by` who did it ("school", "centre", "product")."""

    at: dt.datetime
    action: str
    by: str
    who: str  # the name of a colleague; empty for others
    reason: str


class Kin(StrEnum):
    """What another request is to the one that is shown."""

    MERGED_INTO = "merged_into"
    MERGED_HERE = "merged_here"
    BOOKED_AGAIN_FROM = "booked_again_from"
    BOOKED_AGAIN_AS = "booked_again_as"
    BOOKED_WITH = "booked_with"


@dataclass(frozen=True)
class Lineage:
    """Another request that belongs to the one that is shown, by its number."""

    kin: Kin
    number: str


@dataclass(frozen=True)
class RequestPage:
    """One request with everything its page shows."""

    row: RequestRow
    centre_id: int
    centre_email: str
    centre_phone: str
    language: str
    teaching_language: TeachingLanguage
    campaign_id: int | None
    contact_name: str
    contact_email: str
    contact_phone: str
    venue: Venue
    has_projector: bool
    has_sound: bool
    has_internet: bool
    step_free: bool
    safeguarding_contact: str
    recent_incident: bool
    special_needs: bool
    file_number: str
    directions: str
    reason: str
    question: str
    answer: str
    told_by_phone: bool
    attention: bool
    owner_id: int | None
    version: int
    presentations: tuple[RequestedPresentationRow, ...]
    history: tuple[RequestHistoryLine, ...]
    twins: tuple[RequestRow, ...]
    lineage: tuple[Lineage, ...]
    preferred: tuple[Preference, ...] = ()
    blackouts: tuple[Blackout, ...] = ()

    @property
    def school_state(self) -> str:
        """Its state as the school reads it: of a visit that was not held, the reason."""
        return school_state(self.row.state, self.history[-1].reason if self.history else "")

    @property
    def with_pupils(self) -> bool:
        """Whether pupils listen to any part of it."""
        return any(one.audience is Audience.PUPILS for one in self.presentations)

    @property
    def invites_parents(self) -> bool:
        """Whether parents are invited to any part of it."""
        return any(one.for_parents for one in self.presentations)


@dataclass(frozen=True)
class AddressProof:
    """What the page behind a mailed proof shows of its request: no more than the mail did."""

    request_id: int
    number: str
    proven: bool
