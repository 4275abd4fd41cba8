"""Words of the helpline's figures: what is counted, by what, and the draft of one page of them."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from scheduler.core.errors import N_, Reason


class HelplineReason(Reason):
    """Why figures of the helpline are not stored, signed off or published."""

    NOT_ONE_MONTH = "not_one_month", N_("Choose days of one month: figures are kept month by month.")
    DAYS_ENTERED_ALREADY = "days_entered_already", N_("Choose other days: some of these have figures already.")
    SUM_DISAGREES = "sum_disagrees", N_("Mend this total or its parts: they disagree.")
    MORE_THAN_ITS_TOTAL = "more_than_its_total", N_("Mend this split: it says more than its total.")
    FIGURES_ARE_SIGNED = "figures_are_signed", N_("Open the figures with a reason first: they are signed off.")
    FIGURES_NOT_SIGNED = "figures_not_signed", N_("Sign the figures off first.")
    NOTHING_TO_PUBLISH = "nothing_to_publish", N_("Choose days that have figures.")
    PUBLISHED_ALREADY = "published_already", N_("Choose other days: some of these are published already, and stay so.")
    SEVERAL_LISTS = "several_lists", N_("Publish these days in parts: their topics are counted by different lists.")
    CUTS_A_PERIOD = "cuts_a_period", N_("Choose days that hold each period whole.")
    LIST_BEGINS_TOO_EARLY = (
        "list_begins_too_early",
        N_("Choose a later day: another list is used from this one on, or later."),
    )
    LIST_LINE_IS_BROKEN = (
        "list_line_is_broken",
        N_(
            "Write in each line a code in small Latin letters, its Serbian name and its English name, semicolons"
            " between."
        ),
    )
    LIST_CODE_TWICE = "list_code_twice", N_("Write each code once: one stands in two lines.")
    LIST_IS_COUNTED_BY = "list_is_counted_by", N_("Keep this list: figures are counted by it.")


class HelplineChannel(StrEnum):
    """How somebody reached the helpline; the values are columns."""

    CALLS = "calls"
    MAILS = "mails"
    CHATS = "chats"
    FORMS = "forms"


class CaseOutcome(StrEnum):
    """What became of a case; the values are columns."""

    ADVISORY = "advisory"
    FORWARDED = "forwarded"


class ForwardedTo(StrEnum):
    """Who took over a case that was forwarded; the values are columns."""

    POLICE = "to_police"
    PROSECUTOR = "to_prosecutor"
    SOCIAL_WORK = "to_social_work"
    HEALTH = "to_health"
    EDUCATION = "to_education"
    OTHERS = "to_others"


class HelplineMargin(StrEnum):
    """By what else a total is split, each by itself: no two of them are ever crossed."""

    AGE = "age"
    CALLER = "caller"
    DISTRICT = "district"
    TOPIC = "topic"
    ACT = "act"


class AgeBand(StrEnum):
    """Age of the child that a communication is about."""

    UNDER_7 = "under_7"
    FROM_7 = "from_7"
    FROM_11 = "from_11"
    FROM_15 = "from_15"
    ADULT = "adult"


class CallerKind(StrEnum):
    """Who reached the helpline."""

    CHILD = "child"
    PARENT = "parent"
    SCHOOL_STAFF = "school_staff"
    OTHER_PROFESSIONAL = "other_professional"
    OTHER_PERSON = "other_person"


class CorrectionCause(StrEnum):
    """Why stored figures change: chosen, never typed, so that no case fits into it."""

    TYPING_SLIP = "typing_slip"
    COUNTED_TWICE = "counted_twice"
    CAME_LATER = "came_later"
    OTHER_CODE = "other_code"
    OTHER_RULE = "other_rule"


SUMS: Mapping[str, tuple[str, ...]] = {  # a total, and the columns that make it whole
    "communications": tuple(HelplineChannel),
    "cases": tuple(CaseOutcome),
    "forwarded": tuple(ForwardedTo),
}
TOTALS = ("communications", *HelplineChannel, "cases", *CaseOutcome, *ForwardedTo)
TOTAL_OF: Mapping[HelplineMargin, str] = {  # what a margin splits, where it is known
    HelplineMargin.AGE: "communications",
    HelplineMargin.CALLER: "communications",
    HelplineMargin.DISTRICT: "communications",
    HelplineMargin.TOPIC: "cases",
    HelplineMargin.ACT: "forwarded",
}
MOST_COUNTED = 999_999
SHIPPED_LISTS = 1000  # versions up to here come with the product; those of a centre's own go on from it

Margins = Mapping[HelplineMargin, Mapping[str, int]]


@dataclass(frozen=True)
class HelplineCodeName:
    """A code of a list and its names."""

    margin: HelplineMargin
    code: str
    name_sr_cyrl: str
    name_en: str


@dataclass(frozen=True)
class CodeList:
    """One version of the topics and criminal acts, and the day from which on it is used."""

    version: int
    first_day: dt.date
    codes: tuple[HelplineCodeName, ...]

    def of(self, margin: HelplineMargin) -> tuple[str, ...]:
        return tuple(one.code for one in self.codes if one.margin is margin)


@dataclass(frozen=True)
class ListDraft:
    """A version of the lists as a centre writes it: "code; Serbian name; English name" in each line."""

    first_day: dt.date
    topics: str
    acts: str


@dataclass(frozen=True)
class StoredList:
    """A version as its page shows it: of which centre's own (none: shipped), and how many periods are counted by it."""

    codes: CodeList
    own: bool
    periods: int


@dataclass(frozen=True)
class HelplineDraft:
    """The figures of some days of one month, as they are typed or imported."""

    first_day: dt.date
    last_day: dt.date
    totals: Mapping[str, int]
    margins: Margins = field(default_factory=dict)

    def total(self, name: str) -> int:
        return self.totals.get(name, 0)

    def margin(self, margin: HelplineMargin) -> Mapping[str, int]:
        return self.margins.get(margin, {})


@dataclass(frozen=True)
class Disagreement:
    """A sum that is not what its parts make; `most`: the parts may be fewer, but not more."""

    name: str  # of the total, or of the margin whose parts are too many
    said: int
    parts: int
    most: bool = False


@dataclass(frozen=True)
class HelplineMonth:
    """Stored figures, and what has become of them; `signed_by` is empty when the account is gone."""

    id: int
    version: int
    code_list: int
    figures: HelplineDraft
    signed_at: dt.datetime | None = None
    signed_by: str = ""
    publication_id: int | None = None


@dataclass(frozen=True)
class PublicNumber:
    """One number of a publication; None: not shown."""

    margin: str  # a value of HelplineMargin, or "total", "month", "month_cases", "channel", "outcome", "forwarded_to"
    code: str
    number: int | None


@dataclass(frozen=True)
class PublicFigures:
    """Some days as the public was told them."""

    id: int
    centre_id: int
    first_day: dt.date
    last_day: dt.date
    code_list: int
    numbers: tuple[PublicNumber, ...]
