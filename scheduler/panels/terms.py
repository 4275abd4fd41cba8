"""Words of panels: what is asked, how it is answered, what a draft's author reads in the end."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from scheduler.core.errors import Reason
from scheduler.core.language import worded
from scheduler.core.small_cells import LEAST
from scheduler.core.text import to_latin

ASKED_ALONE_FROM = 16  # years of age: who is younger is asked only while a guardian's consent to take part covers it
LONGEST_PANEL = dt.timedelta(days=60)
LONGEST_DRAFT = 8000  # letters in one language
ANSWERS = (1, 2, 3, 4)  # no, rather no, rather yes, yes: no middle to hide in


class PanelReason(Reason):
    """Why a draft is not put before the youth, or not rated."""

    PANEL_IS_OVER = "panel_is_over"
    RATED_ALREADY = "rated_already"
    TOO_FEW_TO_ASK = "too_few_to_ask"
    POST_IS_OUT = "post_is_out"


class PanelQuestion(StrEnum):
    """What can be asked of a draft."""

    CLEAR = "clear"
    TRUE_TO_LIFE = "true_to_life"
    WOULD_SHARE = "would_share"
    WOULD_HELP = "would_help"


@dataclass(frozen=True)
class PanelDraft:
    """A draft as it is put before the youth: of a programme by its number, or of a planned post."""

    questions: tuple[PanelQuestion, ...]
    last_day: dt.date
    programme_id: int | None = None
    post_number: str = ""
    text_sr_cyrl: str = ""  # of a programme: of a post its own texts are taken
    text_en: str = ""


@dataclass(frozen=True)
class PanelRow:
    """A panel as pages show it: `rated` and `sums` only when it is closed and enough have rated."""

    id: int
    number: str
    centre_id: int
    programme_id: int | None
    post_number: str
    programme_sr_cyrl: str
    programme_en: str
    text_sr_cyrl: str
    text_en: str
    opened_on: dt.date
    last_day: dt.date
    open: bool
    closed: bool  # neither: its last day is over, and the night has not added it up
    rated: int
    questions: tuple[PanelQuestion, ...]
    sums: Mapping[PanelQuestion, tuple[int, ...]]

    def text(self, language: str) -> str:
        """The draft in a language; Latin letters are made from Cyrillic, and Serbian stands where English is not."""
        return worded(language, self.text_sr_cyrl, to_latin(self.text_sr_cyrl), self.text_en or self.text_sr_cyrl)

    def programme(self, language: str) -> str:
        return worded(language, self.programme_sr_cyrl, to_latin(self.programme_sr_cyrl), self.programme_en)

    def mean(self, question: PanelQuestion) -> float:
        """Between 1 and 4."""
        told = self.sums[question]
        return sum(answer * times for answer, times in zip(ANSWERS, told, strict=True)) / max(sum(told), 1)


LEAST_RATED = LEAST  # as many have rated at least before anybody reads a sum
