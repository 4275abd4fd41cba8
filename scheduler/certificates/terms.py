"""Words of certificates, and the states one goes through."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from scheduler.attendance.terms import HeadCounts
from scheduler.core.errors import N_, Reason
from scheduler.core.machines import Machine
from scheduler.core.sorting import Sort


class CertificateReason(Reason):
    """Why no certificate is issued."""

    ATTENDANCE_NOT_LOCKED = "attendance_not_locked", N_("Lock the attendance first.")
    CERTIFICATE_EXISTS = (
        "certificate_exists",
        N_("Check the name: this person has a certificate of this visit already."),
    )
    CERTIFICATE_REVOKED = (
        "certificate_revoked",
        N_("Leave it: this certificate was revoked, and it does not come back."),
    )
    CAMPAIGN_RUNS = "campaign_runs", N_("Wait until the campaign is over: its schools may still be visited.")
    NO_PUPILS_LEFT = "no_pupils_left", N_("Revoke it instead: the numbers say now that no pupils were there.")
    SAME_NAME_THERE = (
        "same_name_there",
        N_(
            "Add to the name what tells the two apart: a presenter of the same name has a certificate from the same"
            " visits."
        ),
    )
    COLOUR_TOO_PALE = "colour_too_pale", N_("Choose a darker colour: on white paper this one can hardly be read.")
    NOT_A_COLOUR = "not_a_colour", N_("Enter a colour like this: #12594D.")
    NO_SUCH_PLACEHOLDER = (
        "no_such_placeholder",
        N_("Write only placeholders that exist: they are listed beside the field."),
    )
    BRACE_ALONE = "brace_alone", N_("Close every brace: a placeholder stands between two of them.")
    DUTY_OF_NOBODY = "duty_of_nobody", N_("Write who has this duty, or leave the duty empty.")
    PICTURE_MISSING = "picture_missing", N_("Choose the picture.")
    PICTURE_OF_NO_KIND = (
        "picture_of_no_kind",
        N_("Choose a PNG, a JPEG or, for a logo, an SVG: this file is none of them, whatever its name says."),
    )
    PICTURE_NOT_WHOLE = (
        "picture_not_whole",
        N_("Choose the file again: it is not whole, or one of its sides has fewer than 40 pixels."),
    )
    PICTURE_TOO_FINE = (
        "picture_too_fine",
        N_("Make the picture smaller: a side may have 12,000 pixels, the whole of it 50 million."),
    )
    PICTURE_EMPTY = "picture_empty", N_("Choose another picture: nothing is written on this one.")


class CertificateKind(StrEnum):
    SCHOOL = "school"
    TEACHER = "teacher"
    COHORT = "cohort"
    CAMPAIGN = "campaign"
    GROUP = "group"
    PRESENTER = "presenter"


NAMES_A_PERSON = frozenset({CertificateKind.TEACHER, CertificateKind.PRESENTER})  # adults only


@dataclass(frozen=True)
class Signatory:
    """Who signs, and as what; both as they are printed."""

    name: str
    function: str


@dataclass(frozen=True)
class CertificatePaper:
    """Every printed field of a certificate, in the words and the script in which it is printed."""

    kind: CertificateKind
    number: str  # 16 letters and digits, as stored; printed in fours
    running_number: str  # U-2026-004188
    host_name: str
    host_place: str
    programme_title: str
    on_day: dt.date
    issued_on: dt.date
    centre_name: str
    centre_place: str
    check_url: str  # ASCII: it goes into the QR code; when it is drawn with what is signed behind a # (signature.py)
    holder_name: str = ""  # an adult's; a school's certificate names no person
    programme_number: str = ""  # of a teachers' gathering in the official catalogue
    minutes: int = 0  # how long the teacher was there; of a gathering of the catalogue, the hours that it grants
    presentations: int = 0
    pupils: int = 0
    parents: int = 0
    teachers: int = 0
    signatories: tuple[Signatory, ...] = ()  # up to three
    helpline: str = "19833"
    title: str = ""  # of a campaign or of a template, with the text below the name; empty: as every other
    text: str = ""
    lead: str = ""  # of a template: what stands above the name
    file_number: str = ""  # of the centre's own books (delovodni broj)
    template: int = 0  # the version of the template with which it was issued; 0: none
    since: dt.date | None = None  # of what took more than a day its first day; `on_day` is the last
    group: str = ""  # a cohort's code, or the marks of classes
    grade: int = 0
    level: int = 0  # that the cohort has reached


class PaperShape(StrEnum):
    """How the sheet lies."""

    ACROSS = "across"
    DOWN = "down"


class PicturePlace(StrEnum):
    """Where on a certificate a picture stands: a logo, or above the line of who signs."""

    LOGO = "logo"
    FIRST = "first"
    SECOND = "second"
    THIRD = "third"


SIGNING = (PicturePlace.FIRST, PicturePlace.SECOND, PicturePlace.THIRD)


@dataclass(frozen=True)
class PaperPicture:
    """A picture as it is drawn on paper: its bytes, and its width and height in pixels."""

    content: bytes
    width: int
    height: int


@dataclass(frozen=True)
class PaperFace:
    """How papers of one template look, beside what they say."""

    shape: PaperShape = PaperShape.ACROSS
    colour: str = ""  # "#12594D": of the line and the title; empty: as every other
    accent: str = ""  # of the bar below the name and of the last stops
    pictures: Mapping[PicturePlace, PaperPicture] = field(default_factory=dict)


PLAIN = PaperFace()


@dataclass(frozen=True)
class Wording:
    """What one kind of paper says in one language: its title, above the name, below it. Empty: as every other."""

    title: str = ""
    lead: str = ""
    text: str = ""


@dataclass(frozen=True)
class SignatoryDraft:
    """Who signs the papers of a template, and as what."""

    name: str = ""
    duty_sr_cyrl: str = ""
    duty_en: str = ""


@dataclass(frozen=True)
class TemplateDraft:
    """A template as its page shows and changes it, without pictures and wording."""

    shape: PaperShape = PaperShape.ACROSS
    colour: str = ""
    accent: str = ""
    file_number: str = ""
    signatories: tuple[SignatoryDraft, ...] = ()


WordingDraft = Mapping[str, Wording]  # by language: of one kind
Wordings = Mapping[CertificateKind, WordingDraft]


@dataclass(frozen=True)
class StoredTemplate:
    """One version of a template."""

    id: int
    version: int
    draft: TemplateDraft
    wordings: Wordings
    pictures: Mapping[PicturePlace, int]  # by their rows' ids
    since: dt.datetime


@dataclass(frozen=True)
class PublicKey:
    """The half of a signing key that everybody may have: 32 bytes as base64url."""

    name: str
    algorithm: str
    public: str
    made_at: dt.datetime
    retired_at: dt.datetime | None


class CertificateState(StrEnum):
    ELIGIBLE = "eligible"  # locked and present: computed, never stored before the paper is issued
    ISSUED = "issued"
    REISSUED = "reissued"
    REVOKED = "revoked"


_S = CertificateState
CERTIFICATE_MACHINE = Machine(
    name="certificate",
    starts=frozenset({_S.ISSUED}),
    moves={
        _S.ELIGIBLE: frozenset({_S.ISSUED}),
        _S.ISSUED: frozenset({_S.REISSUED, _S.REVOKED}),
        _S.REISSUED: frozenset(),
        _S.REVOKED: frozenset(),
    },
    needs_reason=frozenset({_S.REVOKED}),
)


@dataclass(frozen=True)
class VisitFacts:
    """All that the certificates of one visit print, in the language of its school.

    What is about more than a visit rests on its last one: facts of that visit with other days, numbers and subject.
    """

    visit_id: int
    centre_id: int
    school_request_id: int | None
    language: str
    on_day: dt.date
    host_name: str
    host_place: str
    programme_title: str
    centre_name: str
    centre_place: str
    signatory: Signatory  # without a name nobody signs
    counts: HeadCounts
    presentations: int
    minutes: int
    named_adults: tuple[str, ...]
    programme_number: str = ""
    programme_hours: int = 0
    campaign_title: str = ""  # what a certificate of its campaign says instead
    campaign_text: str = ""
    template: StoredTemplate | None = None
    about: str = ""  # what it is about, if that is not the visit alone: no two papers about the same hold
    subject_id: int | None = None  # of the row that it is about: a cohort, a campaign
    campaign_name: str = ""
    since: dt.date | None = None
    group: str = ""
    grade: int = 0
    level: int = 0


@dataclass(frozen=True)
class CertificateRow:
    """A certificate as lists show it."""

    id: int
    number: str
    running_number: str
    kind: CertificateKind
    holder_name: str | None
    host_name: str  # as it is printed
    on_day: dt.date
    state: CertificateState
    language: str
    visit_number: str = ""
    host_sr_cyrl: str = ""  # and as pages write it, each in its own script
    host_sr_latn: str = ""
    host_id: int = 0
    group: str = ""  # a cohort's code, or the marks of classes, as printed
    presenter_id: int | None = None


@dataclass(frozen=True)
class SubjectPaper:
    """A certificate about more than a visit, as the page of what it is about shows it."""

    about: str
    number: str
    running_number: str
    state: CertificateState
    host_sr_cyrl: str = ""
    host_sr_latn: str = ""


@dataclass(frozen=True)
class CampaignPapers:
    """How far the schools of a campaign are: their papers, and how many could be issued now, or wait for numbers."""

    name_sr_cyrl: str
    name_en: str
    papers: tuple[SubjectPaper, ...]
    due: int
    waiting: int
    over: bool


class CertificateShow(StrEnum):
    """What of the list is shown."""

    ALL = "all"
    VALID = "valid"
    REPLACED = "replaced"
    REVOKED = "revoked"
    WAITING = "waiting"  # no certificates: visits that have none yet


@dataclass(frozen=True)
class CertificateFilters:
    """What somebody asks the list for; `typed`: a school, a person, a number."""

    show: CertificateShow = CertificateShow.ALL
    kind: CertificateKind | None = None
    typed: str = ""
    sort: Sort | None = None


class WaitsFor(StrEnum):
    """What a visit that was held still lacks for its certificates, the earliest first."""

    COUNT = "count"
    SIGNATURE = "signature"
    LOCK = "lock"
    ISSUE = "issue"


@dataclass(frozen=True)
class UncertifiedVisit:
    """A visit that was held and has no certificate yet."""

    number: str
    on_day: dt.date
    host_id: int
    host_sr_cyrl: str
    host_sr_latn: str
    waits_for: WaitsFor


FORGOTTEN_KEY, UNNAMED_KEY = "erased:", "presenter "  # before an id: the hash of a name is gone, or there never was one


@dataclass(frozen=True)
class CheckedCertificate:
    """What the check page tells a visitor. The name is None once it is no longer kept: then it can be compared only."""

    paper: CertificatePaper
    language: str
    state: CertificateState
    state_since: dt.datetime
    holder_name: str | None
    holder_key: str
    replaced_by_running_number: str
    replaced_by_number: str

    @property
    def compares(self) -> bool:
        """Whether a typed name can still be compared: a hash that has lasted its time is gone, too."""
        return self.holder_name is None and not self.holder_key.startswith((FORGOTTEN_KEY, UNNAMED_KEY))


@dataclass(frozen=True)
class Issued:
    """What one act of issuing did: new ones, ones that were there, and the numbers of all of them."""

    issued: int
    already: int
    numbers: tuple[str, ...]


@dataclass(frozen=True)
class SchoolToTell:
    """A school with papers of which it has not heard, and whom a letter would reach: address and language."""

    visit_id: int
    visit_number: str
    on_day: dt.date
    host_id: int
    host_sr_cyrl: str
    host_sr_latn: str
    papers: int
    mails: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class LetterPreview:
    """What a press would send: schools to write to, those without an address, and how many were told already.

    Of a list that is too long for one press there are `more` to write to, and numbers that were counted only so far.
    """

    to_write: tuple[SchoolToTell, ...]
    silent: tuple[SchoolToTell, ...]
    told: int
    more: bool = False
    more_told: bool = False
    more_silent: bool = False

    @property
    def mails(self) -> int:
        return sum(len(one.mails) for one in self.to_write)

    @property
    def languages(self) -> dict[str, int]:
        """How many mails leave in each language."""
        spoken = [language for one in self.to_write for _address, language in one.mails]
        return {language: spoken.count(language) for language in sorted(set(spoken))}
