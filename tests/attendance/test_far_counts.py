"""A count far from what was announced is asked about, and no signature alone locks it: a coordinator decides."""

import pytest

from scheduler.attendance.queries.counting import counted_visit
from scheduler.attendance.service.counting import countersign, submit_counts
from scheduler.attendance.service.locking import lock_counts
from scheduler.attendance.terms import AttendanceState, CountSource, HeadCounts
from scheduler.core.errors import Rejected
from scheduler.turns.queries.desk import turns_about
from scheduler.turns.terms import Matter
from tests.attendance.stored_counts import counting, state_of
from tests.factories.counting import LEAVING, a_begun_visit, a_count, a_counted_visit

FAR = HeadCounts(pupils=9, teachers=1)  # of 90


@pytest.mark.parametrize("sure_of", [None, 11])
def test_who_counts_far_off_is_asked_and_nothing_is_stored(session, sure_of):
    begun = a_begun_visit()

    with pytest.raises(Rejected) as asked:
        submit_counts(begun.teacher, begun.first, a_count(FAR, sure_of=sure_of), now=LEAVING)

    assert asked.value.problems == {"sure": "far_from_announced"}
    assert counted_visit(begun.teacher, begun.visit.number).presentations[0].said_by_educator is None


def test_who_is_sure_of_that_very_number_hands_it_in(session):
    begun = a_begun_visit()

    submit_counts(begun.teacher, begun.first, a_count(FAR, sure_of=10), now=LEAVING)

    assert state_of(begun.first) is AttendanceState.SUBMITTED


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


def test_a_school_that_types_far_off_is_asked_and_its_own_yes_brings_both_numbers_to_the_coordinator(session):
    begun, wanted = a_counted_visit(), HeadCounts(pupils=900)

    with pytest.raises(Rejected) as asked:
        countersign(begun.school, begun.visit.id, {begun.first: wanted}, now=LEAVING, sure_of={begun.first: None})

    assert asked.value.problems == {f"sure-{begun.first}": "over_the_hall"}
    sure = {begun.first: 900}
    assert countersign(begun.school, begun.visit.id, {begun.first: wanted}, now=LEAVING, sure_of=sure) is False
    one = counted_visit(begun.coordinator, begun.visit.number).presentations[0]
    assert Matter.DISPUTED in {turn.matter for turn in turns_about(begun.visit.id, LEAVING)}
    assert (one.odd, one.differs, one.said_by_school) == (True, True, wanted)
