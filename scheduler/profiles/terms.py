"""Words of the yearly profile: its typed texts, what it counts, and the paper that is made of both."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from scheduler.core.errors import N_, Reason
from scheduler.programmes.terms import in_language
from scheduler.reports.terms.counting import CampaignHeld, Chart, KeyFigure, Period, ReportCounts, YoungShare

LONGEST_TYPED = 6000  # letters of one typed text
NOTHING_COUNTED, NOBODY_YOUNG = ReportCounts(), YoungShare()


class ProfileReason(Reason):
    """Why a profile is not signed, or what was signed is not taken back."""

    COUNTS_NOT_SIGNED = (
        "counts_not_signed",
        N_("Sign off the counts of just these days first, in the attendance report."),
    )
    PROFILE_SIGNED_ALREADY = (
        "profile_signed_already",
        N_("Take the signed profile back first: it stands as it was signed."),
    )
    PROFILE_TAKEN_BACK_ALREADY = (
        "profile_taken_back_already",
        N_("Open the page again: this profile was taken back meanwhile."),
    )


class RowsBehind(StrEnum):
    """Which page of staff shows the rows of which a number is made."""

    VISITS = "visits"
    REPORT = "report"
    HELPLINE = "helpline"
    COHORTS = "cohorts"


@dataclass(frozen=True)
class ProfileTexts:
    """What a centre types, in Serbian Cyrillic and in English; Latin letters are made from the Cyrillic ones."""

    about_sr_cyrl: str = ""
    about_en: str = ""
    plans_sr_cyrl: str = ""
    plans_en: str = ""

    def about(self, language: str) -> str:
        return in_language(language, self.about_sr_cyrl, self.about_en)

    def plans(self, language: str) -> str:
        return in_language(language, self.plans_sr_cyrl, self.plans_en)


@dataclass(frozen=True)
class StoredTexts:
    """The typed texts of some days; `version` 0: nobody has typed any for just these days."""

    texts: ProfileTexts = ProfileTexts()
    version: int = 0


@dataclass(frozen=True)
class CohortShare:
    """The cohorts of Web Detectives whose school year ended in these days, and of how many pupils of which age."""

    year: int  # in which their school year ended
    cohorts: int
    pupils: int
    trained: int  # pupils of cohorts that reached the highest level
    cities: int
    trained_by_age: Mapping[str, int] = field(default_factory=dict)  # by `helpline.terms.AgeBand`


@dataclass(frozen=True)
class HelplineShare:
    """Figures of the helpline by their names ("calls", "topic.grooming"); None: not shown to the reader.

    `days` are those that they are of: periods that are signed off, and lie wholly within the days of the profile.
    """

    numbers: Mapping[str, int | None]
    days: tuple[Period, ...]
    code_list: int
    several_lists: bool = False
    by_month: tuple[tuple[dt.date, int], ...] = ()


@dataclass(frozen=True)
class ProfileFigures:
    """All that is counted of a centre, or of all of them, in some days."""

    period: Period
    centre_id: int | None
    totals: ReportCounts = NOTHING_COUNTED
    presentations_by_month: tuple[tuple[dt.date, int], ...] = ()
    campaigns: tuple[CampaignHeld, ...] = ()
    cohorts: tuple[CohortShare, ...] = ()
    young: YoungShare = NOBODY_YOUNG
    helpline: HelplineShare | None = None
    helpline_left_out: int = 0  # periods that touch these days, and are not signed off or reach beyond them


@dataclass(frozen=True)
class NumberOrigin:
    """Where the rows behind a number are: the page of staff, and how it is narrowed."""

    rows: RowsBehind
    query: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class StatementPart:
    """Some words of a statement; a number says where its rows are."""

    text: str
    origin: NumberOrigin | None = None


Statement = tuple[StatementPart, ...]


@dataclass(frozen=True)
class ProfileSection:
    """A heading with what is said under it, and a picture of it."""

    heading: str
    statements: tuple[Statement, ...]
    chart: Chart | None = None
    columns: tuple[NumberOrigin, ...] = ()  # where the rows behind each column of the picture are


@dataclass(frozen=True)
class ProfilePaper:
    """A profile in a language, whole: what page, text, print and document show, and what is kept when it is signed."""

    language: str
    title: str
    centre_name: str
    days: str
    figures: tuple[KeyFigure, ...] = ()
    sections: tuple[ProfileSection, ...] = ()
    for_public: bool = False
    figures_of: NumberOrigin | None = None  # where the rows behind the figures are


@dataclass(frozen=True)
class SignedProfileRow:
    """A profile that was signed: its papers by language, for staff and, where the public may read it, for all."""

    id: int
    centre_id: int
    period: Period
    papers: Mapping[str, ProfilePaper]
    public_papers: Mapping[str, ProfilePaper]
    at: dt.datetime
    by: str = ""  # empty when the account is gone
    taken_back_at: dt.datetime | None = None
    why: str = ""  # it was taken back
