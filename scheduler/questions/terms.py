"""Words of questions: sets and their editions, rounds before and after, sums, and what has changed."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from scheduler.core.errors import N_, Reason
from scheduler.core.language import pick
from scheduler.programmes.terms import Audience, in_language

FEWEST_QUESTIONS, LARGEST_SET = 3, 7
STEPS_OF_A_SCALE = 5  # not at all … entirely
FEWEST_CHOICES, MOST_CHOICES = 2, 5
MOST_ANSWERS = 600  # of one round: no hall holds more


class QuestionReason(Reason):
    """Why a set, or an answer, is not taken as it is."""

    CHOICES_DIFFER = "choices_differ", N_("Write as many choices in English as in Serbian, or none.")
    CHOICES_OUT_OF_RANGE = "choices_out_of_range", N_("Write two to five choices, one a line.")
    AIM_OF_NO_CHOICE = (
        "aim_of_no_choice",
        N_("Choose which answer the programme works towards; of agreeing the first or the fifth."),
    )
    SET_IS_FULL = "set_is_full", N_("Take a question out first: nobody answers more than seven.")
    SET_TOO_SHORT = "set_too_short", N_("Write at least three questions, then begin to ask.")
    ROUND_NOT_OPEN = "round_not_open", N_("Ask your teacher: these questions are not open now.")
    ROUND_IS_FULL = (
        "round_is_full",
        N_("Tell the presenter: more answers came than a class has, and no more are counted."),
    )
    NOTHING_ANSWERED = "nothing_answered", N_("Choose an answer of at least one question.")
    SUMS_OVER_SHEETS = "sums_over_sheets", N_("Count this question again: it has more answers than there are sheets.")
    FIGURES_STAND = "figures_stand", N_("Leave the sums as they are: two weeks after the visit they stand.")


class QuestionKind(StrEnum):
    """How a question is answered; nothing is ever typed."""

    AGREE = "agree"  # a sentence, and how much one agrees: five steps
    CHOICE = "choice"  # choices in the set's own words, of which one is right


class RoundMoment(StrEnum):
    """When a class is asked."""

    BEFORE = "before"
    AFTER = "after"


class EffectSize(StrEnum):
    """How large a change is, as Cohen calls it (Statistical Power Analysis, 2nd edition, 1988, chapter 2)."""

    NONE = "none"
    SMALL = "small"
    MEDIUM = "medium"
    LARGE = "large"


@dataclass(frozen=True)
class QuestionDraft:
    """A question as its form says it; choices one a line. `aim`: the choice that the programme works towards."""

    kind: QuestionKind
    text_sr_cyrl: str
    text_en: str
    choices_sr_cyrl: str
    choices_en: str
    aim: int


@dataclass(frozen=True)
class QuestionRow:
    """A question of a set. The choices are counted from one; of a sentence they are the steps of agreeing."""

    id: int
    place: int
    kind: QuestionKind
    choices: int
    aim: int
    text_sr_cyrl: str
    text_en: str
    choices_sr_cyrl: str
    choices_en: str

    def text(self, language: str) -> str:
        return in_language(language, self.text_sr_cyrl, self.text_en)

    def own_choices(self, language: str) -> list[str]:
        """What stands beside the boxes, where the set words it itself."""
        return in_language(language, self.choices_sr_cyrl, self.choices_en).splitlines()


@dataclass(frozen=True)
class SetRow:
    """A set of questions in one edition: what has answers is never changed, a new edition begins."""

    id: int
    programme_id: int
    edition: int
    began_on: dt.date
    is_asked: bool
    questions: tuple[QuestionRow, ...] = ()


@dataclass(frozen=True)
class ProgrammeQuestions:
    """A programme and its newest set, if it has one; in how many presentations it was asked."""

    programme_id: int
    slug: str
    name_sr_cyrl: str
    name_en: str
    newest: SetRow | None = None
    presentations: int = 0
    answers: int = 0

    def name(self, language: str) -> str:
        return in_language(language, self.name_sr_cyrl, self.name_en)


@dataclass(frozen=True)
class RoundRow:
    """What a round has: answers by phone and on paper, how many were announced, and where it ends."""

    phone: int = 0
    paper: int = 0
    announced: int = 0
    most: int = 0

    @property
    def answers(self) -> int:
        return self.phone + self.paper

    @property
    def more_than_announced(self) -> bool:
        """A flag: so many were not expected."""
        return self.answers > self.announced > 0


@dataclass(frozen=True)
class AskedSitting:
    """A presentation whose listeners may be asked, with what stands on pages, papers and posters."""

    presentation_id: int
    visit_id: int
    visit_number: str
    ordinal: int
    uid: str
    centre_id: int
    host_id: int
    programme_id: int
    programme_slug: str
    programme_sr_cyrl: str
    programme_en: str
    host_sr_cyrl: str
    host_sr_latn: str
    centre_sr_cyrl: str
    centre_en: str
    audience: Audience
    expected: int  # of its audience; 0: nobody said
    group_size: int
    on_day: dt.date
    starts_local: dt.time
    zone: str
    starts_at: dt.datetime
    ends_at: dt.datetime
    classes: str = ""
    set_id: int = 0
    edition: int = 0
    rounds: Mapping[RoundMoment, RoundRow] = field(default_factory=dict)

    @property
    def announced(self) -> int:
        """How many are expected; where nobody said, as many as the programme takes."""
        return min(self.expected or self.group_size, MOST_ANSWERS)

    def programme(self, language: str) -> str:
        return in_language(language, self.programme_sr_cyrl, self.programme_en)

    def host(self, language: str) -> str:
        return pick(language, self.host_sr_cyrl, self.host_sr_latn)

    def centre(self, language: str) -> str:
        return in_language(language, self.centre_sr_cyrl, self.centre_en)

    def round(self, moment: RoundMoment) -> RoundRow:
        return self.rounds.get(moment, RoundRow(announced=self.announced))


@dataclass(frozen=True)
class TallySheets:
    """What was counted on paper: how many sheets, and of each question how often each choice: {question: counts}."""

    sheets: int
    sums: Mapping[int, tuple[int, ...]]


@dataclass(frozen=True)
class SideSums:
    """How often each choice of a question was made, the first choice first."""

    counts: tuple[int, ...]
    aim: int
    kind: QuestionKind

    @property
    def answers(self) -> int:
        return sum(self.counts)


@dataclass(frozen=True)
class ClassSums:
    """The sums of one question in one presentation."""

    presentation_id: int
    before: tuple[int, ...]
    after: tuple[int, ...]


@dataclass(frozen=True)
class Side:
    """One side of a change: how many answered, which share as the programme wishes; mean and spread of a scale."""

    answers: int
    share: float
    mean: float
    spread: float


@dataclass(frozen=True)
class MeasuredChange:
    """What has changed in one question: the difference of the shares, its 95 % interval, the size of the effect.

    A positive number leads where the programme wishes. `effect` is Cohen's d of a scale, Cohen's h of a choice.
    """

    before: Side
    after: Side
    difference: float
    low: float
    high: float
    effect: float
    size: EffectSize
    groups: int

    @property
    def may_be_chance(self) -> bool:
        """Whether no difference at all lies inside the interval."""
        return self.low <= 0 <= self.high


@dataclass(frozen=True)
class QuestionChange:
    """A question with its change; None where too few have answered it."""

    question: QuestionRow
    change: MeasuredChange | None


@dataclass(frozen=True)
class SaidAfter:
    """What listeners said afterwards to one question: of how many, and how many as the programme wishes.

    `as_wished` is None where the number, or what is left of it, is under five.
    """

    programme_slug: str
    edition: int
    question: QuestionRow
    answers: int
    as_wished: int | None


@dataclass(frozen=True)
class QuestionPaper:
    """What the sheets print; all words are in the reader's language."""

    centre_name: str
    host_name: str
    title: str
    when: str
    running_number: str
    edition: str
    questions: tuple[tuple[str, tuple[str, ...]], ...]
    helpline: str = "19833"


@dataclass(frozen=True)
class CodePaper:
    """The two posters: what opens before, what opens after."""

    centre_name: str
    host_name: str
    title: str
    when: str
    running_number: str
    addresses: tuple[tuple[str, str], ...]  # (in words when, address)
    helpline: str = "19833"
