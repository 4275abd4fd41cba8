"""Where a proof stands on a day, and what may be recorded."""

import datetime as dt
from collections.abc import Sequence

from scheduler.core.errors import GroundReason, Reason
from scheduler.people import rules as people_rules
from scheduler.people.terms import PresenterRow
from scheduler.safeguarding.terms import (
    Clearance,
    ConsentDraft,
    ConsentRow,
    Ending,
    Proof,
    ProofKind,
    ProofStanding,
    SafeguardingReason,
    VettingDraft,
    VettingResult,
    VettingRow,
)

WARN_DAYS = 30
WARNINGS = (7, 30)  # days before a proof ends, the nearest first
LONGEST_VETTING = dt.timedelta(days=5 * 366)
LONGEST_CONSENT = dt.timedelta(days=2 * 366)


def proof_until(valid_until: dt.date, day: dt.date) -> Proof:
    """Where something stands that is good up to and including `valid_until`."""
    ends_in = (valid_until - day).days
    if ends_in < 0:
        return Proof(ProofStanding.ENDED, valid_until)
    return Proof(ProofStanding.ENDS_SOON if ends_in <= WARN_DAYS else ProofStanding.VALID, valid_until, ends_in)


def vetting_on(rows: Sequence[VettingRow], day: dt.date) -> Proof:
    """Where a presenter's vetting stands: the check made last, among those made by then, decides."""
    made = [row for row in rows if row.checked_on <= day]
    if not made:
        return Proof(ProofStanding.MISSING)
    last = max(made, key=lambda row: (row.checked_on, row.id))
    if last.result is VettingResult.REFUSED:
        return Proof(ProofStanding.REFUSED)
    return proof_until(last.valid_until, day)


def consent_on(rows: Sequence[ConsentRow], day: dt.date, *, minor: bool) -> Proof:
    """Where a guardian's consent to take part stands; an adult needs none.

    Any consent that covers the day is enough: the one that reaches furthest is shown.
    """
    if not minor:
        return Proof(ProofStanding.NOT_NEEDED)
    to_take_part = [row for row in rows if "takes_part" in row.purposes and row.given_on <= day]
    living = [row for row in to_take_part if not row.withdrawn]
    if living:
        return proof_until(max(row.valid_until for row in living), day)
    return Proof(ProofStanding.WITHDRAWN if to_take_part else ProofStanding.MISSING)


def clearance(
    presenter: PresenterRow, vettings: Sequence[VettingRow], consents: Sequence[ConsentRow], day: dt.date
) -> Clearance:
    """Where a presenter's proofs stand on a local day."""
    minor = people_rules.is_minor(presenter.adult_on, day)
    return Clearance(presenter, vetting_on(vettings, day), consent_on(consents, day, minor=minor), minor)


def warning_due(valid_until: dt.date, day: dt.date, warned_days: int | None) -> int | None:
    """Which warning, 30 or 7 days before the end, is due; None: none, or it was sent. A late one is not sent twice."""
    left = (valid_until - day).days
    due = next((days for days in WARNINGS if 0 <= left <= days), None)
    return None if due is None or (warned_days is not None and warned_days <= due) else due


def endings_of(
    presenter: PresenterRow, vettings: Sequence[VettingRow], consents: Sequence[ConsentRow], day: dt.date
) -> list[Ending]:
    """Which of a presenter's proofs end soon without a warning; one that a later proof carries on does not end."""
    endings = []
    check = vetting_on(vettings, day)
    for vetting in vettings:
        if check.valid_until == vetting.valid_until and vetting.result is VettingResult.CLEARED:
            if days := warning_due(vetting.valid_until, day, vetting.warned_days):
                endings.append(Ending(ProofKind.VETTING, vetting.id, presenter.presenter_id, days))
            break
    agreed = consent_on(consents, day, minor=people_rules.is_minor(presenter.adult_on, day))
    for consent in consents:
        carries = "takes_part" in consent.purposes and not consent.withdrawn
        if carries and agreed.valid_until == consent.valid_until:
            needed_after = people_rules.is_minor(presenter.adult_on, consent.valid_until + dt.timedelta(days=1))
            days = warning_due(consent.valid_until, day, consent.warned_days)
            if days and needed_after:
                endings.append(Ending(ProofKind.CONSENT, consent.id, presenter.presenter_id, days))
            break
    return endings


def problems_with_vetting(draft: VettingDraft, *, today: dt.date) -> dict[str, Reason]:
    """What is wrong with a result as typed: {field: reason}."""
    problems: dict[str, Reason] = {}
    if draft.checked_on > today:
        problems["checked_on"] = GroundReason.IN_THE_FUTURE
    if draft.valid_until < draft.checked_on:
        problems["valid_until"] = GroundReason.DAYS_NOT_IN_ORDER
    elif draft.valid_until - draft.checked_on > LONGEST_VETTING:
        problems["valid_until"] = GroundReason.TOO_LONG
    return problems


def problems_with_consent(draft: ConsentDraft, *, today: dt.date, minor_email: str, minor: bool) -> dict[str, Reason]:
    """What is wrong with a consent as typed: {field: reason}. The guardian's address is not the minor's (TRUST S48)."""
    problems: dict[str, Reason] = {}
    if not minor:
        problems["guardian_name"] = SafeguardingReason.IS_AN_ADULT
    if not draft.guardian_name:
        problems["guardian_name"] = GroundReason.MISSING
    if reason := people_rules.problem_with_address(draft.guardian_email):
        problems["guardian_email"] = reason
    elif same_mailbox(draft.guardian_email, minor_email):
        problems["guardian_email"] = SafeguardingReason.ADDRESS_OF_THE_MINOR
    if people_rules.phone_of(draft.guardian_phone) is None:
        problems["guardian_phone"] = GroundReason.NOT_A_PHONE
    if draft.given_on > today:
        problems["given_on"] = GroundReason.IN_THE_FUTURE
    if draft.valid_until < draft.given_on:
        problems["valid_until"] = GroundReason.DAYS_NOT_IN_ORDER
    elif draft.valid_until - draft.given_on > LONGEST_CONSENT:
        problems["valid_until"] = GroundReason.TOO_LONG
    if not draft.takes_part:
        problems["takes_part"] = GroundReason.MISSING
    return problems


def same_mailbox(one: str, other: str) -> bool:
    """Whether two addresses reach the same mailbox: case, and what stands after a plus, make no other one."""
    return _mailbox(one) == _mailbox(other)


def _mailbox(address: str) -> tuple[str, str]:
    user, _, domain = people_rules.address_of(address).partition("@")
    return user.partition("+")[0], domain
