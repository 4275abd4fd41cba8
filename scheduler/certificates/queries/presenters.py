"""A presenter's certificates: what one prints of a school year, which she has, and whose name its sheet is given."""

import datetime as dt
from dataclasses import dataclass, replace

from sqlalchemy import ColumnElement, Select, func, select

from scheduler import policy
from scheduler.attendance.models import Attendance
from scheduler.attendance.terms import HeadCounts
from scheduler.certificates.models import Certificate
from scheduler.certificates.queries.papers import key_told, paper_of, visit_facts
from scheduler.certificates.queries.templates import template_of
from scheduler.certificates.rules import holder_key, names_match
from scheduler.certificates.terms import (
    UNNAMED_KEY,
    CertificateKind,
    CertificatePaper,
    CertificateReason,
    CertificateState,
    VisitFacts,
)
from scheduler.config import name_secrets
from scheduler.core import clock
from scheduler.core.db import db
from scheduler.core.errors import Conflict, NotFound
from scheduler.core.names import spelled
from scheduler.people.models import Presenter, User
from scheduler.people.rules import is_minor
from scheduler.places.rules.hosts import first_year_of, school_year, school_year_days
from scheduler.policy import Actor, Role
from scheduler.safeguarding.models import GuardianConsent
from scheduler.visits.models.visits import Assignment, Presentation, Visit
from scheduler.visits.terms.states import HELD_STATES, AssignmentState, PresentationState

SURNAME_LINE = " " + "_" * 12  # where she writes by hand what the sheet does not hold
OLDEST_YEAR = 2000
_TAKES_PLACE = (PresentationState.PLANNED, PresentationState.CONFIRMED, *HELD_STATES)


@dataclass(frozen=True)
class PresenterYear:
    """What is locked of a presenter's school year, and the last paper about it, if there is one."""

    first_year: int
    presentations: int = 0
    minutes: int = 0
    number: str = ""
    running_number: str = ""
    state: CertificateState = CertificateState.ELIGIBLE
    stale: bool = False  # it holds, and says other numbers than now

    @property
    def school_year(self) -> str:
        return school_year(school_year_days(self.first_year)[0])


def about_year(presenter_id: int, first_year: int) -> str:
    """What makes two papers the same: "presenter 12 2025"."""
    return f"presenter {presenter_id} {first_year}"


def _year_of(paper: Certificate) -> int:
    return int(paper.about.rpartition(" ")[2])


def facts_of_year(presenter_id: int, first_year: int, *, now: dt.datetime, visit_id: int = 0) -> VisitFacts:
    """The sums of what was locked; an adult is among its named adults, a minor never.

    Neither school nor town nor day of a visit is in it: a paper that hangs on a wall tells nobody where she was. It
    rests on the last visit whose numbers are all locked, or on `visit_id`.
    Raises: NotFound; Conflict("attendance_not_locked") where nothing is locked yet, Conflict("same_name_there").
    """
    person = db.session().get(Presenter, presenter_id)
    if person is None:
        raise NotFound("presenter")
    if not OLDEST_YEAR <= first_year <= first_year_of(clock.local_day(now)):
        raise Conflict(CertificateReason.ATTENDANCE_NOT_LOCKED)
    within = Visit.on_day.between(*school_year_days(first_year))
    sums = db.session().execute(_sums(presenter_id).where(within)).one()
    user = db.session().get_one(User, person.user_id)
    grown = not is_minor(person.adult_on, now.date())  # by UTC, as the database: never earlier than by local time
    rests_on = visit_id or _last_visit(person, user.full_name if grown else "", within)
    if not sums.presentations:
        raise Conflict(CertificateReason.ATTENDANCE_NOT_LOCKED)
    facts = visit_facts([rests_on], spoken=user.language)[rests_on]
    return replace(
        facts,
        host_name="",
        host_place="",
        programme_title="",
        programme_number="",
        programme_hours=0,
        campaign_title="",
        campaign_text="",
        template=template_of(facts.centre_id),
        counts=HeadCounts(),
        about=about_year(presenter_id, first_year),
        subject_id=presenter_id,
        on_day=min(school_year_days(first_year)[1], clock.local_day(now)),
        presentations=sums.presentations,
        minutes=int(sums.minutes),
        named_adults=(spelled(user.full_name, user.language),) if grown else (),
    )


def facts_again(old: Certificate, *, now: dt.datetime) -> VisitFacts:
    """The same year with the sums that count now. Raises: as `facts_of_year`."""
    return facts_of_year(old.presenter_id or 0, _year_of(old), now=now, visit_id=old.visit_id)


def _sums(presenter_id: int) -> Select[int, int]:
    """Presentations held with her whose numbers are locked, and their minutes."""
    minutes = func.sum(func.coalesce(Attendance.minutes_given, Presentation.minutes))
    return (
        select(func.count(Presentation.id).label("presentations"), minutes.label("minutes"))
        .select_from(Assignment)
        .join(Presentation, Presentation.id == Assignment.presentation_id)
        .join(Visit, Visit.id == Presentation.visit_id)
        .join(Attendance, Attendance.presentation_id == Presentation.id)
        .where(*_with_her(presenter_id), Attendance.locked_at.is_not(None))
    )


def _last_visit(person: Presenter, name: str, within: ColumnElement[bool]) -> int:
    """What her paper rests on; an adult's on a visit on which none of another person of the same name rests.

    Raises: Conflict("attendance_not_locked"), Conflict("same_name_there").
    """
    visits = db.session().scalars(_whole_visits(person).where(within)).all()
    if not visits:
        raise Conflict(CertificateReason.ATTENDANCE_NOT_LOCKED)
    keys = [holder_key(CertificateKind.PRESENTER, name, secret=secret) for secret in name_secrets()] if name else []
    others = select(Certificate.visit_id).where(
        Certificate.kind == CertificateKind.PRESENTER,
        Certificate.state == CertificateState.ISSUED,
        Certificate.holder_key.in_(keys),
        Certificate.presenter_id != person.id,
    )
    taken = set(db.session().scalars(others)) if keys else set()
    free = next((one for one in visits if one not in taken), None)
    if free is None:
        raise Conflict(CertificateReason.SAME_NAME_THERE)
    return free


def _whole_visits(person: Presenter) -> Select[int]:
    """Visits of her centre held with her of which every number is locked, the last first."""
    waits = select(Presentation.id).outerjoin(Attendance, Attendance.presentation_id == Presentation.id)
    waits = waits.where(Presentation.visit_id == Visit.id, Presentation.state.in_(_TAKES_PLACE))
    hers = select(Assignment.id).join(Presentation, Presentation.id == Assignment.presentation_id)
    hers = hers.where(Presentation.visit_id == Visit.id, *_with_her(person.id))
    wanted = select(Visit.id).where(hers.exists(), ~waits.where(Attendance.locked_at.is_(None)).exists())
    wanted = wanted.where(Visit.centre_id == person.centre_id)  # no other centre may draw her name
    return wanted.order_by(Visit.on_day.desc(), Visit.id.desc())


def _with_her(presenter_id: int) -> tuple[ColumnElement[bool], ...]:
    return (
        Assignment.presenter_id == presenter_id,
        Assignment.state == AssignmentState.PRESENT,
        Presentation.state.in_(HELD_STATES),
    )


def years_of_presenter(actor: Actor, presenter_id: int) -> list[PresenterYear]:
    """School years of which something is locked, or a paper was issued, the last first. Two questions.

    Raises: NotAllowed, NotFound.
    """
    person = db.session().get(Presenter, presenter_id)
    centre = person.centre_id if person else None
    policy.require(actor, "read", "presenter", centre=centre, presenters=[presenter_id])
    years: dict[int, PresenterYear] = {}
    for row in db.session().execute(_sums(presenter_id).add_columns(Visit.on_day).group_by(Visit.on_day)):
        year = first_year_of(row.on_day)
        so_far = years.get(year, PresenterYear(year))
        more = so_far.presentations + row.presentations, so_far.minutes + int(row.minutes)
        years[year] = replace(so_far, presentations=more[0], minutes=more[1])
    for paper in db.session().scalars(_papers_of(presenter_id)):
        year = _year_of(paper)
        years[year] = _with_paper(years.get(year, PresenterYear(year)), paper)
    return [years[year] for year in sorted(years, reverse=True)]


def own_papers(actor: Actor) -> list[PresenterYear]:
    """The actor's own that hold, or her child's, of the last school year first. One question."""
    policy.require(actor, "read", "certificate", centre=actor.centre_id, presenters=[actor.presenter_id])
    if actor.presenter_id is None:
        return []
    wanted = _papers_of(actor.presenter_id).where(Certificate.state == CertificateState.ISSUED)
    found = []
    for row in db.session().scalars(wanted):
        said = paper_of(row)
        found.append(_with_paper(PresenterYear(_year_of(row), said.presentations, said.minutes), row))
    return sorted(found, key=lambda one: one.first_year, reverse=True)


def _papers_of(presenter_id: int) -> Select[Certificate]:
    """All that she ever had, the first first."""
    return select(Certificate).where(Certificate.presenter_id == presenter_id).order_by(Certificate.id)


def _with_paper(one: PresenterYear, paper: Certificate) -> PresenterYear:
    """The last one counts: a paper is replaced by a later one, and what was revoked does not come back."""
    holds = paper.state is CertificateState.ISSUED
    stale = holds and says_otherwise(paper, one.presentations, one.minutes)
    number, running = paper.number, paper.running_number
    return replace(one, number=number, running_number=running, state=paper.state, stale=stale)


def says_otherwise(old: Certificate, presentations: int, minutes: int) -> bool:
    """Whether a paper says other numbers than these."""
    said = paper_of(old)
    return (said.presentations, said.minutes) != (presentations, minutes)


def living_paper(about: str) -> tuple[Certificate | None, bool]:
    """The one about this that holds, and whether there ever was one."""
    had = list(db.session().scalars(select(Certificate).where(Certificate.about == about).order_by(Certificate.id)))
    return next((row for row in had if row.state is CertificateState.ISSUED), None), bool(had)


def named_for(actor: Actor, paper: CertificatePaper, lang: str) -> tuple[CertificatePaper, int | None]:
    """A presenter's paper as a person takes it: with her name, which is drawn and not kept; and whose name that is.

    A minor's has her first name and a line for the other, until her guardian withdraws or she is erased. An adult whose
    name is forgotten here is named as long as her account is the one that the paper was issued to. A file that no
    person takes, written by a command, names nobody; neither does the code on the paper, which is signed before.
    """
    if paper.kind is not CertificateKind.PRESENTER or paper.holder_name or Role.SYSTEM in actor.roles:
        return paper, None
    withdrawn = (
        select(GuardianConsent.withdrawn_at)
        .where(GuardianConsent.presenter_id == Presenter.id)
        .order_by(GuardianConsent.recorded_at.desc(), GuardianConsent.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    wanted = (
        select(Certificate, Presenter.adult_on, User, withdrawn.label("withdrawn"))
        .join(Presenter, Presenter.id == Certificate.presenter_id)
        .join(User, User.id == Presenter.user_id)
        .where(Certificate.number == paper.number, User.erased_at.is_(None))
    )
    row = db.session().execute(wanted).one_or_none()
    if row is None:
        return paper, None
    key, whose = key_told(row.Certificate, row.adult_on), row.Certificate.presenter_id
    if key.startswith(UNNAMED_KEY) and row.withdrawn is not None:
        return paper, None
    if key.startswith(UNNAMED_KEY):
        return replace(paper, holder_name=spelled(row.User.given_spelled, lang) + SURNAME_LINE), whose
    name = spelled(row.User.full_name, lang)
    if not names_match(key, name, secrets=name_secrets()):
        return paper, None
    return replace(paper, holder_name=name), whose


def violations() -> list[str]:
    """A sentence for each paper of a presenter that names a minor, or is about another year or person than its own."""
    hers = (
        select(Certificate.id, Certificate.about, Certificate.presenter_id, Certificate.holder_name, Presenter.adult_on)
        .add_columns(Certificate.issued_at)
        .join(Presenter, Presenter.id == Certificate.presenter_id)
        .order_by(Certificate.id)
    )
    found = []
    for row in db.session().execute(hers):
        if row.holder_name is not None and is_minor(row.adult_on, row.issued_at.date()):
            found.append(f"certificate {row.id} names a minor")
        if row.about.rpartition(" ")[0] != f"presenter {row.presenter_id}":
            found.append(f"certificate {row.id} is about another presenter than hers")
    return found
