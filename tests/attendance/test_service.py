"""Who may say how many were there, how long it was and who came; whose numbers count; nothing said is ever lost."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest
from sqlalchemy import select

from scheduler.attendance.models import Attendance, HeadCount
from scheduler.attendance.queries.counting import counted_visit, crew_at, rows_of
from scheduler.attendance.queries.history import history_of, said_so_far
from scheduler.attendance.queries.invariants import violations
from scheduler.attendance.queries.to_lock import waiting_attendance
from scheduler.attendance.service.counting import assume_silent, countersign, submit_counts
from scheduler.attendance.service.locking import correct_counts
from scheduler.attendance.terms import AttendanceState, CountSource, HeadCounts
from scheduler.core.audit import AuditEntry
from scheduler.core.db import db, transaction
from scheduler.core.errors import NotAllowed, NotFound
from scheduler.people.models import User
from scheduler.people.terms import PresenterKind
from scheduler.policy import ANONYMOUS, Role
from scheduler.requests.models import SchoolRequest
from scheduler.requests.terms.school_request import RequestState
from scheduler.staffing.service.crew import withdraw_presenter
from scheduler.visits.models.visits import Assignment, Presentation, Visit
from scheduler.visits.terms.states import AssignmentState, PresentationState, VisitState
from tests.at_once import all_at_once, until_somebody_waits_for
from tests.attendance.stored_counts import counting, request_state, state_of
from tests.factories.counting import FAIR, LEAVING, a_begun_visit, a_count, a_counted_visit, a_locked_visit
from tests.factories.people import an_actor, make_presenter, presenter_actor
from tests.factories.requests import make_school_request
from tests.factories.safeguarding import a_cleared_educator, a_cleared_minor, make_vetting
from tests.factories.visits import VISIT_DAY, make_assignment
from tests.refusals import conflict, rejection
from tests.visits.scene import mails
from tests.web.browser import browser_of

OTHER = HeadCounts(pupils=86, teachers=3)
WEEK = dt.timedelta(days=7)


def moves_of_attendance():
    db.session.rollback()
    wanted = select(AuditEntry.action).where(AuditEntry.thing == "attendance").order_by(AuditEntry.id)
    return list(db.session.scalars(wanted))


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


def test_each_contact_of_a_school_is_asked_once_by_a_link_of_its_own_and_nobody_where_there_is_no_request(session):
    begun = a_begun_visit()
    visit = session.get(Visit, begun.visit.id)
    visit.school_request_id = None
    session.commit()

    submit_counts(begun.teacher, begun.first, a_count(), now=LEAVING)

    assert mails(session, "countersign") == []
    assert state_of(begun.first) is AttendanceState.SUBMITTED

    begun = a_begun_visit(talks=2)
    merged = make_school_request(
        RequestState.MERGED_INTO,
        merged_into_id=begun.request.id,
        host_id=begun.visit.host_id,
        contact_email="bojan@school.example",
        language="en",
    )

    submit_counts(begun.teacher, begun.presentations[1].id, a_count(), now=LEAVING)
    assert mails(session, "countersign") == []
    assert session.get(Visit, begun.visit.id).state is VisitState.CONFIRMED
    submit_counts(begun.teacher, begun.first, a_count(), now=LEAVING)
    submit_counts(begun.teacher, begun.first, a_count(OTHER), now=LEAVING)

    ana, bojan = sorted(mails(session, "countersign"), key=lambda mail: mail.address)
    assert (ana.address, ana.language, ana.link_subject_id) == ("ana@school.example", "sr_Cyrl", begun.request.id)
    assert (bojan.address, bojan.language, bojan.link_subject_id) == ("bojan@school.example", "en", merged.id)
    assert (ana.link_purpose, ana.link_path) == ("status", "/status/{token}/attendance")
    assert "Вук Караџић" in ana.text


def test_nobody_counts_but_an_educator_of_the_crew_or_a_coordinator_of_the_centre(session):
    begun = a_begun_visit()
    centre_id = begun.visit.centre_id
    stranger, suggested = a_cleared_educator(centre_id=centre_id), a_cleared_educator(centre_id=centre_id)
    make_assignment(begun.presentations[0], suggested.id, AssignmentState.SUGGESTED)
    influencer = make_presenter(PresenterKind.INFLUENCER, centre_id=centre_id)
    make_vetting(influencer.id)
    make_assignment(begun.presentations[0], influencer.id)

    for actor, refusal in [
        (presenter_actor(stranger), NotFound),
        (presenter_actor(suggested), NotFound),
        (presenter_actor(influencer), NotAllowed),
        (begun.school, NotAllowed),
        (an_actor(Role.SAFEGUARDING, centre_id=centre_id), NotAllowed),
        (an_actor(Role.INFLUENCER, centre_id=centre_id), NotAllowed),
        (an_actor(), NotFound),  # of another centre
        (ANONYMOUS, NotAllowed),
    ]:
        with pytest.raises(refusal):
            submit_counts(actor, begun.first, a_count(), now=LEAVING)

    assert session.scalars(select(Attendance)).all() == []


def test_what_has_not_begun_or_cannot_be_is_not_counted(session):
    begun = a_begun_visit()
    early = begun.presentations[0].starts_at - dt.timedelta(seconds=1)

    with rejection(form="not_begun"):
        submit_counts(begun.teacher, begun.first, a_count(), now=early)
    with rejection(pupils="count_out_of_range"):
        submit_counts(begun.teacher, begun.first, a_count(HeadCounts(pupils=10**12)), now=LEAVING)
    session.get(Presentation, begun.first).state = PresentationState.PLANNED
    session.commit()
    with conflict("not_confirmed"):
        submit_counts(begun.teacher, begun.first, a_count(), now=LEAVING)

    assert (state_of(begun.first), session.scalars(select(HeadCount)).all()) == (None, [])


@pytest.mark.both_databases
def test_other_numbers_are_a_new_version_beside_the_old_ones_and_the_same_again_change_nothing(session):
    begun = a_counted_visit()
    before = moves_of_attendance()
    submit_counts(begun.teacher, begun.first, a_count(), now=LEAVING + dt.timedelta(minutes=1))
    assert (moves_of_attendance(), len(said_so_far([begun.first]))) == (before, 1)
    submit_counts(begun.teacher, begun.first, a_count(OTHER), now=LEAVING)
    assert counting(begun.first) == OTHER
    assert [(line.version, line.source, line.said, line.counts) for line in said_so_far([begun.first])] == [
        (1, CountSource.EDUCATOR, FAIR, False),
        (2, CountSource.EDUCATOR, OTHER, True),
    ]


@pytest.mark.both_databases
def test_ten_presses_at_once_are_one_count_one_delivery_and_one_mail(app, session):
    begun = a_begun_visit()
    teacher, first = begun.teacher, begun.first
    failed = all_at_once(app, [lambda: submit_counts(teacher, first, a_count(), now=LEAVING)] * 10)
    assert failed == [None] * 10
    assert (counting(first), len(said_so_far([first])), len(mails(session, "countersign"))) == (FAIR, 1, 1)
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
def test_trust_r30_a_difference_waits_for_the_coordinator_who_sees_both_and_nothing_is_added_up(session):
    begun = a_counted_visit()
    agreed = countersign(begun.school, begun.visit.id, {begun.first: OTHER}, now=LEAVING)
    assert not agreed
    assert counting(begun.first) == FAIR
    assert request_state(begun) is RequestState.DELIVERED
    [(waiting, _one)] = rows_of(waiting_attendance(begun.coordinator)[0]).rows
    [shown] = waiting.presentations
    assert (shown.said_by_educator, shown.said_by_school, shown.disputed) == (FAIR, OTHER, True)


def test_counts_are_signed_after_the_count_once_and_stay_then(session):
    begun = a_counted_visit()
    for _press in range(2):
        assert countersign(begun.school, begun.visit.id, {begun.first: OTHER}, now=LEAVING) is False

    with conflict("not_submitted"):
        countersign(begun.school, begun.visit.id, {begun.first: FAIR}, now=LEAVING)
    assert len(said_so_far([begun.first])) == 2

    begun, corrected = a_begun_visit(), a_locked_visit()
    correct_counts(corrected.coordinator, corrected.first, OTHER, "counted twice", now=LEAVING)

    with conflict("not_submitted"):
        countersign(begun.school, begun.visit.id, {begun.first: FAIR}, now=LEAVING)
    with conflict("not_submitted"):  # an old page shows no number of the school's any more
        countersign(corrected.school, corrected.visit.id, {}, now=LEAVING)

    begun = a_locked_visit()

    with conflict("already_countersigned"):
        submit_counts(begun.teacher, begun.first, a_count(OTHER), now=LEAVING)


def test_the_school_alone_says_every_number_and_a_possible_one(session):
    begun = a_counted_visit()
    with rejection(counts="count_missing"):
        countersign(begun.school, begun.visit.id, {}, now=LEAVING)
    with rejection(counts="count_out_of_range"):
        countersign(begun.school, begun.visit.id, {begun.first: HeadCounts(pupils=-1)}, now=LEAVING)
    assert state_of(begun.first) is AttendanceState.SUBMITTED

    begun, other = a_counted_visit(), a_begun_visit()
    with pytest.raises(NotFound):
        countersign(other.school, begun.visit.id, {begun.first: FAIR}, now=LEAVING)
    for actor in (begun.teacher, begun.coordinator, ANONYMOUS):
        with pytest.raises(NotAllowed):
            countersign(actor, begun.visit.id, {begun.first: FAIR}, now=LEAVING)


@pytest.mark.both_databases
def test_a_school_and_a_job_at_the_same_moment_leave_one_state_that_the_audit_tells(app, session):
    begun = a_counted_visit()
    school, visit_id, first = begun.school, begun.visit.id, begun.first

    failed = all_at_once(
        app,
        [
            lambda: countersign(school, visit_id, {first: FAIR}, now=LEAVING + WEEK),
            lambda: assume_silent(now=LEAVING + WEEK),
        ],
    )

    assert (failed, state_of(first)) == ([None] * 2, AttendanceState.LOCKED)
    steps = [line.to.value for line in history_of([first])]
    assert steps in (["submitted", "countersigned", "locked"], ["submitted", "assumed", "countersigned", "locked"])


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


A, P = AssignmentState, PresentationState


def held(session, begun) -> list[tuple[PresentationState, int | None]]:
    session.rollback()
    wanted = select(Presentation.state, Presentation.minutes_given).where(Presentation.visit_id == begun.visit.id)
    return [(state, minutes) for state, minutes in session.execute(wanted.order_by(Presentation.ordinal))]


def seats(session, begun) -> dict[int, AssignmentState]:
    session.rollback()
    wanted = select(Assignment.presenter_id, Assignment.state).where(Assignment.presentation_id == begun.first)
    return dict(session.execute(wanted).all())


@pytest.mark.both_databases
def test_fewer_minutes_than_planned_make_it_part_delivered_until_others_are_said_and_the_visit_is_delivered(session):
    begun = a_begun_visit(2)
    seen = []
    for minutes in (45, 20, 25, 45, 30):
        submit_counts(begun.teacher, begun.first, a_count(minutes_given=minutes), now=LEAVING)
        seen += held(session, begun)[:1]
    submit_counts(begun.teacher, begun.presentations[1].id, a_count(minutes_given=45), now=LEAVING)
    whole, part = P.DELIVERED, P.PART_DELIVERED
    assert seen == [(whole, None), (part, 20), (part, 25), (whole, None), (part, 30)]
    assert held(session, begun) == [(part, 30), (whole, None)]
    assert session.get(Visit, begun.visit.id).state is VisitState.DELIVERED


@pytest.mark.both_databases
def test_an_absent_presenter_adult_or_young_is_noted_however_often_it_is_said_and_a_mistake_is_undone(session):
    begun = a_begun_visit()
    minor = a_cleared_minor(centre_id=begun.visit.centre_id)
    make_assignment(begun.presentations[0], minor.id)
    said = a_count(absent=frozenset({minor.id}), minutes_given=40)

    for _press in range(2):
        submit_counts(begun.teacher, begun.first, said, now=LEAVING)

    assert seats(session, begun) == {begun.educator.id: A.PRESENT, minor.id: A.ABSENT}
    assert [line.version for line in said_so_far([begun.first])] == [1]

    begun = a_begun_visit()
    other = a_cleared_educator(centre_id=begun.visit.centre_id)
    minor = a_cleared_minor(centre_id=begun.visit.centre_id)
    for person in (other, minor):
        make_assignment(begun.presentations[0], person.id)
    wrong = a_count(absent=frozenset({other.id}))
    submit_counts(begun.teacher, begun.first, wrong, now=LEAVING)
    assert seats(session, begun) == {begun.educator.id: A.PRESENT, other.id: A.ABSENT, minor.id: A.PRESENT}

    submit_counts(begun.teacher, begun.first, a_count(), now=LEAVING)

    assert set(seats(session, begun).values()) == {A.PRESENT}


def test_who_was_present_at_one_talk_can_still_be_taken_out_of_the_next(session):
    begun = a_begun_visit(2)
    other = a_cleared_educator(centre_id=begun.visit.centre_id)
    for presentation in begun.presentations:
        make_assignment(presentation, other.id)
    third = a_cleared_educator(centre_id=begun.visit.centre_id)
    make_assignment(begun.presentations[0], third.id)
    submit_counts(begun.teacher, begun.first, a_count(absent=frozenset({third.id})), now=LEAVING)
    withdraw_presenter(begun.coordinator, begun.visit.id, other.id, reason="Ill", now=LEAVING)
    assert seats(session, begun)[other.id] is A.PRESENT
    assert HeadCounts(88, 0, 2, 0) == said_so_far([begun.first])[0].said


def test_colleagues_read_a_minors_first_name_only(session):
    begun = a_begun_visit()
    minor = a_cleared_minor(centre_id=begun.visit.centre_id, given_name="Tara", family_name="Ilić")
    make_assignment(begun.presentations[0], minor.id)
    assert "Tara" in [one.name for one in crew_at(begun.first, VISIT_DAY)]


def flagged(begun, talk=0) -> bool:
    db.session.rollback()
    return counted_visit(begun.coordinator, begun.visit.number).presentations[talk].at_the_desk


def test_who_counts_for_the_presenters_or_was_in_the_other_room_is_flagged_until_they_count(session):
    begun = a_begun_visit()
    submit_counts(begun.coordinator, begun.first, a_count(), now=LEAVING)

    assert state_of(begun.first) is AttendanceState.SUBMITTED
    assert session.get_one(Visit, begun.visit.id).state is VisitState.DELIVERED
    assert session.scalars(select(Assignment.state)).all() == [AssignmentState.PRESENT]
    assert flagged(begun)
    submit_counts(begun.teacher, begun.first, a_count(turned_away=3), now=LEAVING)
    assert not flagged(begun)

    begun = a_begun_visit(talks=2)
    colleague = a_cleared_educator(centre_id=begun.visit.centre_id)
    make_assignment(begun.presentations[1], colleague.id)

    for presentation in begun.presentations:
        submit_counts(presenter_actor(colleague), presentation.id, a_count(), now=LEAVING)

    assert (flagged(begun, 0), flagged(begun, 1)) == (True, False)


def test_the_pages_lead_a_coordinator_to_counting_and_say_who_counted(app, the_clock):
    begun = a_begun_visit()
    desk_user = db.session.get_one(User, begun.coordinator.user_id)
    way = f"/visits/{begun.visit.number}/count/{begun.presentations[0].ordinal}"
    the_clock.stands_at(LEAVING + dt.timedelta(days=1))
    assert way in browser_of(app, desk_user).get("/attendance").text
    the_clock.stands_at(LEAVING)
    desk = browser_of(app, desk_user)
    for page in (f"/attendance/{begun.visit.number}", f"/visits/{begun.visit.number}"):
        assert way in desk.get(page).text, page
    assert way not in desk.get("/attendance").text  # on the day itself it is the presenter's turn
    assert "You count for the presenters" in desk.get(f"{way}?lang=en").text

    said = {"pupils": "80", "teachers": "2", "parents": "0", "others": "0", "minutes_given": "45", "turned_away": "0"}
    assert desk.post(way, data=said).status_code == 302

    for page in (f"/attendance/{begun.visit.number}", "/attendance"):
        assert "Counted at the desk" in desk.get(f"{page}?lang=en").text, page
