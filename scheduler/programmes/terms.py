"""Words of programmes and campaigns."""

from dataclasses import dataclass
from enum import StrEnum

from scheduler.core.text import to_latin
from scheduler.people.terms import Topic


class ProgrammeKind(StrEnum):
    TALK = "talk"
    PARENTS_EVENING = "parents_evening"
    TEACHERS_GATHERING = "teachers_gathering"
    COHORT_TRAINING = "cohort_training"


class Audience(StrEnum):
    """Whom a presentation is for, and whom a head count counts."""

    PUPILS = "pupils"
    PARENTS = "parents"
    TEACHERS = "teachers"
    OTHERS = "others"


class SchoolLevel(StrEnum):
    PRIMARY = "primary"
    SECONDARY = "secondary"
    NONE = "none"  # not pupils, or not at a school


@dataclass(frozen=True)
class ProgrammeRow:
    """A programme as pages and rules see it. Latin texts are derived from the Cyrillic ones."""

    id: int
    slug: str
    centre_id: int
    kind: ProgrammeKind
    topic: Topic
    name_sr_cyrl: str
    name_en: str
    summary_sr_cyrl: str
    summary_en: str
    centre_sr_cyrl: str
    centre_sr_latn: str
    centre_en: str
    audiences: frozenset[Audience]
    minutes: int  # of one presentation
    group_size: int
    educators: int
    influencers: int
    notice_days: int
    open: bool

    def name(self, language: str) -> str:
        """Its name in the page's language."""
        return in_language(language, self.name_sr_cyrl, self.name_en)

    def summary(self, language: str) -> str:
        """One sentence about it."""
        return in_language(language, self.summary_sr_cyrl, self.summary_en)

    def centre(self, language: str) -> str:
        """The centre that runs it."""
        return {"sr_Cyrl": self.centre_sr_cyrl, "sr_Latn": self.centre_sr_latn}.get(language, self.centre_en)


def in_language(language: str, cyrl: str, english: str) -> str:
    """Of a text stored in Serbian Cyrillic and English, the one for the page; Latin is derived."""
    if language == "en":
        return english
    return cyrl if language == "sr_Cyrl" else to_latin(cyrl)


@dataclass(frozen=True)
class ProgrammeDraft:
    """A programme as its form says it. Without English words the Serbian ones, in Latin letters, stand for them."""

    kind: ProgrammeKind
    topic: Topic
    name_sr_cyrl: str
    name_en: str
    summary_sr_cyrl: str
    summary_en: str
    audiences: tuple[Audience, ...]
    minutes: int
    group_size: int
    educators: int
    influencers: int
    set_up_minutes: int
    notice_days: int
