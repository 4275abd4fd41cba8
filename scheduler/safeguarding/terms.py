"""Words of safeguarding: results, consents, and where a presenter stands on a day."""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from scheduler.core.errors import N_, Reason
from scheduler.core.language import worded
from scheduler.core.scans import ScanKind
from scheduler.people.terms import PresenterRow


class SafeguardingReason(Reason):
    """Why a proof of safeguarding is not taken."""

    ADDRESS_OF_THE_MINOR = (
        "address_of_the_minor",
        N_("Enter the guardian's own address: this one is the young person's."),
    )
    ADDRESS_OF_AN_ACCOUNT = (
        "address_of_an_account",
        N_("Enter an address without an account here. A guardian who has one consents on paper, which two others see."),
    )
    ADDRESS_OF_A_MINOR = "address_of_a_minor", N_("Enter the guardian's own address: this one is a young person's.")
    AGREED_OTHERWISE = (
        "agreed_otherwise",
        N_("Press once more if what is ticked now shall count: a moment ago you agreed to what stands on this page."),
    )
    IS_AN_ADULT = "is_an_adult", N_("Check the presenter: an adult needs no consent.")
    GUARDIAN_MISSING = "guardian_missing", N_("Name the guardian first, with an address that we can write to.")
    CHANGE_WAITS = "change_waits", N_("Another guardian is named already. Call that change off first.")
    PAPER_ONLY = (
        "paper_only",
        N_(
            "A consent was withdrawn before this guardian was named. A new one is signed on paper, which two of the"
            " staff see."
        ),
    )
    NEW_TEXT = "new_text", N_("The text has changed. Read it again, then tick what you agree to.")
    BEFORE_THE_WITHDRAWAL = (
        "before_the_withdrawal",
        N_("Ask for a new paper: this one was signed before the consent was withdrawn."),
    )
    LINK_ONLY = (
        "link_only",
        N_("The consent was withdrawn. Send the guardian the link: only they can give the consent again."),
    )
    NOTICE_MISSING = (
        "notice_missing",
        N_(
            "Tell the guardian about this paper by phone or post and record it here. The paper can be confirmed seven"
            " days later."
        ),
    )
    NOTICE_WAITS = "notice_waits", N_("Wait until seven days have passed since the guardian was told.")
    NOTICE_NOTED = "notice_noted", N_("It is already recorded how the guardian was told about this paper.")
    NOTICE_BEFORE_THE_PAPER = "notice_before_the_paper", N_("Enter a later day: the paper was recorded after this one.")
    SEEN_BY_YOU = "seen_by_you", N_("Ask a colleague: you have seen this paper, a second person must see it too.")
    ONE_ORIGIN = (
        "one_origin",
        N_(
            "Your account and the first person's were set up by the same person. Ask a colleague whose account was"
            " not. If there is none, the server administrator confirms this on the command line."
        ),
    )
    ACCOUNT_TOO_NEW = (
        "account_too_new",
        N_("Ask another colleague: your account must be at least seven days older than what you confirm."),
    )
    ACCOUNT_CHANGED = (
        "account_changed",
        N_(
            "Ask another colleague: one of you two invited the other again, restored the other's account, or changed"
            " its roles or second step within the last seven days or since then."
        ),
    )
    SECOND_STEP_MISSING = (
        "second_step_missing",
        N_("Set up your second step first, an authenticator app or a passkey, under your account. Then come back."),
    )
    SEEN_BY_THE_GUARDIAN = "seen_by_the_guardian", N_("Ask two colleagues: nobody confirms a paper of their own.")
    PAPER_IS_OVER = "paper_is_over", N_("This paper no longer waits. Look at the consents again.")
    PAPER_NOT_SEEN = "paper_not_seen", N_("Look at the signed paper first, then tick that you have seen it.")
    SAME_BIRTH_DATE = "same_birth_date", N_("Enter another date: this is the one that stands.")
    CORRECTION_WAITS = "correction_waits", N_("Another correction waits for a second person. Turn it down first.")
    CORRECTION_IS_OVER = "correction_is_over", N_("This correction no longer waits. Look at the birth date again.")
    CORRECTED_BY_YOU = "corrected_by_you", N_("Ask a colleague: who proposed a birth date does not confirm it.")
    HOST_NOT_NEEDED = (
        "host_not_needed",
        N_("Another administrator of the centre can confirm it on the page. The command is for where there is none."),
    )
    DRIVER_IS_AN_ADULT = "driver_is_an_adult", N_("Check the presenter: only an adult drives young presenters.")


CONSENT_TEXT = "2026-01"  # version of the text on the guardian's page and on paper; a new one asks every guardian anew


WAIT_HOURS = 7 * 24  # how much older an account is than what it looks at second; from a notice to a consent on paper
ACCOUNT_CHANGES = ("invited", "restored", "roles changed", "keys reset")  # acts of the audit that open an account anew


class VettingResult(StrEnum):
    CLEARED = "cleared"
    REFUSED = "refused"


class ConsentMethod(StrEnum):
    LINK = "link"
    PAPER = "paper"


class WithdrawnBy(StrEnum):
    """Whose word ended a consent."""

    GUARDIAN = "guardian"
    MINOR = "minor"
    STAFF = "staff"  # on the word of one of the two
    REPLACED = "replaced"  # the guardian gave a later one: that is no withdrawal


class LiftedBecause(StrEnum):
    """Why a presenter takes new visits again: chosen, never typed, so that nothing of a child is written."""

    NOTHING_FOUND = "nothing_found"
    SOMEBODY_ELSE = "somebody_else"  # the concern was about another one of the crew
    SETTLED = "settled"  # talked over, and what was agreed is done


class ProofKind(StrEnum):
    VETTING = "vetting"
    DRIVING = "driving"
    CONSENT = "consent"


class ProofStanding(StrEnum):
    """Where a proof with an end stands on a day."""

    MISSING = "missing"
    REFUSED = "refused"
    VALID = "valid"
    ENDS_SOON = "ends_soon"  # within 30 days
    ENDED = "ended"
    WITHDRAWN = "withdrawn"
    NOT_NEEDED = "not_needed"  # consent of an adult


@dataclass(frozen=True)
class Proof:
    """A standing with its days: `ends_in` days from the day asked, when it has an end that lies ahead."""

    standing: ProofStanding
    valid_until: dt.date | None = None
    ends_in: int | None = None

    @property
    def holds(self) -> bool:
        return self.standing in (ProofStanding.VALID, ProofStanding.ENDS_SOON, ProofStanding.NOT_NEEDED)


@dataclass(frozen=True)
class ProofLine:
    """Where somebody's proofs stand, as a list says it."""

    presenter_id: int
    full_name: str
    minor: bool
    vetting: Proof
    consent: Proof


@dataclass(frozen=True)
class Ending:
    """A check or a consent that ends within `days`, of which nobody has been warned yet."""

    kind: ProofKind
    proof_id: int
    presenter_id: int
    days: int


@dataclass(frozen=True)
class VettingDraft:
    """The result of a check as a person types it; the document is never stored."""

    result: VettingResult
    checked_on: dt.date
    valid_until: dt.date


@dataclass(frozen=True)
class GuardianDraft:
    """Who speaks for a minor, as staff type it. Who `works_here` consents on paper: no link goes to an account."""

    name: str
    email: str
    phone: str = ""
    works_here: bool = False


@dataclass(frozen=True)
class ConsentDraft:
    """What a guardian agreed to, by her link or on paper; every purpose is off unless she ticked it."""

    text_version: str
    takes_part: bool = False
    travels: bool = False
    rides: bool = False
    photo: bool = False


@dataclass(frozen=True)
class PaperDraft:
    """A signed paper as staff type it, with its scan."""

    ticked: ConsentDraft
    given_on: dt.date
    valid_until: dt.date
    scan: bytes
    seen: bool = False


@dataclass(frozen=True)
class NoticeDraft:
    """How and on which day a guardian was told that a paper of hers waits, after she had withdrawn."""

    by_phone: bool
    told_on: dt.date


@dataclass(frozen=True)
class StaffAccount:
    """An account of the staff, as far as it counts as a person: accounts of one origin are one."""

    origin_id: int
    created_at: dt.datetime
    changed_by: frozenset[int]  # origins of those who opened it anew lately
    has_key: bool  # a second step of her own


@dataclass(frozen=True)
class VettingRow:
    id: int
    result: VettingResult
    checked_on: dt.date
    valid_until: dt.date
    warned_days: int | None = None


@dataclass(frozen=True)
class ConsentRow:
    """One consent as staff see it: purposes and days; the guardian's name only where it is needed to reach her."""

    id: int
    guardian_name: str
    method: ConsentMethod
    purposes: tuple[str, ...]
    given_on: dt.date
    valid_until: dt.date
    withdrawn: bool
    warned_days: int | None = None
    text_version: str = ""
    guardian_id: int | None = None
    withdrawn_at: dt.datetime | None = None
    withdrawn_by: WithdrawnBy | None = None

    @property
    def taken_back(self) -> bool:
        """Whether somebody withdrew it; one that a later consent of the guardian replaces was not."""
        return self.withdrawn and self.withdrawn_by is not WithdrawnBy.REPLACED


@dataclass(frozen=True)
class GuardianRow:
    """A guardian of record, and from when to when she speaks for the minor."""

    id: int
    name: str
    email: str
    phone: str
    in_force_at: dt.datetime
    replaced_at: dt.datetime | None = None

    def speaks(self, now: dt.datetime) -> bool:
        return self.in_force_at <= now and (self.replaced_at is None or now < self.replaced_at)


@dataclass(frozen=True)
class PaperRow:
    """A paper whose scan one of the staff has seen, and who else may."""

    id: int
    presenter_id: int
    purposes: tuple[str, ...]
    given_on: dt.date
    valid_until: dt.date
    scan_kind: ScanKind
    first_seen_by: str
    second_seen_by: str = ""
    over: bool = False
    first_seen_by_id: int | None = None
    told_on: dt.date | None = None
    told_by_phone: bool | None = None
    told_at: dt.datetime | None = None
    told_by: str = ""


@dataclass(frozen=True)
class BirthDateRow:
    """A correction of a birth date that waits for a second person."""

    id: int
    birth_date: dt.date
    proposed_by: str
    proposed_by_id: int | None = None


@dataclass(frozen=True)
class GuardianPage:
    """What a guardian reads behind her link: whom she speaks for, what stands, and what keeps her from consenting."""

    guardian: GuardianRow
    presenter_id: int
    given_name: str
    centre_sr_cyrl: str
    centre_sr_latn: str
    centre_en: str
    centre_email: str
    centre_phone: str
    standing: Proof
    consents: tuple[ConsentRow, ...]
    minor: bool
    last_day: dt.date
    barred: Reason | None = None

    def centre(self, language: str) -> str:
        return worded(language, self.centre_sr_cyrl, self.centre_sr_latn, self.centre_en)

    @property
    def living(self) -> tuple[ConsentRow, ...]:
        return tuple(row for row in self.consents if not row.withdrawn)

    @property
    def settled(self) -> bool:
        """Whether nothing is asked of her: what she agreed to holds for long, and is of today's text."""
        current = any(row.text_version == CONSENT_TEXT for row in self.living)
        return self.standing.standing is ProofStanding.VALID and current


@dataclass(frozen=True)
class Clearance:
    """One presenter and where her proofs stand on a day."""

    presenter: PresenterRow
    vetting: Proof
    consent: Proof
    minor: bool

    @property
    def ends_in(self) -> int | None:
        """Days until the first of her proofs ends, when one ends soon."""
        soon = [proof.ends_in for proof in (self.vetting, self.consent) if proof.standing is ProofStanding.ENDS_SOON]
        return min((days for days in soon if days is not None), default=None)


@dataclass(frozen=True)
class SafeguardingPage:
    """Everything that the safeguarding page of one presenter shows."""

    clearance: Clearance
    vettings: tuple[VettingRow, ...]
    consents: tuple[ConsentRow, ...]
    guardian: GuardianRow | None = None
    next_guardian: GuardianRow | None = None  # named, and in force later
    papers: tuple[PaperRow, ...] = ()  # waiting for a second pair of eyes
    birth_date: dt.date | None = None
    correction: BirthDateRow | None = None
    link_barred: Reason | None = None  # why no link goes to the guardian

    @property
    def taken_back(self) -> bool:
        """Whether somebody has ever withdrawn a consent."""
        return any(row.taken_back for row in self.consents)

    @property
    def link_only(self) -> bool:
        """Whether only the guardian gives a consent again, by her link."""
        return self.taken_back and self.link_barred is None
