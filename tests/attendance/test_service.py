"""Who may say how many were there, how long it was and who came; what the coordinator decides, corrects and locks."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest
from sqlalchemy import select

from scheduler.attendance.models import Attendance, HeadCount, NamedAdult
from scheduler.attendance.queries.counting import counted_visit, crew_at, rows_of
from scheduler.attendance.queries.history import history_of, said_so_far
from scheduler.attendance.queries.invariants import violations
from scheduler.attendance.queries.to_lock import assumed_attendance, waiting_attendance
from scheduler.attendance.service.counting import assume_silent, countersign, name_adults, submit_counts
from scheduler.attendance.service.locking import correct_counts, lock_assumed, lock_counts
from scheduler.attendance.service.not_held import note_not_held
from scheduler.attendance.terms import AttendanceState, CountSource, HeadCounts
from scheduler.core.audit import AuditEntry
from scheduler.core.db import db, transaction
from scheduler.core.errors import NotAllowed, NotFound
from scheduler.people.models import User
from scheduler.people.terms import PresenterKind
from scheduler.policy import ANONYMOUS, Role
from scheduler.requests.models import SchoolRequest
from scheduler.requests.terms.school_request import RequestState
from scheduler.staffing.queries.invariants import violations as staffing_violations
from scheduler.staffing.service.crew import withdraw_presenter
from scheduler.staffing.service.move import move_visit
from scheduler.turns.queries.desk import turns_about
from scheduler.turns.terms import Matter
from scheduler.visits.models.visits import Assignment, Presentation, Visit
from scheduler.visits.service.cancel import cancel_visit
from scheduler.visits.terms.plans import NewTimes
from scheduler.visits.terms.states import AssignmentState, PresentationState, VisitState
from tests.at_once import all_at_once, until_somebody_waits_for
from tests.attendance.stored_counts import counting, state_of
from tests.factories.counting import FAIR, LEAVING, a_begun_visit, a_count, a_counted_visit, a_locked_visit
from tests.factories.people import an_actor, make_presenter, make_user, presenter_actor
from tests.factories.programmes import make_programme
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


def test_who_was_present_at_one_talk_can_be_taken_out_of_the_next_and_of_a_minor_the_first_name_is_read(session):
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


def request_state(begun):
    db.session.rollback()
    return db.session.get(SchoolRequest, begun.request.id).state


@pytest.mark.postgres_decides
@pytest.mark.parametrize(("source", "counts"), [(CountSource.EDUCATOR, FAIR), (CountSource.SCHOOL, OTHER)])
def test_the_coordinator_chooses_whose_numbers_count(session, source, counts):
    begun = a_counted_visit()
    countersign(begun.school, begun.visit.id, {begun.first: OTHER}, now=LEAVING)
    lock_counts(begun.coordinator, {begun.first: source}, now=LEAVING)
    assert counting(begun.first) == counts
    assert state_of(begun.first) is AttendanceState.LOCKED
    assert request_state(begun) is RequestState.REPORTED
    assert waiting_attendance(begun.coordinator)[0].rows == []


def test_nothing_is_locked_or_corrected_early_nor_by_a_source_that_said_nothing_nor_without_a_reason(session):
    begun = a_counted_visit()

    for source, reason in ((CountSource.SCHOOL, "count_missing"), (CountSource.EDUCATOR, "wrong_state")):
        with conflict(reason):
            lock_counts(begun.coordinator, {begun.first: source}, now=LEAVING)
    assert (counting(begun.first), state_of(begun.first)) == (FAIR, AttendanceState.SUBMITTED)

    with rejection(pupils="count_out_of_range", reason="reason_missing"):
        correct_counts(begun.coordinator, begun.first, HeadCounts(pupils=-1), "", now=LEAVING)
    with conflict("wrong_state"):
        correct_counts(begun.coordinator, begun.first, OTHER, "too early", now=LEAVING)
    assert counting(begun.first) == FAIR


def test_only_a_coordinator_of_the_centre_locks_and_corrects(session):
    begun, silent = a_locked_visit(), a_counted_visit()
    assume_silent(now=LEAVING + WEEK)

    for actor, refusal in [(an_actor(), NotFound), (begun.teacher, NotAllowed), (begun.school, NotAllowed)]:
        with pytest.raises(refusal):
            lock_counts(actor, {begun.first: CountSource.EDUCATOR}, now=LEAVING)
        with pytest.raises(refusal):
            correct_counts(actor, begun.first, OTHER, "typed wrongly", now=LEAVING)
    with pytest.raises(NotFound):
        lock_assumed(an_actor(), {silent.first: 1}, now=LEAVING)
    assert (counting(begun.first), state_of(silent.first)) == (FAIR, AttendanceState.ASSUMED)


@pytest.mark.postgres_decides
def test_a_correction_has_a_reason_keeps_the_old_numbers_and_can_be_corrected_again(session):
    begun = a_locked_visit()

    for _press in range(2):  # sent twice it is one version (TRUST R11)
        correct_counts(begun.coordinator, begun.first, OTHER, "the list says 86", now=LEAVING)
    correct_counts(begun.coordinator, begun.first, FAIR, "it said 88 after all", now=LEAVING)

    assert (state_of(begun.first), counting(begun.first)) == (AttendanceState.CORRECTED, FAIR)
    said = said_so_far([begun.first])
    assert [(line.version, line.source, line.said, line.counts) for line in said] == [
        (1, CountSource.EDUCATOR, FAIR, False),
        (1, CountSource.SCHOOL, FAIR, False),
        (2, CountSource.COORDINATOR, OTHER, False),
        (3, CountSource.COORDINATOR, FAIR, True),
    ]
    steps = history_of([begun.first])
    assert [line.to.value for line in steps] == ["submitted", "countersigned", "locked", "corrected", "corrected"]
    assert [line.reason for line in steps][-2:] == ["the list says 86", "it said 88 after all"]
    assert violations() == []


@pytest.mark.postgres_decides
def test_seven_days_of_silence_are_taken_as_a_yes_flagged_and_locked_by_a_person(session):
    begun, late = a_counted_visit(), a_counted_visit()

    assert assume_silent(now=LEAVING + WEEK - dt.timedelta(minutes=1)) == 0
    assert [assume_silent(now=LEAVING + WEEK) for _sweep in range(2)] == [2, 0]

    assert state_of(begun.first) is AttendanceState.ASSUMED
    assert request_state(begun) is RequestState.DELIVERED
    lock_counts(begun.coordinator, {begun.first: CountSource.EDUCATOR}, now=LEAVING + WEEK)
    assert request_state(begun) is RequestState.REPORTED
    assert countersign(late.school, late.visit.id, {late.first: FAIR}, now=LEAVING + WEEK)  # it wakes up late
    assert state_of(late.first) is AttendanceState.LOCKED


@pytest.mark.postgres_decides
def test_a_schools_silence_begins_when_it_is_asked_and_anew_with_other_numbers(session):
    begun = a_begun_visit(talks=2)
    submit_counts(begun.teacher, begun.first, a_count(), now=LEAVING)
    assert assume_silent(now=LEAVING + WEEK) == 0  # nobody has asked the school yet

    submit_counts(begun.teacher, begun.presentations[1].id, a_count(), now=LEAVING + WEEK)

    assert assume_silent(now=LEAVING + WEEK) == 0
    assert assume_silent(now=LEAVING + 2 * WEEK - dt.timedelta(minutes=1)) == 0
    assert assume_silent(now=LEAVING + 2 * WEEK) == 2

    begun = a_counted_visit()
    submit_counts(begun.teacher, begun.first, a_count(OTHER), now=LEAVING + dt.timedelta(days=3))

    assert assume_silent(now=LEAVING + WEEK) == 0
    assert assume_silent(now=LEAVING + WEEK + dt.timedelta(days=3)) == 1


def test_the_school_names_adults_in_either_script_once_each_and_no_audit_row_holds_a_name(session):
    begun = a_counted_visit(counts=HeadCounts(pupils=50, teachers=3))

    name_adults(begun.school, begun.visit.id, ("Ана Петровић", "Ana Petrović", "Mira Savić"), now=LEAVING)
    name_adults(begun.school, begun.visit.id, ("Mira Savić", "Đorđe Čukić"), now=LEAVING)

    db.session.rollback()
    names = session.scalars(select(NamedAdult.name).order_by(NamedAdult.id)).all()
    assert names == ["Mira Savić", "Đorđe Čukić"]

    begun = a_locked_visit(names=("Ана Петровић",))

    details = " ".join(session.scalars(select(AuditEntry.details)))

    assert "Ана" not in details
    assert begun.visit.number not in details


def test_the_school_alone_names_adults_before_anybody_has_counted_and_no_more_than_were_in_the_room(session):
    early, begun = a_begun_visit(), a_counted_visit(counts=HeadCounts(pupils=50, teachers=1))
    name_adults(early.school, early.visit.id, ("Ана", "Мира"), now=LEAVING)
    with rejection(names="more_names_than_adults"):
        name_adults(begun.school, begun.visit.id, ("Ана", "Мира"), now=LEAVING)
    for actor, refusal in [(early.teacher, NotAllowed), (early.coordinator, NotAllowed), (begun.school, NotFound)]:
        with pytest.raises(refusal):
            name_adults(actor, early.visit.id, (), now=LEAVING)
    assert session.scalars(select(NamedAdult.visit_id)).all() == [early.visit.id] * 2


@pytest.mark.postgres_decides
def test_silent_schools_are_locked_together_but_for_what_has_changed_since_it_was_seen(session):
    programme, later = make_programme(), LEAVING + WEEK
    silent, answered = (a_counted_visit(talks, programme=programme) for talks in (2, 1))
    assert assume_silent(now=later) == 3
    coordinator = silent.coordinator
    seen = {one.presentation_id: one.version for _visit, one in assumed_attendance(coordinator, 1).rows}
    assert len(seen) == 3
    countersign(answered.school, answered.visit.id, {answered.first: FAIR}, now=later)

    assert [lock_assumed(coordinator, seen, now=later) for _press in range(2)] == [2, 0]

    assert {state_of(one.id) for one in silent.presentations} == {AttendanceState.LOCKED}
    assert [counting(one.id) for one in silent.presentations] == [FAIR, FAIR]


FAR = HeadCounts(pupils=9, teachers=1)  # of 90


def test_who_counts_far_off_is_asked_and_a_school_that_says_yes_to_it_brings_both_numbers_to_the_coordinator(session):
    begun = a_begun_visit()

    for sure_of in (None, 11):
        with rejection(sure="far_from_announced"):
            submit_counts(begun.teacher, begun.first, a_count(FAR, sure_of=sure_of), now=LEAVING)
    assert counted_visit(begun.teacher, begun.visit.number).presentations[0].said_by_educator is None
    submit_counts(begun.teacher, begun.first, a_count(FAR, sure_of=10), now=LEAVING)

    assert state_of(begun.first) is AttendanceState.SUBMITTED

    begun, wanted = a_counted_visit(), HeadCounts(pupils=900)

    with rejection(**{f"sure-{begun.first}": "over_the_hall"}):
        countersign(begun.school, begun.visit.id, {begun.first: wanted}, now=LEAVING, sure_of={begun.first: None})

    sure = {begun.first: 900}
    assert countersign(begun.school, begun.visit.id, {begun.first: wanted}, now=LEAVING, sure_of=sure) is False
    one = counted_visit(begun.coordinator, begun.visit.number).presentations[0]
    assert Matter.DISPUTED in {turn.matter for turn in turns_about(begun.visit.id, LEAVING)}
    assert (one.odd, one.differs, one.said_by_school) == (True, True, wanted)


@pytest.mark.both_databases
def test_a_far_number_is_not_locked_by_the_schools_signature_and_the_coordinator_settles_it(session):
    begun = a_counted_visit(counts=FAR)

    assert countersign(begun.school, begun.visit.id, {begun.first: FAR}, now=LEAVING, sure_of={}) is False
    assert countersign(begun.school, begun.visit.id, {begun.first: FAR}, now=LEAVING, sure_of={}) is False

    assert state_of(begun.first) is AttendanceState.COUNTERSIGNED
    one = counted_visit(begun.coordinator, begun.visit.number).presentations[0]
    assert (one.odd, one.differs, one.said_by_educator, one.said_by_school) == (True, False, FAR, FAR)
    assert Matter.FAR_COUNT in {turn.matter for turn in turns_about(begun.visit.id, LEAVING)}
    lock_counts(begun.coordinator, {begun.first: CountSource.SCHOOL}, now=LEAVING)
    assert (state_of(begun.first), counting(begun.first)) == (AttendanceState.LOCKED, FAR)


def stored(session, kind, row_id: int):
    session.rollback()
    return session.scalar(select(kind.state).where(kind.id == row_id))


def test_the_rest_of_a_counted_visit_was_not_held_and_the_school_is_asked_for_what_was(session, the_clock):
    begun = a_begun_visit(2)
    submit_counts(begun.teacher, begun.first, a_count(), now=LEAVING)

    for _press in range(2):
        note_not_held(begun.coordinator, begun.presentations[1].id, host_absent=True, now=LEAVING)

    assert stored(session, Presentation, begun.presentations[1].id) is PresentationState.NO_SHOW_HOST
    assert stored(session, Visit, begun.visit.id) is VisitState.DELIVERED
    assert stored(session, SchoolRequest, begun.request.id) is RequestState.DELIVERED
    assert len(mails(session, "countersign")) == 1
    the_clock.stands_at(LEAVING)
    assert staffing_violations() == []


@pytest.mark.parametrize(
    ("host_absent", "state", "ended", "seat"),
    [
        (True, PresentationState.NO_SHOW_HOST, RequestState.CANCELLED_BY_SCHOOL, AssignmentState.PRESENT),
        (False, PresentationState.NO_SHOW_PRESENTER, RequestState.CANCELLED_BY_CENTRE, AssignmentState.ABSENT),
    ],
)
def test_when_nothing_was_held_the_visit_is_called_off_by_who_was_not_there(session, host_absent, state, ended, seat):
    begun = a_begun_visit()
    note_not_held(begun.coordinator, begun.first, host_absent=host_absent, now=LEAVING)
    assert stored(session, Presentation, begun.first) is state
    assert stored(session, Visit, begun.visit.id) is VisitState.CANCELLED
    assert stored(session, SchoolRequest, begun.request.id) is ended
    assert session.scalars(select(Assignment.state)).all() == [seat]


def test_a_part_counted_visit_is_not_moved_or_called_off_and_not_held_is_noted_after_the_end(session):
    begun = a_begun_visit(2)
    with pytest.raises(NotAllowed):
        note_not_held(begun.teacher, begun.first, host_absent=True, now=LEAVING)
    with conflict("not_yet"):
        note_not_held(begun.coordinator, begun.first, host_absent=True, now=LEAVING - dt.timedelta(hours=9))
    submit_counts(begun.teacher, begun.first, a_count(), now=LEAVING)
    with conflict("wrong_state"):
        note_not_held(begun.coordinator, begun.first, host_absent=True, now=LEAVING)

    begun = a_begun_visit(2)
    submit_counts(begun.teacher, begun.first, a_count(), now=LEAVING)
    wish = NewTimes(begun.visit.on_day + WEEK, {}, LEAVING + dt.timedelta(days=1))

    with conflict("counted_in_part"):
        cancel_visit(begun.coordinator, begun.visit.id, reason="Snow", now=LEAVING)
    with conflict("counted_in_part"):
        move_visit(begun.coordinator, begun.visit.id, wish, now=LEAVING)

    submit_counts(begun.teacher, begun.presentations[1].id, a_count(), now=LEAVING)
    assert stored(session, Visit, begun.visit.id) is VisitState.DELIVERED


def test_a_coordinator_notes_it_from_the_form_of_counting_once_its_time_is_over_or_on_the_visits_page(
    app, session, the_clock
):
    begun = a_begun_visit(talks=2)
    page, form = f"/visits/{begun.visit.number}", f"/visits/{begun.visit.number}/count/1"
    by_host = f"{page}/presentations/1/not-held/host"
    by_presenter = f"{page}/presentations/2/not-held/presenter"
    over = begun.presentations[0].ends_at
    the_clock.stands_at(over - dt.timedelta(minutes=1))
    desk_user = make_user(Role.COORDINATOR, centre_id=begun.visit.centre_id)
    desk = browser_of(app, desk_user)
    assert by_host not in desk.get(form).text
    the_clock.stands_at(over)
    assert by_host in desk.get(form).text
    assert by_host not in browser_of(app, begun.educator).get(form).text

    desk.post(by_host)

    assert stored(session, Presentation, begun.first) is PresentationState.NO_SHOW_HOST
    assert desk.get(form).status_code == 404, "what was not held is not counted"
    the_clock.stands_at(LEAVING)
    desk = browser_of(app, desk_user)
    assert by_presenter in desk.get(page).text
    assert [desk.post(by_presenter).status_code for _press in range(2)] == [302, 302]
    shown = desk.get(f"{page}?lang=en").text
    assert "The presenter was not there" in shown
    assert by_presenter not in shown
