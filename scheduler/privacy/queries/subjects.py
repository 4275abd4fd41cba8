"""One person as all tables know her: an account, a presenter, a guardian, or whoever asked for a school."""

import datetime as dt
from collections.abc import Collection, Iterable
from typing import Any

from sqlalchemy import and_, func, or_, select

from scheduler.attendance.models import NamedAdult
from scheduler.attendance.sheet_models import SheetScan
from scheduler.certificates.models import Certificate
from scheduler.config import name_secrets
from scheduler.core.audit import AuditEntry
from scheduler.core.db import Base, db
from scheduler.core.names import spellings
from scheduler.core.text import name_key
from scheduler.messages.models import OutboxMessage
from scheduler.people.models import Presenter, User, UserRole
from scheduler.policy import Role
from scheduler.privacy.queries.mentions import to_her
from scheduler.privacy.queries.retention import OPEN
from scheduler.privacy.terms import Hindrance, PrivacyReason, Subject
from scheduler.requests.models import SchoolRequest
from scheduler.requests.terms.school_request import RequestState
from scheduler.safeguarding.models import Guardian, GuardianConsent
from scheduler.visits.models.visits import Assignment, Presentation, Visit
from scheduler.visits.terms.states import GONE_VISITS

_S = RequestState
LIVING = (
    _S.NEW, _S.TRIAGE, _S.NEEDS_INFO, _S.WAITLISTED, _S.PROPOSED, _S.AGREED, _S.STAFFING, _S.CONFIRMED, _S.READY,
    _S.DISRUPTED,
)  # fmt: skip


def subject_of(email: str, centre_id: int | None) -> Subject:
    """Whoever has this address, in one centre or in all (None)."""
    address, session = email.strip().lower(), db.session()

    def of_centre(wanted: Any, column: Any) -> Any:
        return wanted if centre_id is None else wanted.where(column == centre_id)

    user = session.scalars(of_centre(select(User).where(User.email == address), User.centre_id)).first()
    presenter = session.scalar(select(Presenter.id).where(Presenter.user_id == user.id)) if user else None
    guardians = of_centre(
        select(Guardian.id, Guardian.name).join(Presenter).where(func.lower(Guardian.email) == address),
        Presenter.centre_id,
    )
    requests = of_centre(
        select(SchoolRequest.id, SchoolRequest.contact_name).where(func.lower(SchoolRequest.contact_email) == address),
        SchoolRequest.centre_id,
    )
    guarding = session.execute(guardians.order_by(Guardian.id)).all()
    asking = session.execute(requests.order_by(SchoolRequest.id)).all()
    by_staff = _all_spellings([*([user.full_name] if user else []), *(name for _, name in guarding)])
    names = [*by_staff, *_all_spellings([name for _, name in asking])]
    return Subject(
        email=address,
        centre_id=centre_id,
        user_id=user.id if user else None,
        presenter_id=presenter,
        guardian_ids=tuple(one for one, _ in guarding),
        request_ids=tuple(one for one, _ in asking),
        names=tuple(dict.fromkeys(name for name in names if name.strip())),
        names_by_staff=frozenset(by_staff),
    )


def _all_spellings(names: Iterable[str]) -> list[str]:
    """As they stand in any paper or mail."""
    return [one for name in names for one in spellings(name)]


def hindrances_of(subject: Subject, *, by_user: int | None, now: dt.datetime) -> tuple[Hindrance, ...]:
    """What must happen before this person is erased."""
    found = [
        Hindrance(PrivacyReason.VISITS_TO_COME, _visits_to_come(subject, now)),
        Hindrance(PrivacyReason.REQUESTS_OPEN, _requests_open(subject, now)),
        Hindrance(PrivacyReason.SPEAKS_FOR_A_MINOR, _minors_of(subject, now)),
    ]
    hindrances = [one for one in found if one.numbers]
    if subject.user_id is not None and subject.user_id == by_user:
        hindrances.append(Hindrance(PrivacyReason.ERASES_HERSELF))
    elif _is_last_administrator(subject):
        hindrances.append(Hindrance(PrivacyReason.LAST_ADMINISTRATOR))
    return tuple(hindrances)


def _visits_to_come(subject: Subject, now: dt.datetime) -> tuple[str, ...]:
    wanted = (
        select(Visit.number)
        .join(Presentation, Presentation.visit_id == Visit.id)
        .join(Assignment, Assignment.presentation_id == Presentation.id)
        .where(Assignment.presenter_id == subject.presenter_id)
        .where(Assignment.state.in_(OPEN), Assignment.busy_until > now)
    )
    return tuple(db.session.scalars(wanted.distinct().order_by(Visit.number)))


def _requests_open(subject: Subject, now: dt.datetime) -> tuple[str, ...]:
    to_come = select(Visit.school_request_id).where(Visit.on_day >= now.date(), Visit.state.not_in(GONE_VISITS))
    wanted = select(SchoolRequest.number).where(
        SchoolRequest.id.in_(subject.request_ids),
        SchoolRequest.state.in_(LIVING),
        or_(SchoolRequest.last_day >= now.date(), SchoolRequest.id.in_(to_come)),
    )
    return tuple(db.session.scalars(wanted.order_by(SchoolRequest.number)))


def _minors_of(subject: Subject, now: dt.datetime) -> tuple[str, ...]:
    """Numbers of presenters for whom her consent stands, and nobody else's."""
    wanted = (
        select(GuardianConsent.presenter_id)
        .join(Presenter, Presenter.id == GuardianConsent.presenter_id)
        .where(GuardianConsent.guardian_id.in_(subject.guardian_ids), GuardianConsent.withdrawn_at.is_(None))
        .where(GuardianConsent.valid_until >= now.date(), Presenter.adult_on > now.date())
        .where(GuardianConsent.takes_part)
    )
    return tuple(str(one) for one in db.session.scalars(wanted.distinct().order_by(GuardianConsent.presenter_id)))


def _is_last_administrator(subject: Subject) -> bool:
    user = db.session.get(User, subject.user_id) if subject.user_id else None
    if user is None or user.suspended_at is not None or Role.ADMINISTRATOR not in {row.role for row in user.roles}:
        return False
    others = (
        select(User.id)
        .join(UserRole, UserRole.user_id == User.id)
        .where(UserRole.role == Role.ADMINISTRATOR, User.centre_id == user.centre_id, User.id != user.id)
        .where(User.suspended_at.is_(None), User.password_hash.is_not(None))
    )
    return db.session.scalar(others.limit(1)) is None


# --- what stands about her ---


def holder_keys_of(subject: Subject) -> list[str]:
    """What certificates know of her names."""
    return [key for name in subject.names for secret in name_secrets() if (key := name_key(name, secret))]


def of_her_visits(subject: Subject, model: type[NamedAdult] | type[Certificate], column: Any) -> list[int]:
    """Rows with her name at the visits that she had asked for; and what was issued to her as a presenter."""
    visits = select(Visit.id).where(Visit.school_request_id.in_(subject.request_ids))
    hers = and_(model.visit_id.in_(visits), column.in_(holder_keys_of(subject)))
    if model is Certificate and subject.presenter_id is not None:
        hers = or_(hers, Certificate.presenter_id == subject.presenter_id)
    return list(db.session.scalars(select(model.id).where(hers).order_by(model.id)))


def sheets_of_her_visits(subject: Subject) -> list[int]:
    """Scans of filled sheets of the visits that she had asked for: her name and signature may stand on them."""
    wanted = (
        select(SheetScan.id)
        .join(Presentation, Presentation.id == SheetScan.presentation_id)
        .join(Visit, Visit.id == Presentation.visit_id)
        .where(Visit.school_request_id.in_(subject.request_ids))
    )
    return list(db.session.scalars(wanted.order_by(SheetScan.id)))


def links_to(table_name: str) -> list[tuple[Any, Any]]:
    """(table, column) of everything that refers to a row of this table."""
    own = Base.metadata.tables[table_name]
    return [
        (other, constraint.elements[0].parent)
        for other in Base.metadata.sorted_tables
        for constraint in other.foreign_key_constraints
        if constraint.elements[0].column is own.c.id and other is not own
    ]


def message_ids(subject: Subject) -> list[int]:
    """Messages to her address."""
    wanted = select(OutboxMessage.id).where(to_her(subject))
    return list(db.session.scalars(wanted.order_by(OutboxMessage.id)))


def audit_ids(subject: Subject) -> list[int]:
    """What she did."""
    labels = [f"user:{subject.user_id}"] if subject.user_id else []
    labels += [f"link:request:{one}" for one in subject.request_ids]
    labels += [f"link:guardian:{one}" for one in subject.guardian_ids]
    return list(db.session.scalars(select(AuditEntry.id).where(AuditEntry.actor.in_(labels)).order_by(AuditEntry.id)))


def count_of(table: Any, column: Any, ids: Collection[int | None]) -> int:
    wanted = select(func.count()).select_from(table).where(column.in_([one for one in ids if one is not None]))
    return db.session.scalar(wanted) or 0
