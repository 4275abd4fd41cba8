"""What goes on by itself: silence becomes a yes, and locked attendance becomes certificates."""

import datetime as dt
import email
import email.policy
from types import SimpleNamespace

import pytest
import sqlalchemy as sa
from huey.api import TaskWrapper
from sqlalchemy import func, select

from scheduler.attendance.models import Attendance
from scheduler.attendance.terms import AttendanceState
from scheduler.certificates.models import Certificate
from scheduler.config import settings
from scheduler.core import clock, mailer
from scheduler.core.db import db, transaction
from scheduler.jobs import attendance, certificates, queue
from scheduler.jobs import messages as jobs
from scheduler.jobs.messages import send_waiting
from scheduler.jobs.privacy import forget_what_lasted
from scheduler.jobs.readiness import tell_checklists
from scheduler.jobs.staffing import lapse_offers
from scheduler.jobs.turns import tell_what_is_due
from scheduler.messages import service
from scheduler.messages.models import OutboxMessage
from scheduler.messages.terms import MessageState
from scheduler.people.models import Centre
from scheduler.people.terms import AnswersTo
from scheduler.requests.models import SchoolRequest
from scheduler.requests.terms.school_request import RequestState
from scheduler.staffing.service.offers import answer_offer, offer_visit
from scheduler.visits.models.visits import Assignment
from scheduler.visits.service.confirm import confirm_visit
from scheduler.visits.service.plan_and_move import plan_visit
from scheduler.visits.terms.states import AssignmentState
from tests.factories import MONDAY
from tests.factories.counting import LEAVING, a_counted_visit, a_locked_visit
from tests.factories.messages import make_message
from tests.factories.people import make_user, presenter_actor
from tests.factories.requests import make_school_request
from tests.visits.scene import Scene

pytestmark = pytest.mark.usefixtures("attached")


def test_the_job_ends_offers_whose_time_is_over_and_twice_is_once(app):
    scene = Scene(planned=False)
    now = MONDAY
    draft = scene.draft(on_day=now.date() + dt.timedelta(days=20))
    scene.visit_id = plan_visit(scene.coordinator, draft, now=now).id
    scene.suggest(scene.educator())
    hour = dt.timedelta(hours=1)
    offer_visit(scene.coordinator, scene.visit_id, until=now - hour, now=now - 2 * hour)

    lapse_offers.call_local()
    lapse_offers.call_local()

    db.session.rollback()
    assert list(db.session.scalars(sa.select(Assignment.state))) == [AssignmentState.LAPSED]


def test_trust_r27_a_clock_that_leaps_ends_no_offer_and_the_night_after_it_does(app, the_clock):
    scene = Scene()
    scene.offer(scene.educator())

    def state_at(moment: dt.datetime, job: TaskWrapper) -> AssignmentState:
        the_clock.stands_at(moment)
        queue.huey.execute(job.task_class())
        db.session.rollback()
        return db.session.scalars(sa.select(Assignment.state)).one()

    ahead = MONDAY + dt.timedelta(days=400)
    assert [state_at(MONDAY, forget_what_lasted)] == [AssignmentState.OFFERED]
    assert [state_at(moment, lapse_offers) for moment in (ahead, ahead, MONDAY)] == [AssignmentState.OFFERED] * 3
    assert state_at(ahead, forget_what_lasted) is AssignmentState.OFFERED
    assert state_at(ahead, lapse_offers) is AssignmentState.LAPSED


def test_the_job_tells_a_school_of_its_checklist_once(app):
    scene = Scene(planned=False)
    now = MONDAY
    draft = scene.draft(on_day=clock.local_day(now) + dt.timedelta(days=5))
    scene.visit_id = plan_visit(scene.coordinator, draft, now=now).id
    educator = scene.educator()
    scene.suggest(educator)
    offer_visit(scene.coordinator, scene.visit_id, until=now + dt.timedelta(days=1), now=now)
    answer_offer(presenter_actor(educator), scene.visit_id, accepts=True, now=now)
    confirm_visit(scene.coordinator, scene.visit_id, now=now)

    tell_checklists.call_local()
    tell_checklists.call_local()

    db.session.rollback()
    kinds = db.session.scalars(sa.select(OutboxMessage.kind).where(OutboxMessage.kind == "checklist_opens"))
    assert list(kinds) == ["checklist_opens"]


def test_the_job_tells_a_centre_in_the_morning_what_is_due_once(app):
    scene = Scene(planned=False)
    make_user(centre_id=scene.centre_id, password_hash="set")
    late = MONDAY - dt.timedelta(days=9)
    make_school_request(RequestState.NEW, programme=scene.programme, state_since=late)

    tell_what_is_due.call_local()
    tell_what_is_due.call_local()

    db.session.rollback()
    kinds = db.session.scalars(sa.select(OutboxMessage.kind).where(OutboxMessage.kind == "turns_due"))
    assert list(kinds) == ["turns_due"]


def test_trust_r27_a_morning_of_a_clock_that_was_ahead_keeps_no_true_morning_silent(app, the_clock):
    scene = Scene(planned=False)
    make_user(centre_id=scene.centre_id, password_hash="set")
    make_school_request(RequestState.NEW, programme=scene.programme, state_since=MONDAY - dt.timedelta(days=9))

    for moment in (MONDAY + dt.timedelta(days=400), MONDAY, MONDAY):
        the_clock.stands_at(moment)
        tell_what_is_due.call_local()

    db.session.rollback()
    written = sa.select(OutboxMessage.created_at).where(OutboxMessage.kind == "turns_due").order_by(OutboxMessage.id)
    assert list(db.session.scalars(written)) == [MONDAY + dt.timedelta(days=400), MONDAY]


def how_many():
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(Certificate))


def test_certificates_are_issued_for_locked_attendance_once(session, the_clock):
    the_clock.stands_at(LEAVING)
    a_locked_visit(names=("Ана", "Мира"))
    a_counted_visit()
    certificates.issue_for_locked_attendance.call_local()
    certificates.issue_for_locked_attendance.call_local()
    assert how_many() == 3


def test_a_bug_with_one_visit_keeps_no_other_ones_certificates(session, monkeypatch, the_clock):
    the_clock.stands_at(LEAVING)
    first, _second = a_locked_visit(), a_locked_visit()
    facts_of = certificates.papers.visit_facts

    def facts_with_a_bug(visit_ids):
        if first.visit.id in visit_ids:
            raise RuntimeError("a bug")
        return facts_of(visit_ids)

    monkeypatch.setattr(certificates.papers, "visit_facts", facts_with_a_bug)

    certificates.issue_for_locked_attendance.call_local()

    assert how_many() == 1


def test_silence_is_noticed_after_seven_days(session, the_clock):
    a_counted_visit()
    for days, state in [(6, AttendanceState.SUBMITTED), (7, AttendanceState.ASSUMED)]:
        the_clock.stands_at(LEAVING + dt.timedelta(days=days))
        attendance.assume_silent.call_local()
        db.session.rollback()
        assert db.session.scalar(select(Attendance.state)) is state


def states() -> list[MessageState]:
    db.session.rollback()
    return [row.state for row in db.session.query(OutboxMessage).order_by(OutboxMessage.id)]


def test_a_sweep_sends_everything_also_several_mails_to_one_address(app):
    for _ in range(3):
        make_message("ana@school.example", now=MONDAY)
    make_message("mira@school.example", now=MONDAY)
    send_waiting.call_local()
    assert states() == [MessageState.SENT] * 4


def test_what_leaves_is_of_one_conversation_goes_into_calendars_and_is_answered_to_the_owner(app):
    scene = Scene()
    owner = make_user(centre_id=scene.centre_id)
    with transaction() as session:
        session.get_one(Centre, scene.centre_id).answers_to = AnswersTo.OWNER
        session.get_one(SchoolRequest, scene.asked.id).owner_id = owner.id
    scene.confirm(scene.educator())
    send_waiting.call_local()
    files = sorted((settings().instance / "mail").glob("*.eml"))
    read = [email.message_from_bytes(file.read_bytes(), policy=email.policy.default) for file in files]
    assert {mail["References"] for mail in read} == {f"<request-{scene.asked.id}@{settings().uid_domain}>"}
    assert {mail["Reply-To"] for mail in read} == {owner.email}
    assert [mail.get_content_type() for mail in read] == ["multipart/alternative"] * 4
    assert [len(list(mail.iter_parts())) for mail in read] == [2, 3, 3, 3]  # an offer is no entry yet


def test_a_bug_with_one_mail_keeps_no_other_one(app, monkeypatch):
    make_message("bug@school.example", now=MONDAY)
    make_message("ana@school.example", now=MONDAY)
    compose = mailer.compose

    def compose_with_a_bug(outgoing):
        if outgoing.to.startswith("bug@"):
            raise RuntimeError("a bug")
        return compose(outgoing)

    monkeypatch.setattr(mailer, "compose", compose_with_a_bug)

    send_waiting.call_local()

    assert states() == [MessageState.SENDING, MessageState.SENT]


def test_a_slow_mail_server_does_not_hold_a_worker_longer_than_a_sweep(app, monkeypatch):
    for name in ("ana", "mira", "vera"):
        make_message(f"{name}@school.example", now=MONDAY)
    clock_hands = iter((0.0, 1.0, 49.0, 51.0))
    monkeypatch.setattr(jobs, "time", SimpleNamespace(monotonic=lambda: next(clock_hands)))
    send_waiting.call_local()
    assert states() == [MessageState.SENT, MessageState.SENT, MessageState.WAITING]


def test_a_sweep_goes_on_after_a_mail_that_fails_and_comes_to_an_end(app):
    make_message("bad\naddress@school.example", now=MONDAY)
    make_message("ana@school.example", now=MONDAY)
    send_waiting.call_local()
    send_waiting.call_local()
    assert states() == [MessageState.FAILED, MessageState.SENT]
    assert service.unsent_ids(10, MONDAY) == []
