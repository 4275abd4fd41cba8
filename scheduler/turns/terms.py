"""Whose turn, what the matter is, and the facts from which the rule says so."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from scheduler.attendance.terms import AttendanceState
from scheduler.core.errors import N_, Reason
from scheduler.core.language import pick, worded
from scheduler.core.text import to_latin
from scheduler.places.terms.hosts import HostKind
from scheduler.programmes.terms import Audience
from scheduler.requests.terms.school_request import RequestState
from scheduler.visits.terms.plans import CrewMember, CrewRule
from scheduler.visits.terms.states import ClockWrong, PresentationState, SubstituteSearchState, VisitState


class Whose(StrEnum):
    """Whose turn it is."""

    COORDINATOR = "coordinator"
    PRESENTER = "presenter"
    SCHOOL = "school"
    PRODUCT = "product"  # a job does it, or the day comes
    NOBODY = "nobody"  # it is over, or rests as it should


class Matter(StrEnum):
    """What waits; the most pressing first: of several about one visit the first is told."""

    # the coordinator's
    DECIDE_NOW = "decide_now"  # the crew fell short, and no substitute was found
    SUBSTITUTE_SOUGHT = "substitute_sought"  # the product asks, wave after wave
    CREW_LOST = "crew_lost"  # it was confirmed, and somebody left since: proofs ended, or she said so
    CLASH = "clash"  # somebody stands in two places at once
    PASSED = "passed"  # its day went by, and it was never confirmed
    CLOSED_DAY = "closed_day"  # a closure stopped it
    DAY_NAMED = "day_named"  # a closure stopped it, and its school says when it would do
    CLOCK_WRONG = "clock_wrong"  # the hour no longer fits its school
    DATE_WISH = "date_wish"
    NUMBERS_ASKED = "numbers_asked"  # more than its programme takes, the school says, come
    OFFER_GONE = "offer_gone"  # declined or lapsed, and nobody else is asked
    TO_CONFIRM = "to_confirm"  # everybody has accepted
    CONFIRM_ANEW = "confirm_anew"  # somebody of whom the school knew left, and the crew is whole without her
    NO_PROMISE = "no_promise"  # everybody has, but the school has not promised what it must
    NOT_OFFERED = "not_offered"  # somebody is suggested, and nobody has asked her
    NO_CREW = "no_crew"
    CREW_SHORT = "crew_short"  # some have accepted, nobody else is asked
    PLACE_OPEN = "place_open"  # somebody is asked still, and nobody for the place of one who left
    UNANSWERED = "unanswered"  # offered, and the day or the offer's end is near
    SCHOOL_TO_TELL = "school_to_tell"  # it goes, but somebody whom the school knew of does not
    CREW_AWAY = "crew_away"  # the hours of somebody who goes no longer hold the visit
    NOT_COUNTED = "not_counted"
    DISPUTED = "disputed"
    FAR_COUNT = "far_count"  # both say the same, far from what was announced or below the tally
    SILENT = "silent"
    HOST_TYPED = "host_typed"  # a school asked whose name is not on the list
    REQUEST_NEW = "request_new"
    REQUEST_TRIAGE = "request_triage"
    STANDS_STILL = "stands_still"  # reminded, and for weeks nobody has said a word
    COUNTS_CHANGED = "counts_changed"
    REQUEST_AGREED = "request_agreed"
    DATES_OVER = "dates_over"  # those that a request on the waiting list asked for
    MAIL_FAILED = "mail_failed"
    MAIL_HELD = "mail_held"
    POST_DUE = "post_due"  # it is ready, and its day is here
    POST_UNREADY = "post_unready"  # its day is near, and it is not ready
    # others'
    OFFER_OPEN = "offer_open"
    TO_COUNT = "to_count"
    QUESTION_ASKED = "question_asked"
    DATES_PROPOSED = "dates_proposed"
    ADDRESS_UNPROVEN = "address_unproven"
    CHECKLIST = "checklist"
    TO_SIGN = "to_sign"
    # time's, or nobody's
    ITS_DAY = "its_day"
    ITS_PLACE_IN_LINE = "its_place_in_line"
    PAPERS = "papers"
    NOTHING = "nothing"


class PutOffReason(StrEnum):
    """Why a row rests for some days."""

    NOBODY_THERE = "nobody_there"  # somebody rang
    ASKED_AGAIN = "asked_again"
    UNTIL_MONDAY = "until_monday"


@dataclass(frozen=True)
class PutOff:
    """That a row was put off: why, until when, by whom."""

    reason: PutOffReason
    until_on: dt.date
    noted_at: dt.datetime
    by: str = ""


@dataclass(frozen=True)
class Verdict:
    """What the rule says: whose turn, why, and by which day it should be done."""

    whose: Whose
    matter: Matter
    due_on: dt.date | None = None

    @property
    def ours(self) -> bool:
        """Whether it stands on the coordinators' first page."""
        return self.whose is Whose.COORDINATOR


@dataclass(frozen=True)
class RequestStanding:
    """All of a request that decides whose turn it is."""

    state: RequestState
    state_since: dt.datetime
    first_day: dt.date
    last_day: dt.date
    attention: bool = False
    has_visit: bool = False  # one that lives: then the visit says whose turn it is
    too_long: bool = False  # for as long as a setting says, nobody has said a word
    silent_days: int = 21  # that setting


@dataclass(frozen=True)
class SeatStanding:
    """Somebody asked for a presentation, as rules judge her; when she came to stand so, until when she is asked."""

    member: CrewMember
    since: dt.datetime
    until: dt.datetime | None = None


@dataclass(frozen=True)
class SittingStanding:
    """A presentation of a visit with its counting and its crew, also who left it."""

    id: int
    state: PresentationState
    starts_at: dt.datetime
    ends_at: dt.datetime
    audience: Audience
    count: AttendanceState
    seats: tuple[SeatStanding, ...] = ()
    differs: bool = True  # once both have counted: otherwise their one number is far from what was announced


@dataclass(frozen=True)
class VisitStanding:
    """All of a visit that decides whose turn it is."""

    state: VisitState
    on_day: dt.date
    rule: CrewRule
    sittings: tuple[SittingStanding, ...] = ()
    confirmed_at: dt.datetime | None = None
    goes_short: bool = False
    teacher_stays: bool = True
    safeguarding_contact: str = ""
    clock_wrong: ClockWrong | None = None
    search: SubstituteSearchState | None = None  # while one runs
    wished_day: dt.date | None = None  # that the school asks for instead
    wished_at: dt.datetime | None = None
    numbers_asked_at: dt.datetime | None = None  # other numbers, until a coordinator decides
    crew_away: bool = False
    clash: bool = False
    told_at: dt.datetime | None = None  # the school, by word
    papers_settled: bool = False
    due_days_before: int = 7  # so long before its day its crew and its confirmation are due

    @property
    def starts_at(self) -> dt.datetime | None:
        return min((one.starts_at for one in self.sittings), default=None)


class StaleReason(Reason):
    """Why a mail that did not arrive says what is so no longer."""

    WRITTEN_ANEW = "written_anew", N_("Look at the newer message: the same was written to this reader once more.")
    VISIT_MOVED = "visit_moved", N_("Tell the new day and hour: the visit was moved after this was written.")
    VISIT_OFF = "visit_off", N_("Tell that nobody comes: the visit was called off or stopped after this was written.")
    VISIT_OVER = "visit_over", N_("Let it be: the day of the visit is over.")
    CREW_CHANGED = "crew_changed", N_("Tell who comes now: somebody left the crew after this was written.")
    NOT_ASKED_ANY_MORE = "not_asked_any_more", N_("Let it be: this offer was answered, taken back or has ended.")
    REQUEST_WENT_ON = "request_went_on", N_("Tell how the request stands: it went on after this was written.")


@dataclass(frozen=True)
class VisitSince:
    """What became of a visit that a mail is about, up to now."""

    number: str
    on_day: dt.date
    state: VisitState
    state_since: dt.datetime
    moved_at: dt.datetime | None
    left_at: dt.datetime | None  # the last who left its crew
    asked: bool  # whether the mail's reader, or whoever it is a copy for, is asked still


@dataclass(frozen=True)
class RequestSince:
    """What became of a request that a mail is about, up to now."""

    number: str
    state: RequestState
    state_since: dt.datetime


@dataclass(frozen=True)
class MailSince:
    """A mail that did not arrive, and what is so by now; `newer_id`: the next that was written to the same reader about
    the same, `anew` when it is of the same kind."""

    kind: str
    written_at: dt.datetime
    newer_id: int | None = None
    anew: bool = False
    visit: VisitSince | None = None
    request: RequestSince | None = None


@dataclass(frozen=True)
class AboutHost:
    """The school of a row, as lists say it, and whom to call there."""

    name_sr_cyrl: str
    name_sr_latn: str
    place_sr_cyrl: str
    place_sr_latn: str
    kind: HostKind
    phone: str = ""

    def name(self, language: str) -> str:
        return pick(language, self.name_sr_cyrl, self.name_sr_latn)

    def place(self, language: str) -> str:
        return pick(language, self.place_sr_cyrl, self.place_sr_latn)


@dataclass(frozen=True)
class TurnRow:
    """One thing that waits, as a page shows it: a visit, a request or a mail, once, for its most pressing matter."""

    verdict: Verdict
    host: AboutHost | None = None
    on_day: dt.date | None = None
    number: str = ""  # of the visit or of the request
    request_number: str = ""
    request_id: int | None = None
    host_id: int | None = None  # of a row that is about a school, not about what it asked for
    version: int = 0
    since: dt.datetime | None = None
    wished_day: dt.date | None = None
    starts_at: dt.datetime | None = None
    mail_id: int | None = None
    subject: str = ""
    subject_en: str = ""  # of what is written in English too
    call_first: bool = False  # something happened at the school lately, and it wishes to be called
    put_off: tuple[PutOff, ...] = ()  # for this matter, the last one last

    @property
    def matter(self) -> Matter:
        return self.verdict.matter

    @property
    def due_on(self) -> dt.date | None:
        return self.verdict.due_on

    def subject_in(self, language: str) -> str:
        """A mail's subject, or how a post begins, in the page's script; in English where it is written in it."""
        return worded(language, self.subject, to_latin(self.subject), self.subject_en or self.subject)


@dataclass(frozen=True)
class SoonRow:
    """A visit of today or tomorrow, with those who go: nobody who has left."""

    number: str
    on_day: dt.date
    state: VisitState
    starts_local: tuple[dt.time, ...]
    host: AboutHost
    crew: tuple[str, ...]
    short: bool


@dataclass(frozen=True)
class Desk:
    """What of a centre is the coordinators' turn, the first due first, and who goes today and tomorrow."""

    rows: tuple[TurnRow, ...]  # those that were asked for
    soon: tuple[SoonRow, ...] = ()
    more_soon: bool = False  # more go than are told
    found: int = 0  # how many there are of what was asked for
    page: int = 1  # which page of them `rows` are
    counts: Mapping[Matter, int] = field(default_factory=dict)  # of everything that waits
    resting: int = 0  # how many are put off

    def many(self, *matters: Matter) -> int:
        """How many rows wait for one of these matters."""
        return sum(self.counts.get(matter, 0) for matter in matters)

    @property
    def total(self) -> int:
        return sum(self.counts.values())
