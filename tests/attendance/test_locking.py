"""The coordinator decides, corrects and takes silence for a yes; the school names its adults."""

import datetime as dt

import pytest
from sqlalchemy import func, select

from scheduler.attendance.models import NamedAdult
from scheduler.attendance.queries.history import history_of, said_so_far
from scheduler.attendance.queries.invariants import violations
from scheduler.attendance.queries.to_lock import assumed_attendance, waiting_attendance
from scheduler.attendance.service.counting import assume_silent, countersign, name_adults, submit_counts
from scheduler.attendance.service.locking import correct_counts, lock_assumed, lock_counts
from scheduler.attendance.terms import AttendanceState, CountSource, HeadCounts
from scheduler.core.audit import AuditEntry
from scheduler.core.db import db
from scheduler.core.errors import Conflict, NotAllowed, NotFound, Rejected
from scheduler.requests.models import SchoolRequest
from scheduler.requests.terms.school_request import RequestState
from tests.attendance.stored_counts import counting, state_of
from tests.factories.counting import FAIR, LEAVING, a_begun_visit, a_count, a_counted_visit, a_locked_visit
from tests.factories.people import an_actor
from tests.factories.programmes import make_programme

OTHER = HeadCounts(pupils=86, teachers=3)
WEEK = dt.timedelta(days=7)


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


def test_a_source_that_said_nothing_cannot_be_chosen_and_nothing_is_locked_early(session):
    begun = a_counted_visit()

    with pytest.raises(Conflict, match="count_missing"):
        lock_counts(begun.coordinator, {begun.first: CountSource.SCHOOL}, now=LEAVING)
    with pytest.raises(Conflict, match="wrong_state"):
        lock_counts(begun.coordinator, {begun.first: CountSource.EDUCATOR}, now=LEAVING)
    assert counting(begun.first) == FAIR
    assert state_of(begun.first) is AttendanceState.SUBMITTED


def test_only_a_coordinator_of_the_centre_locks_and_corrects(session):
    begun = a_locked_visit()

    for actor, refusal in [(an_actor(), NotFound), (begun.teacher, NotAllowed), (begun.school, NotAllowed)]:
        with pytest.raises(refusal):
            lock_counts(actor, {begun.first: CountSource.EDUCATOR}, now=LEAVING)
        with pytest.raises(refusal):
            correct_counts(actor, begun.first, OTHER, "typed wrongly", now=LEAVING)
    assert counting(begun.first) == FAIR


@pytest.mark.postgres_decides
def test_a_correction_has_a_reason_keeps_the_old_numbers_and_can_be_corrected_again(session):
    begun = a_locked_visit()

    correct_counts(begun.coordinator, begun.first, OTHER, "the list says 86", now=LEAVING)
    correct_counts(begun.coordinator, begun.first, FAIR, "it said 88 after all", now=LEAVING)

    assert state_of(begun.first) is AttendanceState.CORRECTED
    assert counting(begun.first) == FAIR
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


def test_a_correction_without_reason_or_before_the_lock_is_refused(session):
    begun = a_counted_visit()

    with pytest.raises(Rejected) as refusal:
        correct_counts(begun.coordinator, begun.first, HeadCounts(pupils=-1), "", now=LEAVING)
    assert refusal.value.problems == {"pupils": "count_out_of_range", "reason": "reason_missing"}
    with pytest.raises(Conflict, match="wrong_state"):
        correct_counts(begun.coordinator, begun.first, OTHER, "too early", now=LEAVING)
    assert counting(begun.first) == FAIR


@pytest.mark.postgres_decides
def test_seven_days_of_silence_are_taken_as_a_yes_flagged_and_locked_by_a_person(session):
    begun = a_counted_visit()

    assert assume_silent(now=LEAVING + WEEK - dt.timedelta(minutes=1)) == 0
    assert assume_silent(now=LEAVING + WEEK) == 1
    assert assume_silent(now=LEAVING + WEEK) == 0

    assert state_of(begun.first) is AttendanceState.ASSUMED
    assert request_state(begun) is RequestState.DELIVERED
    lock_counts(begun.coordinator, {begun.first: CountSource.EDUCATOR}, now=LEAVING + WEEK)
    assert request_state(begun) is RequestState.REPORTED


@pytest.mark.postgres_decides
def test_a_schools_silence_begins_when_it_is_asked_not_when_the_first_presentation_was_counted(session):
    begun = a_begun_visit(talks=2)
    submit_counts(begun.teacher, begun.first, a_count(), now=LEAVING)
    assert assume_silent(now=LEAVING + WEEK) == 0  # nobody has asked the school yet

    submit_counts(begun.teacher, begun.presentations[1].id, a_count(), now=LEAVING + WEEK)

    assert assume_silent(now=LEAVING + WEEK) == 0
    assert assume_silent(now=LEAVING + 2 * WEEK - dt.timedelta(minutes=1)) == 0
    assert assume_silent(now=LEAVING + 2 * WEEK) == 2


def test_other_numbers_of_the_educator_give_the_school_a_new_week(session):
    begun = a_counted_visit()
    submit_counts(begun.teacher, begun.first, a_count(OTHER), now=LEAVING + dt.timedelta(days=3))

    assert assume_silent(now=LEAVING + WEEK) == 0
    assert assume_silent(now=LEAVING + WEEK + dt.timedelta(days=3)) == 1


def test_a_school_that_wakes_up_late_can_still_sign(session):
    begun = a_counted_visit()
    assume_silent(now=LEAVING + WEEK)

    assert countersign(begun.school, begun.visit.id, {begun.first: FAIR}, now=LEAVING + WEEK)
    assert state_of(begun.first) is AttendanceState.LOCKED


def test_the_school_names_adults_in_either_script_once_each_and_the_new_list_replaces_the_old(session):
    begun = a_counted_visit(counts=HeadCounts(pupils=50, teachers=3))

    name_adults(begun.school, begun.visit.id, ("Ана Петровић", "Ana Petrović", "Mira Savić"), now=LEAVING)
    name_adults(begun.school, begun.visit.id, ("Mira Savić", "Đorđe Čukić"), now=LEAVING)

    db.session.rollback()
    names = session.scalars(select(NamedAdult.name).order_by(NamedAdult.id)).all()
    assert names == ["Mira Savić", "Đorđe Čukić"]


def test_more_names_than_adults_in_the_room_are_refused(session):
    begun = a_counted_visit(counts=HeadCounts(pupils=50, teachers=1))

    with pytest.raises(Rejected) as refusal:
        name_adults(begun.school, begun.visit.id, ("Ана", "Мира"), now=LEAVING)

    assert refusal.value.problems == {"names": "more_names_than_adults"}
    assert session.scalar(select(func.count()).select_from(NamedAdult)) == 0


def test_names_may_be_given_before_anybody_has_counted_but_only_by_the_school(session):
    begun = a_begun_visit()

    name_adults(begun.school, begun.visit.id, ("Ана", "Мира"), now=LEAVING)

    for actor, refusal in [(begun.teacher, NotAllowed), (begun.coordinator, NotAllowed)]:
        with pytest.raises(refusal):
            name_adults(actor, begun.visit.id, (), now=LEAVING)
    with pytest.raises(NotFound):
        name_adults(a_begun_visit().school, begun.visit.id, (), now=LEAVING)
    assert session.scalar(select(func.count()).select_from(NamedAdult)) == 2


def test_no_audit_row_holds_a_name(session):
    begun = a_locked_visit(names=("Ана Петровић",))

    details = " ".join(session.scalars(select(AuditEntry.details)))

    assert "Ана" not in details
    assert begun.visit.number not in details


@pytest.mark.postgres_decides
def test_silent_schools_are_locked_together_but_for_what_has_changed_since_it_was_seen(session):
    programme = make_programme()
    silent, answered = (a_counted_visit(talks, programme=programme) for talks in (2, 1))
    later = LEAVING + dt.timedelta(days=7)
    assert assume_silent(now=later) == 3
    coordinator = silent.coordinator
    seen = {one.presentation_id: one.version for _visit, one in assumed_attendance(coordinator, 1).rows}
    assert len(seen) == 3
    countersign(answered.school, answered.visit.id, {answered.first: FAIR}, now=later)

    assert lock_assumed(coordinator, seen, now=later) == 2
    assert lock_assumed(coordinator, seen, now=later) == 0

    assert {state_of(one.id) for one in silent.presentations} == {AttendanceState.LOCKED}
    assert [counting(one.id) for one in silent.presentations] == [FAIR, FAIR]


def test_another_centre_locks_nothing_of_ours(session):
    silent = a_counted_visit()
    assume_silent(now=LEAVING + dt.timedelta(days=7))

    with pytest.raises(NotFound):
        lock_assumed(an_actor(), {silent.first: 1}, now=LEAVING)

    assert state_of(silent.first) is AttendanceState.ASSUMED
