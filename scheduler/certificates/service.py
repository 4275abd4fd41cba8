"""What a person can do with certificates: issue what is due, issue again with the right name, revoke, download."""

import datetime as dt
import logging
from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler import policy
from scheduler.acts import Act, change
from scheduler.attendance.models import NamedAdult
from scheduler.attendance.service.locked_numbers import write_to_school
from scheduler.certificates import pdf, queries, rules
from scheduler.certificates.models import Certificate
from scheduler.certificates.terms import (
    CERTIFICATE_MACHINE,
    CertificateKind,
    CertificatePaper,
    CertificateReason,
    CertificateState,
    Issued,
    Signatory,
    VisitFacts,
)
from scheduler.config import settings
from scheduler.core import clock
from scheduler.core.errors import Conflict, GroundReason, NotFound, Rejected
from scheduler.core.numbers import next_number
from scheduler.policy import SYSTEM, Actor
from scheduler.requests.service.desk import follow_visit
from scheduler.requests.service.locked_request import request_of_visit
from scheduler.requests.terms.school_request import RequestState
from scheduler.visits.models.visits import Visit
from scheduler.visits.service.locked_visit import lock_visit

log = logging.getLogger(__name__)


def issue_certificates(actor: Actor, visit_id: int, *, now: dt.datetime) -> Issued:
    """Issue what a visit with locked attendance has earned and has not yet: each once, however often it is asked.

    Raises: NotAllowed, NotFound; Conflict("attendance_not_locked").
    """
    done = _issue_due(actor, visit_id, now)
    log.info("certificates issued", extra={"visit_id": visit_id, "issued": done.issued, "already": done.already})
    return done


def _issue_due(actor: Actor, visit_id: int, now: dt.datetime) -> Issued:
    with change(actor, now) as act:
        visit = lock_visit(act.session, visit_id)  # one issuer after the other
        policy.require(actor, "issue", "certificate", centre=visit.centre_id)
        if not queries.due_visits(visit_id=visit_id):
            raise Conflict(CertificateReason.ATTENDANCE_NOT_LOCKED)
        facts = queries.visit_facts(visit_id)
        before = _of_visit(act.session, visit_id)
        valid = [row for row in before if row.state is CertificateState.ISSUED]
        had = {(row.kind, row.holder_key): False for row in before}
        had |= {(row.kind, row.holder_key): True for row in valid}
        fresh = [
            _issue(act, facts, kind, name)
            for kind, name in rules.who_earns(facts.counts, facts.named_adults, had, secret=settings().secret_key)
        ]
        if fresh:
            _tell_school(act, visit)
        return Issued(len(fresh), len(valid), tuple(row.number for row in (*valid, *fresh)))


def issue_for_locked_attendance(actor: Actor, visit_ids: Iterable[int], *, now: dt.datetime) -> Issued:
    """The same for many visits, one transaction each."""
    each = [_issue_due(actor, visit_id, now) for visit_id in visit_ids]
    done = Issued(
        sum(one.issued for one in each),
        sum(one.already for one in each),
        tuple(number for one in each for number in one.numbers),
    )
    log.info(
        "certificates of visits issued", extra={"visits": len(each), "issued": done.issued, "already": done.already}
    )
    return done


def reissue_certificate(actor: Actor, certificate_id: int, name: str, *, now: dt.datetime) -> str:
    """Print a certificate anew, a teacher's with the right name, a school's with the numbers that count now.

    The old number then shows "replaced". Returns the new number. Raises: NotAllowed, NotFound; Rejected;
    Conflict("wrong_state"), Conflict("certificate_exists") when that teacher has one already.
    """
    with change(actor, now) as act:
        old, visit = _certificate(act.session, certificate_id)
        policy.require(actor, "issue", "certificate", centre=visit.centre_id)
        if old.state is not CertificateState.ISSUED:
            raise Conflict(GroundReason.WRONG_STATE)
        key = _key(old.kind, name)
        if problem := rules.problem_with_holder(old.kind, name):
            raise Rejected({"name": problem})
        others = [row for row in _of_visit(act.session, visit.id) if row.id != old.id]
        if any(row.holder_key == key and row.state is CertificateState.ISSUED for row in others):
            raise Conflict(CertificateReason.CERTIFICATE_EXISTS)
        new = _new_row(queries.visit_facts(visit.id), old.kind, "" if old.kind is CertificateKind.SCHOOL else name, now)
        new.holder_key = f"{key} instead of {old.id}"  # until the old one leaves the index of living certificates
        act.session.add(new)
        act.session.flush()
        old.replaced_by_id = new.id
        act.move(CERTIFICATE_MACHINE, old, CertificateState.REISSUED)
        act.session.flush()
        new.holder_key = key
        if new.holder_name:
            _rename_adult(act.session, visit.id, old.holder_key, new.holder_name)
        act.record("certificate issued", new, {"instead_of": old.id})
    log.info("certificate reissued", extra={"certificate_id": certificate_id})
    return new.number


def revoke_certificate(actor: Actor, certificate_id: int, reason: str, *, now: dt.datetime) -> None:
    """Declare a certificate void; its check page says so and why. Raises: NotAllowed, NotFound; Conflict."""
    with change(actor, now) as act:
        certificate, visit = _certificate(act.session, certificate_id)
        policy.require(actor, "revoke", "certificate", centre=visit.centre_id)
        act.move(CERTIFICATE_MACHINE, certificate, CertificateState.REVOKED, reason=reason)
        certificate.reason = reason
    log.info("certificate revoked", extra={"certificate_id": certificate_id})


def certificate_pdf(actor: Actor, number: str) -> bytes:
    """The PDF of one valid certificate. Raises: NotAllowed, NotFound (also for one that no longer counts)."""
    return draw_merged(actor, [number])


def draw_merged(actor: Actor, numbers: Iterable[str]) -> bytes:
    """One PDF of several certificates, in the order given. Raises: as `certificate_pdf`."""
    wanted = list(dict.fromkeys(numbers))
    papers = queries.papers_to_draw(actor, wanted)
    if not wanted or len(papers) != len(wanted):
        raise NotFound("certificate")
    return pdf.draw_each(papers)


def _certificate(session: Session, certificate_id: int) -> tuple[Certificate, Visit]:
    """A certificate under the lock of its visit, which comes first."""
    visit_id = session.scalar(select(Certificate.visit_id).where(Certificate.id == certificate_id))
    if visit_id is None:
        raise NotFound("certificate")
    visit = lock_visit(session, visit_id)
    return session.get_one(Certificate, certificate_id), visit


def _of_visit(session: Session, visit_id: int) -> list[Certificate]:
    rows = session.scalars(select(Certificate).where(Certificate.visit_id == visit_id).order_by(Certificate.id))
    return list(rows)


def _key(kind: CertificateKind, name: str) -> str:
    return rules.holder_key(kind, name, secret=settings().secret_key)


def _rename_adult(session: Session, visit_id: int, old_key: str, name: str) -> None:
    """The school's list says the right name too, unless that name stands in it already."""
    listed = {row.name_key: row for row in session.scalars(select(NamedAdult).where(NamedAdult.visit_id == visit_id))}
    row, key = listed.get(old_key), _key(CertificateKind.TEACHER, name)
    if row is not None and listed.get(key, row) is row:
        row.name, row.name_key = name, key


def _issue(act: Act, facts: VisitFacts, kind: CertificateKind, name: str) -> Certificate:
    certificate = _new_row(facts, kind, name, act.now)
    act.session.add(certificate)
    act.session.flush()
    act.record("certificate issued", certificate, {"kind": kind.value})
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
        holder_key=_key(kind, name),
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


def _tell_school(act: Act, visit: Visit) -> None:
    """A reported school request is certified with its first certificates, and the school learns where they lie."""
    school_request = request_of_visit(act.session, visit.school_request_id)
    if school_request is None:
        return
    if school_request.state is RequestState.REPORTED:
        follow_visit(SYSTEM, school_request, RequestState.CERTIFIED, now=act.now)
    write_to_school(act.session, visit, "certificates_ready", now=act.now)
