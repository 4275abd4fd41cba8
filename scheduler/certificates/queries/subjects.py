"""Facts of papers about more than a visit: each rests on the last of its visits, and on locked numbers only."""

from collections.abc import Collection
from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, Select, select

from scheduler.certificates.models import Certificate
from scheduler.certificates.queries.papers import unlocked, visit_facts
from scheduler.certificates.terms import CertificateReason, CertificateState, SubjectPaper, VisitFacts
from scheduler.cohorts.models import Cohort, CohortPart
from scheduler.core.db import db
from scheduler.core.errors import Conflict, NotFound
from scheduler.policy import Actor, in_reach, own_part, require
from scheduler.visits.models.visits import Presentation, Visit
from scheduler.visits.terms.states import HELD_STATES


def facts_again(old: Certificate) -> VisitFacts:
    """The same with the numbers that count now. Raises: Conflict("attendance_not_locked")."""
    if old.cohort_id is None:
        raise NotFound("subject")
    return cohort_facts(db.session().get_one(Cohort, old.cohort_id), visit_id=old.visit_id, about=old.about)


def cohort_facts(row: Cohort, *, visit_id: int = 0, about: str = "") -> VisitFacts:
    """What a cohort's paper prints: of the level that it has reached, or of the one that an older paper is about.

    Raises: Conflict("attendance_not_locked"), also before anything was held.
    """
    parts = select(CohortPart.school_request_id).where(CohortPart.cohort_id == row.id)
    visits = _held_visits(Visit.school_request_id.in_(parts))
    if not visits or row.level == 0:
        raise Conflict(CertificateReason.ATTENDANCE_NOT_LOCKED)
    level = int(about.rpartition(" ")[2]) if about else row.level
    last = visit_facts([visit_id or visits[-1].id])[visit_id or visits[-1].id]
    return replace(
        last,
        campaign_title="",
        campaign_text="",
        about=about or f"cohort {row.id} {level}",
        cohort_id=row.id,
        since=visits[0].on_day,
        counts=replace(last.counts, pupils=row.size, parents=0, teachers=0, others=0),
        presentations=len(visits),
        group=row.code,
        grade=row.grade,
        level=level,
    )


def _held_visits(*which: ColumnElement[bool]) -> list[Visit]:
    """Visits at which something was held, in order of their days. Raises: Conflict while numbers of one wait."""
    held = select(Presentation.id).where(Presentation.visit_id == Visit.id, Presentation.state.in_(HELD_STATES))
    wanted: Select[Visit] = select(Visit).where(*which, held.exists())
    if db.session().scalar(wanted.where(unlocked()).limit(1)) is not None:
        raise Conflict(CertificateReason.ATTENDANCE_NOT_LOCKED)
    return list(db.session().scalars(wanted.order_by(Visit.on_day, Visit.id)))


def numbers_of_cohort(actor: Actor, cohort_id: int) -> list[SubjectPaper]:
    """A cohort's certificates, the first first. Raises: NotAllowed."""
    require(actor, "read", "cohort", centre=own_part(actor))
    return _papers(Certificate.cohort_id == cohort_id, in_reach(actor, Visit))


def _papers(*which: ColumnElement[bool]) -> list[SubjectPaper]:
    wanted = (
        select(Certificate.about, Certificate.number, Certificate.running_number, Certificate.state)
        .join(Visit, Visit.id == Certificate.visit_id)
        .where(*which)
        .order_by(Certificate.id)
    )
    return [SubjectPaper(*tuple[Any, ...](row)) for row in db.session().execute(wanted)]


def papers_about(about: Collection[str]) -> dict[str, str]:
    """Which of these ever had a certificate: the number of the one that holds, "" where it was revoked."""
    wanted = select(Certificate.about, Certificate.number, Certificate.state).where(Certificate.about.in_(about))
    found: dict[str, str] = {}
    for row in db.session().execute(wanted):
        found[row.about] = row.number if row.state is CertificateState.ISSUED else found.get(row.about, "")
    return found
