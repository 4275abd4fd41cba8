"""Words of cohorts: what they are trained in, how far they have come, what may be asked of them."""

import datetime as dt
from dataclasses import dataclass, field
from enum import StrEnum

from scheduler.core.errors import N_, Reason
from scheduler.core.language import pick
from scheduler.places.rules.hosts import school_year
from scheduler.programmes.terms import SchoolLevel, in_language
from scheduler.requests.terms.school_request import RequestState

MOST_PRACTICE_GROUPS = 60  # of one part that answer a case together
SMALLEST_COHORT, LARGEST_COHORT = 5, 60  # under five a group would be a small number wherever it is published


class CohortReason(Reason):
    """Why a cohort, or a part of it, is not taken as it is."""

    NOT_A_TRAINING = "not_a_training", N_("Choose a request for a training of a group: this one is for something else.")
    PART_OF_A_COHORT = "part_of_a_cohort", N_("Open the cohort: this request is a part of one already.")
    COHORT_HAS_ENDED = "cohort_has_ended", N_("Begin a new cohort: this one has ended.")
    OF_ANOTHER_SCHOOL = "of_another_school", N_("Choose a cohort of the same school.")
    LEVEL_NOT_EARNED = "level_not_earned", N_("Wait until a further part was held: the level stands as it was earned.")
    GRADE_OF_NO_SCHOOL = (
        "grade_of_no_school",
        N_("Enter a grade from 1 to 8 of a primary school, 1 to 4 of a secondary one."),
    )
    WAY_MISSING = "way_missing", N_("Tick at least one way that is right.")
    PRACTICE_IS_CLOSED = (
        "practice_is_closed",
        N_("Answer on the day of the training: the page counts nothing on others."),
    )


class CohortSkill(StrEnum):
    """What a part trains, in the order in which parts are proposed; the last is how to report."""

    RECOGNISE = "recognise"
    HELP = "help"
    REPORT = "report"


HIGHEST_LEVEL = len(CohortSkill)  # a level is how many of them the cohort was trained in


class ReportingWay(StrEnum):
    """What somebody can do who meets a case; the values are columns."""

    TELL_ADULT = "tell_adult"
    BLOCK_REPORT = "block_report"
    HOTLINE = "hotline"
    HELPLINE = "helpline"


class PartState(StrEnum):
    """What has become of a part."""

    HELD = "held"
    ON_ITS_WAY = "on_its_way"
    CALLED_OFF = "called_off"


class CohortState(StrEnum):
    """How far a cohort is; it follows from its level and the day, and is stored nowhere."""

    NEW = "new"
    IN_TRAINING = "in_training"
    TRAINED = "trained"
    RUN_OUT = "run_out"  # its school year ended first
    GIVEN_UP = "given_up"


class CohortCause(StrEnum):
    """Why a size changes: chosen, never typed, so that no child fits into it."""

    JOINED = "joined"
    LEFT = "left"
    MISCOUNTED = "miscounted"


@dataclass(frozen=True)
class CohortDraft:
    """What makes a cohort of a request: all else is the request's."""

    size: int
    school_level: SchoolLevel
    grade: int


@dataclass(frozen=True)
class CohortPartRow:
    """A part as pages show it. `day` is that of its visit, once there is one."""

    skill: CohortSkill
    request_number: str
    request_state: RequestState
    state: PartState
    visit_number: str = ""
    day: dt.date | None = None
    pupils: int | None = None  # counted, where somebody has
    led_by: tuple[str, ...] = ()


@dataclass(frozen=True)
class ProposedPart:
    """What a cohort should be trained in next, and from which day on it waits for that."""

    skill: CohortSkill
    due_on: dt.date


@dataclass(frozen=True)
class CohortRow:
    """A cohort as lists show it."""

    id: int
    code: str
    centre_id: int
    programme_id: int
    host_id: int
    host_sr_cyrl: str
    host_sr_latn: str
    place_sr_cyrl: str
    place_sr_latn: str
    city_sr_cyrl: str
    city_sr_latn: str
    school_level: SchoolLevel
    grade: int
    size: int
    level: int
    began_on: dt.date
    ends_on: dt.date
    version: int
    gave_up_on: dt.date | None = None
    parts: tuple[CohortPartRow, ...] = field(default=())

    def host(self, language: str) -> str:
        return pick(language, self.host_sr_cyrl, self.host_sr_latn)

    def place(self, language: str) -> str:
        return pick(language, self.place_sr_cyrl, self.place_sr_latn)

    @property
    def school_year(self) -> str:
        return school_year(self.ends_on)


@dataclass(frozen=True)
class CohortPage:
    """A cohort with what only its own page shows. The teacher who leads it is the contact of its latest request."""

    row: CohortRow
    teacher: str = ""
    email: str = ""
    phone: str = ""
    latest_request: str = ""


@dataclass(frozen=True)
class LooseTraining:
    """A request for a training that belongs to no cohort, and the living ones of its school: (id, code)."""

    number: str
    host_sr_cyrl: str
    host_sr_latn: str
    pupils: int
    state: RequestState
    candidates: tuple[tuple[int, str], ...] = ()

    def host(self, language: str) -> str:
        return pick(language, self.host_sr_cyrl, self.host_sr_latn)


@dataclass(frozen=True)
class CohortFilters:
    """Which cohorts a list shows; None: all."""

    city: str | None = None  # its Serbian Cyrillic name
    state: CohortState | None = None
    level: int | None = None
    school_year: int | None = None  # in which it ends
    waits: bool = False  # for a next part that nobody has asked for


@dataclass(frozen=True)
class CohortCount:
    """How many cohorts and detectives are in one town at one level."""

    city_sr_cyrl: str
    city_sr_latn: str
    level: int
    cohorts: int
    detectives: int


@dataclass(frozen=True)
class GradeCount:
    """How many cohorts and detectives of one grade are in one town at one level."""

    city_sr_cyrl: str
    level: int
    school_level: SchoolLevel
    grade: int
    cohorts: int
    detectives: int


@dataclass(frozen=True)
class SchoolOfAim:
    """A school of a town that wants them all: its furthest cohort of the year, if it has one."""

    host_id: int
    host_sr_cyrl: str
    host_sr_latn: str
    code: str = ""
    level: int | None = None

    def host(self, language: str) -> str:
        return pick(language, self.host_sr_cyrl, self.host_sr_latn)

    @property
    def trained(self) -> bool:
        return self.level == HIGHEST_LEVEL


@dataclass(frozen=True)
class PracticeCaseRow:
    """An invented case, in Serbian Cyrillic and English, and each way that is right; `own`: the centre changed it."""

    code: str
    story_sr_cyrl: str
    story_en: str
    why_sr_cyrl: str
    why_en: str
    ways: frozenset[ReportingWay]
    own: bool = False

    def story(self, language: str) -> str:
        return in_language(language, self.story_sr_cyrl, self.story_en)

    def why(self, language: str) -> str:
        return in_language(language, self.why_sr_cyrl, self.why_en)


@dataclass(frozen=True)
class PracticeSums:
    """How many groups have answered a case, and how many of them rightly."""

    groups: int = 0
    correct: int = 0


@dataclass(frozen=True)
class PracticeSheet:
    """The printed sheet; all words are in the reader's language."""

    centre_name: str
    printed: str
    cases: tuple[str, ...]
    hotline: str
    helpline: str = "19833"
    address: str = ""  # of the page on which these groups answer; without one the sheet is for everybody
