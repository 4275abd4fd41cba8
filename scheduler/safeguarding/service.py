"""Vetting and consent are recorded and withdrawn; never edited, never one's own."""

import datetime as dt
import logging
from dataclasses import replace
from functools import partial

from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler import policy
from scheduler.core import audit, clock
from scheduler.core.db import transaction
from scheduler.core.errors import NotAllowed, NotFound, Rejected
from scheduler.core.text import fold
from scheduler.messages.service import queue_message
from scheduler.messages.terms import MessageDraft
from scheduler.people import rules as people_rules
from scheduler.people.models import Centre, Presenter, User
from scheduler.policy import SYSTEM, Actor
from scheduler.safeguarding import queries, rules
from scheduler.safeguarding.models import GuardianConsent, Vetting
from scheduler.safeguarding.terms import ConsentDraft, ConsentMethod, Ending, ProofKind, VettingDraft

log = logging.getLogger(__name__)


def _presenter(session: Session, actor: Actor, verb: str, thing: str, presenter_id: int) -> tuple[Presenter, User]:
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


def _says(row: Vetting | GuardianConsent, draft: VettingDraft | ConsentDraft) -> bool:
    """Whether a stored row holds exactly what was typed."""
    return all(getattr(row, name) == value for name, value in draft.__dict__.items())


def _same_paper(row: GuardianConsent, draft: ConsentDraft) -> bool:
    """Whether it is one paper typed twice: letters' case and script, and how an address is written, mean nothing."""
    typed = replace(
        draft,
        guardian_name=row.guardian_name if fold(row.guardian_name) == fold(draft.guardian_name) else "",
        guardian_email=row.guardian_email
        if people_rules.address_of(row.guardian_email) == people_rules.address_of(draft.guardian_email)
        else "",
    )
    return _says(row, typed)


def record_vetting(actor: Actor, presenter_id: int, draft: VettingDraft, *, now: dt.datetime) -> int:
    """Store the result of a check and the days it covers, never the document; the row's id.

    The same result twice in a row, from a double click, is stored once.
    Raises: NotAllowed when it is the actor's own; NotFound; Rejected with {field: reason}.
    """
    if problems := rules.problems_with_vetting(draft, today=clock.local_day(now)):
        raise Rejected(problems)
    with transaction() as session:
        presenter, user = _presenter(session, actor, "create", "vetting", presenter_id)
        if user.id == actor.user_id:
            raise NotAllowed("own vetting")
        newest = select(Vetting).where(Vetting.presenter_id == presenter.id).order_by(Vetting.id.desc())
        before = session.scalar(newest.limit(1))
        if before is not None and _says(before, draft):
            return before.id
        vetting = Vetting(presenter_id=presenter.id, **draft.__dict__, recorded_by_id=actor.user_id, recorded_at=now)
        session.add(vetting)
        session.flush()
        details = {"presenter_id": presenter.id, "result": draft.result, "valid_until": draft.valid_until}
        audit.record(actor, "vetting recorded", vetting, at=now, details=details)
        vetting_id = vetting.id
    log.info("vetting recorded", extra={"vetting_id": vetting_id, "presenter_id": presenter_id})
    return vetting_id


def record_paper_consent(actor: Actor, presenter_id: int, draft: ConsentDraft, *, now: dt.datetime) -> int:
    """Store what a guardian signed on paper and tell the guardian by mail; the row's id.

    The same paper twice, unless it was withdrawn, is stored and told once.
    Raises: NotAllowed for the minor's own; NotFound; Rejected with {field: reason}.
    """
    today = clock.local_day(now)
    with transaction() as session:
        presenter, user = _presenter(session, actor, "create", "consent", presenter_id)
        if user.id == actor.user_id:
            raise NotAllowed("own consent")
        minor = people_rules.is_minor(presenter.adult_on, today)
        if problems := rules.problems_with_consent(draft, today=today, minor_email=user.email, minor=minor):
            raise Rejected(problems)
        draft = replace(draft, guardian_phone=people_rules.phone_of(draft.guardian_phone) or "")
        living = select(GuardianConsent).where(
            GuardianConsent.presenter_id == presenter.id, GuardianConsent.withdrawn_at.is_(None)
        )
        for before in session.scalars(living.order_by(GuardianConsent.id)):
            if _same_paper(before, draft):
                return before.id
        consent = GuardianConsent(
            presenter_id=presenter.id, **draft.__dict__, method=ConsentMethod.PAPER, recorded_at=now
        )
        session.add(consent)
        session.flush()
        details = {"presenter_id": presenter.id, "valid_until": draft.valid_until, "text": draft.text_version}
        audit.record(actor, "consent recorded", consent, at=now, details=details)
        centre = session.get_one(Centre, presenter.centre_id)
        queue_message(
            MessageDraft(
                kind="consent_recorded",
                address=people_rules.address_of(draft.guardian_email),
                language=user.language,
                values={
                    "given_name": user.given_name,
                    "centre": centre.name(user.language),
                    "until": draft.valid_until,
                },
                about=("guardian_consent", consent.id),
                centre_id=presenter.centre_id,
            ),
            now=now,
        )
        consent_id = consent.id
    log.info("consent recorded", extra={"consent_id": consent_id, "presenter_id": presenter_id})
    return consent_id


def withdraw_consent(actor: Actor, consent_id: int, *, now: dt.datetime) -> int:
    """End a consent for good, and every other living one for a purpose of its; the presenter's id.

    staffing calls this inside its own use case, which frees her visits.

    Raises: NotAllowed; NotFound. Withdrawing twice is withdrawing once.
    """
    with transaction() as session:
        consent = session.get(GuardianConsent, consent_id)
        if consent is None:
            raise NotFound("consent")
        presenter, _user = _presenter(session, actor, "withdraw", "consent", consent.presenter_id)
        living = session.scalars(
            select(GuardianConsent)
            .where(GuardianConsent.presenter_id == presenter.id, GuardianConsent.withdrawn_at.is_(None))
            .order_by(GuardianConsent.id)
            .with_for_update()
            .execution_options(populate_existing=True)  # somebody else may have been quicker
        ).all()
        if consent not in living:
            return presenter.id
        for row in living:
            if row is consent or _same_purpose(row, consent):
                row.withdrawn_at = now
                audit.record(actor, "consent withdrawn", row, at=now, details={"presenter_id": presenter.id})
        return presenter.id


def _same_purpose(one: GuardianConsent, other: GuardianConsent) -> bool:
    """Whether two consents share a purpose: who takes back one paper means the other too."""
    purposes = ("takes_part", "travels", "photo", "name_on_the_web")
    return any(getattr(one, name) and getattr(other, name) for name in purposes)


def warn_of_endings(*, now: dt.datetime) -> int:
    """For the nightly job: tell whose check or consent ends within 30 and within 7 days; how many were told.

    A presenter is told of her check (her guardian gets a copy), a guardian and the minor of the consent. Each warning
    goes once, however often this runs.
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
    presenter, user = _presenter(session, SYSTEM, "read", "vetting", ending.presenter_id)
    values = {
        "given_name": user.given_name,
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
        queue_message(draft("consent_ends", people_rules.address_of(proof.guardian_email)), now=now)
        queue_message(draft("own_consent_ends", user.email), now=now)
    else:
        queue_message(draft("vetting_ends", user.email), now=now)
        if guardian:
            queue_message(draft("vetting_ends", guardian, copy_of=user.given_name), now=now)
    action = f"{proof.__tablename__} ends soon"
    audit.record(SYSTEM, action, proof, at=now, details={"presenter_id": presenter.id, "days": ending.days})
    log.info("ending proof told", extra={"presenter_id": presenter.id, "days": ending.days})
    return True


def _locked(session: Session, ending: Ending) -> Vetting | GuardianConsent:
    if ending.kind is ProofKind.VETTING:
        return session.get_one(Vetting, ending.proof_id, with_for_update=True, populate_existing=True)
    return session.get_one(GuardianConsent, ending.proof_id, with_for_update=True, populate_existing=True)
