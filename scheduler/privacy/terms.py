"""Words of privacy: what leaves in an export of everything and what never does, what is kept how long, one person."""

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from scheduler.core.errors import N_, Reason, SchedulerError

# Tables that are keys, queues or the machine's own notes: nothing a centre could use elsewhere. And the scans of signed
# papers: what they allow, and which two have seen them, leaves with the consents. Faces stay here, and who fetches a
# minor: it is deleted after a week, and no file may outlive that. And concerns: who exports may be the one concerned.
LEFT_OUT = frozenset(
    {
        "assignment_stop",
        "booking_answers",
        "certificate_picture",
        "column_name",
        "concern",
        "concern_about",
        "consent_paper",
        "contact_search_key",
        "date_hold",
        "feed_body",
        "feed_version",
        "form_key",
        "held_time",
        "imported_row",
        "job_run",
        "long_work",
        "open_way",
        "person_search_key",
        "pick_up",
        "presenter_photo",
        "programme_photo",
        "running_number",
        "secret_link",
        "sheet_scan",
        "sign_in",
        "sign_in_attempt",
        "snooze",
        "staged_row",
        "undoable_act",
        "undoable_visit_act",
        "unproved_mail",
        "work_file",
    }
)
SECRET = re.compile(r"hash|token|password|secret|seal|(^|_)key$")  # in a column's name: it stays here


FORGOTTEN_NAME = "—"  # what stands where a name stood that was erased
FORGOTTEN_BIRTH = dt.date(1900, 1, 1)  # for a birth date that was erased: counted as young she stays, of age she is


class PrivacyReason(Reason):
    """Why no export leaves, and why somebody is not erased now."""

    TOO_MANY_EXPORTS = "too_many_exports", N_("Wait an hour: six exports have left in the last one.")
    NOBODY_KNOWN = "nobody_known", N_("Look at the address: your centre knows nobody by it.")
    VISITS_TO_COME = "visits_to_come", N_("Take her off the crews of these visits first: she is expected there.")
    REQUESTS_OPEN = "requests_open", N_("Finish or cancel these requests first, or write another contact into them.")
    SPEAKS_FOR_A_MINOR = (
        "speaks_for_a_minor",
        N_("Withdraw the consent or name another guardian first: it lets a young presenter go."),
    )
    LAST_ADMINISTRATOR = "last_administrator", N_("Name another administrator first: this is the centre's last one.")
    ERASES_HERSELF = "erases_herself", N_("Ask another administrator: nobody erases her own account.")


class RetentionRow(StrEnum):
    """What is kept for a time only: the rows of `config.KEPT_FOR`, of the privacy page and of `retention run`."""

    UNPROVEN_REQUEST = "unproven_request"
    REQUEST_CONTACT = "request_contact"
    ACCOUNT = "account"
    PRESENTER = "presenter"
    VETTING = "vetting"
    MINOR = "minor"
    CONSENT_PROOF = "consent_proof"
    CERTIFICATE_NAME = "certificate_name"
    CERTIFICATE_RECORD = "certificate_record"
    SHEET = "sheet"
    PICK_UP = "pick_up"
    CONCERN = "concern"
    MESSAGE = "message"
    LINK_MESSAGE = "link_message"
    NOTE = "note"
    AUDIT_ACTOR = "audit_actor"
    TRACE = "trace"
    BACKUP = "backup"


@dataclass(frozen=True)
class KeepingPeriod:
    """How long something is kept."""

    number: int
    unit: str  # hours, days, months, years


@dataclass(frozen=True)
class RetentionRun:
    """What one run has forgotten, or would: how many rows by what they are."""

    counts: Mapping[RetentionRow, int]

    @property
    def total(self) -> int:
        return sum(self.counts.values())


@dataclass(frozen=True)
class KeptLedger:
    """One run over the ledger: lines added, what was wrong with it, whether a torn line was taken off."""

    added: int
    wrong: tuple[str, ...] = ()
    healed: bool = False


@dataclass(frozen=True)
class Hindrance:
    """Why a person is not erased now, and which things it is about: numbers of requests and visits."""

    reason: PrivacyReason
    numbers: tuple[str, ...] = ()


class NotErased(SchedulerError):
    """Something must happen first."""

    def __init__(self, hindrances: tuple[Hindrance, ...]) -> None:
        super().__init__(", ".join(one.reason for one in hindrances))
        self.hindrances = hindrances


@dataclass(frozen=True)
class Subject:
    """One person as the tables know her by an address, within one centre or in all of them (None)."""

    email: str
    centre_id: int | None = None
    user_id: int | None = None
    presenter_id: int | None = None
    guardian_ids: tuple[int, ...] = ()
    request_ids: tuple[int, ...] = ()
    names: tuple[str, ...] = field(default=(), repr=False)
    names_by_staff: frozenset[str] = field(default=frozenset(), repr=False)  # colleagues wrote them, no visitor

    @property
    def known(self) -> bool:
        return self.user_id is not None or bool(self.guardian_ids or self.request_ids)


@dataclass(frozen=True)
class SubjectPreview:
    """What an erasure would do to one person: how many rows go, how many stay without her, and what hinders it."""

    subject: Subject
    goes: Mapping[str, int]
    stays: Mapping[str, int]
    hindrances: tuple[Hindrance, ...]
