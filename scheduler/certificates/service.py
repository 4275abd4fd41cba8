"""What a person can do with certificates: issue what is due, issue again with the right name, revoke, download."""

import datetime as dt
import logging
from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler import policy
from scheduler.certificates import pdf, queries, rules
from scheduler.certificates.models import Certificate
from scheduler.certificates.terms import (
    CERTIFICATE_MACHINE,
    CertificateKind,
    CertificatePaper,
    CertificateState,
    Issued,
    Signatory,
    VisitFacts,
)
from scheduler.config import settings
from scheduler.core import audit, clock, states
from scheduler.core.db import transaction
from scheduler.core.errors import Conflict, NotFound, Rejected
from scheduler.core.numbers import next_number
from scheduler.planning.models import Visit
from scheduler.policy import SYSTEM, Actor
from scheduler.requests import service as requests
from scheduler.requests.models import SchoolRequest
from scheduler.requests.terms import RequestState

log = logging.getLogger(__name__)


def issue_certificates(actor: Actor, visit_id: int, *, now: dt.datetime) -> Issued:
    """Issue what a visit with locked attendance has earned and has not yet: each once, however often it is asked.

    Raises: NotAllowed, NotFound; Conflict("attendance_not_locked").
    """
    with transaction() as session:
        visit = session.get(Visit, visit_id, with_for_update=True)  # one issuer after the other
        if visit is None:
            raise NotFound("visit")
        policy.require(actor, "issue", "certificate", centre=visit.centre_id)
        if not queries.due_visits(visit_id=visit_id):
            raise Conflict("attendance_not_locked")
        facts = queries.visit_facts(visit_id)
        done = _living_by_key(session, visit_id)
        earned = rules.who_earns(facts.counts, facts.named_adults)
        fresh = [
            _issue(session, actor, facts, kind, name, now)
            for kind, name in earned
            if (kind, rules.holder_key(kind, name)) not in done
        ]
        _certify_request(session, visit, now)
    log.info("certificates issued", extra={"visit_id": visit_id, "issued": len(fresh), "already": len(done)})
    numbers = [certificate.number for certificate in (*done.values(), *fresh)]
    return Issued(len(fresh), len(done), tuple(numbers))


def issue_for_locked_attendance(actor: Actor, visit_ids: Iterable[int], *, now: dt.datetime) -> Issued:
    """The same for many visits, one transaction each."""
    each = [issue_certificates(actor, visit_id, now=now) for visit_id in visit_ids]
    return Issued(
        sum(one.issued for one in each),
        sum(one.already for one in each),
        tuple(number for one in each for number in one.numbers),
    )


def reissue_certificate(actor: Actor, certificate_id: int, name: str, *, now: dt.datetime) -> str:
    """Print a teacher's certificate anew with the right name; the old number then shows "replaced".

    Returns the new number. Raises: NotAllowed, NotFound; Rejected; Conflict("wrong_state").
    """
    if not rules.holder_key(CertificateKind.TEACHER, name):
        raise Rejected({"name": "missing"})
    with transaction() as session:
        old, visit = _certificate(session, certificate_id)
        policy.require(actor, "issue", "certificate", centre=visit.centre_id)
        if old.kind is not CertificateKind.TEACHER or old.state is not CertificateState.ISSUED:
            raise Conflict("wrong_state")
        new = _new_row(queries.visit_facts(visit.id), old.kind, name, now)
        session.add(new)
        old.holder_key += f" replaced {old.id}"  # leaves the index that allows one living certificate a holder
        session.flush()
        old.replaced_by_id = new.id
        states.move(CERTIFICATE_MACHINE, old, CertificateState.REISSUED, actor=actor, at=now)
        audit.record(actor, "certificate issued", new, at=now, details={"instead_of": old.id})
    log.info("certificate reissued", extra={"certificate_id": certificate_id})
    return new.number


def revoke_certificate(actor: Actor, certificate_id: int, reason: str, *, now: dt.datetime) -> None:
    """Declare a certificate void; its check page says so and why. Raises: NotAllowed, NotFound; Conflict."""
    with transaction() as session:
        certificate, visit = _certificate(session, certificate_id)
        policy.require(actor, "revoke", "certificate", centre=visit.centre_id)
        states.move(CERTIFICATE_MACHINE, certificate, CertificateState.REVOKED, actor=actor, at=now, reason=reason)
        certificate.reason = reason
    log.info("certificate revoked", extra={"certificate_id": certificate_id})


def drawn(actor: Actor, number: str) -> bytes:
    """The PDF of one valid certificate. Raises: NotAllowed, NotFound (also for one that no longer counts)."""
    return draw_merged(actor, [number])


def draw_merged(actor: Actor, numbers: Iterable[str]) -> bytes:
    """One PDF of several certificates, in the order given. Raises: as `drawn`."""
    wanted = list(numbers)
    with transaction() as session:
        rows = session.execute(
            select(Certificate, Visit)
            .join(Visit, Visit.id == Certificate.visit_id)
            .where(Certificate.number.in_(wanted), Certificate.state == CertificateState.ISSUED)
        ).all()
        found = {certificate.number: (certificate, visit) for certificate, visit in rows}
        if not wanted or set(wanted) != set(found):
            raise NotFound("certificate")
        papers = []
        for certificate, visit in (found[number] for number in wanted):
            policy.require(actor, "read", "certificate", centre=visit.centre_id, request=visit.school_request_id)
            papers.append((certificate.language, _with_name(certificate)))
    return pdf.draw_many([paper for _, paper in papers], papers[0][0])


def _with_name(certificate: Certificate) -> CertificatePaper:
    paper = queries.paper_of(certificate)
    return CertificatePaper(**(vars(paper) | {"holder_name": certificate.holder_name or ""}))


def _certificate(session: Session, certificate_id: int) -> tuple[Certificate, Visit]:
    row = session.execute(
        select(Certificate, Visit)
        .join(Visit, Visit.id == Certificate.visit_id)
        .where(Certificate.id == certificate_id)
        .with_for_update(of=Visit)
    ).one_or_none()
    if row is None:
        raise NotFound("certificate")
    return row[0], row[1]


def _living_by_key(session: Session, visit_id: int) -> dict[tuple[CertificateKind, str], Certificate]:
    rows = session.scalars(
        select(Certificate)
        .where(Certificate.visit_id == visit_id, Certificate.state == CertificateState.ISSUED)
        .order_by(Certificate.id)
    )
    return {(row.kind, row.holder_key): row for row in rows}


def _issue(
    session: Session, actor: Actor, facts: VisitFacts, kind: CertificateKind, name: str, now: dt.datetime
) -> Certificate:
    certificate = _new_row(facts, kind, name, now)
    session.add(certificate)
    session.flush()
    audit.record(actor, "certificate issued", certificate, at=now, details={"kind": kind.value})
    return certificate


def _new_row(facts: VisitFacts, kind: CertificateKind, name: str, now: dt.datetime) -> Certificate:
    number = rules.new_number()
    running_number = next_number("U", clock.local_day(now), digits=6)
    paper = _paper(facts, kind, number, running_number, clock.local_day(now))
    return Certificate(
        number=number,
        running_number=running_number,
        kind=kind,
        visit_id=facts.visit_id,
        holder_key=rules.holder_key(kind, name),
        holder_name=name or None,
        language=facts.language,
        printed=queries.printed_text(paper),
        state=CertificateState.ISSUED,
        state_since=now,
        issued_at=now,
    )


def _paper(
    facts: VisitFacts, kind: CertificateKind, number: str, running_number: str, issued_on: dt.date
) -> CertificatePaper:
    return CertificatePaper(
        kind=kind,
        number=number,
        running_number=running_number,
        host_name=facts.host_name,
        host_place=facts.host_place,
        programme_title=facts.programme_title,
        on_day=facts.on_day,
        issued_on=issued_on,
        centre_name=facts.centre_name,
        centre_place=facts.centre_place,
        check_url=f"{settings().base_url}/certificates/{number}",
        minutes=facts.minutes,
        presentations=facts.presentations,
        pupils=facts.counts.pupils,
        parents=facts.counts.parents,
        teachers=facts.counts.teachers,
        signatories=(Signatory(facts.signatory, ""),) if facts.signatory else (),
        helpline=settings().helpline_number,
    )


def _certify_request(session: Session, visit: Visit, now: dt.datetime) -> None:
    """A reported school request is certified with its first certificates."""
    school_request = session.get(SchoolRequest, visit.school_request_id) if visit.school_request_id else None
    if school_request is not None and school_request.state is RequestState.REPORTED:
        requests.follow_visit(SYSTEM, school_request, RequestState.CERTIFIED, now=now)
