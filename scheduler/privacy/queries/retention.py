"""What has lasted its time, table by table: conditions on rows that still hold what must go.

So a second run of the same night finds none.
"""

import datetime as dt

from sqlalchemy import ColumnElement, and_, exists, or_
from sqlalchemy.orm import aliased

from scheduler.certificates.models import Certificate
from scheduler.certificates.terms import FORGOTTEN_KEY, NAMES_A_PERSON
from scheduler.core.audit import AuditEntry
from scheduler.messages.models import OutboxMessage
from scheduler.messages.terms import MessageState
from scheduler.people.models import Presenter, SignIn, User, UserRole
from scheduler.policy import Role
from scheduler.requests.models import SchoolRequest
from scheduler.requests.rules.school_request import PROVE_WITHIN
from scheduler.requests.terms.school_request import RequestChannel, RequestState
from scheduler.safeguarding.models import ConsentPaper, Guardian, GuardianConsent
from scheduler.visits.models.visits import Assignment, Visit
from scheduler.visits.terms.states import AssignmentState

PERSONS = ("user:%", "link:%")  # actors behind which a person stands
OPEN = (AssignmentState.SUGGESTED, AssignmentState.OFFERED, AssignmentState.ACCEPTED)
CONTACT = ("contact_name", "contact_email", "contact_phone", "safeguarding_contact")
WORDS = ("question", "answer", "reason", "directions")

Condition = ColumnElement[bool]


def filled(model: type, *names: str) -> Condition:
    """At least one of these texts is not empty yet."""
    return or_(*(getattr(model, name) != "" for name in names))


def never_proven(cut: dt.datetime, now: dt.datetime) -> Condition:
    """Requests from the web whose address nobody proved: those that ended, and those that end in this very run."""
    ended = or_(
        SchoolRequest.state == RequestState.EXPIRED,
        and_(SchoolRequest.state == RequestState.WITHDRAWN, SchoolRequest.channel == RequestChannel.WEB),
        and_(SchoolRequest.state == RequestState.UNVERIFIED, SchoolRequest.submitted_at <= now - PROVE_WITHIN),
    )
    unproven = and_(SchoolRequest.proved_at.is_(None), SchoolRequest.submitted_at <= cut, ended)
    return and_(unproven, filled(SchoolRequest, *CONTACT, *WORDS))


def over_by(day: dt.date) -> Condition:
    """Requests whose days, and whose visits, all lie on this day or before."""
    later = exists().where(Visit.school_request_id == SchoolRequest.id, Visit.on_day > day)
    return and_(SchoolRequest.last_day <= day, ~later)


def idle_account(cut: dt.datetime) -> Condition:
    """Accounts without a presenter's profile that nobody used since; a centre keeps its last administrator."""
    used = exists().where(SignIn.user_id == User.id, SignIn.last_seen_at > cut)
    profile = exists().where(Presenter.user_id == User.id)
    other, seen, role = aliased(User), aliased(SignIn), aliased(UserRole)
    is_administrator = exists().where(UserRole.user_id == User.id, UserRole.role == Role.ADMINISTRATOR)
    another = exists().where(
        other.centre_id == User.centre_id,
        other.id != User.id,
        other.suspended_at.is_(None),
        role.user_id == other.id,
        role.role == Role.ADMINISTRATOR,
        seen.user_id == other.id,
        seen.last_seen_at > cut,
    )
    idle = and_(User.erased_at.is_(None), User.created_at <= cut, ~used, ~profile)
    return and_(idle, or_(~is_administrator, User.suspended_at.is_not(None), another))


def engagement_over(cut: dt.datetime, now: dt.datetime) -> Condition:
    """Of a presenter: suspended by then; or neither signed in, nor at a visit, nor allowed to by a guardian since."""
    hers = Assignment.presenter_id == Presenter.id
    waits = exists().where(hers, Assignment.state.in_(OPEN), Assignment.busy_until > now)
    fresh = exists().where(User.id == Presenter.user_id, User.created_at > cut)
    used = exists().where(SignIn.user_id == Presenter.user_id, SignIn.last_seen_at > cut)
    went = exists().where(hers, Assignment.state.in_((*OPEN, AssignmentState.PRESENT)), Assignment.busy_until > cut)
    allowed = exists().where(
        GuardianConsent.presenter_id == Presenter.id,
        GuardianConsent.takes_part,
        GuardianConsent.valid_until > cut.date(),
        or_(GuardianConsent.withdrawn_at.is_(None), GuardianConsent.withdrawn_at > cut),
        is_young(now.date()),
    )
    erased = exists().where(User.id == Presenter.user_id, User.erased_at.is_not(None))
    silent = and_(~fresh, ~used, ~went, ~allowed)
    return and_(~erased, ~waits, or_(Presenter.suspended_at <= cut, silent))


def is_young(today: dt.date) -> Condition:
    return and_(Presenter.adult_on.is_not(None), Presenter.adult_on > today)


def is_grown(today: dt.date) -> Condition:
    return or_(Presenter.adult_on.is_(None), Presenter.adult_on <= today)


def _grown_up(model: type[Guardian | GuardianConsent | ConsentPaper], cut: dt.datetime) -> Condition:
    """Of a row about a minor: she was of age by then."""
    return exists().where(Presenter.id == model.presenter_id, Presenter.adult_on <= cut.date())


def guardian_without_need(cut: dt.datetime) -> Condition:
    """Another one speaks since then, or the minor is of age."""
    return and_(filled(Guardian, "name", "email", "phone"), or_(Guardian.replaced_at <= cut, _grown_up(Guardian, cut)))


def consent_ended(cut: dt.datetime) -> Condition:
    return or_(GuardianConsent.withdrawn_at <= cut, GuardianConsent.valid_until <= cut.date())


def consent_with_a_name(cut: dt.datetime) -> Condition:
    """Ended, and still with name, phone and address of who gave it."""
    named = filled(GuardianConsent, "guardian_name", "guardian_phone")
    return and_(named, or_(consent_ended(cut), _grown_up(GuardianConsent, cut)))


def paper_with_a_scan(cut: dt.datetime) -> Condition:
    """The scan of a paper that was turned down or has lasted, or of somebody who is of age."""
    over = or_(ConsentPaper.ended_at <= cut, ConsentPaper.valid_until <= cut.date(), _grown_up(ConsentPaper, cut))
    return and_(ConsentPaper.scan != b"", over)


def paper_without_consent(cut: dt.datetime) -> Condition:
    """Nothing rests on it any more."""
    rests = exists().where(GuardianConsent.paper_id == ConsentPaper.id)
    return and_(~rests, or_(ConsentPaper.ended_at <= cut, ConsentPaper.valid_until <= cut.date()))


def guardian_without_trace(cut: dt.datetime) -> Condition:
    """Blanked, and neither a consent nor a paper of hers is kept."""
    gave = exists().where(GuardianConsent.guardian_id == Guardian.id)
    signed = exists().where(ConsentPaper.guardian_id == Guardian.id)
    return and_(Guardian.name == "", Guardian.in_force_at <= cut, ~gave, ~signed)


def sent_by(cut: dt.datetime) -> Condition:
    """Sent by then; or given up, stopped or held by then."""
    given_up = and_(
        OutboxMessage.state.in_((MessageState.FAILED, MessageState.STOPPED, MessageState.HELD)),
        OutboxMessage.not_before <= cut,
    )
    return or_(and_(OutboxMessage.state == MessageState.SENT, OutboxMessage.sent_at <= cut), given_up)


def hash_of_a_holder(cut: dt.datetime) -> Condition:
    hidden = Certificate.holder_key.like(f"{FORGOTTEN_KEY}%")
    return and_(Certificate.kind.in_(NAMES_A_PERSON), Certificate.issued_at <= cut, ~hidden)


def actor_of_long_ago(cut: dt.datetime) -> Condition:
    """Sealed records only: what is blanked stays checkable by its seal."""
    person = or_(*(AuditEntry.actor.like(pattern) for pattern in PERSONS))
    return and_(AuditEntry.at <= cut, person, AuditEntry.seal.is_not(None))
