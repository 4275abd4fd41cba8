"""Words of attendance, and the states a presentation's counts go through."""

import datetime as dt
from dataclasses import dataclass, field
from enum import StrEnum

from scheduler.core.errors import N_, Reason
from scheduler.core.language import pick, worded
from scheduler.core.machines import Machine
from scheduler.core.scans import ScanKind
from scheduler.core.text import to_latin
from scheduler.imports.sheets import LineProblem
from scheduler.places.terms.venue import Venue
from scheduler.programmes.terms import Audience


class AttendanceReason(Reason):
    """Why a count or its signature is not taken."""

    ALREADY_COUNTERSIGNED = (
        "already_countersigned",
        N_("Ask your coordinator to correct the numbers: the school has answered already."),
    )
    CORRECTED_MEANWHILE = (
        "corrected_meanwhile",
        N_(
            "Check the numbers: a colleague has corrected them since you opened this page. What you typed stands here"
            " still; save it again if it is right."
        ),
    )
    COUNTED_MEANWHILE = (
        "counted_meanwhile",
        N_("Look at the numbers again: they have changed since you opened this page. Nothing is locked yet."),
    )
    COUNT_MISSING = "count_missing", N_("Enter every number.")
    FAR_FROM_ANNOUNCED = (
        "far_from_announced",
        N_(
            "Check the number: it is half of what was announced or less, or double or more. If it is right, say so"
            " below."
        ),
    )
    HALL_IS_FULL = "hall_is_full", N_("Ask the presenter to count you: the hall is counted as full.")
    MINUTES_OUT_OF_RANGE = "minutes_out_of_range", N_("Enter the minutes, from 1 to 480.")
    MORE_NAMES_THAN_ADULTS = "more_names_than_adults", N_("Name fewer people: not so many adults were counted.")
    NOBODY_COUNTED = "nobody_counted", N_("Enter how many were there: at least one person.")
    NOT_BEGUN = "not_begun", N_("Count when it has begun: it is still to come.")
    NOT_CONFIRMED = (
        "not_confirmed",
        N_("Ask your coordinator: this presentation is not confirmed, so it cannot be counted."),
    )
    NOT_SUBMITTED = (
        "not_submitted",
        N_("Wait for the presenter's numbers: there are none to confirm, or you have answered."),
    )
    NOT_REMEMBERED_YET = "not_remembered_yet", N_("Come back three months after the visit: it is too early to say.")
    OVER_THE_HALL = (
        "over_the_hall",
        N_(
            "Check the number: more people than one presentation of this programme takes. If it is right, say so below."
        ),
    )
    SHEETS_OF_CENTRE_FULL = (
        "sheets_of_centre_full",
        N_(
            "Call the centre: it keeps no more scans of sheets at present. Type the numbers all the same, and keep"
            " the paper."
        ),
    )
    SHEETS_OF_TALK_FULL = "sheets_of_talk_full", N_("Remove a scan first: six sheets are kept of this presentation.")
    ONE_PRESS = "one_press", N_("Enter a number from 1 to 10; who comes with more presses once more.")
    TALLY_NOT_OPEN = (
        "tally_not_open",
        N_("Count yourselves from an hour before the beginning until two hours after the end."),
    )
    TOO_MANY_NAMES = "too_many_names", N_("Name at most 200 people.")


class AttendanceState(StrEnum):
    OPEN = "open"
    SUBMITTED = "submitted"
    COUNTERSIGNED = "countersigned"
    ASSUMED = "assumed"  # the school was silent for so many days; flagged
    LOCKED = "locked"
    CORRECTED = "corrected"  # locked again, with a reason, as a new version


class DeliveryOutcome(StrEnum):
    """What became of numbers that a form, or a phone without a network, delivered."""

    STORED = "stored"
    STANDS = "stands"  # the same numbers stood already
    LATE = "late"  # the same sheet had said other numbers since
    ASIDE = "aside"  # others had said other numbers since, or the school has answered: kept beside them


class CountSource(StrEnum):
    EDUCATOR = "educator"
    SCHOOL = "school"
    COORDINATOR = "coordinator"  # a correction


_S = AttendanceState

ATTENDANCE_MACHINE = Machine(
    name="attendance",
    starts=frozenset({_S.OPEN}),
    moves={
        _S.OPEN: frozenset({_S.SUBMITTED}),
        _S.SUBMITTED: frozenset({_S.OPEN, _S.COUNTERSIGNED, _S.ASSUMED}),
        _S.COUNTERSIGNED: frozenset({_S.LOCKED}),
        _S.ASSUMED: frozenset({_S.LOCKED, _S.COUNTERSIGNED}),
        _S.LOCKED: frozenset({_S.CORRECTED}),
        _S.CORRECTED: frozenset({_S.CORRECTED}),
    },
    needs_reason=frozenset({_S.CORRECTED}),
)
WAITS_FOR_A_LOCK = (AttendanceState.SUBMITTED, AttendanceState.COUNTERSIGNED, AttendanceState.ASSUMED)
COUNTS_FOR_REPORTS = (AttendanceState.LOCKED, AttendanceState.CORRECTED)


def mark_of(state: AttendanceState, version: int) -> str:
    """What changes whenever somebody says other numbers: a presenter by a new version, a school by the state."""
    return f"{state.value}-{version}"


@dataclass(frozen=True)
class HeadCounts:
    """People in the room, by audience."""

    pupils: int = 0
    parents: int = 0
    teachers: int = 0
    others: int = 0

    @property
    def total(self) -> int:
        return self.pupils + self.parents + self.teachers + self.others

    def by_audience(self) -> dict[Audience, int]:
        """The four numbers under their audiences."""
        return {
            Audience.PUPILS: self.pupils,
            Audience.PARENTS: self.parents,
            Audience.TEACHERS: self.teachers,
            Audience.OTHERS: self.others,
        }


@dataclass(frozen=True)
class CountDraft:
    """What an educator types when leaving the room."""

    counts: HeadCounts
    teacher_present: bool
    minutes_given: int
    same_pupils: bool = False
    turned_away: int = 0
    absent: frozenset[int] = frozenset()  # presenters of the crew who were not there
    sure_of: int | None = field(default=None, compare=False)  # so many in all, she says, though it is far off


@dataclass(frozen=True)
class CountSheet:
    """One delivery of a form: its key, by which the server knows it again, and the how-many-eth try of it this is.

    A form sent from a page is try 0. Whoever looks at the answer is asked (`asks`); a phone's numbers are kept.
    """

    key: str
    turn: int = 0
    asks: bool = True


@dataclass(frozen=True)
class EarlierDelivery:
    """What came before with the same key; `left` is the mark of the numbers that stood afterwards."""

    turn: int
    said: str
    outcome: DeliveryOutcome
    left: str


@dataclass(frozen=True)
class SetAside:
    """Numbers that came from a phone when others stood already: they do not count, and they are not lost."""

    visit_number: str
    ordinal: int
    at: dt.datetime
    who: str
    said: HeadCounts
    minutes_given: int


@dataclass(frozen=True)
class KeptSheet:
    """The photo or scan of a filled sheet, kept for a time as proof of a head count; its picture is opened apart."""

    id: int
    presentation_id: int
    ordinal: int  # of the presentation from whose page it came; the sheet may hold the whole visit
    kind: ScanKind
    sha256: str
    size: int
    added_at: dt.datetime
    added_by_id: int | None
    added_by: str


@dataclass(frozen=True)
class CrewAt:
    """A presenter of a presentation's crew, as its crew may read her name, and whether she was noted as absent."""

    presenter_id: int
    name: str
    absent: bool
    minor: bool = False


@dataclass(frozen=True)
class CountedPresentation:
    """One presentation with all that a page says about its counting."""

    presentation_id: int
    ordinal: int
    starts_at: dt.datetime
    on_day: dt.date
    starts_local: dt.time
    minutes: int
    zone: str
    audience: Audience
    classes: str
    venue: Venue
    expected: HeadCounts
    state: AttendanceState
    version: int
    teacher_present: bool | None
    minutes_given: int | None
    same_pupils: bool
    turned_away: int
    said_by_educator: HeadCounts | None
    said_by_school: HeadCounts | None
    counted: HeadCounts | None  # the ones that count
    reason: str
    odd: bool = False  # somebody said numbers far from what was announced: to look at twice
    at_the_desk: bool = False  # counted by who was not in the room
    tallied: int = 0  # adults who counted themselves by the poster
    tally_over: bool = False  # clearly more than the presenter, or the school, counted: to look at twice

    @property
    def disputed(self) -> bool:
        """Whether the school has answered and a coordinator decides: both differ, are far off or below a tally."""
        return self.state is AttendanceState.COUNTERSIGNED

    @property
    def differs(self) -> bool:
        """Whether the school said other numbers than the educator."""
        return self.said_by_school is not None and self.said_by_school != self.said_by_educator

    @property
    def ends_at(self) -> dt.datetime:
        return self.starts_at + dt.timedelta(minutes=self.minutes)

    @property
    def mark(self) -> str:
        return mark_of(self.state, self.version)

    @property
    def locked(self) -> bool:
        return self.state in COUNTS_FOR_REPORTS


@dataclass(frozen=True)
class PeopleOfVisit:
    """The people of one audience in a visit: announced, counted by the presenter, counted by the school.

    A school that has not answered counts as the presenter did; sums may agree where presentations differ.
    """

    announced: int
    present: int
    by_school: int
    differs: bool


@dataclass(frozen=True)
class CountedVisit:
    """A visit with the counting of its presentations."""

    visit_id: int
    number: str
    centre_id: int
    on_day: dt.date
    host_name_sr_cyrl: str
    host_name_sr_latn: str
    presentations: tuple[CountedPresentation, ...]
    named_adults: tuple[str, ...]

    def people(self, audience: Audience) -> "PeopleOfVisit":
        """Who came of an audience to the presentations that are counted."""
        announced = present = by_school = 0
        differs = False
        for one in self.presentations:
            if (presenter := one.said_by_educator or one.said_by_school) is None:
                continue
            school = one.said_by_school or presenter
            announced += one.expected.by_audience()[audience]
            present += presenter.by_audience()[audience]
            by_school += school.by_audience()[audience]
            differs |= presenter.by_audience()[audience] != school.by_audience()[audience]
        return PeopleOfVisit(announced, present, by_school, differs)

    def presentation(self, ordinal: str) -> CountedPresentation | None:
        """The presentation with that number within the visit, as an address says it; None when there is none."""
        return next((one for one in self.presentations if str(one.ordinal) == ordinal), None)


@dataclass(frozen=True)
class CountHistoryLine:
    """One step that the counting of a presentation took."""

    ordinal: int
    at: dt.datetime
    to: AttendanceState
    reason: str


@dataclass(frozen=True)
class SaidLine:
    """Numbers that one source said in one version, kept for good; `counts` marks the ones that count."""

    ordinal: int
    version: int
    source: CountSource
    at: dt.datetime
    said: HeadCounts
    counts: bool


@dataclass(frozen=True)
class Feedback:
    """What a school thought of a visit; no name, and the day alone."""

    useful: int
    clear: int
    again: bool
    words: str


class FollowUp(StrEnum):
    """A letter after a visit, sent once (when: messages.rules.REMINDERS); or the school's wish for no more of them."""

    REPORT_DUE = "report_due"  # to the educators who have not counted, and once more
    REPORT_LATE = "report_late"
    NUMBERS_WAIT = "numbers_wait"  # the school has not said whether they are right
    FEEDBACK = "feedback"
    SURVEY = "survey"
    NEXT_YEAR = "next_year"  # in the first weeks of the next school year
    STOPPED = "stopped"  # the school objected


@dataclass(frozen=True)
class Survey:
    """What remained of a visit three months later; no name, and the day alone."""

    spoken_of: bool  # pupils or parents have come back to it
    changed: bool  # the school has done something differently since
    knows_whom_to_call: bool
    words: str


@dataclass(frozen=True)
class TallyCode:
    """What opens the poster of a tally."""

    visit_number: str
    ordinal: int
    code: str
    starts_local: dt.time


@dataclass(frozen=True)
class Tally:
    """Adults who count themselves at a presentation, by the code on its poster; nobody says a name."""

    presentation_id: int
    visit_number: str
    ordinal: int
    code: str
    host_name_sr_cyrl: str
    host_name_sr_latn: str
    programme_sr_cyrl: str
    programme_en: str
    centre_sr_cyrl: str
    centre_en: str
    audience: Audience
    on_day: dt.date
    starts_local: dt.time
    zone: str
    opens_at: dt.datetime
    closes_at: dt.datetime
    most: int  # beyond it nobody is counted

    def host(self, language: str) -> str:
        return pick(language, self.host_name_sr_cyrl, self.host_name_sr_latn)

    def programme(self, language: str) -> str:
        return worded(language, self.programme_sr_cyrl, to_latin(self.programme_sr_cyrl), self.programme_en)

    def centre(self, language: str) -> str:
        return worded(language, self.centre_sr_cyrl, to_latin(self.centre_sr_cyrl), self.centre_en)


@dataclass(frozen=True)
class Poster:
    """What hangs at the door, and the sheet to take home; the words in the reader's language."""

    centre_name: str
    host_name: str
    title: str
    when: str
    address: str  # of the page that the code opens
    running_number: str
    helpline: str = "19833"


@dataclass(frozen=True, slots=True)
class PastSitting:
    """A line of a file of past visits: one presentation that was held, with who was in the room.

    Two that are equal are one line written twice, whatever kilometres they say.
    """

    line: int = field(compare=False)
    on_day: dt.date
    register_id: str
    host: str
    municipality: str
    programme: str
    campaign: str
    starts: dt.time | None
    minutes: int | None
    classes: str
    counts: HeadCounts
    kilometres: int = field(compare=False)
    presenters: tuple[str, ...] = ()  # as the file writes them
    which: str = ""  # of two hours with one name: "a" the first, "b" the second


@dataclass(frozen=True)
class PastSheet:
    """A file of past visits as read."""

    sittings: tuple[PastSitting, ...]
    problems: tuple[LineProblem, ...]
    lines: int = 0
    encoding: str = ""
    headings: tuple[str, ...] = ()
