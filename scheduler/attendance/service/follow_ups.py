"""After a visit: its educators are reminded to count, its school is asked how it was, what remained, and to come again.

Each letter goes once for a visit (docs/glossary.md, "follow-up"), until the school objects.
"""

import datetime as dt
import logging

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import Session, aliased

from scheduler.acts import change
from scheduler.attendance import rules
from scheduler.attendance.models import Attendance, FollowUpNote, VisitFeedback, VisitSurvey
from scheduler.attendance.queries.feedback import is_followed_up, survey_of
from scheduler.attendance.service.locked_numbers import PAGE_OF_NUMBERS, visit_of_school, write_to_school
from scheduler.attendance.service.outcome import ask_for_numbers
from scheduler.attendance.terms import AttendanceReason, AttendanceState, FollowUp, Survey
from scheduler.core import clock, tokens
from scheduler.core.db import db, transaction
from scheduler.core.errors import Conflict, GroundReason, SchedulerError
from scheduler.messages.queries import is_on
from scheduler.messages.rules import LETTERS_PURPOSE
from scheduler.messages.terms import Reminder
from scheduler.policy import Actor, school_contact
from scheduler.readiness.service.quiet_days import waits
from scheduler.requests.models import SchoolRequest
from scheduler.requests.rules.states import AFTER_VISIT, OPEN
from scheduler.visits.models.visits import Presentation, Visit
from scheduler.visits.service.locked_visit import lock_visit
from scheduler.visits.terms.states import VisitState

log = logging.getLogger(__name__)
ASKING_STATES = sorted(OPEN - AFTER_VISIT)
TO_EDUCATORS = (FollowUp.REPORT_DUE, FollowUp.REPORT_LATE)
LETTERS = {
    FollowUp.NUMBERS_WAIT: ("numbers_wait", PAGE_OF_NUMBERS),
    FollowUp.FEEDBACK: ("follow_up_feedback", "/status/{token}/feedback"),
    FollowUp.SURVEY: ("follow_up_survey", "/status/{token}/later"),
    FollowUp.NEXT_YEAR: ("follow_up_next_year", "/status/{token}"),
}


def send_follow_ups(*, now: dt.datetime) -> int:
    """For the job: write every letter that is due; how many visits were written about. Twice is once."""
    today = clock.local_day(now)
    kinds = (*TO_EDUCATORS, *LETTERS)
    due = [(kind, visit_id) for kind in kinds for visit_id in _due(db.session(), kind, today)]
    return sum(_send(kind, visit_id, now) for kind, visit_id in due)


def _send(kind: FollowUp, visit_id: int, now: dt.datetime) -> bool:
    try:
        with transaction() as session:
            visit = lock_visit(session, visit_id)
            if visit_id not in _due(session, kind, clock.local_day(now), visit_id):
                return False  # said, moved, stopped or switched off since it was found
            if waits(Reminder(kind.value), visit, _counted_from(kind, visit, now), now):
                return False
            session.add(FollowUpNote(visit_id=visit_id, kind=kind, noted_at=now))
            session.flush()
            if kind in TO_EDUCATORS:
                ask_for_numbers(visit_id, now=now)
            else:
                letter, page = LETTERS[kind]
                write_to_school(session, visit, letter, now=now, page=page)
            return True
    except SchedulerError:
        log.exception("follow-up not sent", extra={"visit_id": visit_id, "kind": kind.value})
        return False


def _due(session: Session, kind: FollowUp, today: dt.date, visit_id: int | None = None) -> list[int]:
    """Visits of which this letter is due, oldest first; or whether the given one still is."""
    days = rules.visit_days_of(kind, today)
    if days is None:
        return []
    on = is_on(Reminder(kind.value), Visit.centre_id)
    wanted = select(Visit.id).where(*_days(kind, days), on, ~_noted(kind), *_conditions(kind))
    if visit_id is not None:
        wanted = wanted.where(Visit.id == visit_id)
    return list(session.scalars(wanted.order_by(Visit.on_day, Visit.id)))


def _days(kind: FollowUp, days: tuple[dt.date, dt.date]) -> list[ColumnElement[bool]]:
    """Counted from the day of the visit, or from the day on which its school was asked for its word."""
    if kind is not FollowUp.NUMBERS_WAIT:
        return [Visit.on_day.between(*days)]
    first, last = (dt.datetime.combine(day, dt.time(), dt.UTC) for day in days)
    return [Visit.state_since >= first, Visit.state_since < last + dt.timedelta(days=1)]


def _counted_from(kind: FollowUp, visit: Visit, now: dt.datetime) -> dt.date:
    if kind is FollowUp.NUMBERS_WAIT:
        return clock.local_day(visit.state_since, visit.zone)
    return dt.date(now.year, *rules.SCHOOL_YEAR_BEGINS) if kind is FollowUp.NEXT_YEAR else visit.on_day


def _conditions(kind: FollowUp) -> list[ColumnElement[bool]]:
    if kind in TO_EDUCATORS:
        return [Visit.state.in_((VisitState.CONFIRMED, VisitState.READY))]  # counted, it is "delivered"
    if kind is FollowUp.NUMBERS_WAIT:
        return [Visit.state == VisitState.DELIVERED, Visit.school_request_id.is_not(None), _is_silent()]
    conditions = [Visit.state == VisitState.DELIVERED, Visit.school_request_id.is_not(None), ~_noted(FollowUp.STOPPED)]
    if kind is FollowUp.FEEDBACK:
        conditions.append(~exists().where(VisitFeedback.visit_id == Visit.id))
    if kind is FollowUp.SURVEY:
        conditions.append(~exists().where(VisitSurvey.visit_id == Visit.id))
    if kind is FollowUp.NEXT_YEAR:
        conditions += [~_came_again(), ~_asks_already()]
    return conditions


def _is_silent() -> ColumnElement[bool]:
    """The school has not said whether the numbers are right."""
    counted = select(Presentation.visit_id).join(Attendance, Attendance.presentation_id == Presentation.id)
    return Visit.id.in_(counted.where(Attendance.state == AttendanceState.SUBMITTED))


def _noted(kind: FollowUp) -> ColumnElement[bool]:
    return exists().where(FollowUpNote.visit_id == Visit.id, FollowUpNote.kind == kind)


def _came_again() -> ColumnElement[bool]:
    """A later visit of the same centre to the same school: one invitation a school, about the last visit."""
    later = aliased(Visit)
    return exists().where(
        later.host_id == Visit.host_id,
        later.centre_id == Visit.centre_id,
        later.on_day > Visit.on_day,
        later.state.not_in((VisitState.CANCELLED, VisitState.REPLANNED)),
    )


def _asks_already() -> ColumnElement[bool]:
    return exists().where(
        SchoolRequest.host_id == Visit.host_id,
        SchoolRequest.centre_id == Visit.centre_id,
        SchoolRequest.state.in_(ASKING_STATES),
    )


def answer_survey(actor: Actor, visit_id: int, said: Survey, *, now: dt.datetime) -> None:
    """Keep what a school says three months after its visit; said twice, the first stays.

    Raises: NotAllowed; NotFound; Conflict("wrong_state") unless the visit was held, ("not_remembered_yet")
    before three months have passed.
    """
    with change(actor, now) as act:
        visit = visit_of_school(act, visit_id)
        if visit.state is not VisitState.DELIVERED:
            raise Conflict(GroundReason.WRONG_STATE)
        if clock.local_day(now, visit.zone) < rules.survey_opens_on(visit.on_day):
            raise Conflict(AttendanceReason.NOT_REMEMBERED_YET)
        if survey_of(visit_id) is not None:
            return
        act.session.add(VisitSurvey(visit_id=visit_id, given_on=clock.local_day(now, visit.zone), **vars(said)))
        act.record("survey answered", visit)
    log.info("survey answered", extra={"visit_id": visit_id})


def stop_follow_ups(actor: Actor, visit_id: int, *, now: dt.datetime) -> None:
    """The school wants no more of these letters about this visit; said twice, it is said once.

    Raises: NotAllowed; NotFound.
    """
    with change(actor, now) as act:
        visit = visit_of_school(act, visit_id)
        if is_followed_up(visit_id):
            act.session.add(FollowUpNote(visit_id=visit_id, kind=FollowUp.STOPPED, noted_at=now))
            act.record("follow-ups stopped", visit)
    log.info("follow-ups stopped", extra={"visit_id": visit_id})


def stop_letters(token: str, *, now: dt.datetime) -> None:
    """Whoever presses "unsubscribe" in her mail program: no more letters about the visits of that request.

    Pressed twice, it is said once. Raises: Gone when the link is too old; NotFound when there never was one.
    """
    school_request = letters_of(token, now=now)
    actor = school_contact(school_request.id, school_request.host_id)
    with transaction() as session:
        wanted = select(Visit.id).where(Visit.school_request_id == school_request.id).order_by(Visit.id)
        for visit_id in session.scalars(wanted).all():
            stop_follow_ups(actor, visit_id, now=now)


def letters_of(token: str, *, now: dt.datetime) -> SchoolRequest:
    """The request about which a link ends letters. Raises: Gone; NotFound."""
    link = tokens.living_link(token, LETTERS_PURPOSE, now=now)
    return db.session.get_one(SchoolRequest, link.subject_id)


def resume_follow_ups(actor: Actor, visit_id: int, *, now: dt.datetime) -> None:
    """Taken back: letters come again. Nothing to do when they were not stopped. Raises: NotAllowed; NotFound."""
    with change(actor, now) as act:
        visit = visit_of_school(act, visit_id)
        wanted = select(FollowUpNote).where(FollowUpNote.visit_id == visit_id, FollowUpNote.kind == FollowUp.STOPPED)
        if (stop := act.session.scalar(wanted)) is not None:
            act.session.delete(stop)
            act.record("follow-ups resumed", visit)
