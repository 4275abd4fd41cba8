"""Erasing one person on her wish: preview, what hinders it, and the act; the ledger keeps that it happened."""

import datetime as dt
import logging
from collections.abc import Collection

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from scheduler import policy
from scheduler.acts import Act, change
from scheduler.attendance.models import NamedAdult
from scheduler.certificates.models import Certificate
from scheduler.core import ledger
from scheduler.core.db import Base
from scheduler.core.ledger import Revoked
from scheduler.core.ways import NamedWay, opened_way
from scheduler.people.models import Presenter, User
from scheduler.policy import Actor
from scheduler.privacy.queries import subjects
from scheduler.privacy.queries.mentions import FREE_TEXTS, mentions_of
from scheduler.privacy.service import blanking
from scheduler.privacy.service.calendars import erase_presenters_everywhere, take_out_of_messages
from scheduler.privacy.service.everything import NO_CENTRE
from scheduler.privacy.service.journal import leave_no_page_behind
from scheduler.privacy.terms import (
    FORGOTTEN_NAME,
    Hindrance,
    NotErased,
    PrivacyReason,
    Subject,
    SubjectPreview,
)
from scheduler.requests.models import SchoolRequest
from scheduler.safeguarding.models import ConsentPaper, Guardian, GuardianConsent
from scheduler.visits.models.visits import Assignment, Visit
from scheduler.work.service import forget_files

log = logging.getLogger(__name__)


def preview(actor: Actor, email: str, *, centre_id: int | None, now: dt.datetime) -> SubjectPreview:
    """What an erasure would do, and the reading of it in the audit of whom it is about. Raises: NotAllowed."""
    policy.require(actor, "read", "subject", centre=NO_CENTRE if centre_id is None else centre_id)
    with change(actor, now) as act:
        subject = subjects.subject_of(email, centre_id)
        note(act, "subject looked up", subject)
        hindrances = subjects.hindrances_of(subject, by_user=actor.user_id, now=now)
    return SubjectPreview(subject, _goes(subject), _stays(subject), hindrances)


def note(act: Act, action: str, subject: Subject) -> None:
    """A line for each row by which she is known."""
    known: list[tuple[type[Base], Collection[int | None]]] = [
        (User, (subject.user_id,)),
        (SchoolRequest, subject.request_ids),
        (Guardian, subject.guardian_ids),
    ]
    for model, ids in known:
        for one in ids:
            if one is not None and (row := act.session.get(model, one)) is not None:
                act.record(action, row)


def erase_subject(
    actor: Actor, email: str, *, centre_id: int | None, now: dt.datetime, again: bool = False
) -> SubjectPreview:
    """Erase one person everywhere, in one transaction; what it did. `again`: after a restore, past what hinders.

    Raises: NotAllowed; NotErased with all that must happen first.
    """
    policy.require(actor, "erase", "subject", centre=NO_CENTRE if centre_id is None else centre_id)
    with change(actor, now) as act:
        subject = subjects.subject_of(email, centre_id)
        if not subject.known:
            raise NotErased((Hindrance(PrivacyReason.NOBODY_KNOWN),))
        hindrances = subjects.hindrances_of(subject, by_user=actor.user_id, now=now)
        if hindrances and not again:
            raise NotErased(hindrances)
        told = SubjectPreview(subject, _goes(subject), _stays(subject), ())
        note(act, "person erased", subject)
        _free_visits(act, subject)
        with opened_way(act.session, NamedWay.ERASURE):
            _erase(act.session, subject, now)
        ledger.remember(act.session, [(Revoked.PERSON, person_of(subject.email, subject.centre_id))], now=now)
    leave_no_page_behind()
    log.info("person erased", extra={"rows": sum(told.goes.values())})
    return told


def person_of(email: str, centre_id: int | None) -> str:
    """What the ledger hashes of a person: one centre's administrator erases her there only."""
    return email if centre_id is None else f"{email} in centre {centre_id}"


def _free_visits(act: Act, subject: Subject) -> None:
    """After a restore she may stand in visits to come again: a suspension frees them, minors before their adult."""
    if subject.presenter_id is not None:
        presenter = act.session.get_one(Presenter, subject.presenter_id)
        presenter.suspended_at = presenter.suspended_at or act.now
        act.session.flush()


def _erase(session: Session, subject: Subject, now: dt.datetime) -> None:
    adults = subjects.of_her_visits(subject, NamedAdult, NamedAdult.name_key)
    papers = subjects.of_her_visits(subject, Certificate, Certificate.holder_key)
    blanking.blank_messages(session, subjects.message_ids(subject))
    for mention in mentions_of(subject):
        if mention.said != subject.email:
            take_out_of_messages(session, mention.said, mention.messages)
    _take_out_of_texts(session, subject)
    if subject.presenter_id is not None:
        erase_presenters_everywhere(session, [subject.presenter_id], now)
    elif subject.user_id is not None:
        blanking.erase_accounts(session, [subject.user_id], now)
    if subject.guardian_ids:
        own = subject.guardian_ids
        consents = select(GuardianConsent.id).where(GuardianConsent.guardian_id.in_(own))
        scans = select(ConsentPaper.id).where(ConsentPaper.guardian_id.in_(own))
        blanking.blank_consents(session, list(session.scalars(consents)))
        blanking.blank_papers(session, list(session.scalars(scans)))
        blanking.blank_guardians(session, own)
    blanking.forget_named_adults(session, adults)
    blanking.forget_sheets(session, subjects.sheets_of_her_visits(subject))
    blanking.blank_holder_keys(session, papers)
    if papers:
        forget_files()  # one of them may show her name
    blanking.blank_unproven(session, subject.request_ids)


def _take_out_of_texts(session: Session, subject: Subject) -> None:
    """Her address and her names, wherever somebody typed them and meant her."""
    for mention in mentions_of(subject):
        for model, names in FREE_TEXTS:
            for name in names:
                column = getattr(model, name)
                session.execute(
                    update(model)
                    .where(mention.within(model), column.contains(mention.said, autoescape=True))
                    .values({name: func.replace(column, mention.said, FORGOTTEN_NAME)})
                )


def _goes(subject: Subject) -> dict[str, int]:
    """Rows that go, or lose whose they are, by table."""
    counts: dict[str, int] = {}
    for table, ids in (("user_account", (subject.user_id,)), ("presenter", (subject.presenter_id,))):
        for other, column in blanking.belongings_of(Presenter.__table__ if table == "presenter" else User.__table__):
            counts[other.name] = counts.get(other.name, 0) + subjects.count_of(other, other.c[column], ids)
        counts[table] = int(ids[0] is not None)
    counts["guardian"] = len(subject.guardian_ids)
    counts["school_request"] = len(subject.request_ids)
    counts["named_adult"] = len(subjects.of_her_visits(subject, NamedAdult, NamedAdult.name_key))
    counts["sheet_scan"] = len(subjects.sheets_of_her_visits(subject))
    counts["outbox_message"] = len(subjects.message_ids(subject))
    return {name: number for name, number in counts.items() if number}


def _stays(subject: Subject) -> dict[str, int]:
    """Rows that stay without her: they are counted, or prove something."""
    hers = (subject.presenter_id,)
    counts = {
        "assignment": subjects.count_of(Assignment, Assignment.presenter_id, hers),
        "guardian_consent": subjects.count_of(GuardianConsent, GuardianConsent.presenter_id, hers)
        + subjects.count_of(GuardianConsent, GuardianConsent.guardian_id, subject.guardian_ids),
        "visit": subjects.count_of(Visit, Visit.school_request_id, subject.request_ids),
        "certificate": len(subjects.of_her_visits(subject, Certificate, Certificate.holder_key)),
        "audit_entry": len(subjects.audit_ids(subject)),
    }
    return {name: number for name, number in counts.items() if number}
