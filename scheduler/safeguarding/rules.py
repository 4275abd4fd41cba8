"""Where a proof stands on a day, and what may be recorded."""

import datetime as dt
from collections.abc import Mapping, Sequence

from scheduler.core.errors import GroundReason, Reason
from scheduler.core.mailboxes import mailbox_key, same_mailbox
from scheduler.core.text import problem_with_address
from scheduler.people import rules as people_rules
from scheduler.people.terms import PersonReason, PresenterRow
from scheduler.safeguarding.terms import (
    CONSENT_TEXT,
    WAIT_HOURS,
    Clearance,
    ConsentDraft,
    ConsentRow,
    Ending,
    GuardianDraft,
    GuardianRow,
    PaperDraft,
    Proof,
    ProofKind,
    ProofStanding,
    SafeguardingReason,
    StaffAccount,
    VettingDraft,
    VettingResult,
    VettingRow,
)

WARN_DAYS = 30
WARNINGS = (7, 30)  # days before a proof ends, the nearest first
WAIT = dt.timedelta(hours=WAIT_HOURS)
LONGEST_VETTING = dt.timedelta(days=5 * 366)
LONGEST_CONSENT = dt.timedelta(days=2 * 366)


def proof_until(valid_until: dt.date, day: dt.date) -> Proof:
    """Where something stands that is good up to and including `valid_until`."""
    ends_in = (valid_until - day).days
    if ends_in < 0:
        return Proof(ProofStanding.ENDED, valid_until)
    return Proof(ProofStanding.ENDS_SOON if ends_in <= WARN_DAYS else ProofStanding.VALID, valid_until, ends_in)


def vetting_on(rows: Sequence[VettingRow], day: dt.date) -> Proof:
    """Where a presenter's vetting stands: a refusal undoes the clear checks of its day and before, as in the database.

    Any clear check since then is enough: the one that reaches furthest is shown.
    """
    made = [row for row in rows if row.checked_on <= day]
    refused_on = max((row.checked_on for row in made if row.result is VettingResult.REFUSED), default=dt.date.min)
    if living := [row.valid_until for row in made if row.checked_on > refused_on]:
        return proof_until(max(living), day)
    return Proof(ProofStanding.REFUSED if made else ProofStanding.MISSING)


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
    presenter: PresenterRow,
    checks: Mapping[ProofKind, Sequence[VettingRow]],
    consents: Sequence[ConsentRow],
    day: dt.date,
) -> list[Ending]:
    """Which of a presenter's proofs end soon without a warning; one that another proof carries on does not end.

    `checks`: of each kind, the newest first.
    """
    endings = []
    for kind, rows in checks.items():
        check = vetting_on(rows, day)
        for row in rows:
            if check.valid_until == row.valid_until and row.result is VettingResult.CLEARED:
                if days := warning_due(row.valid_until, day, row.warned_days):
                    endings.append(Ending(kind, row.id, presenter.presenter_id, days))
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


def problems_with_guardian(
    draft: GuardianDraft, *, minor: bool, minor_email: str, accounts: Mapping[str, bool]
) -> dict[str, Reason]:
    """What is wrong with a guardian as typed: {field: reason} (TRUST S48).

    `accounts` are the keys of all addresses with an account (core.mailboxes), and whether a young person's it is. The
    guardian's address is never a young person's; an adult's account is taken only of who works here herself.
    """
    problems: dict[str, Reason] = {}
    if not minor:
        problems["name"] = SafeguardingReason.IS_AN_ADULT
    if not draft.name:
        problems["name"] = GroundReason.MISSING
    if reason := problem_with_address(draft.email):
        problems["email"] = reason
    elif same_mailbox(draft.email, minor_email):
        problems["email"] = SafeguardingReason.ADDRESS_OF_THE_MINOR
    elif (young := accounts.get(mailbox_key(draft.email))) is not None:
        if young:
            problems["email"] = SafeguardingReason.ADDRESS_OF_A_MINOR
        elif not draft.works_here:
            problems["email"] = SafeguardingReason.ADDRESS_OF_AN_ACCOUNT
    if people_rules.phone_of(draft.phone) is None:
        problems["phone"] = GroundReason.NOT_A_PHONE
    return problems


def link_problem(
    guardian: GuardianRow, consents: Sequence[ConsentRow], *, has_account: bool, confirmed: bool
) -> Reason | None:
    """Why this guardian does not consent by her link; None: she may.

    Who has an account consents on paper. After a withdrawal the link is for who had consented before: whom staff have
    named since signs on paper, which two of them see. A first consent by link waits until a second person has confirmed
    a guardian of this minor (`confirmed`).
    """
    if has_account:
        return SafeguardingReason.ADDRESS_OF_AN_ACCOUNT
    hers = any(row.guardian_id == guardian.id for row in consents)
    if not hers and any(row.taken_back for row in consents):
        return SafeguardingReason.PAPER_ONLY
    return None if consents or confirmed else SafeguardingReason.GUARDIAN_UNCONFIRMED


def problems_with_ticks(ticked: ConsentDraft) -> dict[str, Reason]:
    """What is wrong with the purposes: the first is what all others rest on, and the text is the one of today."""
    problems: dict[str, Reason] = {}
    if not ticked.takes_part:
        problems["takes_part"] = GroundReason.MISSING
    if ticked.text_version != CONSENT_TEXT:
        problems["text_version"] = SafeguardingReason.NEW_TEXT
    return problems


def problems_with_paper(
    draft: PaperDraft, *, today: dt.date, minor: bool, withdrawn_on: dt.date | None
) -> dict[str, Reason]:
    """What is wrong with a signed paper as typed: {field: reason}. One from before a withdrawal brings nothing back.

    Its scan is read before (`core.scans`).
    """
    problems = problems_with_ticks(draft.ticked)
    if not minor:
        problems["given_on"] = SafeguardingReason.IS_AN_ADULT
    elif draft.given_on > today:
        problems["given_on"] = GroundReason.IN_THE_FUTURE
    elif withdrawn_on is not None and draft.given_on < withdrawn_on:
        problems["given_on"] = SafeguardingReason.BEFORE_THE_WITHDRAWAL
    if draft.valid_until < draft.given_on:
        problems["valid_until"] = GroundReason.DAYS_NOT_IN_ORDER
    elif draft.valid_until - draft.given_on > LONGEST_CONSENT:
        problems["valid_until"] = GroundReason.TOO_LONG
    if not draft.seen:
        problems["seen"] = SafeguardingReason.PAPER_NOT_SEEN
    return problems


def who_may_see(
    viewer_id: int, viewer_email: str, *, first_seen_by_id: int | None, guardian_email: str
) -> Reason | None:
    """Why somebody of the staff is not the next to see a paper: two different people do, and never the guardian."""
    if same_mailbox(viewer_email, guardian_email):
        return SafeguardingReason.SEEN_BY_THE_GUARDIAN
    return SafeguardingReason.SEEN_BY_YOU if viewer_id == first_seen_by_id else None


def second_person_problem(first: StaffAccount, second: StaffAccount, at: dt.datetime) -> Reason | None:
    """Why two accounts are not two people for what the first one wrote at a moment; the database asks the same."""
    if first.origin_id == second.origin_id:
        return SafeguardingReason.ONE_ORIGIN
    if second.created_at > at - WAIT:
        return SafeguardingReason.ACCOUNT_TOO_NEW
    if second.origin_id in first.changed_by or first.origin_id in second.changed_by:
        return SafeguardingReason.ACCOUNT_CHANGED
    return None if second.has_key else SafeguardingReason.SECOND_STEP_MISSING


def notice_problem(told_at: dt.datetime | None, now: dt.datetime) -> Reason | None:
    """Why a paper does not bring a withdrawn consent back yet: its guardian is told first, and has a week to object."""
    if told_at is None:
        return SafeguardingReason.NOTICE_MISSING
    return SafeguardingReason.NOTICE_WAITS if waits_until(told_at, now) else None


def waits_until(told_at: dt.datetime, now: dt.datetime) -> dt.datetime | None:
    """Until when a paper waits after the notice to its guardian; None: no longer."""
    until = told_at + WAIT
    return until if now < until else None


def day_of_notice_problem(told_on: dt.date, recorded_on: dt.date, today: dt.date) -> Reason | None:
    """Why nobody can have told a guardian of her paper on that day."""
    if told_on > today:
        return GroundReason.IN_THE_FUTURE
    return SafeguardingReason.NOTICE_BEFORE_THE_PAPER if told_on < recorded_on else None


def last_day_of_consent(adult_on: dt.date, today: dt.date) -> dt.date:
    """Until when a consent by link holds: the last day as a minor, two years at most."""
    return min(adult_on - dt.timedelta(days=1), today + LONGEST_CONSENT)


def problem_with_correction(born: dt.date, before: dt.date | None, *, educator: bool, today: dt.date) -> Reason | None:
    """Why a birth date is not corrected to this one; None: it can be one."""
    if educator:
        return PersonReason.NOT_OF_EDUCATORS
    if born == before:
        return SafeguardingReason.SAME_BIRTH_DATE
    years = people_rules.OLDEST_BIRTH_YEARS
    return PersonReason.NOT_A_BIRTH_DATE if born >= today or born.year < today.year - years else None
