"""Words of school requests: what a host asks for, and the states a request goes through."""

import datetime as dt
from dataclasses import dataclass, replace
from enum import StrEnum

from scheduler.core.machines import Machine
from scheduler.people.terms import TeachingLanguage
from scheduler.places.terms.school_time import DaysOfGrades, SchoolClock
from scheduler.places.terms.venue import NO_VENUE, Venue
from scheduler.programmes.terms import Audience, ProgrammeRow, SchoolLevel


@dataclass(frozen=True)
class PaperPresentation:
    """One sitting as it is printed for the director; times are None while the date is still open."""

    audience: str  # in words: "ученици, 7. разред"
    classes: str
    expected: int
    venue: Venue = NO_VENUE
    starts_local: dt.time | None = None
    ends_local: dt.time | None = None


@dataclass(frozen=True)
class PaperPerson:
    """Somebody who comes. Of a minor only the first name is ever printed, whatever stands in `surname`."""

    given_name: str
    surname: str
    role: str
    is_minor: bool = False

    @property
    def printed_name(self) -> str:
        """The full name of an adult, the first name of a minor."""
        return self.given_name if self.is_minor else f"{self.given_name} {self.surname}".strip()


@dataclass(frozen=True)
class RequestPaper:
    """A school request for the school's own files: a summary, or the confirmation once the date is agreed."""

    running_number: str  # R-2026-0412
    centre_name: str
    host_name: str
    host_place: str
    programme_title: str
    contact_name: str
    first_day: dt.date
    last_day: dt.date  # equal to the first once the date is agreed
    printed_at: dt.datetime  # UTC
    presentations: tuple[PaperPresentation, ...]
    confirmed: bool = False
    host_address: str = ""
    contact_role: str = ""
    file_number: str = ""  # delovodni broj; empty leaves a line to write it on
    crew: tuple[PaperPerson, ...] = ()
    equipment: tuple[str, ...] = ()  # in words
    safeguarding_contact: str = ""
    teacher_stays: bool | None = False  # None: no pupils listen, so nobody is asked
    zone: str = "Europe/Belgrade"
    helpline: str = "19833"


@dataclass(frozen=True)
class NoteSitting:
    """One presentation as parents read of it."""

    classes: str
    starts_local: dt.time | None


@dataclass(frozen=True)
class ParentsNote:
    """A sheet for each class to take home: what will be held, by whom, and the permission for photographs."""

    running_number: str
    centre_name: str
    host_name: str
    programme_title: str
    summary: str
    day: dt.date | None  # None while the date is open
    sittings: tuple[NoteSitting, ...]
    printed_at: dt.datetime
    young_presenters: bool = False
    zone: str = "Europe/Belgrade"
    helpline: str = "19833"


class RequestState(StrEnum):
    DRAFT = "draft"
    UNVERIFIED = "unverified"
    NEW = "new"
    TRIAGE = "triage"
    NEEDS_INFO = "needs_info"
    DECLINED = "declined"
    MERGED_INTO = "merged_into"
    WAITLISTED = "waitlisted"
    PROPOSED = "proposed"
    AGREED = "agreed"
    STAFFING = "staffing"
    CONFIRMED = "confirmed"
    READY = "ready"
    DELIVERED = "delivered"
    REPORTED = "reported"
    CERTIFIED = "certified"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    CANCELLED_BY_SCHOOL = "cancelled_by_school"
    CANCELLED_BY_CENTRE = "cancelled_by_centre"
    DISRUPTED = "disrupted"


class NotHeldReason(StrEnum):
    """Why a visit was called off when its hour had come: who was not there."""

    NO_SHOW_HOST = "no_show_host"
    NO_SHOW_PRESENTER = "no_show_presenter"


def school_state(state: RequestState, reason: str) -> str:
    """The state as a school reads it: of a visit that was not held, the reason of its last change."""
    ended = state in (RequestState.CANCELLED_BY_SCHOOL, RequestState.CANCELLED_BY_CENTRE)
    return reason if ended and reason in [*NotHeldReason] else state


_S = RequestState
_LEAVES_BEFORE_A_DATE = frozenset({_S.WITHDRAWN, _S.EXPIRED, _S.CANCELLED_BY_CENTRE})
_LEAVES_WITH_A_DATE = frozenset({_S.CANCELLED_BY_SCHOOL, _S.CANCELLED_BY_CENTRE, _S.DISRUPTED})
_ANSWERS = frozenset({_S.NEEDS_INFO, _S.DECLINED, _S.MERGED_INTO, _S.WAITLISTED, _S.PROPOSED, _S.AGREED})

_BEFORE_A_DATE = frozenset({_S.NEW, _S.TRIAGE, _S.NEEDS_INFO, _S.WAITLISTED, _S.AGREED})  # no day is held for them

REQUEST_MACHINE = Machine(
    name="school request",
    starts=frozenset({_S.DRAFT, _S.UNVERIFIED}),
    moves={
        _S.DRAFT: frozenset({_S.UNVERIFIED, _S.NEW, _S.WITHDRAWN, _S.EXPIRED}),  # new at once: taken on the phone (A11)
        _S.UNVERIFIED: frozenset({_S.NEW, _S.WAITLISTED, _S.WITHDRAWN, _S.EXPIRED}),  # waits: the school's own wish
        _S.NEW: frozenset({_S.TRIAGE, _S.MERGED_INTO}) | _LEAVES_BEFORE_A_DATE,
        _S.TRIAGE: _ANSWERS | _LEAVES_BEFORE_A_DATE,
        _S.NEEDS_INFO: frozenset({_S.TRIAGE, _S.DECLINED, _S.MERGED_INTO}) | _LEAVES_BEFORE_A_DATE,
        _S.WAITLISTED: frozenset({_S.TRIAGE, _S.PROPOSED, _S.AGREED, _S.DECLINED, _S.MERGED_INTO})
        | _LEAVES_BEFORE_A_DATE,
        _S.PROPOSED: frozenset({_S.TRIAGE, _S.AGREED, _S.WAITLISTED}) | _LEAVES_BEFORE_A_DATE,
        _S.AGREED: frozenset({_S.STAFFING, _S.TRIAGE, _S.DECLINED}) | _LEAVES_WITH_A_DATE,
        _S.STAFFING: frozenset({_S.CONFIRMED, _S.AGREED}) | _LEAVES_WITH_A_DATE,
        _S.CONFIRMED: frozenset({_S.READY, _S.STAFFING}) | _LEAVES_WITH_A_DATE,
        _S.READY: frozenset({_S.DELIVERED, _S.STAFFING}) | _LEAVES_WITH_A_DATE,
        _S.DISRUPTED: frozenset({_S.STAFFING, _S.WAITLISTED, _S.CANCELLED_BY_SCHOOL, _S.CANCELLED_BY_CENTRE}),
        _S.DELIVERED: frozenset({_S.REPORTED}),
        _S.REPORTED: frozenset({_S.CERTIFIED, _S.CLOSED}),
        _S.CERTIFIED: frozenset({_S.CLOSED}),
        **{
            end: frozenset()
            for end in (
                _S.CLOSED,
                _S.DECLINED,
                _S.MERGED_INTO,
                _S.WITHDRAWN,
                _S.EXPIRED,
                _S.CANCELLED_BY_SCHOOL,
                _S.CANCELLED_BY_CENTRE,
            )
        },
    },
    needs_reason=frozenset({_S.DECLINED, _S.CANCELLED_BY_SCHOOL, _S.CANCELLED_BY_CENTRE, _S.DISRUPTED}),
    back={
        _S.TRIAGE: frozenset({_S.NEW}),
        _S.WAITLISTED: frozenset({_S.TRIAGE, _S.PROPOSED}),
        _S.AGREED: frozenset({_S.NEW, _S.TRIAGE, _S.WAITLISTED}),
        _S.CONFIRMED: frozenset({_S.STAFFING}),
        _S.MERGED_INTO: frozenset({_S.NEW, _S.TRIAGE, _S.NEEDS_INFO, _S.WAITLISTED}),
        _S.DECLINED: _BEFORE_A_DATE,
        _S.WITHDRAWN: _BEFORE_A_DATE,
        **dict.fromkeys(
            (_S.CANCELLED_BY_SCHOOL, _S.CANCELLED_BY_CENTRE),
            _BEFORE_A_DATE | {_S.STAFFING, _S.CONFIRMED, _S.READY, _S.DISRUPTED},
        ),
    },
)


class RequestChannel(StrEnum):
    """How a request reached the centre."""

    WEB = "web"
    PHONE = "phone"


class DayPart(StrEnum):
    """When in the day suits a presentation."""

    ANY = "any"
    MORNING = "morning"
    AFTERNOON = "afternoon"
    EVENING = "evening"


@dataclass(frozen=True)
class PresentationDraft:
    """One sitting that a host asks for; numbers are people expected."""

    audience: Audience
    level: SchoolLevel
    classes: str
    pupils: int
    parents: int
    teachers: int
    day_part: DayPart
    starts_local: dt.time | None = None
    lesson: int | None = None  # or in which lesson, whatever the clock says on the day that is found
    outside_shift: bool = False  # the school says that the class comes for it, or stays


@dataclass(frozen=True)
class Preference:
    """A date that would suit a school; its place says its rank. Without a start the part of the day counts."""

    on_day: dt.date
    starts_local: dt.time | None = None
    day_part: DayPart = DayPart.ANY


@dataclass(frozen=True)
class Blackout:
    """Days on which a school cannot, both included."""

    first_day: dt.date
    last_day: dt.date

    def holds(self, day: dt.date) -> bool:
        return self.first_day <= day <= self.last_day


@dataclass(frozen=True)
class RequestDraft:
    """What a host asks for, as a form or the telephone gives it; all texts already cleaned."""

    programme_id: int
    host_id: int
    language: str  # of mails and pages: sr_Cyrl, sr_Latn, en
    teaching_language: TeachingLanguage
    first_day: dt.date
    last_day: dt.date
    contact_name: str
    contact_email: str
    contact_phone: str
    presentations: tuple[PresentationDraft, ...]
    venue: Venue = NO_VENUE
    has_projector: bool = False
    has_sound: bool = False
    has_internet: bool = False
    step_free: bool = False
    teacher_stays: bool = False
    safeguarding_contact: str = ""
    recent_incident: bool = False  # A14: ticks, never a text about a child
    special_needs: bool = False
    file_number: str = ""  # delovodni broj
    campaign_id: int | None = None
    parent_id: int | None = None  # the request of which it asks for more
    kept_until: dt.datetime | None = None  # its one date is kept so long, which the first mail says
    preferred: tuple[Preference, ...] = ()  # the first is wished most
    blackouts: tuple[Blackout, ...] = ()
    for_waiting_list: bool = False  # nothing was free: once proven it waits there, and nobody owes an answer
    parts: tuple["RequestDraft", ...] = ()  # other programmes of the same booking: a request of its own for each

    @property
    def with_pupils(self) -> bool:
        """Whether pupils listen, as far as it is known who does."""
        return not self.presentations or any(one.audience is Audience.PUPILS for one in self.presentations)


@dataclass(frozen=True)
class RequestFacts:
    """What rules must know of the world to judge a draft."""

    programme: ProgrammeRow
    levels: frozenset[SchoolLevel]  # that the host teaches; none for a library, a camp, a municipality
    by_staff: bool = False  # taken on the phone: the notice is the coordinator's to judge
    clock: SchoolClock | None = None  # shifts and bells around the asked days; None while nobody has told them
    lessons: DaysOfGrades | None = None  # the school days among the asked ones, by grade

    def of(self, programme: ProgrammeRow) -> "RequestFacts":
        """The same of another programme, at that school and on those days."""
        return replace(self, programme=programme)


@dataclass(frozen=True)
class ExpectedCounts:
    """People expected at one requested presentation, by its place in the request (from 1)."""

    ordinal: int
    pupils: int
    parents: int
    teachers: int

    def largest(self) -> "ExpectedCounts":
        """Of its largest audience alone."""
        audiences = {"pupils": self.pupils, "parents": self.parents, "teachers": self.teachers}
        name = max(audiences, key=lambda one: audiences[one])
        return ExpectedCounts(self.ordinal, **(dict.fromkeys(audiences, 0) | {name: audiences[name]}))
