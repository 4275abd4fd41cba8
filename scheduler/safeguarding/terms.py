"""Words of safeguarding: results, consents, and where a presenter stands on a day."""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from scheduler.core.errors import Reason
from scheduler.people.terms import PresenterRow


class SafeguardingReason(Reason):
    """Why a proof of safeguarding is not taken."""

    ADDRESS_OF_THE_MINOR = "address_of_the_minor"
    IS_AN_ADULT = "is_an_adult"


class VettingResult(StrEnum):
    CLEARED = "cleared"
    REFUSED = "refused"


class ConsentMethod(StrEnum):
    LINK = "link"
    PAPER = "paper"


class ProofKind(StrEnum):
    VETTING = "vetting"
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
class ConsentDraft:
    """A guardian's consent on paper; every purpose is off unless it was ticked."""

    guardian_name: str
    guardian_email: str
    given_on: dt.date
    valid_until: dt.date
    text_version: str
    takes_part: bool = False
    travels: bool = False
    photo: bool = False
    name_on_the_web: bool = False
    guardian_phone: str = ""


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


@dataclass(frozen=True)
class Clearance:
    """One presenter and where her proofs stand on a day."""

    presenter: PresenterRow
    vetting: Proof
    consent: Proof
    minor: bool

    @property
    def cleared(self) -> bool:
        return self.vetting.holds and self.consent.holds and not self.presenter.suspended

    @property
    def ends_in(self) -> int | None:
        """Days until the first of her proofs ends, when one ends soon."""
        soon = [proof.ends_in for proof in (self.vetting, self.consent) if proof.standing is ProofStanding.ENDS_SOON]
        return min((days for days in soon if days is not None), default=None)

    @property
    def waits(self) -> bool:
        """Whether somebody must do something: a proof is missing, over, or ends soon."""
        return ProofStanding.ENDS_SOON in (self.vetting.standing, self.consent.standing) or not (
            self.vetting.holds and self.consent.holds
        )


@dataclass(frozen=True)
class SafeguardingPage:
    """Everything that the safeguarding page of one presenter shows."""

    clearance: Clearance
    vettings: tuple[VettingRow, ...]
    consents: tuple[ConsentRow, ...]
