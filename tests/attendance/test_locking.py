"""The coordinator decides, corrects and takes silence for a yes; far counts; what was not held; the school's adults."""

import datetime as dt

import pytest
from sqlalchemy import select

from scheduler.attendance.models import NamedAdult
from scheduler.attendance.queries.counting import counted_visit
from scheduler.attendance.queries.history import history_of, said_so_far
from scheduler.attendance.queries.invariants import violations
from scheduler.attendance.queries.to_lock import assumed_attendance, waiting_attendance
from scheduler.attendance.service.counting import assume_silent, countersign, name_adults, submit_counts
from scheduler.attendance.service.locking import correct_counts, lock_assumed, lock_counts
from scheduler.attendance.service.not_held import note_not_held
from scheduler.attendance.terms import AttendanceState, CountSource, HeadCounts
from scheduler.core.audit import AuditEntry
from scheduler.core.db import db
from scheduler.core.errors import NotAllowed, NotFound
from scheduler.policy import Role
from scheduler.requests.models import SchoolRequest
from scheduler.requests.terms.school_request import RequestState
from scheduler.staffing.queries.invariants import violations as staffing_violations
from scheduler.staffing.service.move import move_visit
from scheduler.turns.queries.desk import turns_about
from scheduler.turns.terms import Matter
from scheduler.visits.models.visits import Assignment, Presentation, Visit
from scheduler.visits.service.cancel import cancel_visit
from scheduler.visits.terms.plans import NewTimes
from scheduler.visits.terms.states import AssignmentState, PresentationState, VisitState
from tests.attendance.stored_counts import counting, request_state, state_of
from tests.factories.counting import FAIR, LEAVING, a_begun_visit, a_count, a_counted_visit, a_locked_visit
from tests.factories.people import an_actor, make_user
from tests.factories.programmes import make_programme
from tests.refusals import conflict, rejection
from tests.visits.scene import mails
from tests.web.browser import browser_of

OTHER = HeadCounts(pupils=86, teachers=3)
WEEK = dt.timedelta(days=7)


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
