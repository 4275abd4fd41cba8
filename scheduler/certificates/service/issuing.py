"""Issue what is due, issue again with the right name, revoke, download."""

import datetime as dt
import logging
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from scheduler import policy
from scheduler.acts import Act, change
from scheduler.attendance.models import NamedAdult
from scheduler.attendance.service.locked_numbers import let_papers_wait
from scheduler.certificates import pdf, rules, signature
from scheduler.certificates.kinds.every import who_earns
from scheduler.certificates.kinds.papers import new_paper
from scheduler.certificates.models import SUBJECTS, Certificate
from scheduler.certificates.queries import papers, presenters, subjects, templates
from scheduler.certificates.rules import HOST_KEY
from scheduler.certificates.service.letters import tell
from scheduler.certificates.terms import (
    CERTIFICATE_MACHINE,
    CertificateKind,
    CertificateReason,
    CertificateState,
    Issued,
    VisitFacts,
)
from scheduler.config import name_secret, name_secrets, settings
from scheduler.core import clock
from scheduler.core.audit import record_each
from scheduler.core.errors import Conflict, GroundReason, NotFound, Rejected
from scheduler.core.numbers import next_number, next_numbers
from scheduler.paper.signed_pdf import with_signature
from scheduler.places.models import Host
from scheduler.policy import SYSTEM, Actor
from scheduler.requests.models import SchoolRequest
from scheduler.requests.service.desk import follow_visits
from scheduler.requests.terms.school_request import RequestState
from scheduler.visits.models.visits import Visit
from scheduler.visits.service.locked_visit import lock_visit, lock_visits

log = logging.getLogger(__name__)
AT_ONCE = 100  # visits of one transaction


def issue_certificates(actor: Actor, visit_id: int, *, now: dt.datetime) -> Issued:
    """Issue what a visit with locked attendance has earned and has not yet: each once, however often it is asked.

    Raises: NotAllowed, NotFound; Conflict("attendance_not_locked").
    """
    with change(actor, now) as act:
        done = _issue_due(act, [visit_id])
        if not done.looked_at:
            raise Conflict(CertificateReason.ATTENDANCE_NOT_LOCKED)
        issued = done.as_issued()
    log.info("certificates issued", extra={"visit_id": visit_id, "issued": issued.issued, "already": issued.already})
    return issued


def issue_for_locked_attendance(
    actor: Actor, visit_ids: Sequence[int], *, now: dt.datetime, imported_too: bool = True
) -> Issued:
    """The same for many visits, a transaction for each hundred; one whose attendance is not locked is left alone.

    Visits of past years that were imported are only settled unless `imported_too`. Raises: NotAllowed.
    """
    all_done = [
        _issue_hundred(actor, visit_ids[start : start + AT_ONCE], now, imported_too)
        for start in range(0, len(visit_ids), AT_ONCE)
    ]
    done = Issued(
        sum(one.issued for one in all_done),
        sum(one.already for one in all_done),
        tuple(number for one in all_done for number in one.numbers),
    )
    log.info(
        "certificates of visits issued",
        extra={"visits": len(visit_ids), "issued": done.issued, "already": done.already},
    )
    return done


def _issue_hundred(actor: Actor, visit_ids: Sequence[int], now: dt.datetime, imported_too: bool) -> Issued:
    with change(actor, now) as act:
        past = set() if imported_too else papers.imported_among(visit_ids)
        if past:
            _settle(act.session, past)
        return _issue_due(act, [visit_id for visit_id in visit_ids if visit_id not in past]).as_issued()


@dataclass(frozen=True)
class _Done:
    """What was done with some visits: who was due, in the order asked; numbers of papers that hold, and of new ones."""

    looked_at: list[int]
    valid: dict[int, list[str]]
    fresh: dict[int, list[str]]

    def as_issued(self) -> Issued:
        held = [(self.valid.get(one, []), self.fresh.get(one, [])) for one in self.looked_at]
        return Issued(
            sum(len(fresh) for _valid, fresh in held),
            sum(len(valid) for valid, _fresh in held),
            tuple(number for valid, fresh in held for number in (*valid, *fresh)),
        )


def _issue_due(act: Act, visit_ids: Sequence[int]) -> _Done:
    """As many questions for a hundred visits as for one; of visits where nothing can be new, only the papers."""
    visits = {row.id: row for row in lock_visits(act.session, visit_ids)}  # one issuer after the other
    if set(visit_ids) - visits.keys():
        raise NotFound("visit")
    for visit in visits.values():
        policy.require(act.actor, "issue", "certificate", centre=policy.spot(visit))
    due = set(papers.due_visits(visit_ids=visits.keys()))
    before: dict[int, list[Certificate]] = defaultdict(list)
    for row in _of_visits(act.session, due):
        before[row.visit_id].append(row)
    valid = {one: [row.number for row in before[one] if row.state is CertificateState.ISSUED] for one in due}
    unsettled = [one for one in visit_ids if one in due and not (visits[one].papers_settled and before[one])]
    fresh = _issue_to(act, unsettled, before) if unsettled else {}
    if fresh:
        tell_schools(act, [visits[one] for one in fresh])
    return _Done([one for one in visit_ids if one in due], valid, fresh)


def _issue_to(act: Act, visit_ids: Sequence[int], before: Mapping[int, Sequence[Certificate]]) -> dict[int, list[str]]:
    """New papers for what these visits have earned, by visit; and nothing waits there any more."""
    facts, secrets = papers.visit_facts(visit_ids), name_secrets()
    earned = [
        (facts[one], kind, name)
        for one in visit_ids
        for kind, name in who_earns(facts[one].counts, facts[one].named_adults, _had(before[one]), secrets=secrets)
    ]
    fresh: dict[int, list[str]] = defaultdict(list)
    for (of, _kind, _name), number in zip(earned, store_papers(act, earned), strict=True):
        fresh[of.visit_id].append(number)
    _settle(act.session, visit_ids)
    return fresh


def store_papers(act: Act, earned: Sequence[tuple[VisitFacts, CertificateKind, str]]) -> list[str]:
    """New papers for holders who have earned them, in order; their numbers. The caller has seen to rights and locks."""
    if not earned:
        return []
    signature.keep_a_key(act)
    running = next_numbers("U", clock.local_day(act.now).year, len(earned), digits=6)
    rows = [_new_row(*what, number, act.now) for what, number in zip(earned, running, strict=True)]
    new = insert(Certificate).returning(Certificate.id, Certificate.kind).execution_options(render_nulls=True)
    stored = act.session.execute(new, rows)
    told = {row.id: {"kind": row.kind.value} for row in sorted(stored)}
    record_each(act.actor, "certificate issued", Certificate.__tablename__, told, at=act.now)
    return [row["number"] for row in rows]


def _had(before: Sequence[Certificate]) -> dict[tuple[CertificateKind, str], bool]:
    """What was issued before, and whether it still holds."""
    had = {(row.kind, row.holder_key): False for row in before}
    return had | {(row.kind, row.holder_key): True for row in before if row.state is CertificateState.ISSUED}


def _settle(session: Session, visit_ids: Collection[int]) -> None:
    """No sweep looks here again until numbers, names or papers change (`let_papers_wait`); no page is out of date."""
    session.execute(update(Visit).where(Visit.id.in_(visit_ids), ~Visit.papers_settled).values(papers_settled=True))


def reissue_certificate(actor: Actor, certificate_id: int, name: str, *, now: dt.datetime) -> str:
    """Print a certificate anew, a teacher's with the right name, every other with the numbers that count now.

    The old number then shows "replaced". Returns the new number. Raises: NotAllowed, NotFound; Rejected;
    Conflict("wrong_state"), Conflict("certificate_exists") when that teacher has one already; "attendance_not_locked",
    "no_pupils_left".
    """
    with change(actor, now) as act:
        old, visit = _certificate(act.session, certificate_id)
        policy.require(actor, "issue", "certificate", centre=policy.spot(visit))
        if old.state is not CertificateState.ISSUED:
            raise Conflict(GroundReason.WRONG_STATE)
        key = key_of(old.kind, name)
        if problem := rules.problem_with_holder(old.kind, name):
            raise Rejected({"name": problem})
        others = [] if old.about else [row for row in _of_visits(act.session, [visit.id]) if row.id != old.id]
        if any(row.holder_key == key and row.state is CertificateState.ISSUED for row in others):
            raise Conflict(CertificateReason.CERTIFICATE_EXISTS)
        facts, typed = _facts_again(old, now), name if old.kind is CertificateKind.TEACHER else ""
        new_number = put_anew(act, old, facts, typed or holder_in(facts, old.kind))
        if typed:
            _rename_adult(act.session, visit.id, old.holder_key, typed)
    log.info("certificate reissued", extra={"certificate_id": certificate_id})
    return new_number


def put_anew(act: Act, old: Certificate, facts: VisitFacts, holder: str) -> str:
    """A new paper in the place of one that holds; its number. The caller has seen to rights and locks."""
    running_number = next_number("U", clock.local_day(act.now), digits=6)
    new = Certificate(**_new_row(facts, old.kind, holder, running_number, act.now))
    _put_in_place_of(act, old, new)
    act.record("certificate issued", new, {"instead_of": old.id})
    return new.number


def holder_in(facts: VisitFacts, kind: CertificateKind) -> str:
    """Whom a paper about more than a visit names: a presenter who is an adult, nobody else."""
    return next(iter(facts.named_adults), "") if kind is CertificateKind.PRESENTER else ""


def _facts_again(old: Certificate, now: dt.datetime) -> VisitFacts:
    """What a new paper about the same prints. Raises: Conflict("attendance_not_locked")."""
    if old.presenter_id is not None:
        return presenters.facts_again(old, now=now)
    return subjects.facts_again(old) if old.about else papers.visit_facts([old.visit_id])[old.visit_id]


def _put_in_place_of(act: Act, old: Certificate, new: Certificate) -> None:
    """Until the old one has left the indexes of living certificates, the new one has a key of its own."""
    keys = {name: getattr(new, name) for name in ("holder_key", "about") if getattr(new, name)}
    for name, key in keys.items():
        setattr(new, name, f"{key} instead of {old.id}")
    act.session.add(new)
    act.session.flush()
    old.replaced_by_id = new.id
    act.move(CERTIFICATE_MACHINE, old, CertificateState.REISSUED)
    act.session.flush()
    for name, key in keys.items():
        setattr(new, name, key)


def revoke_certificate(actor: Actor, certificate_id: int, reason: str, *, now: dt.datetime) -> None:
    """Declare a certificate void; its check page says so and why. Raises: NotAllowed, NotFound; Conflict."""
    with change(actor, now) as act:
        certificate, visit = _certificate(act.session, certificate_id)
        policy.require(actor, "revoke", "certificate", centre=policy.spot(visit))
        act.move(CERTIFICATE_MACHINE, certificate, CertificateState.REVOKED, reason=reason)
        certificate.reason = reason
        let_papers_wait(act.session, visit.id)  # another name may take its place
    log.info("certificate revoked", extra={"certificate_id": certificate_id})


def certificate_pdf(actor: Actor, number: str, told: Callable[[int], None] = lambda _presenter_id: None) -> bytes:
    """The PDF of one valid certificate. Raises: NotAllowed, NotFound (also for one that no longer counts).

    A minor's name is drawn here alone, for the person who takes the sheet, and after the code on it was signed; `told`
    hears whose was drawn.
    """
    found = papers.papers_to_draw(actor, [number])
    if not found:
        raise NotFound("certificate")
    faces = templates.faces_of({paper.template for paper, _language in found})
    [(paper, lang)] = signature.sealed_papers(found)
    named, whose = presenters.named_for(actor, paper, lang)
    if whose is not None:
        told(whose)
    return with_signature(pdf.draw_each([(named, lang)], faces), settings().pdf_signing)


def draw_merged(actor: Actor, numbers: Iterable[str], told: Callable[[int], None] = lambda _pages: None) -> bytes:
    """One PDF of several certificates, in the order given; `told` hears how many pages are drawn.

    Raises: as `certificate_pdf`.
    """
    wanted = list(dict.fromkeys(numbers))
    found = papers.papers_to_draw(actor, wanted)
    if not wanted or len(found) != len(wanted):
        raise NotFound("certificate")
    faces = templates.faces_of({paper.template for paper, _language in found})
    return with_signature(pdf.draw_each(signature.sealed_papers(found), faces, told), settings().pdf_signing)


def draw_alone(actor: Actor, numbers: Sequence[str]) -> list[tuple[str, bytes]]:
    """A PDF for each of these certificates that holds, with its number. Raises: NotAllowed, NotFound."""
    found = papers.papers_to_draw(actor, numbers)
    faces = templates.faces_of({paper.template for paper, _language in found})
    return [
        (paper.number, with_signature(pdf.draw_each([(paper, language)], faces), settings().pdf_signing))
        for paper, language in signature.sealed_papers(found)
    ]


def _certificate(session: Session, certificate_id: int) -> tuple[Certificate, Visit]:
    """A certificate under the lock of its visit, which comes first."""
    visit_id = session.scalar(select(Certificate.visit_id).where(Certificate.id == certificate_id))
    if visit_id is None:
        raise NotFound("certificate")
    visit = lock_visit(session, visit_id)
    return session.get_one(Certificate, certificate_id), visit


def _of_visits(session: Session, visit_ids: Collection[int]) -> list[Certificate]:
    """The papers that visits alone have earned."""
    alone = Certificate.visit_id.in_(visit_ids), Certificate.about == ""
    return list(session.scalars(select(Certificate).where(*alone).order_by(Certificate.id)))


def key_of(kind: CertificateKind, name: str) -> str:
    return rules.holder_key(kind, name, secret=name_secret())


def _rename_adult(session: Session, visit_id: int, old_key: str, name: str) -> None:
    """The school's list says the right name too, unless that name stands in it already."""
    listed = {row.name_key: row for row in session.scalars(select(NamedAdult).where(NamedAdult.visit_id == visit_id))}
    row, key = listed.get(old_key), key_of(CertificateKind.TEACHER, name)
    if row is not None and listed.get(key, row) is row:
        row.name, row.name_key = name, key


def _new_row(
    facts: VisitFacts, kind: CertificateKind, name: str, running_number: str, now: dt.datetime
) -> dict[str, Any]:
    number = rules.new_number()
    paper = new_paper(facts, kind, number, running_number, clock.local_day(now))
    return {
        "number": number,
        "running_number": running_number,
        "kind": kind,
        "visit_id": facts.visit_id,
        "about": facts.about,
        **{column: facts.subject_id if of is kind else None for of, column in SUBJECTS.items()},
        "holder_key": key_of(kind, name) if name else facts.about or HOST_KEY,
        "holder_name": name or None,
        "language": facts.language,
        "printed": papers.printed_text(paper),
        "state": CertificateState.ISSUED,
        "state_since": now,
        "issued_at": now,
        "reason": "",
    }


def tell_schools(act: Act, visits: Sequence[Visit]) -> None:
    """A reported school request is certified with its first certificates, and the school learns where they lie."""
    asked_by = {row.school_request_id: row for row in visits if row.school_request_id is not None}
    rows = act.session.scalars(
        select(SchoolRequest)
        .where(SchoolRequest.id.in_(asked_by))
        .order_by(SchoolRequest.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    reported = [asked for asked in rows if asked.state is RequestState.REPORTED]
    follow_visits(SYSTEM, reported, RequestState.CERTIFIED, now=act.now)
    hosts = {row.id: row for row in act.session.scalars(select(Host).where(Host.id.in_({v.host_id for v in visits})))}
    tell(act, [(asked, asked_by[asked.id], hosts[asked_by[asked.id].host_id]) for asked in rows])
