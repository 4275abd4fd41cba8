"""Words of programmes and campaigns."""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from scheduler.core.errors import N_, Reason
from scheduler.core.language import worded
from scheduler.core.text import to_latin
from scheduler.people.terms import Topic


class ProgrammeReason(Reason):
    """Why a programme is not taken as it is."""

    EDUCATOR_NEEDED = (
        "educator_needed",
        N_("Enter at least one educator: nobody goes alone, a young person never without an adult."),
    )
    CHILD_RECOGNISED = "child_recognised", N_("Tick that no child can be recognised, or give no photograph.")
    HOURS_WITHOUT_NUMBER = "hours_without_number", N_("Enter the number too: hours are granted by the catalogue.")
    QUESTION_WITHOUT_ANSWER = "question_without_answer", N_("Write the answer in the line below each question.")
    TOO_MANY_QUESTIONS = "too_many_questions", N_("Keep three questions, those that are asked most.")


class CampaignReason(Reason):
    """Why a campaign, or a visit for it, is not taken as it is."""

    CITIES_ADD_UP = "cities_add_up", N_("Leave this empty, or enter what the cities add up to: there is one target.")
    CITY_TWICE = "city_twice", N_("Remove one line: this city is in the list twice.")
    NOT_OF_THIS_VISIT = "not_of_this_visit", N_("Choose another: this campaign has another programme, or other days.")
    NOT_A_WEB_ADDRESS = "not_a_web_address", N_("Enter an address that begins with https://.")
    TITLE_AND_TEXT = "title_and_text", N_("Enter both, the title and the text, or neither.")
    VISITS_OUTSIDE = "visits_outside", N_("Choose days that hold its visits, or take those named below out of it.")


class CampaignVerdict(StrEnum):
    """What a forecast says of a target."""

    NO_TARGET = "no_target"
    REACHED = "reached"
    LIKELY = "likely"  # the low end of the forecast reaches it
    OPEN = "open"  # it lies within the range
    UNLIKELY = "unlikely"  # the high end does not reach it


class CityRisk(StrEnum):
    """Why a city of a campaign, in which nothing is held or agreed, may stay without a visit: the first that holds."""

    NO_SCHOOL_DAY = "no_school_day"  # none is left between the programme's notice and the end of the campaign
    NOBODY_CAN = "nobody_can"  # there are such days; on none can an educator come
    REQUESTS_WAIT = "requests_wait"  # schools have asked
    NOBODY_ASKED = "nobody_asked"


class ProgrammeKind(StrEnum):
    TALK = "talk"
    PARENTS_EVENING = "parents_evening"
    TEACHERS_GATHERING = "teachers_gathering"
    COHORT_TRAINING = "cohort_training"


class Booking(StrEnum):
    """How a date of a programme is found."""

    NOW = "book_now"  # the school takes a free date itself
    ASK = "ask_first"  # the school says what would suit it, and the centre answers


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
class Text:
    """A text stored in Serbian Cyrillic and in English; Latin is derived. Called with a language it is that text."""

    sr_cyrl: str
    en: str

    def __call__(self, language: str) -> str:
        return in_language(language, self.sr_cyrl, self.en)

    def lines(self, language: str) -> list[str]:
        """Its lines, or paragraphs, without empty ones."""
        return [line.strip() for line in self(language).splitlines() if line.strip()]


NOTHING_SAID = Text("", "")


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
    set_up_minutes: int
    group_size: int
    educators: int
    influencers: int
    notice_days: int
    open: bool
    booking: Booking = Booking.ASK
    about: Text = NOTHING_SAID
    for_whom: Text = NOTHING_SAID
    needs: Text = NOTHING_SAID
    who_comes: Text = NOTHING_SAID
    questions: Text = NOTHING_SAID
    level: SchoolLevel = SchoolLevel.NONE  # whose pupils it is for; none: any
    centre_phone: str = ""  # as a mail says whom to call

    @property
    def book_now(self) -> bool:
        """Whether a school takes a free date of it at once."""
        return self.booking is Booking.NOW

    def name(self, language: str) -> str:
        """Its name in the page's language."""
        return in_language(language, self.name_sr_cyrl, self.name_en)

    def summary(self, language: str) -> str:
        """One sentence about it."""
        return in_language(language, self.summary_sr_cyrl, self.summary_en)

    def centre(self, language: str) -> str:
        """The centre that runs it."""
        return worded(language, self.centre_sr_cyrl, self.centre_sr_latn, self.centre_en)


@dataclass(frozen=True)
class CampaignCityRow:
    """A city that a campaign means to visit. `city_sr_cyrl` is how reports name it."""

    city_sr_cyrl: str
    city_sr_latn: str
    lat: float
    lon: float
    target_pupils: int


@dataclass(frozen=True)
class CampaignRow:
    """A campaign as pages see it: its period, its cities, and how many people it means to reach."""

    id: int
    slug: str
    centre_id: int
    name: Text
    summary: Text
    centre_sr_cyrl: str
    centre_sr_latn: str
    centre_en: str
    programme_slug: str
    programme_name: Text
    programme_open: bool
    educators: int
    influencers: int
    first_day: dt.date
    last_day: dt.date
    cities: tuple[CampaignCityRow, ...]
    targets: dict[Audience, int]
    about: Text = NOTHING_SAID
    posts_at: str = ""

    def centre(self, language: str) -> str:
        """The centre that runs it."""
        return worded(language, self.centre_sr_cyrl, self.centre_sr_latn, self.centre_en)


def in_language(language: str, cyrl: str, english: str) -> str:
    """Of a text stored in Serbian Cyrillic and English, the one for the page; Latin is derived."""
    return worded(language, cyrl, to_latin(cyrl), english)


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
    booking: Booking = Booking.ASK
    catalogue_number: str = ""
    catalogue_hours: int = 0
    level: SchoolLevel = SchoolLevel.NONE
    about_sr_cyrl: str = ""
    about_en: str = ""
    for_whom_sr_cyrl: str = ""
    for_whom_en: str = ""
    needs_sr_cyrl: str = ""
    needs_en: str = ""
    who_comes_sr_cyrl: str = ""
    who_comes_en: str = ""
    questions_sr_cyrl: str = ""
    questions_en: str = ""


@dataclass(frozen=True)
class CampaignDraft:
    """A campaign as its form says it; texts as in a programme. `cities`: a municipality's id and the pupils meant."""

    programme_id: int
    name_sr_cyrl: str
    name_en: str
    summary_sr_cyrl: str
    summary_en: str
    first_day: dt.date
    last_day: dt.date
    cities: tuple[tuple[int, int], ...] = ()
    targets: tuple[tuple[Audience, int], ...] = ()
    crew: tuple[int, ...] = ()
    about_sr_cyrl: str = ""
    about_en: str = ""
    certificate_title_sr_cyrl: str = ""
    certificate_title_en: str = ""
    certificate_text_sr_cyrl: str = ""
    certificate_text_en: str = ""
    posts_at: str = ""


@dataclass(frozen=True)
class CampaignChoice:
    """A campaign that a visit may be booked into."""

    id: int
    name: Text
    first_day: dt.date
    last_day: dt.date
