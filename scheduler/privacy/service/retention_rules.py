"""The rules of retention, one table of them: what is kept how long is in `config.KEPT_FOR`."""

import datetime as dt
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, exists, or_, update
from sqlalchemy.orm import Session

from scheduler.attendance.models import CountDelivery, NamedAdult, VisitFeedback, VisitSurvey
from scheduler.attendance.sheet_models import SheetScan
from scheduler.certificates.models import Certificate
from scheduler.concerns.models import Concern, HandOff
from scheduler.config import settings
from scheduler.core import clock
from scheduler.core.audit import AuditEntry
from scheduler.core.form_keys import FormKey
from scheduler.core.ways import NamedWay
from scheduler.messages.models import OutboxMessage
from scheduler.messages.terms import MessageState
from scheduler.people.models import Presenter, PresenterNote, SignInAttempt, User
from scheduler.places.models import CallNote
from scheduler.privacy.queries import retention as due
from scheduler.privacy.rules import cut, last_school_year_over
from scheduler.privacy.service import blanking, calendars
from scheduler.privacy.terms import KeepingPeriod, RetentionRow
from scheduler.readiness.models import NumbersAsked
from scheduler.requests.models import SchoolRequest, UnprovedMail
from scheduler.safeguarding.models import AssignmentStop, ConsentPaper, DrivingCheck, Guardian, GuardianConsent, Vetting
from scheduler.staffing.models.pick_ups import CarRide, PickUp
from scheduler.visits.models.drive import Drive
from scheduler.visits.models.visits import Assignment, DateWish, Presentation, Visit

Condition = ColumnElement[bool]
_R = RetentionRow
Ids = Collection[int]


@dataclass(frozen=True)
class Deadlines:
    """This moment, and what has lasted its time by now."""

    now: dt.datetime

    @property
    def today(self) -> dt.date:
        return clock.local_day(self.now)

    def cut(self, kept: RetentionRow) -> dt.datetime:
        return cut(period_of(kept), self.now)

    def day(self, kept: RetentionRow) -> dt.date:
        return clock.local_day(self.cut(kept))

    @property
    def school_year(self) -> dt.date:
        return last_school_year_over(period_of(_R.REQUEST_CONTACT).number, self.today)


def period_of(kept: RetentionRow) -> KeepingPeriod:
    """How long it is kept in this installation."""
    return KeepingPeriod(*settings().kept_for(kept))


@dataclass(frozen=True)
class RetentionRule:
    """Rows of `model` that meet the condition, and how they are forgotten."""

    kept: RetentionRow
    model: Any
    wanted: Callable[[Deadlines], Condition]
    forget: Callable[[Session, Ids, dt.datetime], None]
    way: NamedWay = NamedWay.RETENTION
    piece: int = 500  # rows that one short transaction forgets


def _by(blank: Callable[[Session, Ids], None]) -> Callable[[Session, Ids, dt.datetime], None]:
    return lambda session, ids, _now: blank(session, ids)


def _deleted(model: Any) -> Callable[[Session, Ids, dt.datetime], None]:
    def forget(session: Session, ids: Ids, _now: dt.datetime) -> None:
        session.execute(delete(model).where(model.id.in_(ids)))

    return forget


def _emptied(model: Any, *names: str) -> Callable[[Session, Ids, dt.datetime], None]:
    """These texts of it."""
    empty = dict.fromkeys(names, "")

    def forget(session: Session, ids: Ids, _now: dt.datetime) -> None:
        session.execute(update(model).where(model.id.in_(ids)).values(**empty))

    return forget


def _passed(model: Any) -> Callable[[Deadlines], Condition]:
    """Counted for a day, for a limit; what is further in the future is from before the clock was set back."""
    return lambda by: or_(model.at <= by.cut(_R.TRACE), model.at > by.now + (by.now - by.cut(_R.TRACE)))


def _named_adult(by: Deadlines) -> Condition:
    """Her certificate was issued by then; or she is named since then and got none."""
    since = by.cut(_R.CERTIFICATE_NAME)
    hers = and_(Certificate.visit_id == NamedAdult.visit_id, Certificate.holder_key == NamedAdult.name_key)
    issued, fresh = exists().where(hers, Certificate.issued_at <= since), exists().where(hers)
    return or_(issued, and_(NamedAdult.entered_at <= since, ~fresh))


def _of_past_visit(model: Any, by: Deadlines) -> Condition:
    return exists().where(Visit.id == model.visit_id, Visit.on_day <= by.day(_R.NOTE))


def _idle_presenter(kept: RetentionRow, by: Deadlines) -> Condition:
    return and_(due.engagement_over(by.cut(kept), by.now), due.is_grown(by.today))


_PAST_ASSIGNMENT = Assignment.state.not_in((*due.OPEN, "present"))

RULES: tuple[RetentionRule, ...] = (
    RetentionRule(
        _R.UNPROVEN_REQUEST,
        SchoolRequest,
        lambda by: due.never_proven(by.cut(_R.UNPROVEN_REQUEST), by.now),
        _by(blanking.blank_unproven),
    ),
    RetentionRule(
        _R.REQUEST_CONTACT,
        SchoolRequest,
        lambda by: and_(due.over_by(by.school_year), due.filled(SchoolRequest, *due.CONTACT)),
        _by(blanking.blank_contacts),
    ),
    RetentionRule(
        _R.REQUEST_CONTACT,
        Visit,
        lambda by: and_(Visit.on_day <= by.school_year, Visit.safeguarding_contact != ""),
        _emptied(Visit, "safeguarding_contact"),
    ),
    RetentionRule(_R.ACCOUNT, User, lambda by: due.idle_account(by.cut(_R.ACCOUNT)), blanking.erase_accounts),
    RetentionRule(
        _R.VETTING,
        Vetting,
        lambda by: exists().where(Presenter.id == Vetting.presenter_id, _idle_presenter(_R.VETTING, by)),
        _deleted(Vetting),
    ),
    RetentionRule(
        _R.VETTING,
        DrivingCheck,
        lambda by: exists().where(Presenter.id == DrivingCheck.presenter_id, _idle_presenter(_R.VETTING, by)),
        _deleted(DrivingCheck),
    ),
    RetentionRule(
        _R.PRESENTER,
        Presenter,
        lambda by: _idle_presenter(_R.PRESENTER, by),
        calendars.erase_presenters_everywhere,
        piece=1,  # each with the calendars of all her visits
    ),
    RetentionRule(
        _R.MINOR,
        Presenter,
        lambda by: and_(due.engagement_over(by.cut(_R.MINOR), by.now), due.is_young(by.today)),
        calendars.erase_presenters_everywhere,
        piece=1,  # each with the calendars of all her visits
    ),
    RetentionRule(
        _R.MINOR,
        GuardianConsent,
        lambda by: due.consent_with_a_name(by.cut(_R.MINOR)),
        _by(blanking.blank_consents),
    ),
    RetentionRule(
        _R.MINOR,
        ConsentPaper,
        lambda by: due.paper_with_a_scan(by.cut(_R.MINOR)),
        _by(blanking.blank_papers),
    ),
    RetentionRule(
        _R.MINOR,
        Guardian,
        lambda by: due.guardian_without_need(by.cut(_R.MINOR)),
        _by(blanking.blank_guardians),
    ),
    RetentionRule(
        _R.CONSENT_PROOF,
        GuardianConsent,
        lambda by: due.consent_ended(by.cut(_R.CONSENT_PROOF)),
        _deleted(GuardianConsent),
    ),
    RetentionRule(
        _R.CONSENT_PROOF,
        ConsentPaper,
        lambda by: due.paper_without_consent(by.cut(_R.CONSENT_PROOF)),
        _deleted(ConsentPaper),
    ),
    RetentionRule(
        _R.CONSENT_PROOF,
        Guardian,
        lambda by: due.guardian_without_trace(by.cut(_R.CONSENT_PROOF)),
        _deleted(Guardian),
    ),
    RetentionRule(_R.CERTIFICATE_NAME, NamedAdult, _named_adult, _by(blanking.forget_named_adults)),
    RetentionRule(
        _R.CERTIFICATE_NAME,
        Certificate,
        lambda by: and_(Certificate.holder_name.is_not(None), Certificate.issued_at <= by.cut(_R.CERTIFICATE_NAME)),
        _by(blanking.blank_holders),
    ),
    RetentionRule(
        _R.CERTIFICATE_RECORD,
        Certificate,
        lambda by: due.hash_of_a_holder(by.cut(_R.CERTIFICATE_RECORD)),
        _by(blanking.blank_holder_keys),
    ),
    RetentionRule(
        _R.SHEET,
        SheetScan,
        lambda by: exists().where(
            Presentation.id == SheetScan.presentation_id, Presentation.on_day <= by.day(_R.SHEET)
        ),
        _deleted(SheetScan),
    ),
    RetentionRule(
        _R.PICK_UP,
        PickUp,
        lambda by: exists().where(Visit.id == PickUp.visit_id, Visit.on_day <= by.day(_R.PICK_UP)),
        _deleted(PickUp),
    ),
    RetentionRule(_R.PICK_UP, CarRide, lambda by: CarRide.on_day <= by.day(_R.PICK_UP), _deleted(CarRide)),
    RetentionRule(_R.CONCERN, Concern, lambda by: Concern.ended_at <= by.cut(_R.CONCERN), _deleted(Concern)),
    RetentionRule(
        _R.CONCERN,
        AssignmentStop,
        lambda by: AssignmentStop.lifted_at <= by.cut(_R.CONCERN),
        _deleted(AssignmentStop),
    ),
    RetentionRule(
        _R.NOTE,
        HandOff,
        lambda by: and_(HandOff.told_at <= by.cut(_R.NOTE), HandOff.visit_id.is_not(None)),
        _by(blanking.blank_hand_offs),
    ),
    RetentionRule(
        _R.MESSAGE,
        OutboxMessage,
        lambda by: and_(
            due.sent_by(by.cut(_R.MESSAGE)), due.filled(OutboxMessage, "address", "subject", "text", "html")
        ),
        _by(blanking.blank_messages),
    ),
    RetentionRule(
        _R.LINK_MESSAGE,
        OutboxMessage,
        lambda by: and_(
            OutboxMessage.state == MessageState.SENT,
            OutboxMessage.link_purpose.is_not(None),
            OutboxMessage.sent_at <= by.cut(_R.LINK_MESSAGE),
            due.filled(OutboxMessage, "text", "html"),
        ),
        _by(blanking.blank_bodies),
    ),
    RetentionRule(_R.NOTE, PresenterNote, lambda by: PresenterNote.said_on <= by.day(_R.NOTE), _deleted(PresenterNote)),
    RetentionRule(
        _R.NOTE, CountDelivery, lambda by: CountDelivery.arrived_at <= by.cut(_R.NOTE), _deleted(CountDelivery)
    ),
    RetentionRule(_R.NOTE, CallNote, lambda by: CallNote.at <= by.cut(_R.NOTE), _deleted(CallNote)),
    RetentionRule(
        _R.NOTE,
        SchoolRequest,
        lambda by: and_(due.over_by(by.day(_R.NOTE)), due.filled(SchoolRequest, *due.WORDS)),
        _by(blanking.blank_words),
    ),
    RetentionRule(
        _R.NOTE,
        Visit,
        lambda by: and_(Visit.on_day <= by.day(_R.NOTE), due.filled(Visit, "reason", "online_link")),
        _emptied(Visit, "reason", "online_link"),
    ),
    RetentionRule(
        _R.NOTE,
        Presentation,
        lambda by: and_(Presentation.on_day <= by.day(_R.NOTE), Presentation.reason != ""),
        _emptied(Presentation, "reason"),
    ),
    RetentionRule(
        _R.NOTE,
        Assignment,
        lambda by: and_(Assignment.on_day <= by.day(_R.NOTE), _PAST_ASSIGNMENT, Assignment.reason != ""),
        _emptied(Assignment, "reason"),
    ),
    RetentionRule(
        _R.NOTE,
        DateWish,
        lambda by: and_(_of_past_visit(DateWish, by), DateWish.reason != ""),
        _emptied(DateWish, "reason"),
    ),
    RetentionRule(
        _R.NOTE,
        NumbersAsked,
        lambda by: and_(_of_past_visit(NumbersAsked, by), NumbersAsked.reason != ""),
        _emptied(NumbersAsked, "reason"),
    ),
    RetentionRule(
        _R.NOTE,
        Drive,
        lambda by: and_(_of_past_visit(Drive, by), Drive.reason != ""),
        _emptied(Drive, "reason"),
    ),
    RetentionRule(
        _R.NOTE,
        VisitFeedback,
        lambda by: and_(_of_past_visit(VisitFeedback, by), VisitFeedback.words != ""),
        _emptied(VisitFeedback, "words"),
    ),
    RetentionRule(
        _R.NOTE,
        VisitSurvey,
        lambda by: and_(_of_past_visit(VisitSurvey, by), VisitSurvey.words != ""),
        _emptied(VisitSurvey, "words"),
    ),
    RetentionRule(
        _R.AUDIT_ACTOR,
        AuditEntry,
        lambda by: due.actor_of_long_ago(by.cut(_R.AUDIT_ACTOR)),
        _by(blanking.blank_actors),
        way=NamedWay.ERASURE,  # the only one that the audit knows
    ),
    *(  # and dates held, which their own job deletes every five minutes (booking/service/holds.py)
        RetentionRule(_R.TRACE, model, _passed(model), _deleted(model))
        for model in (SignInAttempt, UnprovedMail, FormKey)
    ),
)
