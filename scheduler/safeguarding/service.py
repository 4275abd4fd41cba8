"""Checks are recorded, guardians are named, consents withdrawn; never edited, never one's own.

What a consent allows is stored by staffing/service/consents.py, which frees and keeps visits in the same transaction.
"""

import datetime as dt
import logging
from functools import partial
from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler import policy
from scheduler.config import settings
from scheduler.core import audit, clock
from scheduler.core.db import transaction
from scheduler.core.errors import Conflict, NotAllowed, NotFound, Rejected
from scheduler.core.mailboxes import mailbox_key
from scheduler.core.text import fold
from scheduler.messages.service import queue_message, stop_unsent
from scheduler.messages.terms import LinkWish, MessageDraft
from scheduler.people import rules as people_rules
from scheduler.people.models import Centre, Presenter, User
from scheduler.policy import SYSTEM, Actor, Role
from scheduler.safeguarding import queries, rules
from scheduler.safeguarding.models import (
    CHECKS,
    RECORDED,
    ConsentPaper,
    DrivingCheck,
    Guardian,
    GuardianConsent,
    Vetting,
)
from scheduler.safeguarding.terms import (
    CONSENT_TEXT,
    Ending,
    GuardianDraft,
    SafeguardingReason,
    VettingDraft,
    WithdrawnBy,
)

log = logging.getLogger(__name__)
Check = TypeVar("Check", Vetting, DrivingCheck)
GUARDIAN_LINK_HOURS = 2 * 366 * 24  # as long as a consent can hold: it must be taken back at any time
ON_PAPER = {"consent_asked": "consent_on_paper"}  # what is written instead to who has an account


def open_presenter(session: Session, actor: Actor, verb: str, thing: str, presenter_id: int) -> tuple[Presenter, User]:
    """The presenter and her account, if the actor may; others who record something of her wait meanwhile."""
    found = session.execute(
        select(Presenter, User)
        .join(User, Presenter.user_id == User.id)
        .where(Presenter.id == presenter_id)
        .with_for_update(of=Presenter, key_share=True)
    ).one_or_none()
    if found is None:
        raise NotFound("presenter")
    presenter, user = found
    policy.require(actor, verb, thing, centre=presenter.centre_id, presenters=[presenter.id])
    return presenter, user


def record_vetting(actor: Actor, presenter_id: int, draft: VettingDraft, *, now: dt.datetime) -> int:
    """Store the result of a check and the days it covers, never the document; the row's id.

    The same result twice in a row, from a double click, is stored once.
    Raises: NotAllowed when it is the actor's own; NotFound; Rejected with {field: reason}.
    """
    vetting_id, fresh = _record(actor, Vetting, presenter_id, draft, now)
    if fresh:
        log.info("vetting recorded", extra={"vetting_id": vetting_id, "presenter_id": presenter_id})
    return vetting_id


def record_driving_check(actor: Actor, presenter_id: int, draft: VettingDraft, *, now: dt.datetime) -> int:
    """Store whether an adult may take young presenters along in her car, and on which days; the row's id.

    Raises: as `record_vetting`.
    """
    check_id, fresh = _record(actor, DrivingCheck, presenter_id, draft, now)
    if fresh:
        log.info("driving check recorded", extra={"driving_check_id": check_id, "presenter_id": presenter_id})
    return check_id


def _record(
    actor: Actor, kind: type[Check], presenter_id: int, draft: VettingDraft, now: dt.datetime
) -> tuple[int, bool]:
    """The row's id, and whether it is new."""
    if problems := rules.problems_with_vetting(draft, today=clock.local_day(now)):
        raise Rejected(problems)
    with transaction() as session:
        presenter, user = open_presenter(session, actor, "create", "vetting", presenter_id)
        if user.id == actor.user_id:
            raise NotAllowed(f"own {kind.__tablename__.replace('_', ' ')}")
        if kind is DrivingCheck and people_rules.is_minor(presenter.adult_on, draft.checked_on):
            raise Rejected({"driving": SafeguardingReason.DRIVER_IS_AN_ADULT})
        newest = select(kind).where(kind.presenter_id == presenter.id).order_by(kind.id.desc()).limit(1)
        before = session.scalar(newest)
        if before is not None and all(getattr(before, name) == value for name, value in vars(draft).items()):
            return before.id, False
        check = kind(presenter_id=presenter.id, **vars(draft), recorded_by_id=actor.user_id, recorded_at=now)
        session.add(check)
        session.flush()
        details = {"presenter_id": presenter.id} | vars(draft)
        audit.record(actor, RECORDED[kind], check, at=now, details=details)
        return check.id, True


def name_guardian(actor: Actor, presenter_id: int, draft: GuardianDraft, *, now: dt.datetime) -> int:
    """Say who speaks for a minor; the row's id. The first speaks at once; she is asked to consent when a second of the
    staff has confirmed her (`confirm_guardian`), or at once on paper if she has an account here.

    The next one is told to the one before, who goes on speaking, and withdrawing, for as many days as the setting says;
    meanwhile the minor takes no new visit. The same guardian typed twice is one.
    Raises: NotAllowed for the minor's own; NotFound; Rejected with {field: reason}.
    """
    today = clock.local_day(now)
    with transaction() as session:
        presenter, user = open_presenter(session, actor, "name", "consent", presenter_id)
        if user.id == actor.user_id:
            raise NotAllowed("own guardian")
        accounts, minor = queries.account_keys(today, draft.email), people_rules.is_minor(presenter.adult_on, today)
        if problems := rules.problems_with_guardian(draft, minor=minor, minor_email=user.email, accounts=accounts):
            raise Rejected(problems)
        last = _last_guardian(session, presenter_id)
        if last is not None and _is_named(last, draft):
            return last.id
        if last is not None and last.in_force_at > now:
            raise Rejected({"email": SafeguardingReason.CHANGE_WAITS})
        in_force_at = now
        if last is not None:
            in_force_at = last.replaced_at = now + dt.timedelta(days=settings().guardian_wait_days)
            session.flush()  # of two that are open the database refuses the second
        guardian = Guardian(
            presenter_id=presenter.id,
            name=draft.name,
            email=people_rules.address_of(draft.email),
            phone=people_rules.phone_of(draft.phone) or "",
            named_by_id=actor.user_id,
            named_at=now,
            in_force_at=in_force_at,
            asked_text=CONSENT_TEXT,
        )
        session.add(guardian)
        session.flush()
        details = {"presenter_id": presenter.id, "in_force_at": in_force_at}
        audit.record(actor, "guardian named", guardian, at=now, details=details)
        if accounts or not queries.first_link_waits(presenter_id):
            _ask(session, guardian, user, now)
        if last is not None:
            tell_guardian(session, "guardian_changes", last, user, now=now, day=in_force_at)
        guardian_id = guardian.id
    log.info("guardian named", extra={"guardian_id": guardian_id, "presenter_id": presenter_id})
    return guardian_id


def confirm_guardian(actor: Actor, presenter_id: int, guardian_id: int, *, now: dt.datetime) -> None:
    """A second of the staff has seen who the first guardian is and her address: she gets her link and may consent.

    Raises: NotAllowed for the minor's own; NotFound; Conflict with the reason why this is no second person.
    """
    with transaction() as session:
        _presenter, user = open_presenter(session, actor, "record", "consent", presenter_id)
        if user.id == actor.user_id or actor.user_id is None:
            raise NotAllowed("own guardian")
        guardian = _unconfirmed(session, presenter_id, now)
        if guardian is None or guardian.id != guardian_id:
            raise Conflict(SafeguardingReason.GUARDIAN_IS_CONFIRMED)
        if guardian.named_by_id == actor.user_id:
            raise Conflict(SafeguardingReason.NAMED_BY_YOU)
        if guardian.named_by_id is not None and (
            reason := queries.second_person_problem(guardian.named_by_id, actor.user_id, guardian.named_at)
        ):
            raise Conflict(reason)
        guardian.confirmed_by_id = actor.user_id
        _confirmed(session, actor, guardian, user, now)
    log.info("guardian confirmed", extra={"guardian_id": guardian_id, "presenter_id": presenter_id})


def confirm_guardian_on_the_host(presenter_id: int, *, now: dt.datetime) -> None:
    """The same by whoever runs the machine, where no other administrator of the centre can be the second person.

    Raises: NotFound; Conflict where one could confirm, or when no guardian waits.
    """
    with transaction() as session:
        presenter, user = open_presenter(session, SYSTEM, "record", "consent", presenter_id)
        guardian = _unconfirmed(session, presenter_id, now)
        if guardian is None:
            raise Conflict(SafeguardingReason.GUARDIAN_IS_CONFIRMED)
        if queries.another_administrator(presenter.centre_id, guardian.named_by_id or 0, guardian.named_at):
            raise Conflict(SafeguardingReason.HOST_NOT_NEEDED)
        _confirmed(session, SYSTEM, guardian, user, now)


def _unconfirmed(session: Session, presenter_id: int, now: dt.datetime) -> Guardian | None:
    """The guardian who speaks for a minor and waits for a second person."""
    page = queries.whole_page_of(presenter_id, now)
    if page.guardian is None or page.link_barred is not SafeguardingReason.GUARDIAN_UNCONFIRMED:
        return None
    return session.get_one(Guardian, page.guardian.id, with_for_update=True)


def _confirmed(session: Session, actor: Actor, guardian: Guardian, user: User, now: dt.datetime) -> None:
    guardian.confirmed_at = now
    session.flush()
    audit.record(actor, "guardian confirmed", guardian, at=now, details={"presenter_id": guardian.presenter_id})
    tell_guardian(session, "consent_asked", guardian, user, now=now, anew=False)
    follows = _last_guardian(session, guardian.presenter_id)
    if follows is not None and follows.in_force_at > now and follows.id != guardian.id:
        stop_unsent("consent_on_paper", ("guardian", follows.id))
        _ask(session, follows, user, now)


def _last_guardian(session: Session, presenter_id: int) -> Guardian | None:
    open_row = Guardian.replaced_at.is_(None)
    return session.scalar(select(Guardian).where(Guardian.presenter_id == presenter_id, open_row).with_for_update())


def _is_named(row: Guardian, draft: GuardianDraft) -> bool:
    """Whether it is one guardian typed twice: letters' case and script mean nothing."""
    written = (fold(row.name), row.email, row.phone)
    return written == (fold(draft.name), people_rules.address_of(draft.email), people_rules.phone_of(draft.phone))


def _ask(session: Session, guardian: Guardian, user: User, now: dt.datetime) -> None:
    """Write to a guardian who is named, on the day from which she speaks: her link, or that she signs on paper."""
    starts, anew = guardian.in_force_at, guardian.in_force_at < now
    tell_guardian(session, "consent_asked", guardian, user, now=now, not_before=starts, anew=anew)


def _speaking(session: Session, presenter_id: int, now: dt.datetime) -> Guardian | None:
    """The row of who speaks for a minor now."""
    speaks = queries.guardian_of(presenter_id, now)
    return session.get_one(Guardian, speaks.id) if speaks else None


def tell_guardian(
    session: Session,
    kind: str,
    guardian: Guardian,
    user: User,
    *,
    now: dt.datetime,
    not_before: dt.datetime | None = None,
    **values: object,
) -> None:
    """One mail to a guardian, with her own link, minted when it is sent; to an account no link ever goes, and to nobody
    before a second person has confirmed the first guardian.

    It is about herself; with a `visit_id` about that visit, so that staff read it who reach the visit (TRUST S54).
    """
    centre = session.get_one(Centre, user.centre_id)
    has_account = mailbox_key(guardian.email) in queries.account_keys(clock.local_day(now), guardian.email)
    visit_id = values.get("visit_id")
    has_link = not has_account and not queries.first_link_waits(guardian.presenter_id)
    told = {"given_name": user.given_spelled, "centre": centre.name(user.language), "has_link": has_link}
    link = LinkWish(queries.GUARDIAN_LINK, guardian.id, "/consent/{token}", GUARDIAN_LINK_HOURS)
    queue_message(
        MessageDraft(
            kind=ON_PAPER.get(kind, kind) if has_account else kind,
            address=people_rules.address_of(guardian.email),
            language=user.language,
            values=told | values,
            link=link if has_link else None,
            about=("visit", visit_id) if isinstance(visit_id, int) else ("guardian", guardian.id),
            centre_id=user.centre_id,
        ),
        now=now,
        not_before=not_before,
    )


def send_link(actor: Actor, presenter_id: int, *, now: dt.datetime) -> None:
    """Send the guardian who speaks for a minor her link once more; one that has not left yet stays back.

    Raises: NotAllowed; NotFound; Conflict.
    """
    with transaction() as session:
        _presenter, user = open_presenter(session, actor, "name", "consent", presenter_id)
        page = queries.whole_page_of(presenter_id, now)
        if page.guardian is None or page.link_barred not in (None, SafeguardingReason.PAPER_ONLY):
            raise Conflict(page.link_barred or SafeguardingReason.GUARDIAN_MISSING)
        guardian = session.get_one(Guardian, page.guardian.id)
        stop_unsent("consent_asked", ("guardian", guardian.id))
        tell_guardian(session, "consent_asked", guardian, user, now=now, anew=False)
        audit.record(actor, "guardian written to", guardian, at=now, details={"presenter_id": presenter_id})


def call_off_change(actor: Actor, presenter_id: int, *, now: dt.datetime) -> None:
    """Let the guardian before stay, while she still speaks; she is told. Raises: NotAllowed; NotFound."""
    with transaction() as session:
        _presenter, user = open_presenter(session, actor, "name", "consent", presenter_id)
        coming = _last_guardian(session, presenter_id)
        before = _speaking(session, presenter_id, now)
        if coming is None or coming.in_force_at <= now or before is None:
            raise NotFound("guardian")
        coming.replaced_at = coming.in_force_at  # she never speaks
        session.flush()
        before.replaced_at = None
        for kind in ("consent_asked", "consent_on_paper"):
            stop_unsent(kind, ("guardian", coming.id))
        details = {"presenter_id": presenter_id}
        audit.record(actor, "change of guardian called off", coming, at=now, details=details)
        tell_guardian(session, "guardian_stays", before, user, now=now)


def withdraw_consent(actor: Actor, consent_id: int, *, now: dt.datetime) -> int:
    """End a consent for good, and every other living one for a purpose of its; the presenter's id.

    staffing calls this inside its own use case, which frees her visits.

    Raises: NotAllowed; NotFound. Withdrawing twice is withdrawing once.
    """
    with transaction() as session:
        consent = session.get(GuardianConsent, consent_id)
        if consent is None:
            raise NotFound("consent")
        presenter, user = open_presenter(session, actor, "withdraw", "consent", consent.presenter_id)
        _must_speak(actor, presenter, now)
        living = living_consents(session, presenter.id)
        if consent in living:
            ended = [row for row in living if row is consent or _same_purpose(row, consent)]
            _end(session, actor, ended, presenter.id, user, now)
        return presenter.id


def withdraw_all(actor: Actor, presenter_id: int, *, now: dt.datetime) -> None:
    """End all that a guardian agreed to, for good, and every paper that waits. Raises: NotAllowed; NotFound."""
    with transaction() as session:
        presenter, user = open_presenter(session, actor, "withdraw", "consent", presenter_id)
        _must_speak(actor, presenter, now)
        _end(session, actor, living_consents(session, presenter.id), presenter.id, user, now)


def _must_speak(actor: Actor, presenter: Presenter, now: dt.datetime) -> None:
    """A guardian acts as long as she speaks for a minor: not once replaced, nor for an adult. Raises: NotFound."""
    if actor.guardian_id is None:
        return
    speaks = queries.guardian_of(presenter.id, now)
    minor = people_rules.is_minor(presenter.adult_on, clock.local_day(now))
    if speaks is None or speaks.id != actor.guardian_id or not minor:
        raise NotFound("guardian")


def living_consents(session: Session, presenter_id: int) -> list[GuardianConsent]:
    """What stands for a minor, under its lock: somebody else may have been quicker."""
    rows = session.scalars(
        select(GuardianConsent)
        .where(GuardianConsent.presenter_id == presenter_id, GuardianConsent.withdrawn_at.is_(None))
        .order_by(GuardianConsent.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return list(rows)


def waiting_papers(session: Session, presenter_id: int) -> list[ConsentPaper]:
    """Papers of a minor that only one has seen."""
    hers = (ConsentPaper.presenter_id == presenter_id, *queries.PAPER_WAITS)
    return list(session.scalars(select(ConsentPaper).where(*hers).order_by(ConsentPaper.id).with_for_update()))


def _end(
    session: Session, actor: Actor, rows: list[GuardianConsent], presenter_id: int, user: User, now: dt.datetime
) -> None:
    """Withdraw these, end the papers that wait, and tell the guardian, whoever said it; where nothing is, nothing."""
    papers = waiting_papers(session, presenter_id)
    if not rows and not papers:
        return
    own = WithdrawnBy.MINOR if actor.presenter_id == presenter_id else WithdrawnBy.STAFF
    word = WithdrawnBy.GUARDIAN if Role.GUARDIAN in actor.roles else own
    for row in rows:
        row.withdrawn_at, row.withdrawn_by = now, word
        audit.record(actor, "consent withdrawn", row, at=now, details={"presenter_id": presenter_id, "by": word})
    for paper in papers:
        paper.ended_at = now
        audit.record(actor, "consent paper ended", paper, at=now, details={"presenter_id": presenter_id})
    session.flush()
    if guardian := _speaking(session, presenter_id, now):
        tell_guardian(session, "consent_withdrawn", guardian, user, now=now, by=word.value)


def _same_purpose(one: GuardianConsent, other: GuardianConsent) -> bool:
    """Whether two consents share a purpose: who takes back one paper means the other too."""
    return any(getattr(one, name) and getattr(other, name) for name in queries.PURPOSES)


def ask_anew(*, now: dt.datetime) -> int:
    """For the nightly job: ask each guardian whose consent is to an older text for a new one, once; how many."""
    asked = 0
    for presenter_id in queries.older_texts(now):
        with transaction() as session:
            _minor, user = open_presenter(session, SYSTEM, "name", "consent", presenter_id)
            speaks = queries.guardian_of(presenter_id, now)
            guardian = session.get_one(Guardian, speaks.id, with_for_update=True) if speaks else None
            if guardian is None or guardian.asked_text == CONSENT_TEXT:
                continue
            guardian.asked_text = CONSENT_TEXT
            _ask(session, guardian, user, now)
            audit.record(SYSTEM, "guardian asked anew", guardian, at=now, details={"text": CONSENT_TEXT})
            asked += 1
    return asked


def warn_of_endings(*, now: dt.datetime) -> int:
    """For the nightly job: tell whose check or consent ends within 30 and within 7 days; how many were told.

    A presenter is told of her check (her guardian gets a copy), a driver of hers, a guardian and the minor of the
    consent. Each warning goes once, however often this runs.
    """
    told = 0
    for ending in queries.endings_due(clock.local_day(now)):
        with transaction() as session:
            told += _warn(session, ending, now)
    return told


def _warn(session: Session, ending: Ending, now: dt.datetime) -> bool:
    proof = _locked(session, ending)
    if rules.warning_due(proof.valid_until, clock.local_day(now), proof.warned_days) is None:
        return False  # another run was faster
    proof.warned_days = ending.days
    presenter, user = open_presenter(session, SYSTEM, "read", "vetting", ending.presenter_id)
    values = {
        "given_name": user.given_spelled,
        "centre": session.get_one(Centre, presenter.centre_id).name(user.language),
        "until": proof.valid_until,
        "path": f"/safeguarding/{presenter.id}",
    }
    draft = partial(
        MessageDraft,
        language=user.language,
        values=values,
        about=(proof.__tablename__, proof.id),
        centre_id=presenter.centre_id,
    )
    guardian = queries.guardians_of([presenter.id], clock.local_day(now)).get(presenter.id)
    if isinstance(proof, GuardianConsent):
        _tell_of_end(session, proof, user, now)
        queue_message(draft("own_consent_ends", user.email), now=now)
    else:
        kind = "driving_ends" if isinstance(proof, DrivingCheck) else "vetting_ends"
        queue_message(draft(kind, user.email, to_minor=guardian is not None), now=now)
        if guardian:
            queue_message(draft(kind, guardian, copy_of=user.given_spelled), now=now)
    action = f"{proof.__tablename__} ends soon"
    audit.record(SYSTEM, action, proof, at=now, details={"presenter_id": presenter.id, "days": ending.days})
    log.info("ending proof told", extra={"presenter_id": presenter.id, "days": ending.days})
    return True


def _tell_of_end(session: Session, proof: GuardianConsent, user: User, now: dt.datetime) -> None:
    """The guardian who speaks today gives the next one by her link, if one may go to her."""
    if guardian := _speaking(session, proof.presenter_id, now):
        tell_guardian(session, "consent_ends", guardian, user, now=now, until=proof.valid_until)


def _locked(session: Session, ending: Ending) -> Vetting | DrivingCheck | GuardianConsent:
    table: type[Any] = CHECKS.get(ending.kind, GuardianConsent)
    locked = session.get_one(table, ending.proof_id, with_for_update=True, populate_existing=True)
    proof: Vetting | DrivingCheck | GuardianConsent = locked
    return proof
