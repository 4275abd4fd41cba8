"""What came of the visits held: attendance, head counts, named adults, certificates."""

import datetime as dt
from typing import Any

from sqlalchemy import case, null, select, update
from sqlalchemy.orm import Session

from scheduler.attendance.models import Attendance, HeadCount, NamedAdult
from scheduler.attendance.terms import AttendanceState, CountSource
from scheduler.certificates.models import Certificate
from scheduler.certificates.queries.papers import printed_text
from scheduler.certificates.terms import CertificateKind, CertificatePaper, CertificateState, Signatory
from scheduler.config import settings
from scheduler.places.models import Host
from scheduler.programmes.terms import Audience
from scheduler.requests.models import SchoolRequest
from scheduler.requests.rules.states import CLOSED_AFTER
from scheduler.requests.terms.school_request import RequestState
from scheduler.visits.models.visits import Presentation, Visit
from tools.bench.seed.base import NAMES, STAFF
from tools.bench.seed.days import MINUTES, Calendar
from tools.bench.seed.fates import HELD, SETTLED
from tools.bench.seed.scratch import AUDIENCE, DAY, FATE, NAME, PLAN, SLOT, as_text, padded, planted, written_in
from tools.bench.seed.sizes import A_VISITS_PRESENTATIONS, Size
from tools.bench.seed.work import presentation_id, with_slots

NAMES_KEPT = dt.timedelta(days=80)  # a teacher's name on a certificate
SOME_DAY = dt.date(2099, 1, 2)  # stands in a paper until its own day is put there


def _held() -> Any:
    return PLAN.join(DAY, DAY.c.n == PLAN.c.day_n).join(FATE, FATE.c.name == PLAN.c.fate)


def plant_attendance(session: Session) -> None:
    """One line a presentation held, as far as its counting has come."""
    locked = FATE.c.name.in_(SETTLED)
    signed = FATE.c.name.in_((*SETTLED, "signed"))
    corrected = FATE.c.name == "corrected"
    planted(
        session,
        Attendance,
        with_slots(_held()),
        {
            "id": presentation_id(),
            "presentation_id": presentation_id(),
            "state": case((corrected, AttendanceState.LOCKED.value), else_=FATE.c.attendance),
            "state_since": case((locked, DAY.c.locked_at), else_=DAY.c.entered_at),
            "teacher_present": True,
            "minutes_given": MINUTES,
            "submitted_by_id": PLAN.c.educator_id + STAFF,
            "submitted_at": DAY.c.entered_at,
            "countersigned_at": case((signed, DAY.c.signed_at), else_=null()),
            "locked_at": case((locked, DAY.c.locked_at), else_=null()),
        },
        FATE.c.name.in_(HELD),
    )


def plant_counts(session: Session) -> None:
    """Four numbers a presentation, as the educator typed them."""
    parents = SLOT.c.ordinal == A_VISITS_PRESENTATIONS
    some = presentation_id() * 7 % 40
    people = case(
        (AUDIENCE.c.audience == Audience.TEACHERS.value, 1 + some % 4),
        (AUDIENCE.c.audience == Audience.OTHERS.value, 0),
        ((AUDIENCE.c.audience == Audience.PUPILS.value) & ~parents, 30 + some),
        ((AUDIENCE.c.audience == Audience.PARENTS.value) & parents, 10 + some),
        else_=0,
    )
    planted(
        session,
        HeadCount,
        with_slots(_held()).join(AUDIENCE, AUDIENCE.c.n > 0),
        {
            "presentation_id": presentation_id(),
            "audience": AUDIENCE.c.audience,
            "source": CountSource.EDUCATOR,
            "version": 1,
            "people": people,
            "counts": True,
            "entered_at": DAY.c.entered_at,
        },
        FATE.c.name.in_(HELD),
    )


def correct_some(session: Session) -> None:
    """A correction comes as people make it, or it is refused: a new version, and numbers that count instead."""
    of_plan = select(Presentation.id).join(PLAN, PLAN.c.i == Presentation.visit_id).where(PLAN.c.fate == "corrected")
    corrected = {"state": AttendanceState.CORRECTED, "version": 2, "reason": "Школа је накнадно јавила тачан број."}
    session.execute(update(Attendance).where(Attendance.presentation_id.in_(of_plan)).values(**corrected))
    before = HeadCount.presentation_id.in_(of_plan)
    session.execute(update(HeadCount).where(before).values(counts=False))
    planted(
        session,
        HeadCount,
        HeadCount.__table__,
        {
            "presentation_id": HeadCount.presentation_id,
            "audience": HeadCount.audience,
            "source": CountSource.COORDINATOR,
            "version": 2,
            "people": case((HeadCount.people > 0, HeadCount.people + 1), else_=0),
            "counts": True,
            "entered_at": HeadCount.entered_at,
        },
        before,
    )


def audiences() -> list[dict[str, Any]]:
    return [{"n": number, "audience": audience.value} for number, audience in enumerate(Audience, 1)]


def plant_certificates(session: Session, size: Size, calendar: Calendar) -> None:
    """The school's own of each settled visit, and of every other one a teacher's, whose name is kept for a while."""
    last = calendar.now.date() - NAMES_KEPT
    named = _held().join(NAME, NAME.c.n == PLAN.c.i % NAMES)
    settled = FATE.c.name.in_(SETTLED)
    wanted = [PLAN.c.i % 2 == 0, settled]
    if size.certified:
        wanted.append(DAY.c.day >= last)
    adult = {
        "visit_id": PLAN.c.i,
        "name": NAME.c.whole,
        "name_key": NAME.c.key,
        "entered_at": DAY.c.entered_at,
    }
    planted(session, NamedAdult, named, adult, *wanted)
    if not size.certified:
        return
    with_host = named.join(Host, Host.id == PLAN.c.host_id)
    school = _certificate(PLAN.c.i, CertificateKind.SCHOOL) | {"holder_key": "host", "holder_name": null()}
    planted(session, Certificate, with_host, school, settled)
    teacher = _certificate(PLAN.c.i + size.every_visit, CertificateKind.TEACHER) | {
        "holder_key": NAME.c.key,
        "holder_name": case((DAY.c.day >= last, NAME.c.whole), else_=null()),
    }
    planted(session, Certificate, with_host, teacher, settled, PLAN.c.i % 2 == 0)
    _close_finished(session, calendar)


def _close_finished(session: Session, calendar: Calendar) -> None:
    """As the nightly job does a month after the certificates; nothing is expected of ten years' requests."""
    done = SchoolRequest.state == RequestState.CERTIFIED, SchoolRequest.state_since <= calendar.now - CLOSED_AFTER
    closed = update(SchoolRequest).where(*done).values(state=RequestState.CLOSED)
    session.execute(closed.execution_options(synchronize_session=False))


def settle_papers(session: Session) -> None:
    """As the sweep of every five minutes, which has seen each paper long ago. What the database does after each of
    these changes wants to know how much there is.
    """
    had = Visit.id.in_(select(Certificate.visit_id))
    session.execute(update(Visit).where(had).values(papers_settled=True).execution_options(synchronize_session=False))


def _certificate(ident: Any, kind: CertificateKind) -> dict[str, Any]:
    number, running = "BENCH" + padded(ident, 11), "U-" + DAY.c.year + "-" + padded(ident, 6)
    said = {
        "NUMBER": number,
        "RUNNING": running,
        "HOST": Host.name_sr_cyrl,
        "PLACE": Host.place_sr_cyrl,
        SOME_DAY.isoformat(): DAY.c.iso,
        "ORDER": as_text(PLAN.c.i),
    }
    return {
        "id": ident,
        "number": number,
        "running_number": running,
        "kind": kind,
        "visit_id": PLAN.c.i,
        "language": "sr_Cyrl",
        "printed": written_in(_paper(kind), said),
        "state": CertificateState.ISSUED,
        "state_since": DAY.c.issued_at,
        "issued_at": DAY.c.issued_at,
    }


def _paper(kind: CertificateKind) -> str:
    """The stored fields of a certificate, with marks where each visit has its own."""
    school = kind is CertificateKind.SCHOOL
    return printed_text(
        CertificatePaper(
            kind=kind,
            number="NUMBER",
            running_number="RUNNING",
            host_name="HOST",
            host_place="PLACE",
            programme_title="Безбедно на интернету",
            on_day=SOME_DAY,
            issued_on=SOME_DAY,
            centre_name="Центар за безбедан интернет",
            centre_place="Београд",
            check_url=f"{settings().base_url}/certificates/NUMBER",
            minutes=0 if school else 3 * MINUTES,
            presentations=3 if school else 0,
            pupils=100 if school else 0,
            signatories=(Signatory("Драгана Лазић", "координаторка"),),
        )
    )
