"""What pages show of counting, to whom, and with how few questions."""

import datetime as dt

import pytest
from sqlalchemy import update

from scheduler.attendance.models import Attendance, HeadCount
from scheduler.attendance.queries.counting import (
    adults_counted,
    counted_visit,
    counted_visit_of_request,
    rows_of,
)
from scheduler.attendance.queries.invariants import violations
from scheduler.attendance.queries.to_lock import waiting_attendance
from scheduler.attendance.service.counting import assume_silent, countersign
from scheduler.attendance.terms import AttendanceState, HeadCounts
from scheduler.core.db import transaction
from scheduler.core.errors import NotAllowed, NotFound
from scheduler.policy import ANONYMOUS
from scheduler.visits.models.visits import Presentation
from scheduler.visits.terms.states import PresentationState
from tests.counting import statements
from tests.factories.counting import FAIR, LEAVING, a_begun_visit, a_counted_visit, a_locked_visit
from tests.factories.people import an_actor, presenter_actor
from tests.factories.programmes import make_programme
from tests.factories.safeguarding import a_cleared_educator
from tests.visits.defences import take_defences_away


def test_a_visit_shows_what_was_announced_what_is_far_from_it_and_after_the_lock_what_counts(session):
    begun, far = a_begun_visit(talks=2), a_counted_visit(counts=HeadCounts(pupils=290))

    visit = counted_visit(begun.teacher, begun.visit.number)

    first = visit.presentations[0]
    assert [one.ordinal for one in visit.presentations] == [1, 2]
    assert (first.expected, first.state) == (HeadCounts(90, 0, 2), AttendanceState.OPEN)
    assert (first.said_by_educator, first.said_by_school, first.counted) == (None, None, None)
    assert (visit.host_name_sr_cyrl, visit.named_adults) == ("Вук Караџић", ())
    [marked] = counted_visit(far.teacher, far.visit.number).presentations
    assert (marked.odd, marked.said_by_educator) == (True, HeadCounts(pupils=290))

    begun = a_locked_visit(names=("Ана Петровић", "Mira Savić"))

    visit = counted_visit_of_request(begun.school, begun.request.id)

    assert visit.named_adults == ("Ана Петровић", "Mira Savić")
    assert [(one.counted, one.locked, one.disputed) for one in visit.presentations] == [(FAIR, True, False)]


def test_merged_and_cancelled_presentations_are_not_counted(session):
    begun = a_begun_visit(talks=3)
    with transaction() as inside:
        merged, cancelled = (inside.get(Presentation, one.id) for one in begun.presentations[1:])
        merged.state, merged.merged_into_id = PresentationState.MERGED_INTO, begun.first
        cancelled.state = PresentationState.CANCELLED

    visit = counted_visit(begun.teacher, begun.visit.number)

    assert [one.presentation_id for one in visit.presentations] == [begun.first]


def test_a_number_that_no_visit_has_is_not_found(session):
    reader = an_actor()
    for number in ("", "P-2026-9999999", "P-2026-0001\x00", "..", "9" * 5000):
        with pytest.raises(NotFound):
            counted_visit(reader, number)


def test_a_visit_is_shown_to_its_crew_its_school_and_its_centre_only_and_what_waits_to_staff(session):
    begun = a_counted_visit()
    number, request_id = begun.visit.number, begun.request.id
    stranger = presenter_actor(a_cleared_educator(centre_id=begun.visit.centre_id))

    assert counted_visit(begun.coordinator, number) == counted_visit(begun.teacher, number)
    assert counted_visit_of_request(begun.school, request_id).number == number
    for outside in (stranger, an_actor(), begun.school):
        with pytest.raises(NotFound):
            counted_visit(outside, number)
    with pytest.raises(NotAllowed):
        counted_visit(ANONYMOUS, number)
    with pytest.raises(NotFound):
        counted_visit_of_request(a_begun_visit().school, request_id)
    for actor in (begun.teacher, begun.school, ANONYMOUS):
        with pytest.raises(NotAllowed):
            waiting_attendance(actor)


def test_what_waits_is_ordered_by_urgency_and_asks_as_often_for_three_visits_as_for_one(session):
    programme = make_programme()
    coordinator = an_actor(centre_id=programme.centre_id)

    def waiting():
        return [visit.number for visit, _one in rows_of(waiting_attendance(coordinator)[0]).rows]

    submitted = a_counted_visit(programme=programme)
    with statements() as for_one:
        assert waiting() == [submitted.visit.number]
    silent = a_counted_visit(programme=programme)
    assume_silent(now=LEAVING + dt.timedelta(days=7))
    fresh = a_counted_visit(programme=programme)
    different = a_counted_visit(programme=programme)
    countersign(different.school, different.visit.id, {different.first: HeadCounts(pupils=1)}, now=LEAVING)
    a_locked_visit(programme=programme)
    a_counted_visit()  # of another centre

    with statements() as for_more:
        assert waiting() == [begun.visit.number for begun in (different, submitted, silent, fresh)]
    assert len(for_more) == len(for_one)


def test_adults_of_a_visit_are_the_most_that_anybody_said(session):
    begun = a_counted_visit(talks=2, counts=HeadCounts(pupils=30, teachers=2))
    assert adults_counted(a_begun_visit().visit.id) is None
    assert adults_counted(begun.visit.id) == 4

    said = {begun.first: HeadCounts(30, 0, 3, 1), begun.presentations[1].id: HeadCounts(30, 0, 1)}
    countersign(begun.school, begun.visit.id, said, now=LEAVING)

    assert adults_counted(begun.visit.id) == 6


def test_violations_find_a_lock_without_counts_and_an_old_version_that_counts(session):
    begun, other = a_locked_visit(), a_locked_visit()
    assert violations() == []

    with transaction() as inside:
        take_defences_away(inside, "attendance", "head_count")
        inside.execute(update(HeadCount).where(HeadCount.presentation_id == begun.first).values(counts=False))
        inside.execute(update(Attendance).where(Attendance.presentation_id == other.first).values(version=9))

    assert violations() == [
        f"presentation {begun.first}: locked without exactly one count an audience",
        f"presentation {other.first}: an old version of the counts counts",
    ]
