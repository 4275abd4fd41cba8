"""Who may say how many were there, whose numbers count, and that nothing said is ever lost or added up."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event

import pytest
from sqlalchemy import select

from scheduler.attendance.models import HeadCount
from scheduler.attendance.queries.counting import rows_of
from scheduler.attendance.queries.history import history_of, said_so_far
from scheduler.attendance.queries.invariants import violations
from scheduler.attendance.queries.to_lock import waiting_attendance
from scheduler.attendance.service.counting import assume_silent, countersign, submit_counts
from scheduler.attendance.service.locking import correct_counts
from scheduler.attendance.terms import AttendanceState, CountSource, HeadCounts
from scheduler.core.audit import AuditEntry
from scheduler.core.db import db, transaction
from scheduler.core.errors import Conflict, NotAllowed, NotFound, Rejected
from scheduler.messages.models import OutboxMessage
from scheduler.people.terms import PresenterKind
from scheduler.policy import ANONYMOUS
from scheduler.requests.models import SchoolRequest
from scheduler.requests.terms.school_request import RequestState
from scheduler.visits.models.visits import Assignment, Presentation, Visit
from scheduler.visits.terms.states import AssignmentState, PresentationState, VisitState
from tests.at_once import until_somebody_waits_for
from tests.attendance.stored_counts import counting, state_of
from tests.factories.counting import FAIR, LEAVING, a_begun_visit, a_count, a_counted_visit, a_locked_visit
from tests.factories.people import make_presenter, presenter_actor
from tests.factories.requests import make_school_request
from tests.factories.safeguarding import a_cleared_educator, make_vetting
from tests.factories.visits import make_assignment

OTHER = HeadCounts(pupils=86, teachers=3)
WEEK = dt.timedelta(days=7)


def mails(kind):
    db.session.rollback()
    return db.session.scalars(select(OutboxMessage).where(OutboxMessage.kind == kind)).all()


def moves_of_attendance():
    db.session.rollback()
    wanted = select(AuditEntry.action).where(AuditEntry.thing == "attendance").order_by(AuditEntry.id)
    return list(db.session.scalars(wanted))


def request_state(begun):
    db.session.rollback()
    return db.session.get(SchoolRequest, begun.request.id).state


@pytest.mark.both_databases
def test_the_educators_numbers_are_stored_and_the_visit_is_delivered(session):
    begun = a_begun_visit()

    submit_counts(begun.teacher, begun.first, a_count(), now=LEAVING)

    assert state_of(begun.first) is AttendanceState.SUBMITTED
    assert counting(begun.first) == FAIR
    assert session.get(Visit, begun.visit.id).state is VisitState.DELIVERED
    assert session.get(Presentation, begun.first).state is PresentationState.DELIVERED
    assert session.scalars(select(Assignment.state)).all() == [AssignmentState.PRESENT]
    assert request_state(begun) is RequestState.DELIVERED
    assert violations() == []


def test_the_school_is_asked_once_by_a_mail_with_its_own_link_after_the_last_presentation(session):
    begun = a_begun_visit(talks=2)

    submit_counts(begun.teacher, begun.presentations[1].id, a_count(), now=LEAVING)
    assert mails("countersign") == []
    assert session.get(Visit, begun.visit.id).state is VisitState.CONFIRMED
    submit_counts(begun.teacher, begun.first, a_count(), now=LEAVING)
    submit_counts(begun.teacher, begun.first, a_count(OTHER), now=LEAVING)

    [mail] = mails("countersign")
    assert (mail.address, mail.link_purpose, mail.link_subject_id) == ("ana@school.example", "status", begun.request.id)
    assert mail.link_path == "/status/{token}/attendance"
    assert "Вук Караџић" in mail.text


def test_after_a_merge_each_contact_is_asked_for_the_numbers_by_a_link_of_its_own(session):
    begun = a_begun_visit()
    merged = make_school_request(
        RequestState.MERGED_INTO,
        merged_into_id=begun.request.id,
        host_id=begun.visit.host_id,
        contact_email="bojan@school.example",
        language="en",
    )

    submit_counts(begun.teacher, begun.first, a_count(), now=LEAVING)

    asked = [(one.address, one.language, one.link_subject_id) for one in mails("countersign")]
    assert sorted(asked) == [
        ("ana@school.example", "sr_Cyrl", begun.request.id),
        ("bojan@school.example", "en", merged.id),
    ]


def test_a_visit_without_a_school_request_asks_nobody(session):
    begun = a_begun_visit()
    visit = session.get(Visit, begun.visit.id)
    visit.school_request_id = None
    session.commit()

    submit_counts(begun.teacher, begun.first, a_count(), now=LEAVING)

    assert mails("countersign") == []
    assert state_of(begun.first) is AttendanceState.SUBMITTED


def test_nobody_counts_but_an_educator_of_the_crew(session):
    begun = a_begun_visit()
    stranger = presenter_actor(a_cleared_educator(centre_id=begun.visit.centre_id))
    influencer = make_presenter(PresenterKind.INFLUENCER, centre_id=begun.visit.centre_id)
    make_vetting(influencer.id)
    make_assignment(begun.presentations[0], influencer.id)

    for actor, refusal in [
        (stranger, NotFound),
        (presenter_actor(influencer), NotAllowed),
        (begun.school, NotAllowed),
        (ANONYMOUS, NotAllowed),
    ]:
        with pytest.raises(refusal):
            submit_counts(actor, begun.first, a_count(), now=LEAVING)

    assert state_of(begun.first) is None


def test_an_educator_who_was_only_suggested_is_no_crew(session):
    begun = a_begun_visit()
    suggested = a_cleared_educator(centre_id=begun.visit.centre_id)
    make_assignment(begun.presentations[0], suggested.id, AssignmentState.SUGGESTED)

    with pytest.raises(NotFound):
        submit_counts(presenter_actor(suggested), begun.first, a_count(), now=LEAVING)


def test_nobody_counts_before_it_has_begun(session):
    begun = a_begun_visit()
    early = begun.presentations[0].starts_at - dt.timedelta(seconds=1)

    with pytest.raises(Rejected) as refusal:
        submit_counts(begun.teacher, begun.first, a_count(), now=early)

    assert refusal.value.problems == {"form": "not_begun"}
    assert state_of(begun.first) is None


def test_a_presentation_that_nobody_confirmed_cannot_be_counted(session):
    begun = a_begun_visit()
    session.get(Presentation, begun.first).state = PresentationState.PLANNED
    session.commit()

    with pytest.raises(Conflict, match="not_confirmed"):
        submit_counts(begun.teacher, begun.first, a_count(), now=LEAVING)


def test_numbers_that_cannot_be_store_nothing(session):
    begun = a_begun_visit()

    with pytest.raises(Rejected) as refusal:
        submit_counts(begun.teacher, begun.first, a_count(HeadCounts(pupils=10**12)), now=LEAVING)

    assert refusal.value.problems == {"pupils": "count_out_of_range"}
    assert session.scalars(select(HeadCount)).all() == []


@pytest.mark.both_databases
def test_other_numbers_are_a_new_version_and_the_old_ones_are_kept(session):
    begun = a_counted_visit()

    submit_counts(begun.teacher, begun.first, a_count(OTHER), now=LEAVING)

    assert counting(begun.first) == OTHER
    said = said_so_far([begun.first])
    assert [(line.version, line.source, line.said, line.counts) for line in said] == [
        (1, CountSource.EDUCATOR, FAIR, False),
        (2, CountSource.EDUCATOR, OTHER, True),
    ]


def test_the_same_numbers_sent_again_change_nothing(session):
    begun = a_counted_visit()
    before = moves_of_attendance()

    submit_counts(begun.teacher, begun.first, a_count(), now=LEAVING + dt.timedelta(minutes=1))

    assert moves_of_attendance() == before
    assert len(said_so_far([begun.first])) == 1


@pytest.mark.both_databases
def test_ten_presses_at_once_are_one_count_one_delivery_and_one_mail(app, session):
    begun = a_begun_visit()
    teacher, first, together = begun.teacher, begun.first, Barrier(10)

    def press(_):
        with app.app_context():
            together.wait(timeout=30)
            try:
                submit_counts(teacher, first, a_count(), now=LEAVING)
            finally:
                db.session.remove()

    db.session.remove()
    with ThreadPoolExecutor(10) as pool:
        list(pool.map(press, range(10)))

    assert counting(first) == FAIR
    assert len(said_so_far([first])) == 1
    assert len(mails("countersign")) == 1
    assert moves_of_attendance() == ["attendance open", "attendance submitted"]


@pytest.mark.both_databases
def test_when_the_school_says_the_same_it_is_locked_at_once_and_the_request_reported(session):
    begun = a_counted_visit(talks=2)
    said = {presentation.id: FAIR for presentation in begun.presentations}

    agreed = countersign(begun.school, begun.visit.id, said, now=LEAVING)

    assert agreed
    assert {state_of(one.id) for one in begun.presentations} == {AttendanceState.LOCKED}
    assert counting(begun.first) == FAIR
    assert request_state(begun) is RequestState.REPORTED
    assert violations() == []


@pytest.mark.both_databases
def test_a_difference_waits_for_the_coordinator_who_sees_both_and_nothing_is_added_up(session):
    begun = a_counted_visit()

    agreed = countersign(begun.school, begun.visit.id, {begun.first: OTHER}, now=LEAVING)

    assert not agreed
    assert counting(begun.first) == FAIR
    assert request_state(begun) is RequestState.DELIVERED
    [(waiting, _one)] = rows_of(waiting_attendance(begun.coordinator)[0]).rows
    [shown] = waiting.presentations
    assert (shown.said_by_educator, shown.said_by_school, shown.disputed) == (FAIR, OTHER, True)


def test_the_school_signs_once_but_may_press_twice(session):
    begun = a_counted_visit()
    countersign(begun.school, begun.visit.id, {begun.first: OTHER}, now=LEAVING)

    assert countersign(begun.school, begun.visit.id, {begun.first: OTHER}, now=LEAVING) is False
    with pytest.raises(Conflict, match="not_submitted"):
        countersign(begun.school, begun.visit.id, {begun.first: FAIR}, now=LEAVING)
    assert len(said_so_far([begun.first])) == 2


def test_a_school_that_presses_an_old_page_after_a_correction_is_told_that_nothing_waits(session):
    begun = a_locked_visit()
    correct_counts(begun.coordinator, begun.first, OTHER, "counted twice", now=LEAVING)

    with pytest.raises(Conflict, match="not_submitted"):
        countersign(begun.school, begun.visit.id, {}, now=LEAVING)  # the page shows no number of the school's any more


def test_after_the_school_has_answered_the_educator_cannot_change_the_numbers(session):
    begun = a_locked_visit()

    with pytest.raises(Conflict, match="already_countersigned"):
        submit_counts(begun.teacher, begun.first, a_count(OTHER), now=LEAVING)


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        ({}, "count_missing"),
        (HeadCounts(pupils=-1), "count_out_of_range"),
    ],
)
def test_a_school_must_say_every_number_and_a_possible_one(session, said, problem):
    begun = a_counted_visit()

    with pytest.raises(Rejected) as refusal:
        countersign(begun.school, begun.visit.id, {begun.first: said} if said else {}, now=LEAVING)

    assert refusal.value.problems == {"counts": problem}
    assert state_of(begun.first) is AttendanceState.SUBMITTED


def test_nobody_signs_for_another_school(session):
    begun, other = a_counted_visit(), a_begun_visit()

    with pytest.raises(NotFound):
        countersign(other.school, begun.visit.id, {begun.first: FAIR}, now=LEAVING)
    for actor in (begun.teacher, begun.coordinator, ANONYMOUS):
        with pytest.raises(NotAllowed):
            countersign(actor, begun.visit.id, {begun.first: FAIR}, now=LEAVING)


def test_there_is_nothing_to_sign_before_the_educator_has_counted(session):
    begun = a_begun_visit()

    with pytest.raises(Conflict, match="not_submitted"):
        countersign(begun.school, begun.visit.id, {begun.first: FAIR}, now=LEAVING)


@pytest.mark.both_databases
def test_a_school_and_a_job_at_the_same_moment_leave_one_state_that_the_audit_tells(app, session):
    begun = a_counted_visit()
    school, visit_id, first, together = begun.school, begun.visit.id, begun.first, Barrier(2)

    def at_once(act):
        with app.app_context():
            together.wait(timeout=30)
            try:
                act()
            finally:
                db.session.remove()

    db.session.remove()
    acts = [
        lambda: countersign(school, visit_id, {first: FAIR}, now=LEAVING + WEEK),
        lambda: assume_silent(now=LEAVING + WEEK),
    ]
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(at_once, acts))

    assert state_of(first) is AttendanceState.LOCKED
    steps = [line.to.value for line in history_of([first])]
    assert steps in (
        ["submitted", "countersigned", "locked"],
        ["submitted", "assumed", "countersigned", "locked"],
    )


@pytest.mark.both_databases
def test_a_colleague_who_writes_into_the_request_at_that_moment_is_waited_for(app, session):
    begun = a_counted_visit()
    holds = Event()

    def write_into_the_request(request_id):
        with app.app_context(), transaction() as inside:
            row = inside.get_one(SchoolRequest, request_id, with_for_update=True)
            holds.set()
            until_somebody_waits_for(inside)
            row.file_number = "01-12/2026"

    request_id, visit_id, school = begun.request.id, begun.visit.id, begun.school
    with ThreadPoolExecutor(1) as pool:
        writing = pool.submit(write_into_the_request, request_id)
        assert holds.wait(timeout=60)
        assert countersign(school, visit_id, {begun.first: FAIR}, now=LEAVING)
        writing.result()

    db.session.rollback()
    row = session.get_one(SchoolRequest, request_id, populate_existing=True)
    assert (row.state, row.file_number) == (RequestState.REPORTED, "01-12/2026")
